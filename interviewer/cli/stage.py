"""What the candidate sees while they speak: the conversation above, captions, level and keys below."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.panel import Panel
from rich.text import Text

from interviewer.conversation.controls import Controls, Live
from interviewer.conversation.told import interviewer_words
from interviewer.domain import Persona
from interviewer.session.events import (
    Answered,
    EngineChanged,
    Event,
    FaultNoted,
    FollowUpAsked,
    QuestionSkipped,
    RoundStarted,
)

_METER_STEPS = "▁▂▃▄▅▆▇█"
_METER_WIDTH = 12
_FULL_LEVEL = 0.25  # root mean square of loud, close speech
_PHASES = {
    "speaking": "interviewer speaks",
    "listening": "listening",
    "finishing": "writing down",
    "thinking": "choosing what to ask",
    "paused": "paused",
    "over": "over",
}
_CAPTION_CHARACTERS = 240
_KEYS = "Enter done · h hint · r repeat · s skip · Space pause · q end"


class Stage:
    """Prints facts as they are stored and keeps one live panel. Without a terminal only the facts are printed."""

    def __init__(
        self, console: Console, personas: Mapping[str, Persona], *, minutes: float, explain: bool = False
    ) -> None:
        """`explain` says why each follow-up was chosen; no real interviewer would, so only the demo does."""
        self._explain = explain
        self._console = console
        self._personas = personas
        self._minutes = minutes
        self._order = list(personas)
        self._live = (
            RichLive(console=console, refresh_per_second=8, transient=True) if console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def on_event(self, event: Event) -> None:
        words = interviewer_words(event)
        if words is not None:
            self._interviewer(*words)
        match event:
            case RoundStarted(title=title, minutes=minutes):
                self._console.rule(f"{title} · {minutes:g} min")
            case FollowUpAsked(because=because, point=point, star=star) if self._explain:
                about = (
                    point.replace("_", " ") if point else f"the story's {star}" if star else "going deeper"
                )
                why = "to go deeper" if because == "met" else f"because this was {because}: {about}"
                self._console.print(Text(f"      follow-up {why}", style="dim italic"))
            case Answered(turn=turn) if not turn.typed:
                self._candidate(turn.text or "(nothing could be made out)")
            case QuestionSkipped():
                self._console.print(Text("      skipped", style="dim italic"))
            case FaultNoted(sentence=sentence) | EngineChanged(because=sentence):
                self._console.print(Text(f"  !   {sentence}", style="yellow"))
            case _:
                pass

    def on_live(self, live: Live) -> None:
        if self._live:
            self._live.update(self._panel(live))

    def press(self, key: str, controls: Controls) -> None:
        """Turn a key into a control."""
        actions = {
            "\n": "done",
            "\r": "done",
            "h": "hint",
            "r": "repeat",
            "s": "skip",
            " ": "pause",
            "q": "end",
        }
        if key in actions:
            controls.press(actions[key])  # type: ignore[arg-type]
        elif key.isdigit() and 0 < int(key) <= len(self._order):
            controls.press("switch", self._order[int(key) - 1])

    def _interviewer(self, persona: str, text: str) -> None:
        name = self._personas[persona].name
        self._console.print(Text.assemble((f"{name}: ", "bold cyan"), text))

    def _candidate(self, text: str) -> None:
        self._console.print(Text.assemble(("You: ", "bold green"), text))

    def _panel(self, live: Live) -> Panel:
        left = max(0.0, self._minutes * 60 - live.clock)
        head = Text.assemble(
            (f"{_PHASES[live.phase]:<22}", "bold"),
            (_meter(live.level), "green"),
            f"   {_clock(live.clock)} · {_clock(left)} left",
        )
        caption = Text(live.caption[-_CAPTION_CHARACTERS:] or " ", style="italic")
        switches = " · ".join(f"{n} {self._personas[who].name}" for n, who in enumerate(self._order[:9], 1))
        return Panel(Group(head, caption, Text(f"{_KEYS}\n{switches}", style="dim")), padding=(0, 1))


def _meter(level: float) -> str:
    share = min(1.0, level / _FULL_LEVEL) ** 0.5  # ears hear ratios; the root opens up the quiet end
    lit = round(share * _METER_WIDTH)
    steps = [
        _METER_STEPS[min(len(_METER_STEPS) - 1, i * len(_METER_STEPS) // _METER_WIDTH)] for i in range(lit)
    ]
    return "".join(steps).ljust(_METER_WIDTH)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
