"""What the candidate sees."""

from __future__ import annotations

import io

import pytest
from builders import a_persona
from rich.console import Console

from interviewer.cli.stage import Stage
from interviewer.conversation.controls import Controls
from interviewer.session.events import FollowUpAsked

FOLLOW_UP = FollowUpAsked(
    at=1,
    question="alpha",
    follow_up="f",
    persona="engineer",
    point="the_secret_point",
    because="missed",
    text="And then?",
)


@pytest.mark.parametrize("explain", [True, False])
def test_only_the_demo_says_why_a_follow_up_was_chosen(explain: bool) -> None:
    out = io.StringIO()
    stage = Stage(Console(file=out), {"engineer": a_persona()}, minutes=10, explain=explain)
    stage.on_event(FOLLOW_UP)
    assert "And then?" in out.getvalue()
    assert ("secret" in out.getvalue()) is explain


def test_keys_become_controls() -> None:
    personas = {"engineer": a_persona(), "recruiter": a_persona("recruiter")}
    stage, controls = Stage(Console(file=io.StringIO()), personas, minutes=10), Controls()
    for key in "\nh2x":
        stage.press(key, controls)
    pressed = [controls.take() for _ in range(4)]
    assert [one.action if one else None for one in pressed] == ["done", "hint", "switch", None]
    assert pressed[2] is not None
    assert pressed[2].persona == "recruiter"
