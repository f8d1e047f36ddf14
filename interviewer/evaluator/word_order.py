"""Do the words stand in the order of speech? Function words are told apart from a shuffled list of the right words by
what can follow them: of real English under one pair in a hundred offends, of shuffled English about one in five. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from interviewer.evaluator.words import AUXILIARIES, CONJUNCTIONS, PREPOSITIONS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DETERMINERS = _set("the a an my our your their every its")
_SUBJECTS = _set("i he she we they")
_OBJECTS = _set("me him them us")
_STRICT_PREPOSITIONS = _set("of from with into between during against at")
_VERBS = _set("is are was were has have had does can could should will would may might must")
_FEWEST_OFFENCES = {False: 3, True: 4}
_OFFENDING_SHARE = {
    False: 0.12,
    True: 0.18,
}  # recognition errors put words in wrong places too: 0.07 at one word in five


def _cannot_follow() -> Mapping[str, frozenset[str]]:
    after: dict[str, frozenset[str]] = {}
    pointing = _set("it this that these those there not you")
    small = PREPOSITIONS | AUXILIARIES | CONJUNCTIONS | _SUBJECTS | _OBJECTS | pointing
    for word in _DETERMINERS:
        after[word] = (small | _DETERMINERS) - _set("in on over under through")
    for word in _STRICT_PREPOSITIONS:
        after[word] = (CONJUNCTIONS | AUXILIARIES | _SUBJECTS | _STRICT_PREPOSITIONS | {"to"}) - _set(
            "than as between at"
        )
    for word in _set("to for in on by about"):
        after[word] = _SUBJECTS | _set("because than if but so while of is are was were has had does")
    for word in _SUBJECTS:
        after[word] = (_DETERMINERS | _SUBJECTS | PREPOSITIONS | {"it", "and", "or"}) - _set("in on")
    for word in _VERBS:
        after[word] = _set("of and or but than is are was were does can will would should could into")
    for word in _set("and or but so if"):
        after[word] = _set("of and or than") - {"or" if word == "and" else ""}
    return after


_CANNOT_FOLLOW = _cannot_follow()


def shuffled(spoken: Sequence[str], *, recognised: bool) -> bool:
    """Whether the words look shuffled. `recognised`: they come from a recogniser, which errs on its own account."""
    chances = offences = 0
    for word, following in pairwise(spoken):
        if word in _CANNOT_FOLLOW:
            chances += 1
            offences += following in _CANNOT_FOLLOW[word]
    return offences >= _FEWEST_OFFENCES[recognised] and offences > _OFFENDING_SHARE[recognised] * chances
