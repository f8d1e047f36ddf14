"""questions lint through its front: files, lines, exit code; and with the real embedder what only it can see."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from builders import a_question
from click.testing import CliRunner, Result
from well_made import a_well_made_persona, a_well_made_question, line_of, write_pack

from interviewer.cli import cli
from interviewer.library.content import load_library

WHERE_SUMMARY_ENDS = " Left out with --fast: the judge's scores, and phrasings and questions too much alike."


def lint(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["questions", "lint", *map(str, arguments)])


@pytest.mark.usefixtures("house")
def test_a_good_file_is_told_in_one_line(tmp_path: Path) -> None:
    done = lint("--fast", write_pack(tmp_path / "good.yaml", a_well_made_question()))
    assert (done.exit_code, done.stdout) == (0, f"1 question: nothing to mend.{WHERE_SUMMARY_ENDS}\n")


@pytest.mark.usefixtures("house")
def test_every_finding_has_file_and_line_and_the_code_is_one(tmp_path: Path) -> None:
    good = a_well_made_question()
    path = write_pack(
        tmp_path / "mine.yaml", good, a_well_made_question("weeds", spoken="Why & how?", red_flags=[])
    )
    done = lint("--fast", path)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        f"{path}, line {line_of(path, '- id: weeds')}: weeds: no red_flags: what would a worried interviewer note down?",
        f"{path}, line {line_of(path, 'spoken: Why')}: weeds: a voice cannot read & in 'Why & how?'; "
        "write it out as people say it",
        f"2 questions: 2 findings.{WHERE_SUMMARY_ENDS}",
    ]


@pytest.mark.usefixtures("house")
def test_a_follow_up_of_another_question_is_told(tmp_path: Path) -> None:
    good = a_well_made_question()
    probes = [
        f.model_copy(update={"text": "And what then?"}) if f.id == "deep_2" else f for f in good.follow_ups
    ]
    ours = write_pack(tmp_path / "one.yaml", good.model_copy(update={"follow_ups": tuple(probes)}))
    weeds = a_well_made_question("weeds")
    probes = [
        f.model_copy(update={"text": "And what THEN?"}) if f.id == "deep_3" else f for f in weeds.follow_ups
    ]
    theirs = write_pack(tmp_path / "two.yaml", weeds.model_copy(update={"follow_ups": tuple(probes)}))
    done = lint("--fast", ours, theirs)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].startswith(
        f"{theirs}, line {line_of(theirs, 'And what THEN?')}: weeds: deep_3: "
    )
    assert f"'{good.id}' asks the same words" in done.stdout


@pytest.mark.usefixtures("house")
def test_a_neighbour_that_does_not_exist_is_told(tmp_path: Path) -> None:
    ours = a_well_made_question(near=["weeds", "thistles"])
    path = write_pack(tmp_path / "mine.yaml", ours, a_well_made_question("weeds"))
    done = lint("--fast", path)
    assert done.exit_code == 1
    assert [line for line in done.stdout.splitlines() if "there is no question called" in line] == [
        f"{path}, line {line_of(path, '- thistles')}: {ours.id}: there is no question called 'thistles'"
    ]


@pytest.mark.usefixtures("house")
def test_a_broken_question_does_not_hide_the_others(tmp_path: Path) -> None:
    path = write_pack(
        tmp_path / "mine.yaml", a_well_made_question(), a_well_made_question("weeds", red_flags=[])
    )
    path.write_text(path.read_text().replace("kind: concept", "kind: konzept", 1))
    (tmp_path / "torn.yaml").write_text("questions: [\n")
    done = lint("--fast", path, tmp_path / "torn.yaml")
    assert done.exit_code == 1
    told = done.stdout.splitlines()
    assert told[0].startswith(f"{path}, line {line_of(path, 'konzept')}: kind: input should be 'concept'")
    assert "weeds: no red_flags" in told[1]
    assert "torn.yaml, line 2: this is no valid YAML" in told[2]
    assert told[3].startswith("1 question: 3 findings.")


def test_an_id_may_stand_once(tmp_path: Path, config: Path, house: Path) -> None:
    path = write_pack(tmp_path / "mine.yaml", *(a_well_made_question(i) for i in ("oaks", "oaks", "ours")))
    told = lint("--fast", path).stdout.splitlines()
    first, second = line_of(path, "- id: oaks$"), line_of(path, "- id: oaks$", 2)
    assert told[0] == f"{path}, line {second}: oaks: this id is also that of {path}, line {first}"
    assert f"ours: this id is also that of {house}" in told[1]
    own = write_pack(config / "questions" / "mine.yaml", a_well_made_question("ours"))
    replacing = lint("--fast", own)
    assert replacing.exit_code == 0, "a user's question may replace one of ours"


def test_without_files_our_content_and_the_users_is_checked(config: Path, house: Path) -> None:
    mine = write_pack(config / "questions" / "mine.yaml", a_question())
    for folder, entry in (("personas", {"id": "me", "name": "Me"}), ("loops", {"id": "round_trip"})):
        (config / folder).mkdir()
        (config / folder / "mine.yaml").write_text(yaml.safe_dump(entry))
    (house / "personas").mkdir()
    engineer = a_well_made_persona().model_dump(mode="json")
    (house / "personas" / "engineer.yaml").write_text(yaml.safe_dump(engineer))
    done = lint("--fast")
    assert done.exit_code == 1
    assert (
        f"{mine}, line {line_of(mine, 'rubric:')}: alpha: 3 rubric points; 6 to 8 are expected" in done.stdout
    )
    assert f"{config / 'personas' / 'mine.yaml'}, line 1: role: is missing" in done.stdout
    assert f"{config / 'loops' / 'mine.yaml'}, line 1: rounds: is missing" in done.stdout
    assert "2 questions, 1 persona: " in done.stdout


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = lint(tmp_path / "nowhere.yaml")
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


@pytest.mark.real
@pytest.mark.slow
def test_the_embedder_finds_what_sounds_alike_and_what_scores_wrongly(tmp_path: Path) -> None:
    ours = load_library().questions["p_value_meaning"]
    probes = tuple(f.model_copy(update={"text": f"And then, {f.text}"}) for f in ours.follow_ups)
    hints = ("Take a moment.", "Think of coins.", "Go back.")
    fine = ours.model_copy(update={"id": "fine", "hints": hints, "follow_ups": probes})
    point = ours.rubric[0]
    error = point.misconceptions[0]
    right = f"{ours.rubric[1].text} {ours.rubric[5].text} {ours.rubric[6].text}"
    misled = point.model_copy(
        update={
            "phrasings": (*point.phrasings[:3], f"well, {point.phrasings[0]}"),
            "misconceptions": (error.model_copy(update={"wrong": (error.wrong[0], right)}),),
        }
    )
    spoiled = fine.model_copy(
        update={
            "id": "spoiled",
            "rubric": (misled, *ours.rubric[1:]),
            "hints": tuple(p.text for p in ours.rubric[1:4]),
            "model_answer": "I would ask my colleague to have lunch with me and we would talk about it. " * 8,
        }
    )
    path = write_pack(tmp_path / "pack.yaml", fine, spoiled)
    done = lint(path)
    told = done.stdout
    assert done.exit_code == 1
    assert "fine: nearly asks what 'p_value_meaning' asks" in told
    assert "spoiled: nearly asks what 'fine' asks" in told
    assert f"line {line_of(path, 'well, ')}: spoiled: pv_definition: 'well, " in told
    assert "spoiled: the model answer scores" in told
    assert f"' is nearly the point {ours.rubric[1].id} itself" in told
    assert f"spoiled: '{right}' said as an answer scores" in told
    assert told.count(" fine: ") == 1
    assert told.splitlines()[-1].startswith("2 questions: ")
