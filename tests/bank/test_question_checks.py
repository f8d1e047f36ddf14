"""Each check hears of a question that is spoiled in one place, and says where."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from well_made import a_well_made_question

from interviewer.bank.question_checks import remarks
from interviewer.domain import Kind
from interviewer.library.yaml_reader import Loc

GOOD = a_well_made_question()


def rubric(point: int = 0, **changes: Any) -> dict[str, Any]:
    """The good rubric with one point changed."""
    points = [one.model_dump() for one in GOOD.rubric]
    points[point] |= changes
    return {"rubric": points}


def misconception(**changes: Any) -> dict[str, Any]:
    return GOOD.rubric[0].misconceptions[0].model_dump() | changes


def follow_ups(which: int, **changes: Any) -> dict[str, Any]:
    asked = [one.model_dump() for one in GOOD.follow_ups]
    asked[which] |= changes
    return {"follow_ups": asked}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_well_made_question_has_nothing_to_mend(kind: Kind) -> None:
    assert remarks(a_well_made_question(kind=kind)) == []


@pytest.mark.parametrize(
    ("spoiled", "where", "said"),
    [
        ({"rubric": rubric()["rubric"] + [p | {"id": f"x{n}", "weight": 0.5} for n, p in enumerate(rubric()["rubric"][:3])]},
         ("rubric",), "9 rubric points; 6 to 8 are expected"),
        (rubric(phrasings=[str(n) for n in range(7)]), ("rubric", 0, "phrasings"),
         "trees_one: 7 phrasings; 3 to 6 are expected"),
        (rubric(2, misconceptions=[]), ("rubric", 2, "misconceptions"),
         "trees_three: 0 misconceptions; 1 to 2 are expected"),
        (rubric(misconceptions=[misconception(wrong=["a", "b", "c", "d"])]),
         ("rubric", 0, "misconceptions", 0, "wrong"), "trees_one_error: 4 wrong phrasings; 2 to 3 are expected"),
        (rubric(misconceptions=[misconception(denial=[])]), ("rubric", 0, "misconceptions", 0),
         "trees_one_error: no denial: how does somebody sound who knows better?"),
        (rubric(misconceptions=[misconception(correction=None)]), ("rubric", 0, "misconceptions", 0),
         "trees_one_error: no correction to tell someone who made this error"),
        (follow_ups(1, point=None), ("rubric", 1), "trees_two: no follow-up probes this point of weight 1"),
        (follow_ups(6, depth=1), ("follow_ups",), "no follow-up of depth 2, for those who do well"),
        (follow_ups(7, depth=2), ("follow_ups",), "no follow-up of depth 3, for those who do well"),
        (follow_ups(7, text="Why? How? When?"), ("follow_ups", 7, "text"), "deep_3: asks too many questions at once"),
        ({"red_flags": []}, (), "no red_flags: what would a worried interviewer note down?"),
        ({"model_answer": "Too short."}, ("model_answer",), "model_answer: 2 words; 120 to 220 are expected"),
        ({"spoken": "Is x > y?"}, ("spoken",),
         "a voice cannot read > in 'Is x > y?'; write it out as people say it"),
        ({"hints": ["Look up.", "Try L2 and T5.", "Or a/b."]}, ("hints", 1),
         "a voice cannot read L2 T5 in 'Try L2 and T5.'; write it out as people say it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_spoiled_is_found_in_its_place(spoiled: dict[str, Any], where: Loc, said: str) -> None:
    assert (where, said) in remarks(a_well_made_question(**spoiled))


def test_a_light_point_need_not_be_probed() -> None:
    lighter = a_well_made_question(**rubric(1, weight=0.5), **follow_ups(1, point=None))
    assert remarks(lighter) == []


@pytest.mark.parametrize(("kind", "enough"), [("concept", False), ("motivation", True)])
def test_five_points_are_few_except_where_there_is_little_to_know(kind: Kind, enough: bool) -> None:
    five = a_well_made_question(
        kind=kind, rubric=rubric()["rubric"][:5], follow_ups=[f.model_dump() for f in GOOD.follow_ups if f.id != "ask_trees_six"]
    )  # fmt: skip
    few = [(("rubric",), "5 rubric points; 6 to 8 are expected")]
    assert remarks(five) == ([] if enough else few)


def test_a_story_needs_its_skeleton_and_all_four_parts() -> None:
    story = a_well_made_question(kind="behavioural")
    asked = [f.model_dump() for f in story.follow_ups if f.star not in ("T", "R")]
    spoiled = a_well_made_question(kind="behavioural", story_skeleton=None, follow_ups=asked)
    assert remarks(spoiled) == [
        ((), "a behavioural question needs a story_skeleton"),
        (("follow_ups",), "no follow-up has star: T, R"),
    ]


def test_a_design_needs_all_six_stages() -> None:
    design = a_well_made_question(kind="system_design")
    asked = [f.model_dump() for f in design.follow_ups if f.stage != "goals"]
    spoiled = a_well_made_question(kind="system_design", follow_ups=asked)
    assert remarks(spoiled) == [(("follow_ups",), "no follow-up has stage: goals")]


def test_a_draft_only_hears_what_is_left_to_write() -> None:
    draft = a_well_made_question(**rubric(1, text="TODO: the point"), model_answer="TODO", red_flags=[])
    assert remarks(draft) == [
        (("rubric", 1, "text"), "2 texts are still to be written (TODO), the first one here")
    ]
