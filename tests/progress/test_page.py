"""The progress page, rendered without a server: full, on nobody's first day, and whatever stands in packs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from histories import QUESTIONS, facts, held, on_day

from interviewer.library.content import Library, load_library
from interviewer.progress.overview import progress_of
from interviewer.session.events import Event
from interviewer.web.progress_page import context
from interviewer.web.rendering import templates

SCRIPT = "<script>window.broken = 1</script>"
DAY = str((on_day(30) + timedelta(days=20)).date())


@pytest.fixture(scope="module")
def library() -> Library:
    ours = load_library()
    hostile = QUESTIONS["beta"].model_copy(update={"written": SCRIPT})
    return Library(ours.personas, {**QUESTIONS, "beta": hostile}, ours.loops)


def page(library: Library, *sessions: list[Event], wanted: str = "") -> str:
    found = progress_of([held(events) for events in sessions], library.questions, on_day(30))
    template = templates().get_template("progress.html.j2")
    return template.render(path="/progress", **context(found, library, wanted))


def test_nobodys_first_day_says_what_will_be_here_and_plans_already(library: Library) -> None:
    text = page(library, wanted=DAY)
    assert "Nothing to show yet" in text
    assert "20 days until your interview" in text
    assert "Nothing has been scored yet" in text
    assert text.count('id="at-keyboard"') == 1
    assert 'class="trend"' not in text


def test_a_point_for_each_session_and_a_button_for_what_is_due(library: Library) -> None:
    text = page(
        library,
        facts(0, {"alpha": {"heavy": "missed"}}, judge="another"),
        facts(1, {"alpha": {"heavy": "partial"}}),
        facts(2, {"alpha": {"heavy": "partial"}}),
    )
    trend = text[text.index('<svg class="trend"') :].partition("</svg>")[0]
    assert trend.count('class="dot"') == 3
    assert trend.count('class="path"') == 1, "no line leads to what another judge scored"
    assert trend.count('class="apart"') == 1
    assert "no difference that can be told yet" in text
    assert 'data-testid="practise-due"' in text
    assert "&#34;chosen&#34;:[&#34;alpha&#34;]" in text
    assert "Story (STAR)</b>" in text
    assert "not measured" in text


@pytest.mark.parametrize("wanted", ["soon", "2020-01-01", SCRIPT])
def test_a_day_nobody_can_plan_for_is_answered_on_the_page(library: Library, wanted: str) -> None:
    text = page(library, wanted=wanted)
    assert 'class="trouble" role="alert">' in text
    assert "until your interview" not in text
    assert SCRIPT not in text


def test_what_a_pack_says_stays_text(library: Library) -> None:
    text = page(library, facts(0, {"beta": {"heavy": "missed"}}), wanted=DAY)
    assert SCRIPT not in text
    assert "&lt;script&gt;" in text
    assert text.count('id="at-keyboard"') == 1, "one, beside what is due"


def test_nothing_on_the_page_needs_an_inline_style_or_script(library: Library) -> None:
    text = page(library, facts(0, {"alpha": {"heavy": "missed"}}), wanted=DAY)
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
    assert " onclick=" not in text
