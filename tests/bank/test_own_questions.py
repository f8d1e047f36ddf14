"""How people bring their own questions: skeletons, plain questions, packs, and schemas for their editor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from click.testing import CliRunner, Result
from well_made import a_well_made_question, line_of, write_pack

from interviewer.bank.drafts import identifier_from
from interviewer.bank.schemas import FILES, schema_file
from interviewer.cli import cli
from interviewer.domain import Kind
from interviewer.errors import InterviewerError
from interviewer.library import places
from interviewer.library.content import load_library

pytestmark = pytest.mark.usefixtures("house")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["questions", *map(str, arguments)])


def refused(*arguments: str | Path) -> str:
    """What the user is told when it cannot be done."""
    done = run(*arguments)
    assert isinstance(done.exception, InterviewerError), done.output
    return str(done.exception)


def one_question(path: Path) -> dict[str, Any]:
    entries = yaml.safe_load(path.read_text())["questions"]
    assert len(entries) == 1
    found: dict[str, Any] = entries[0]
    return found


# -- skeletons -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_skeleton_of_every_kind_lacks_nothing_but_its_texts(kind: Kind, config: Path) -> None:
    before = load_library().questions
    done = run("new", "my_own", "--kind", kind, "--topic", "gardens")
    path = config / "questions" / "drafts" / "my_own.yaml"
    assert done.exit_code == 0
    assert f"interviewer questions lint {path}" in done.stdout
    assert load_library().questions == before, "nobody is asked a draft"

    told = run("lint", "--fast", path).stdout.splitlines()
    assert f"{path}, line {line_of(path, 'spoken: >-')}: my_own: " in told[0]
    assert "texts are still to be written (TODO)" in told[0]
    assert len(told) == 2
    assert "still to be written" in refused("import", path)

    question = one_question(path)
    assert (question["kind"], question["topics"]) == (kind, ["gardens"])
    answer = "They grow a little every year. " * 25
    path.write_text(path.read_text().replace("TODO: a model answer", answer).replace("TODO", "Written"))
    assert run("import", "--fast", path).stdout.splitlines()[1].startswith("1 question: nothing to mend.")
    assert load_library().question("my_own").topics == ("gardens",)


def test_a_skeleton_knows_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "my folder" / "mine.yaml"
    assert f"lint '{path}'" in run("new", "my_own", "--kind", "concept", "--to", path).stdout
    schema = path.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=file://")
    assert json.loads(Path(schema).read_text())["title"] == "QuestionPack"


def test_a_skeleton_overwrites_nothing_and_is_never_asked(tmp_path: Path, config: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("precious")
    assert "mine.yaml is there already. Choose another place: --to FILE" in refused(
        "new", "my_own", "--kind", "concept", "--to", path
    )
    assert path.read_text() == "precious"
    asked = config / "questions" / "mine.yaml"
    assert "still to be written" in refused("new", "my_own", "--kind", "concept", "--to", asked)
    assert not asked.exists()


def test_bad_names_are_refused() -> None:
    assert "'My-Own' is no question id. It is made of" in refused("new", "My-Own", "--kind", "concept")
    assert "'Big Data' is no topic" in refused("new", "my_own", "--kind", "concept", "--topic", "Big Data")
    assert "There is a question called 'ours' already" in refused("new", "ours", "--kind", "concept")
    assert run("new", "my_own", "--kind", "konzept").exit_code == 2


# -- plain questions -------------------------------------------------------------------------------------------------

ROWS = [
    {"question": "Why do trees grow at 5% a year?", "answer": "Because\nthey can.", "topic": "Tree science", "level": "senior"},
    {"question": "Why do trees grow, and how?"},
]  # fmt: skip
CSV = 'Question,Answer,Topic,Level,Source\n"Why do trees grow at 5% a year?","Because\nthey can.",Tree science,senior,x\n\n"Why do trees grow, and how?",,,\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.csv", CSV),
        ("list.csv", "\ufeff" + CSV),
        ("list.csv", CSV.replace(",", ";").replace("grow;", "grow,")),
        ("list.tsv", CSV.replace(",", "\t").replace("grow\t", "grow,")),
        ("list.jsonl", "\n".join(map(json.dumps, ROWS)) + "\n\n"),
    ],
)
def test_plain_questions_become_drafts(name: str, text: str, tmp_path: Path, config: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    before = load_library().questions
    done = run("import", path)
    assert done.exit_code == 0, done.output
    drafts = sorted((config / "questions" / "drafts").iterdir())
    assert [draft.name for draft in drafts] == ["trees_grow.yaml", "trees_grow_5_year.yaml"]
    assert load_library().questions == before

    told, bare = one_question(drafts[1]), one_question(drafts[0])
    assert told["written"] == "Why do trees grow at 5% a year?"
    assert told["spoken"] == "Why do trees grow at 5 percent a year?"
    assert told["model_answer"] == "Because they can."
    assert (told["topics"], told["levels"]) == (["tree_science"], ["senior"])
    assert told["sources"] == [f"own: {name}"]
    assert bare["model_answer"].startswith("TODO")
    assert bare["levels"] == ["junior", "senior", "staff"]
    for draft in drafts:
        assert "still to be written" in run("lint", "--fast", draft).stdout


def test_drafts_that_were_begun_are_left_alone(tmp_path: Path, config: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("question\nTell me about a conflict with a gardener.\n")
    assert run("import", path, "--kind", "behavioural").exit_code == 0
    (draft,) = (config / "questions" / "drafts").iterdir()
    assert one_question(draft)["kind"] == "behavioural"
    draft.write_text("begun")
    assert "Left alone, because they are there already: 1" in run("import", path).stdout
    assert draft.read_text() == "begun"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("list.csv", "frage,antwort\nWas?,Das.\n", ["line 1", "no column 'question'; found: frage, antwort"]),
        ("list.csv", "", ["line 1", "no column 'question'; found: nothing"]),
        ("list.csv", "question\n", ["line 1", "no question in this file"]),
        ("list.csv", "question,answer\n,Yes.\nWhy?,\n", ["line 2", "the question is missing"]),
        ("list.csv", "question,level\nWhy?,wizard\n", ["line 2", "no level 'wizard'; known are junior, senior"]),
        ("list.csv", "question,topic\nWhy?,3d\n", ["line 2", "the topic '3d' must begin with a letter"]),
        ("list.csv", "question\nWhy?\nHow?\nwhy?\n", ["line 4", "the same question as in line 2"]),
        ("list.csv", 'question\n"Why?\n', ["line 2", "no valid CSV"]),
        ("list.jsonl", '{"question": "Why?"}\n{"question": \n', ["line 2", "no valid JSON"]),
        ("list.jsonl", "[1]\n", ["line 1", "no JSON object"]),
        ("list.jsonl", '{"answer": "Yes."}\n', ["line 1", "the question is missing"]),
        ("list.docx", "question\n", ["list.docx is of no kind that is known here", ".yaml, .csv, .tsv, .jsonl"]),
        ("list.yaml", "- Why?\n", ["line 1", "expected 'questions:'"]),
        ("list.yaml", "questions: []\n", ["There is no question in"]),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_in_is_told_and_leaves_nothing(
    name: str, text: str, words: list[str], tmp_path: Path, config: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    said = refused("import", path)
    assert all(word in said for word in words), said
    assert not config.exists()


def test_latin_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("question\nWarum für?\n".encode("latin-1"))
    assert "Save it as UTF-8 text." in refused("import", path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is the bias-variance trade-off?", "bias_variance_trade_off"),
        ("What is it?", "what_is_it"),
        ("3D convolutions", "q_3d_convolutions"),
        ("¿Qué?", "qu"),
        ("なぜ?", "q"),
    ],
)
def test_ids_come_from_the_words_that_tell(text: str, name: str) -> None:
    assert identifier_from(text, ()) == name
    assert identifier_from(text, (name, f"{name}_2")) == f"{name}_3"


# -- packs -----------------------------------------------------------------------------------------------------------


def test_a_pack_is_checked_and_asked_from_then_on(tmp_path: Path, config: Path) -> None:
    pack = write_pack(
        tmp_path / "pack.yml", a_well_made_question(), a_well_made_question("ours", red_flags=[])
    )
    done = run("import", "--fast", pack)
    home = config / "questions" / "pack.yaml"
    assert done.exit_code == 0, done.output
    told = done.stdout.splitlines()
    assert told[:2] == [f"Took in 2 questions: {home}", "In place of ours: ours"]
    assert f"{home}, line " in told[2] and "no red_flags" in told[2]
    assert told[-1] == "They are asked all the same; mend the file when you can."
    assert home.read_bytes() == pack.read_bytes()
    assert load_library().question("trees").written == "Explain how trees grow."
    assert run("import", "--fast", pack).exit_code == 0, "the same pack again changes nothing"
    assert run("import", "--fast", home).exit_code == 0


def test_another_pack_of_the_same_name_needs_leave(tmp_path: Path, config: Path) -> None:
    run("import", "--fast", write_pack(tmp_path / "pack.yaml", a_well_made_question()))
    pack = write_pack(tmp_path / "pack.yaml", a_well_made_question(written="Again."))
    assert "is there already and differs. Replace it: --replace" in refused("import", pack)
    assert run("import", "--fast", "--replace", pack).exit_code == 0
    assert load_library().question("trees").written == "Again."


def test_a_pack_that_would_stop_sessions_is_not_taken_in(tmp_path: Path, config: Path) -> None:
    run("import", "--fast", write_pack(tmp_path / "pack.yaml", a_well_made_question()))
    twin = write_pack(tmp_path / "twin.yaml", a_well_made_question())
    assert f"trees: this id is also that of {config}" in refused("import", twin)
    broken = write_pack(tmp_path / "broken.yaml", a_well_made_question("oaks"))
    broken.write_text(broken.read_text().replace("minutes: 4", "minute: 4"))
    said = refused("import", broken)
    assert f"line {line_of(broken, 'minute: 4')}" in said and "interviewer questions lint" in said
    assert [path.name for path in (config / "questions").iterdir()] == ["pack.yaml"]


# -- schemas ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_published_schemas_are_current(name: str) -> None:
    published = places.schemas_folder() / schema_file(name)
    command = f"interviewer questions schema {name} > prompts/schemas/{schema_file(name)}"
    assert run("schema", name).stdout == published.read_text(), f"run: {command}"


def test_the_schema_is_of_question_files_unless_another_is_named() -> None:
    printed = json.loads(run("schema").stdout)
    assert printed["required"] == ["questions"]
    assert printed["$defs"]["Question"]["properties"]["kind"]["enum"] == list(get_args(Kind))
