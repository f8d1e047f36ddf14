"""A caller's rubric is taken as it comes, and its points keep the names the caller gave them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from interviewer.grading.task import GradingTask


def task(**line: Any) -> GradingTask:
    return GradingTask.model_validate({"id": 1, "question": "What is tea?", "answer": "Leaves.", **line})


def test_points_may_be_sentences_or_objects_and_errors_may_be_sentences() -> None:
    rubric = task(
        rubric=[
            "The water boils.",
            {
                "point": "It steeps.",
                "weight": 2,
                "misconceptions": ["It is frozen.", {"wrong": "It is fried."}],
            },
            {"id": "C-3", "text": "Pour it.", "phrasings": ["into a cup"]},
        ]
    ).rubric
    assert [point.text for point in rubric] == ["The water boils.", "It steeps.", "Pour it."]
    assert [error.wrong for error in rubric[1].misconceptions] == [("It is frozen.",), ("It is fried.",)]
    assert rubric[1].weight == 2 and rubric[2].phrasings == ("into a cup",)


def test_a_point_is_called_what_the_caller_calls_it() -> None:
    named = task(rubric=["One.", {"id": 7, "text": "Two."}, {"id": "C-3", "text": "Three."}])
    own = [point.id for point in named.rubric]
    assert [named.point_id(number, own[number]) for number in range(3)] == [own[0], 7, "C-3"]


def test_what_is_no_point_is_refused_with_its_place() -> None:
    with pytest.raises(ValidationError) as refused:
        task(rubric=["One.", 5, {"id": "x", "weight": 1}])
    assert {error["loc"][:2] for error in refused.value.errors()} == {("rubric", 1), ("rubric", 2)}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("Behavioral", "behavioural"),
        ("technical", "concept"),
        ("system design", "system_design"),
        ("coding", "coding"),
    ],
)
def test_kinds_are_known_by_other_names(given: str, kind: str) -> None:
    assert task(kind=given).kind == kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError):
        task(kind="cooking")
