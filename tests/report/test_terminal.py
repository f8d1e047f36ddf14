"""The terminal's replay and scorecard: paced, complete, and never wider than 80 columns."""

from __future__ import annotations

import io

import pytest
from hostile_session import ATTACKS, hostile_events, typed_events
from rich.console import Console, RenderableType
from sample_session import PERSONAS, QUESTIONS, sample_events

from interviewer.domain import Scorecard
from interviewer.report import terminal
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay


@pytest.fixture(scope="module")
def replay() -> Replay:
    return build_replay(sample_events(), QUESTIONS, PERSONAS)


def printed(*renderables: RenderableType, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    for renderable in renderables:
        console.print(renderable)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_lines_come_at_their_time_and_feedback_after_the_last(replay: Replay) -> None:
    timed = list(terminal.lines(replay))
    starts = [line.start for line in timed]
    assert starts == sorted(starts) and timed[-1].end <= replay.seconds
    assert all(line.start <= line.end for line in timed)
    texts = [flat(printed(line.renderable)) for line in timed]
    told = next(i for i, text in enumerate(texts) if "Oh, the labels" in text)
    assert "question 2" in texts[told + 1]
    assert timed[told + 1].start == timed[told].end


def test_a_line_tells_its_verdicts_doubts_and_timings(replay: Replay) -> None:
    text = flat(printed(*(line.renderable for line in terminal.lines(replay))))
    assert "✕ layer norm keeps running averages" in text
    assert "mini bat statistics. (unsure)" in text
    assert "Asked because the answer had only touched on" in text
    assert "replied in 0.7 s" in text and "3 thinking pauses" in text
    assert "The microphone went quiet" in text


def test_nothing_is_wider_than_80_columns(replay: Replay) -> None:
    assert replay.scorecard is not None
    card = terminal.scorecard_panel(replay.scorecard, PERSONAS, QUESTIONS)
    text = printed(card, *(line.renderable for line in terminal.lines(replay)), width=200)
    rules = [line for line in text.splitlines() if not line.endswith("─")]
    assert max(len(line.rstrip()) for line in rules) <= 80


def test_the_scorecard_has_bars_with_intervals(replay: Replay) -> None:
    assert replay.scorecard is not None
    text = flat(printed(terminal.scorecard_panel(replay.scorecard, PERSONAS, QUESTIONS)))
    assert "Overall 3.3" in text and "2.8 to 3.8" in text
    assert "Change first Rule out a broken feature pipeline" in text
    assert "Hiring manager Brings evidence" in text and "whisper base.en" in text


def test_a_score_that_is_not_there_is_said_in_words() -> None:
    empty = Scorecard(
        session="x", engines={}, answers=(), technical=None, star=None, clarity=None, overall=None
    )
    text = printed(terminal.scorecard_panel(empty, PERSONAS, QUESTIONS))
    assert text.count("not scored") == 4 and "0.0" not in text


@pytest.mark.parametrize(
    ("score", "interval", "expected"),
    [
        (0.0, None, "●" + "·" * 25),
        (5.0, None, "·" * 25 + "●"),
        (2.0, (1.0, 3.0), "·" * 5 + "├────●────┤" + "·" * 10),
    ],
)
def test_bars(score: float, interval: tuple[float, float] | None, expected: str) -> None:
    assert terminal.bar(score, interval).plain == expected


def test_words_with_brackets_are_not_taken_for_styles() -> None:
    replay = build_replay(hostile_events(), {}, {})
    text = "".join(printed(*(line.renderable for line in terminal.lines(replay)), width=79).split())
    assert "".join(ATTACKS[1].split())[:20] in text.replace("│", "")


def test_a_typed_session_is_told_without_times() -> None:
    replay = build_replay(typed_events(), QUESTIONS, PERSONAS)
    text = flat(printed(*(line.renderable for line in terminal.lines(replay))))
    assert "You typed Layer norm works on one token." in text
    assert "This answer was not scored." in text
