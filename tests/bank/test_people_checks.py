from __future__ import annotations

from typing import Any

from well_made import a_well_made_persona, a_well_made_question

from interviewer.bank.people_checks import loop_remarks, persona_remarks
from interviewer.domain import Loop

ENGINEER = a_well_made_persona()


def lines(situation: str, *said: str) -> dict[str, Any]:
    return {"lines": {**ENGINEER.lines, situation: said}}


def test_a_persona_with_lines_enough_has_nothing_to_mend() -> None:
    assert list(persona_remarks(ENGINEER)) == []


def test_too_few_lines_and_unreadable_ones_are_found() -> None:
    spoiled = a_well_made_persona(**lines("closing", "Bye.", "See you & take care."))
    assert list(persona_remarks(spoiled)) == [
        (("lines", "closing"), "2 lines for closing; 8 or more are expected"),
        (
            ("lines", "closing", 1),
            "a voice cannot read & in 'See you & take care.'; write it out as people say it",
        ),
    ]


def test_a_line_that_stands_twice_or_is_anothers_is_found() -> None:
    eight = [f"Bye number {word}." for word in "one two three four five six seven".split()]
    spoiled = a_well_made_persona(**lines("closing", *eight, eight[0]))
    found = list(persona_remarks(spoiled, {eight[3]}))
    assert (("lines", "closing", 0), "the line 'Bye number one.' stands 2 times") in found
    assert (("lines", "closing", 7), "the line 'Bye number one.' stands 2 times") in found
    assert (("lines", "closing", 3), "another persona also says 'Bye number four.'") in found
    assert len(found) == 3


def a_loop(**changes: Any) -> Loop:
    one = {
        "id": "first",
        "title": "First",
        "personas": ["engineer"],
        "minutes": 20,
        "kinds": ["concept"],
        "topics": ["trees"],
        "level": "senior",
        "weighed": "All.",
        "opens": "We begin.",
        "closes": "We end.",
        "candidate_questions_minutes": 5,
    }
    values = {
        "id": "loop",
        "title": "Loop",
        "about": "A loop.",
        "rounds": [one | changes],
        "sources": ["own"],
    }
    return Loop.model_validate(values)


def test_a_round_needs_questions_for_its_minutes() -> None:
    people = {"engineer": ENGINEER}
    bank = {name: a_well_made_question(name) for name in ("oaks", "elms", "firs", "yews")}
    assert list(loop_remarks(a_loop(), people, bank)) == []
    del bank["firs"]
    assert list(loop_remarks(a_loop(), people, bank)) == [
        (("rounds", 0, "kinds"), "first: the bank's senior questions about trees fill 12 of 15 minutes")
    ]
    assert list(loop_remarks(a_loop(level="staff", topics=[]), people, bank)) == [
        (("rounds", 0, "kinds"), "first: the bank's staff questions fill 0 of 15 minutes"),
        (("rounds", 0, "kinds"), "first: no staff question of kind concept"),
    ]
    assert list(loop_remarks(a_loop(minutes=10, kinds=["concept", "coding"]), people, bank)) == [
        (("rounds", 0, "kinds"), "first: no senior question about trees of kind coding")
    ]


def test_a_round_needs_people_and_words_that_can_be_read() -> None:
    bank = {name: a_well_made_question(name) for name in ("oaks", "elms", "firs", "yews")}
    found = list(loop_remarks(a_loop(opens="Part 1/2."), {}, bank))
    assert found == [
        (("rounds", 0, "personas"), "there is no persona called 'engineer'"),
        (("rounds", 0, "opens"), "a voice cannot read / in 'Part 1/2.'; write it out as people say it"),
    ]
