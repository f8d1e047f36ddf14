"""What the live loop tells the decision on the end of a turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import a_library, a_question
from rehearsal import Rehearsal, fixed_silence, says

from interviewer.hearing.endpointing import Patience
from interviewer.hearing.habits import PauseHabit
from interviewer.hearing.turn_end import Evidence

ONE = {"questions": 1, "follow_ups": 0}


class Watching:
    """The rule of the rehearsals, with a note of what it was told."""

    def __init__(self) -> None:
        self.told: list[Evidence] = []

    def __call__(self, evidence: Evidence, habit: PauseHabit, patience: Patience) -> float:
        self.told.append(evidence)
        return fixed_silence(evidence, habit, patience)


def test_the_share_of_the_rubric_that_is_covered_is_told_at_the_pause(tmp_path: Path) -> None:
    rule = Watching()
    Rehearsal(tmp_path, [says(3.0)], ["it is light"], missed=["heavy"], start=ONE, rule=rule).run()
    coverage = rule.told[-1].coverage
    assert coverage is not None
    assert 0 < coverage < 1


def test_a_new_question_begins_with_nothing_covered(tmp_path: Path) -> None:
    rule = Watching()
    start = {"questions": 2, "follow_ups": 0}
    Rehearsal(tmp_path, [says(3.0), says(3.0)], ["the first", "the second"], start=start, rule=rule).run()
    first = next(number for number, told in enumerate(rule.told) if told.text == "the second")
    assert rule.told[first - 1].text is None, "the second answer is being written down"
    assert rule.told[first - 1].coverage is None


@pytest.mark.parametrize(
    ("asked", "brief"), [("When could you start?", True), ("How would you start?", False)]
)
def test_whether_a_word_or_two_can_answer_is_told(tmp_path: Path, asked: str, brief: bool) -> None:
    rule = Watching()
    library = a_library((a_question("alpha").model_copy(update={"spoken": asked}),))
    Rehearsal(tmp_path, [says(3.0)], ["in spring"], library=library, start=ONE, rule=rule).run()
    assert {told.brief for told in rule.told} == {brief}
