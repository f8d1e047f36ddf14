"""What can be seen in one question without understanding it: numbers, lengths, completeness. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, get_args

from interviewer.bank.shelf import Remark
from interviewer.domain import Kind, Question, Stage, StarComponent
from interviewer.engines.spoken_text import unspeakable
from interviewer.library.yaml_reader import Loc

TO_WRITE = "TODO"
"""What stands in a skeleton where its author has to write."""

RUBRIC_POINTS = (6, 8)
FEWER_POINTS: dict[Kind, int] = {"motivation": 5, "candidate_questions": 5}
PHRASINGS = (3, 6)
MISCONCEPTIONS = (1, 2)
WRONG_PHRASINGS = (2, 3)
MODEL_ANSWER_WORDS = (120, 220)
PROBED_FROM_WEIGHT = 1.0
QUESTION_MARKS = 2  # a second one may sharpen the first; a third is another question


def remarks(question: Question) -> list[Remark]:
    """Everything these checks find. A question that is still being written only hears what is left to write."""
    unwritten = list(left_to_write(question))
    return unwritten or [remark for check in CHECKS for remark in check(question)]


def left_to_write(question: Question) -> Iterator[Remark]:
    places = [loc for loc, text in _texts(question.model_dump(), ()) if TO_WRITE in text]
    if places:
        texts = "one text is" if len(places) == 1 else f"{len(places)} texts are"
        yield places[0], f"{texts} still to be written ({TO_WRITE}), the first one here"


def number_of_points(question: Question) -> Iterator[Remark]:
    least, most = RUBRIC_POINTS
    least = FEWER_POINTS.get(question.kind, least)
    yield from _number(("rubric",), len(question.rubric), (least, most), "rubric point")


def number_of_phrasings(question: Question) -> Iterator[Remark]:
    for p, point in enumerate(question.rubric):
        yield from _number(("rubric", p, "phrasings"), len(point.phrasings), PHRASINGS, "phrasing", point.id)


def number_of_misconceptions(question: Question) -> Iterator[Remark]:
    for p, point in enumerate(question.rubric):
        where: Loc = ("rubric", p, "misconceptions")
        yield from _number(where, len(point.misconceptions), MISCONCEPTIONS, "misconception", point.id)
        for m, misconception in enumerate(point.misconceptions):
            count = len(misconception.wrong)
            yield from _number(
                (*where, m, "wrong"), count, WRONG_PHRASINGS, "wrong phrasing", misconception.id
            )
            if not misconception.denial:
                yield (*where, m), f"{misconception.id}: no denial: how does somebody sound who knows better?"
            if misconception.correction is None:
                yield (*where, m), f"{misconception.id}: no correction to tell someone who made this error"


def heavy_points_probed(question: Question) -> Iterator[Remark]:
    probed = {follow_up.point for follow_up in question.follow_ups}
    for p, point in enumerate(question.rubric):
        if point.weight >= PROBED_FROM_WEIGHT and point.id not in probed:
            yield ("rubric", p), f"{point.id}: no follow-up probes this point of weight {point.weight:g}"


def follow_ups_go_deeper(question: Question) -> Iterator[Remark]:
    depths = {follow_up.depth for follow_up in question.follow_ups}
    for depth in (2, 3):
        if depth not in depths:
            yield ("follow_ups",), f"no follow-up of depth {depth}, for those who do well"


def story_drawn_out(question: Question) -> Iterator[Remark]:
    if not question.expects_story:
        return
    if question.story_skeleton is None:
        yield (), "a behavioural question needs a story_skeleton"
    drawn = {follow_up.star for follow_up in question.follow_ups}
    yield from _missing("star", get_args(StarComponent), drawn)


def stages_covered(question: Question) -> Iterator[Remark]:
    if question.kind == "system_design":
        covered = {follow_up.stage for follow_up in question.follow_ups}
        yield from _missing("stage", get_args(Stage), covered)


def red_flags_named(question: Question) -> Iterator[Remark]:
    if not question.red_flags:
        yield (), "no red_flags: what would a worried interviewer note down?"


def length_of_model_answer(question: Question) -> Iterator[Remark]:
    words = len(question.model_answer.split())
    yield from _number(("model_answer",), words, MODEL_ANSWER_WORDS, "word", "model_answer")


def readable_by_a_voice(question: Question) -> Iterator[Remark]:
    spoken: list[tuple[Loc, str]] = [(("spoken",), question.spoken)]
    spoken += [(("follow_ups", f, "text"), one.text) for f, one in enumerate(question.follow_ups)]
    spoken += [(("hints", h), hint) for h, hint in enumerate(question.hints)]
    for where, text in spoken:
        yield from voice_remarks(where, text)


def one_question_at_a_time(question: Question) -> Iterator[Remark]:
    for f, follow_up in enumerate(question.follow_ups):
        if follow_up.text.count("?") > QUESTION_MARKS:
            yield ("follow_ups", f, "text"), f"{follow_up.id}: asks too many questions at once"


CHECKS: tuple[Callable[[Question], Iterator[Remark]], ...] = (
    number_of_points,
    number_of_phrasings,
    number_of_misconceptions,
    heavy_points_probed,
    follow_ups_go_deeper,
    story_drawn_out,
    stages_covered,
    red_flags_named,
    length_of_model_answer,
    readable_by_a_voice,
    one_question_at_a_time,
)


def neighbour_remarks(question: Question, bank: Collection[str]) -> Iterator[Remark]:
    """`bank`: the ids of all questions."""
    for number, name in enumerate(question.near):
        if name not in bank:
            yield ("near", number), f"there is no question called '{name}'"


def voice_remarks(where: Loc, text: str) -> Iterator[Remark]:
    """What a voice would have to guess at in `text`."""
    found = unspeakable(text)
    if found:
        signs = " ".join(dict.fromkeys(found))
        yield where, f"a voice cannot read {signs} in '{text}'; write it out as people say it"


def _number(where: Loc, count: int, bounds: tuple[int, int], noun: str, whose: str = "") -> Iterator[Remark]:
    least, most = bounds
    if not least <= count <= most:
        owner = f"{whose}: " if whose else ""
        yield where, f"{owner}{count} {noun}{'' if count == 1 else 's'}; {least} to {most} are expected"


def _missing(field: str, wanted: tuple[str, ...], present: set[Any]) -> Iterator[Remark]:
    missing = [name for name in wanted if name not in present]
    if missing:
        yield ("follow_ups",), f"no follow-up has {field}: {', '.join(missing)}"


def _texts(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Every text of a dumped noun with its place."""
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _texts(child, (*loc, key))
    elif isinstance(value, (list, tuple)):
        for index, child in enumerate(value):
            yield from _texts(child, (*loc, index))
