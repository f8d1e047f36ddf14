"""The geometry of the page's charts, as shares of the width in percent. Pure numbers: the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from interviewer.domain import Measure
from interviewer.report.model import Replay
from interviewer.report.wording import clock

FULL_SCORE = 5.0
_TICK_SECONDS = (15, 30, 60, 120, 300, 600, 900)
_MOST_TICKS = 9

Lane = Literal["interviewer", "candidate", "thinking"]


def percent(value: float, whole: float) -> str:
    """'12.345%', kept within the chart."""
    share = 0.0 if whole <= 0 else min(max(value / whole, 0.0), 1.0)
    return f"{share * 100:.3f}%"


@dataclass(frozen=True)
class Bar:
    lane: Lane
    x: str
    width: str
    start: float
    title: str


@dataclass(frozen=True)
class Pin:
    """A point in time: where a question begins, or what happened."""

    x: str
    start: float
    label: str
    title: str
    late: bool  # so near the end that a label must stand on its left


@dataclass(frozen=True)
class Timeline:
    bars: tuple[Bar, ...]
    questions: tuple[Pin, ...]
    happenings: tuple[Pin, ...]
    ticks: tuple[Pin, ...]


def timeline(replay: Replay) -> Timeline:
    """Who held the floor when. Empty of bars for a typed session, which has no sound."""
    bars: list[Bar] = []
    whole = replay.seconds
    for line in replay.lines:
        if line.typed or line.end <= line.start:
            continue
        lane: Lane = "interviewer" if line.speaker == "interviewer" else "candidate"
        bars.append(_bar(lane, line.start, line.end, whole, line.name))
        bars += [_bar("thinking", p.start, p.end, whole, "Thinking") for p in line.thinking]
    first = {a.number: next(x for x in replay.lines if x.answer == a.number - 1) for a in replay.answers}
    questions = [_pin(first[a.number].start, whole, str(a.number), a.title) for a in replay.answers]
    told = [note for note in replay.notes if note.kind not in ("ended", "round")]
    entered = [line for line in replay.lines if line.kind == "entrance" and line.because != "start"]
    happenings = [_pin(note.at, whole, "", note.text) for note in told]
    happenings += [_pin(line.start, whole, "", f"{line.name} takes over") for line in entered]
    return Timeline(tuple(bars), tuple(questions), tuple(happenings), tuple(_ticks(whole)))


def _bar(lane: Lane, start: float, end: float, whole: float, who: str) -> Bar:
    title = f"{who}, {clock(start)} to {clock(end)}"
    return Bar(lane, percent(start, whole), percent(end - start, whole), start, title)


def _pin(start: float, whole: float, label: str, title: str) -> Pin:
    return Pin(percent(start, whole), start, label, title, late=start > 0.94 * whole)


def _ticks(whole: float) -> list[Pin]:
    step = next((s for s in _TICK_SECONDS if whole / s <= _MOST_TICKS), _TICK_SECONDS[-1])
    return [_pin(at, whole, clock(at), "") for at in range(0, int(whole) + 1, step)]


@dataclass(frozen=True)
class Gauge:
    """A measure against its dead band."""

    band_x: str
    band_width: str
    value_x: str


def gauge(measure: Measure) -> Gauge | None:
    """None when there is no figure or no band to hold it against."""
    if measure.value is None or measure.good is None:
        return None
    low, high = measure.good
    top = max(high * 1.6 if high < float("inf") else low * 2, measure.value * 1.15, 1e-9)
    return Gauge(percent(low, top), percent(min(high, top) - low, top), percent(measure.value, top))


WAVE_POINTS, WAVE_HEIGHT = 400, 26


def waveform(peaks: Sequence[float]) -> str:
    """The outline of a recording as an SVG path, WAVE_HEIGHT high and as wide as there are peaks; "" without any."""
    if not peaks:
        return ""
    middle = WAVE_HEIGHT / 2
    up = [f"{x} {middle - 0.5 - (middle - 1) * peak**0.6:.1f}" for x, peak in enumerate(peaks)]
    down = [f"{x} {middle + 0.5 + (middle - 1) * peak**0.6:.1f}" for x, peak in enumerate(peaks)]
    return f"M{'L'.join(up + down[::-1])}Z"


def score_x(score: float) -> str:
    return percent(score, FULL_SCORE)


TREND_HEIGHT, _TREND_EDGE = 120, 10


@dataclass(frozen=True)
class TrendMark:
    """One score over time; the y are pixels from the top, the x a share of the width."""

    x: str
    y: float
    low: float
    high: float
    apart: bool  # not to be compared with its neighbours: drawn hollow, and no line leads to it


@dataclass(frozen=True)
class Trend:
    marks: tuple[TrendMark, ...]
    grid: tuple[tuple[int, float], ...]  # a whole score and where it lies

    @property
    def lines(self) -> tuple[tuple[TrendMark, TrendMark], ...]:
        joined = [mark for mark in self.marks if not mark.apart]
        return tuple(pairwise(joined))


def trend(scores: Sequence[tuple[float, tuple[float, float] | None, bool]]) -> Trend:
    """Scores in their order at equal distances, each with its interval and whether it stands apart."""
    marks = []
    for number, (score, interval, apart) in enumerate(scores):
        low, high = interval or (score, score)
        x = percent(number + 0.5, len(scores))
        marks.append(TrendMark(x, _trend_y(score), _trend_y(low), _trend_y(high), apart))
    return Trend(tuple(marks), tuple((score, _trend_y(score)) for score in range(int(FULL_SCORE) + 1)))


def _trend_y(score: float) -> float:
    return round(_TREND_EDGE + (TREND_HEIGHT - 2 * _TREND_EDGE) * (1 - score / FULL_SCORE), 1)
