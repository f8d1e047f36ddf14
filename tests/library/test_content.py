"""Content files: all of ours load, and a mistake is named by file, line and what was expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from builders import a_persona, a_question, a_start

from interviewer.director.plan import plan_of
from interviewer.director.selection import draw_question
from interviewer.errors import UnknownNameError
from interviewer.library import places
from interviewer.library.content import Library, load_library
from interviewer.library.settings import Settings, load_settings, save_settings, settings_path
from interviewer.library.yaml_reader import ContentError, read_yaml


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def test_everything_we_ship_loads(library: Library) -> None:
    assert {"recruiter", "ml_engineer", "faculty_panelist"} <= set(library.personas)
    assert len(library.questions) >= 24
    assert len(library.loops) >= 2


def test_the_bank_covers_what_the_first_personas_ask(library: Library) -> None:
    kinds = {question.kind for question in library.questions.values()}
    wanted = {
        "concept",
        "system_design",
        "data_engineering",
        "experimentation",
        "communication",
        "behavioural",
        "motivation",
    }
    assert wanted <= kinds


def test_every_heavy_rubric_point_is_probed(library: Library) -> None:
    for question in library.questions.values():
        probed = {follow_up.point for follow_up in question.follow_ups}
        assert {point.id for point in question.rubric if point.weight >= 1} <= probed, question.id


def test_every_story_question_can_draw_out_each_part(library: Library) -> None:
    for question in library.questions.values():
        if question.expects_story:
            assert {f.star for f in question.follow_ups if f.star} == {"S", "T", "A", "R"}, question.id


def test_model_answers_are_of_spoken_length(library: Library) -> None:
    lengths = {q.id: len(q.model_answer.split()) for q in library.questions.values()}
    assert {i: n for i, n in lengths.items() if not 110 <= n <= 230} == {}


def test_personas_have_lines_enough_for_an_hour(library: Library) -> None:
    for persona in library.personas.values():
        assert {s: len(lines) for s, lines in persona.lines.items() if len(set(lines)) < 8} == {}, persona.id


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(
        yaml.safe_dump({"questions": [json.loads(a_question().model_dump_json())]}, sort_keys=False)
    )
    return path


def _load(folder: Path) -> Library:
    return load_library([], [folder], [])


def test_a_missing_field_is_named_with_its_line(pack: Path) -> None:
    text = pack.read_text()
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.strip().startswith("- id: heavy"))
    pack.write_text(text.replace("text: The statement of heavy.", "", 1))
    with pytest.raises(ContentError) as caught:
        _load(pack.parent)
    assert f"{pack}, line {line}: " in caught.value.message
    assert "rubric.1.text: is missing" in caught.value.message


def test_a_wrong_kind_says_what_is_known(pack: Path) -> None:
    pack.write_text(pack.read_text().replace("kind: concept", "kind: consept"))
    with pytest.raises(ContentError, match=r"line 3: kind: input should be 'concept'"):
        _load(pack.parent)


def test_a_misspelt_field_offers_the_right_one(pack: Path) -> None:
    pack.write_text(pack.read_text().replace("  minutes:", "  minute:"))
    with pytest.raises(ContentError, match="did you mean minutes"):
        _load(pack.parent)


def test_broken_yaml_is_named_with_its_line(pack: Path) -> None:
    pack.write_text("questions:\n  - id: [unclosed\n")
    with pytest.raises(ContentError, match=r"mine\.yaml, line \d+: this is no valid YAML"):
        _load(pack.parent)


def test_a_key_that_stands_twice_is_refused(pack: Path) -> None:
    pack.write_text("questions: []\nquestions: []\n")
    with pytest.raises(ContentError, match="line 2: 'questions' stands here twice"):
        _load(pack.parent)


def test_a_follow_up_must_probe_a_point_that_exists(pack: Path) -> None:
    pack.write_text(pack.read_text().replace("point: heavy", "point: heavie", 1))
    with pytest.raises(ContentError, match="probes 'heavie', which is no rubric point here"):
        _load(pack.parent)


def test_a_file_without_questions_says_what_was_expected(pack: Path) -> None:
    pack.write_text("- just a list\n")
    with pytest.raises(ContentError, match="expected 'questions:'"):
        _load(pack.parent)


def test_two_questions_of_one_id_are_refused(pack: Path) -> None:
    entry = json.loads(a_question().model_dump_json())
    pack.write_text(yaml.safe_dump({"questions": [entry, entry]}))
    with pytest.raises(ContentError, match="already taken"):
        _load(pack.parent)


def test_a_later_folder_overrides_an_earlier_one(pack: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    entry = json.loads(a_question().model_dump_json()) | {"written": "Mine now"}
    (own / "q.yaml").write_text(yaml.safe_dump({"questions": [entry]}))
    assert load_library([], [pack.parent, own], []).question("alpha").written == "Mine now"


def test_unknown_names_offer_near_ones() -> None:
    library = Library({"recruiter": a_persona("recruiter")}, {"alpha": a_question()}, {})
    with pytest.raises(UnknownNameError, match="Did you mean recruiter"):
        library.persona("recruter")
    with pytest.raises(UnknownNameError, match="questions list"):
        library.question("omega")


def test_settings_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_CONFIG_DIR", str(tmp_path))
    assert load_settings() == Settings()
    save_settings(Settings(headphones=True, offer_weights=False))
    assert load_settings() == Settings(headphones=True, offer_weights=False)
    settings_path().write_text("headphones: perhaps\n")
    with pytest.raises(ContentError, match="line 1: headphones"):
        load_settings()


def test_places_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "d"))
    assert places.weights_folder() == tmp_path / "d" / "models"
    assert read_yaml(places.catalog_path()).data


@pytest.mark.parametrize(
    ("loop", "round_id"),
    [
        ("research_lab_ml_engineer", "lab_presentation"),
        ("postdoc_panel", "postdoc_job_talk"),
        ("scientist_engineer", "scientist_job_talk"),
    ],
)
def test_a_talk_is_given_before_it_is_attacked(library: Library, loop: str, round_id: str) -> None:
    for seed in range(20):
        started = a_start(loop=loop, round=round_id, seed=seed, questions=50)
        one = plan_of(started, library).rounds[0]
        drawn = draw_question(
            library.questions,
            library.persona(one.personas[0]),
            one,
            (),
            first=True,
            seconds=one.minutes * 60,
            avoid=(),
            seed=seed,
        )
        assert drawn is not None
        assert drawn.id == "research_presentation"
