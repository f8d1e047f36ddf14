"""Preparation: every file loads, what it refers to exists, each guide it draws on is represented, mistakes are named."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from interviewer.domain.preparation import Item, Practice, Preparation, Story
from interviewer.library import places
from interviewer.library.content import Library, load_library
from interviewer.library.preparation import load_preparation
from interviewer.library.yaml_reader import ContentError

GUIDES = (
    "research-lab ML engineer guide",
    "ML engineer loop guide",
    "general ML interview guide",
    "engineer and scientist interview guide",
)
"""The documents the project began with; "own" stands for what goes beyond them."""

IN_THE_GUIDES = {
    "red_flags": {
        "only_software",
        "no_operations",
        "cannot_debug_models",
        "complexity_for_its_own_sake",
        "vague_projects",
    },
    "plan": {"four_weeks_out", "two_weeks_out", "one_week_out", "day_before", "day_of"},
    "tasks": {
        "core_concepts",
        "coding_habit",
        "systems_and_cloud",
        "choose_targets",
        "mend_the_resume",
        "your_area",
        "learn_the_lab",
        "whole_designs",
        "components_from_scratch",
        "portfolio_review",
        "stories_aloud",
        "messy_data",
        "experiments_and_metrics",
        "explain_to_others",
        "read_real_systems",
        "mock_coding",
        "mock_design",
        "weak_points",
        "operations_tools",
        "questions_to_ask",
        "rehearse_talk",
        "check_set_up",
        "read_own_papers",
        "warm_up",
        "sleep",
    },
    "design_framework": {
        "understand_problem",
        "gather_requirements",
        "set_goals",
        "data_pipeline",
        "select_models",
        "output_and_evaluation",
        "deployment_and_operation",
        "discuss_trade_offs",
    },
    "stories": {
        "story_decision_from_data",
        "story_hard_project",
        "story_ambiguity",
        "story_disagreement",
        "story_speed_and_quality",
        "story_prototype",
        "story_two_numbers",
        "story_gaps_in_data",
        "story_many_deadlines",
        "story_end_to_end",
        "story_failure",
        "story_ethics",
    },
    "challenges": {
        "depth_and_coding",
        "thinking_aloud",
        "ambiguity",
        "time",
        "tailoring",
        "fundamentals_under_pressure",
        "trade_offs",
    },
    "communication": {
        "answer_what_was_asked",
        "short_with_examples",
        "clarify_first",
        "team_and_flexibility",
    },
    "on_the_day": {
        "expect_weeks",
        "expect_stages",
        "expect_take_home",
        "expect_little_feedback",
        "expect_odds",
        "expect_remote",
        "expect_offer_talk",
        "set_up_room",
        "sleep_and_food",
        "warm_up_voice",
        "key_points",
    },
    "roles": {"role_ml_engineer", "role_applied_scientist", "role_research_scientist", "role_data_scientist"},
}
"""What the guides name, by the id under which it stands here."""


@pytest.fixture(scope="module")
def preparation() -> Preparation:
    return load_preparation()


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def _practices(preparation: Preparation) -> Iterator[tuple[str, Practice]]:
    for item in preparation.items():
        practise = getattr(item, "practise", None)
        if isinstance(practise, Practice):
            yield item.id, practise


def test_what_the_guides_name_is_represented(preparation: Preparation) -> None:
    listed: dict[str, tuple[Item, ...]] = {
        "tasks": tuple(task for stretch in preparation.plan for task in stretch.tasks),
        "stories": preparation.star.stories,
    }
    for where, wanted in IN_THE_GUIDES.items():
        items = listed[where] if where in listed else getattr(preparation, where)
        found = {item.id: item for item in items}
        assert wanted - set(found) == set(), where
        cited = {i for i in wanted if any(s.startswith(GUIDES) for s in found[i].sources)}
        assert cited == wanted, where


def test_every_source_is_a_guide_or_our_own(preparation: Preparation) -> None:
    cited: Counter[str] = Counter()
    for item in preparation.items():
        for source in item.sources:
            name = source.partition(":")[0]
            assert name in (*GUIDES, "own"), (item.id, source)
            cited[name] += 1
    assert set(cited) == {*GUIDES, "own"}


def test_what_it_refers_to_exists(preparation: Preparation, library: Library) -> None:
    topics = {topic for question in library.questions.values() for topic in question.topics}
    for who, practise in _practices(preparation):
        assert set(practise.topics) <= topics, who
        assert set(practise.personas) <= set(library.personas), who
        assert set(practise.loops) <= set(library.loops), who
        rounds = {one.id for loop in practise.loops for one in library.loop(loop).rounds}
        assert set(practise.rounds) <= rounds, who
    for item in preparation.items():
        if isinstance(item, Story):
            assert set(item.topics) <= topics, item.id


def test_there_are_questions_for_what_it_sends_one_to_practise(
    preparation: Preparation, library: Library
) -> None:
    asked = Counter(
        (question.kind, topic) for question in library.questions.values() for topic in question.topics
    )
    for who, practise in _practices(preparation):
        assert practise != Practice(), who
        if practise.topics:
            unserved = [k for k in practise.kinds if not any(asked[k, topic] for topic in practise.topics)]
            assert unserved == [], who


def test_the_stretches_of_the_plan_meet_and_end_on_the_day(preparation: Preparation) -> None:
    for earlier, later in pairwise(preparation.plan):
        assert later.from_days == earlier.to_days - 1, later.id
    assert preparation.plan[-1].to_days == 0


def test_the_steps_of_a_design_pass_every_stage_in_order(preparation: Preparation) -> None:
    steps = preparation.design_framework
    stages = list(dict.fromkeys(step.stage for step in steps if step.stage))
    assert stages == ["clarify", "goals", "data", "model", "evaluation", "deployment"]
    assert sum(step.minutes for step in steps) == 45


def test_a_round_is_led_by_people_who_ask_its_kinds(library: Library) -> None:
    for loop in library.loops.values():
        for one in loop.rounds:
            asked = {kind for who in one.personas for kind in library.persona(who).kinds}
            assert set(one.kinds) <= asked, one.id


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(places.preparation_folder(), tmp_path / "preparation"))


def _spoil(path: Path, old: str, new: str) -> int:
    """Replace the first `old`; the line it stood in, counted from 1."""
    text = path.read_text(encoding="utf-8")
    before, found, _ = text.partition(old)
    assert found
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return before.count("\n") + 1


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("red_flags.yaml", "instead:", "insted:", "did you mean instead"),
        ("red_flags.yaml", "kinds: [system_design, ", "kinds: [system_desing, ", "kinds.0: input should be"),
        ("plan.yaml", "id: warm_up", "id: sleep", "the id 'sleep' is already taken in plan.yaml"),
        ("roles.yaml", "id: role_lab_engineer", "id: time", "the id 'time' is already taken in challenges"),
        ("plan.yaml", "minutes: 90", "minutes: soon", "tasks.0.minutes: input should be a valid integer"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(copy: Path, file: str, old: str, new: str, said: str) -> None:
    line = _spoil(copy / file, old, new)
    with pytest.raises(ContentError) as caught:
        load_preparation(copy)
    assert [m.line for m in caught.value.mistakes if m.path == copy / file and said in m.said] == [line]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("roles.yaml", "roles:", "role:", "expected 'roles:' with a list under it"),
        ("star.yaml", "component: T", "component: R", "the parts must run S, T, A, R"),
        ("star.yaml", "share: 0.15", "share: 0.25", "the shares of the parts must add up to 1"),
        ("plan.yaml", "from_days: 56", "from_days: 6", "it begins 6 days before and would end 15 before"),
    ],
)
def test_what_does_not_fit_together_is_refused(copy: Path, file: str, old: str, new: str, said: str) -> None:
    _spoil(copy / file, old, new)
    with pytest.raises(ContentError, match=said) as caught:
        load_preparation(copy)
    assert [mistake.path for mistake in caught.value.mistakes] == [copy / file]


def test_a_file_that_is_missing_is_named(copy: Path) -> None:
    (copy / "roles.yaml").unlink()
    with pytest.raises(ContentError, match=r"roles\.yaml, line 1: this file could not be read"):
        load_preparation(copy)
