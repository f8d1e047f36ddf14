"""What a candidate's words mean for the conversation itself: "that's my answer", "let me think", "could you repeat that".

Pure. Judges the last words only, so that an answer about "switching costs" is no command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from interviewer.domain import Persona
from interviewer.hearing.endpointing import Expectation

DONE_PHRASES = (
    "that's my answer",
    "that is my answer",
    "that's all",
    "that is all i have",
    "i'm done",
    "i am done",
    "that's it from me",
    "that would be my answer",
    "i have nothing to add",
)
Action = Literal["repeat", "hint", "skip", "switch"]
THINKING_PHRASES = (
    "let me think",
    "give me a moment",
    "give me a second",
    "let me see",
    "i need a moment",
    "just a moment",
    "one moment",
    "let me take a moment",
)
REPEAT_PHRASES = (
    "could you repeat the question",
    "can you repeat that",
    "please repeat the question",
    "say that again please",
)
HINT_PHRASES = (
    "could you give me a hint",
    "can i have a hint",
    "may i get a hint",
    "i would like a hint please",
)
SKIP_PHRASES = (
    "let's skip this question",
    "skip this one please",
    "next question please",
    "can we skip this question",
)
_ASKING = r"(?:can|could|may|shall|please|let's|let us|i'd like|i would like|i want)\b[a-z' ]{0,20}"
# A switch is asked for, or the turn is nothing but the order: "we had to switch to the stack" is part of an answer, and
# "then we could talk to the data engineer" is too.
_WE_ASK = r"(?:(?:can|could|may|shall) (?:we|i|you)|please|let's|let us|i'd like to|i would like to|i want to)\b[a-z' ]{0,12}"
_SWITCH = re.compile(
    rf"(?:^|{_WE_ASK}\b)(?:switch(?:ed)?|change|hand me|speak|talk)(?: over)? (?:to|with) (?:the |a |an )?(?P<who>[a-z ]+)$"
)
_REQUESTS: tuple[tuple[Action, re.Pattern[str]], ...] = (
    (
        "repeat",
        re.compile(rf"{_ASKING}\brepeat\b|^(?:sorry )?(?:please )?(?:repeat|say) (?:that|it|the question)\b"),
    ),
    ("hint", re.compile(rf"{_ASKING}\bhint\b|^(?:a |give me a )?hint(?: please)?$")),
    ("skip", re.compile(rf"{_ASKING}\bskip (?:this|it|that)\b|^skip (?:this|it)\b|^next question")),
)
# What a word or two can answer: when, whether and for how much one would come. Questions on the subject are never taken for
# such, however they are put: one in five of the bank is a yes-or-no question by its form and wants reasons.
_BRIEF = re.compile(
    r"^(?:and |so |then |okay |now )?(?:"
    r"are you (?:open|willing|able|available|happy|comfortable|still|currently|looking)\b"
    r"|do you (?:need|require|have any questions|live|speak)\b|when (?:can|could|would) you (?:start|begin|be able|be free)\b"
    r"|what(?:'s| is| are) your (?:name|notice|salary|current)\b|how (?:long|many years) (?:is your|have you|were you|did you)\b"
    r"|how much notice\b|is this your first\b|(?:can|could|would) you (?:move|relocate|travel|start|come)\b"
    r"|would .{1,40} (?:work|suit|be fine|be all right)(?: for)? you\b)"
)
_BRIEF_WORDS = 14  # a longer question wants a longer answer
# A clause is left hanging when it ends in a word that calls for another.
_HANGING = frozenset(
    "a an the and or but so because since although though while if when where which who that of in on at to for from "
    "with without by as into over under between than then is are was were be been being am do does did has have had "
    "will would can could should may might must not no very more most less my your our their his her its this these "
    "those um uh er erm like also plus i we you he she they it's i'm we're well".split()
)
_ALONE_WORDS = 10  # a longer turn is an answer, whatever it ends in
_SWITCH_WORDS = 14  # the last words of an answer in which another interviewer may be asked for
_TAIL_WORDS = 8
_WORDS_AFTER = 2


@dataclass(frozen=True)
class Command:
    """Something the candidate asked for instead of, or at the end of, an answer."""

    action: Action
    persona: str | None = None
    alone: bool = True  # whether the turn held nothing else


def expectation(text: str) -> Expectation:
    """What the last words of `text` promise."""
    tail = _normalised(text).split()[-_TAIL_WORDS:]
    if not tail:
        return "open"
    ending = " ".join(tail)
    if any(ending.endswith(phrase) for phrase in DONE_PHRASES):
        return "finished"
    if any(_closes_with(ending, phrase) for phrase in THINKING_PHRASES):
        return "thinking"
    return "unfinished" if tail[-1] in _HANGING else "open"


def is_brief(asked: str) -> bool:
    """Whether what was asked may be answered in a word or two."""
    *_, last = [sentence for sentence in re.split(r"(?<=[.?!])\s+", asked.strip()) if sentence] or [""]
    words = _normalised(last)
    single = " and " not in words and len(words.split()) <= _BRIEF_WORDS
    return last.endswith("?") and single and bool(_BRIEF.search(words))


def command(text: str, personas: Mapping[str, Persona]) -> Command | None:
    """The command at the end of `text`, if there is one."""
    words = _normalised(text).split()
    alone = len(words) <= _ALONE_WORDS
    switch = _SWITCH.search(" ".join(words[-_SWITCH_WORDS:]))
    # "^" in the pattern stands for the turn's own beginning
    if switch and (alone or switch.start() > 0) and (who := _persona_called(switch["who"], personas)):
        return Command("switch", who, alone=alone)
    if alone:
        for action, pattern in _REQUESTS:
            if pattern.search(" ".join(words)):
                return Command(action)
    return None


def command_phrases(personas: Mapping[str, Persona]) -> tuple[str, ...]:
    """Everything above as text, so that a recogniser can be told to expect it."""
    switches = tuple(f"switch to the {name.replace('_', ' ')}" for name in personas)
    return DONE_PHRASES + THINKING_PHRASES + REPEAT_PHRASES + HINT_PHRASES + SKIP_PHRASES + switches


def _closes_with(ending: str, phrase: str) -> bool:
    """Whether at most a word or two, such as "please", follow the phrase: whoever goes on is no longer thinking."""
    _, found, after = ending.rpartition(phrase)
    return bool(found) and len(after.split()) <= _WORDS_AFTER


def _persona_called(said: str, personas: Mapping[str, Persona]) -> str | None:
    """The one persona whose id, role or name was said: in full, or by words that fit nobody else."""
    words = set(said.replace("behavioral", "behavioural").split()) - _SMALL_WORDS
    names = {
        persona.id: [
            set(name.split()) - _SMALL_WORDS
            for name in (persona.id.replace("_", " "), _normalised(persona.role), _normalised(persona.name))
        ]
        for persona in personas.values()
    }
    in_full = [who for who, ways in names.items() if any(own and own <= words for own in ways)]
    in_part = [who for who, ways in names.items() if any(words and words <= own for own in ways)]
    return next((called[0] for called in (in_full, in_part) if len(called) == 1), None)


_SMALL_WORDS = frozenset("the a an please now again from on of".split())


def _normalised(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", text.lower().replace("’", "'")).split())
