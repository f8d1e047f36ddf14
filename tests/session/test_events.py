"""Every fact survives JSON, and the facts of the first version replay for ever."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest
from builders import a_start, a_turn
from pydantic import ValidationError

from interviewer.domain import Scorecard
from interviewer.session import events
from interviewer.session.state import fold

LOGS = Path(__file__).parents[1] / "logs"

EXAMPLES: dict[str, events.Event] = {
    example.type: example
    for example in (
        a_start(),
        events.SessionResumed(at=1, resumed="2026-11-20T12:01:00+00:00", engines={}, lost_seconds=0.4),
        events.RoundStarted(at=1, round="screen", title="Screen", minutes=30),
        events.PersonaEntered(at=1, persona="engineer", because="start", text="Hello."),
        events.QuestionAsked(at=2, question="alpha", persona="engineer", text="Why?"),
        events.FollowUpAsked(
            at=3,
            question="alpha",
            follow_up="alpha_heavy",
            persona="engineer",
            point="heavy",
            because="missed",
            text="?",
        ),
        events.LineSpoken(at=4, situation="nudging", persona="engineer", text="Go on."),
        events.SpeechHeard(at=5, seconds=1.5, of_seconds=2.0, interrupted=True, voice="scripted"),
        events.Answered(at=6, question="alpha", turn=a_turn(), endpoint_wait=1.2),
        events.TurnCorrected(at=6, answer=0, turn=0, text="What I said."),
        events.ReplyTimed(at=6, transcript=0.1, reply=0.1, voice=0.1, total=0.3),
        events.QuestionSkipped(at=7, question="alpha"),
        events.Paused(at=8),
        events.Unpaused(at=8),
        events.FaultNoted(at=9, part="voice", sentence="It failed."),
        events.EngineChanged(at=9, port="voice", engine="text", because="It failed."),
        events.SessionEnded(at=10, because="complete"),
        events.Scored(
            at=10,
            scorecard=Scorecard(
                session="s", engines={}, answers=(), technical=None, star=None, clarity=None, overall=None
            ),
        ),
    )
}


def _event_classes() -> list[type[events.Fact]]:
    union = typing.get_args(events.Event)[0]
    return list(typing.get_args(union))


def test_every_fact_in_the_module_belongs_to_the_union() -> None:
    assert set(events.Fact.__subclasses__()) == set(_event_classes())


@pytest.mark.parametrize("kind", _event_classes(), ids=lambda kind: kind.__name__)
def test_every_fact_survives_json(kind: type[events.Fact]) -> None:
    example = EXAMPLES[kind.model_fields["type"].default]
    assert type(example) is kind
    assert events.from_json(events.to_json(example)) == example


def test_a_fact_of_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        events.from_json('{"type": "guessed", "at": 0}')


@pytest.mark.parametrize("log", sorted(LOGS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_golden_logs_replay_for_ever(log: Path) -> None:
    told = [events.from_json(line) for line in log.read_text().splitlines()]
    state = fold(told)
    assert state.started is not None
    assert state.ended
    assert state.scorecard is not None
    asked = [event.question for event in told if isinstance(event, events.QuestionAsked)]
    assert list(state.asked_questions) == asked
    counted = [event for event in told if isinstance(event, events.Answered) and event.question]
    assert sum(len(answer.turns) for answer in state.answers) == len(counted)
    for line, event in zip(log.read_text().splitlines(), told, strict=True):
        assert events.from_json(line) == events.from_json(events.to_json(event))


def test_there_is_a_golden_log_of_the_first_version() -> None:
    assert (LOGS / "version_1.jsonl").exists()


def test_the_golden_logs_hold_every_kind_of_fact() -> None:
    kinds = {
        events.from_json(line).type
        for log in LOGS.glob("version_1*.jsonl")
        for line in log.read_text().splitlines()
    }
    assert kinds == {kind.model_fields["type"].default for kind in _event_classes()}
