"""Each figure of delivery is shown with its band and with the places where it can be heard."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from sample_session import PERSONAS, QUESTIONS, sample_events

from interviewer.domain import ClarityScore, Evidence, Measure
from interviewer.report import html, markdown, wording
from interviewer.report.html import Audio
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay
from interviewer.report.terminal import lines

FILLERS = Measure(
    name="fillers",
    value=9.0,
    unit="per minute of speaking",
    good=(0, 5),
    flag=(0, 12),
    at_least=True,
    note="at least: 3 um or uh",
    evidence=(Evidence(quote="the <b>axis", turn=0, offset=3, start=65.2, end=65.6),),
)
THINKING = Measure(name="thinking pauses", value=6.0, unit="seconds in all", note="not scored")
UNMEASURED = Measure(
    name="sentence length", value=None, unit="words", good=(7, 27), note="not measured: none"
)


@pytest.fixture(scope="module")
def replay() -> Replay:
    told = build_replay(sample_events(), QUESTIONS, PERSONAS)
    first, *others = told.answers
    assert first.score is not None
    clarity = ClarityScore(score=4.0, measures=(FILLERS, THINKING, UNMEASURED), engine="x")
    score = first.score.model_copy(update={"clarity": clarity, "fluent_technical": 3.2})
    return told.model_copy(update={"answers": (first.model_copy(update={"score": score}), *others)})


def test_markdown(replay: Replay) -> None:
    text = markdown.render(replay)
    assert "- Fillers: at least 9 per minute of speaking (high; fine up to 5; at least: 3 um or uh)" in text
    assert "  - “the \\<b\\>axis” (1:05)" in text
    assert "- Thinking pauses: 6 seconds in all (not scored)" in text
    assert "- Sentence length: not measured: none" in text
    assert "Without fillers and repetitions the content would score 3.2 instead of 2.9" in text


def test_one_reason_for_all_is_told_once(replay: Replay) -> None:
    first, *others = replay.answers
    assert first.score is not None
    measures = tuple(m.model_copy(update={"value": None, "note": "typed"}) for m in (FILLERS, THINKING))
    score = first.score.model_copy(
        update={"clarity": ClarityScore(score=None, measures=measures, engine="x")}
    )
    told = replay.model_copy(update={"answers": (first.model_copy(update={"score": score}), *others)})
    feedback = markdown.render(told).split("## 2.")[0]
    assert "- Delivery: typed" in feedback
    assert "Fillers" not in feedback


def test_page(replay: Replay) -> None:
    silent, sounding = html.render(replay), html.render(replay, Audio("audio/mpeg", b"x"))
    assert "<q>the &lt;b&gt;axis</q> 1:05" in silent
    assert 'data-seek="65.20" aria-label="Play from 1:05"' in sounding
    assert "the content would score 3.2 instead of 2.9" in silent


def test_terminal(replay: Replay) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80)
    for line in lines(replay):
        console.print(line.renderable)
    text = " ".join(out.getvalue().replace("│", " ").split())
    assert "Fillers at least 9 per minute of speaking fine up to 5 at 1:05" in text
    assert "Thinking pauses 6 seconds in all" in text
    assert "Sentence length" not in text.split("question 1")[1].split("question 2")[0]
    assert "the content would score 3.2 instead of 2.9" in text
    assert max(map(len, out.getvalue().splitlines())) <= 80


def test_where_a_figure_lies() -> None:
    def place(value: float, *, at_least: bool = False) -> str:
        rate = Measure(name="r", value=value, unit="", good=(120, 185), flag=(100, 200), at_least=at_least)
        return wording.measure_place(rate)

    assert [place(v) for v in (90, 110, 150, 190, 210)] == ["too low", "low", "fine", "high", "too high"]
    assert place(150, at_least=True) == "", "the true figure may lie beyond the band"
    assert wording.measure_place(THINKING) == ""
    assert wording.measure_text(FILLERS.model_copy(update={"value": 0.0})) == "none found"
    assert wording.band_text(FILLERS) == "fine up to 5"
    assert wording.band_text(THINKING) == ""
    share = FILLERS.model_copy(update={"unit": "of the time", "good": (0.2, 1.25)})
    assert wording.band_text(share) == "fine from 20% to 125%"
