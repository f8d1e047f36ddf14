"""Bulk grading: what other programs are promised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from program import REPOSITORY, Program

pytestmark = [pytest.mark.real, pytest.mark.timeout(900)]

RECORDING = REPOSITORY / "interviewer" / "demo" / "recordings"
BIAS = """A model that is too simple misses the pattern and errs in the same way each time, that is bias. One that bends to
every point of its sample changes a lot when the sample changes, and that is variance. I compare the error on training
and validation data to see which one I have."""
TEA = "Boil water, put leaves in the pot, wait four minutes and pour."
STORY = """Last year I shipped a model that broke on its first day. My task was to get it back. I rolled it back within the
hour and wrote tests for every field. As a result errors fell by forty percent."""
TASKS: tuple[Mapping[str, Any], ...] = (
    {"id": 1, "question": "What is the bias-variance tradeoff?", "answer": BIAS, "label": 5},
    {"id": "own", "question": "How do you make tea?", "answer": TEA, "rubric": ["The water has to boil.", {"id": "W-2", "text": "Wait several minutes", "weight": 2}]},
    {"id": "reference", "question": "How do you make tea?", "answer": TEA, "reference": "First boil the water. Then let the leaves steep for some minutes."},
    {"id": "nothing", "question": "How do you make tea?", "answer": TEA},
    {"id": "blank", "question": "dropout_explained", "answer": " "},
    {"id": "story", "question": "Tell me about a time you failed.", "answer": STORY},
)  # fmt: skip


def write(path: Path, *lines: Mapping[str, Any] | str) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def results(text: str) -> dict[Any, dict[str, Any]]:
    return {line["id"]: line for line in map(json.loads, text.splitlines())}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("grade")
    outcome = Program(folder).run("grade", str(write(folder / "tasks.jsonl", *TASKS)))
    assert outcome.code == 0, outcome.said
    return results(outcome.out)


def test_every_task_has_its_line_in_the_promised_form(graded: dict[Any, dict[str, Any]]) -> None:
    assert list(graded) == [task["id"] for task in TASKS]
    for line in graded.values():
        assert set(line) == {
            "id", "question_id", "transcript", "engine", "scores", "interval", "points", "star", "flags", "abstained",
        }  # fmt: skip
        assert set(line["scores"]) == {"technical", "star", "clarity", "overall"}
        assert line["scores"]["clarity"] is None, "delivery cannot be measured in writing"
        assert set(line["star"]) == {"components", "sentences", "quantified_result"}
        for point in line["points"]:
            assert set(point) == {"id", "point", "verdict", "confidence", "quote", "start", "end"}
            assert point["quote"] is None or point["quote"] in line["transcript"]


def test_a_text_is_matched_to_the_bank_s_question(graded: dict[Any, dict[str, Any]]) -> None:
    line = graded[1]
    assert line["question_id"] == "bias_variance_tradeoff"
    met = {point["id"] for point in line["points"] if point["verdict"] in ("met", "partial")}
    assert {"bias_is_systematic_error", "variance_is_sensitivity", "diagnose_by_train_validation"} <= met
    assert line["interval"][0] <= line["scores"]["overall"] <= line["interval"][1]


def test_a_rubric_of_the_caller_s_and_a_reference_alone_will_do(graded: dict[Any, dict[str, Any]]) -> None:
    for name in ("own", "reference"):
        assert graded[name]["question_id"] is None
        assert len(graded[name]["points"]) == 2
        assert graded[name]["scores"]["technical"] > 3


def test_points_keep_the_caller_s_ids(graded: dict[Any, dict[str, Any]]) -> None:
    assert [point["id"] for point in graded["own"]["points"]] == ["point_1", "W-2"]


def test_without_a_measure_content_is_not_scored(graded: dict[Any, dict[str, Any]]) -> None:
    line = graded["nothing"]
    assert line["scores"]["technical"] is None
    assert line["scores"]["overall"] is None
    assert line["abstained"]
    assert "not scored" in line["engine"]


def test_a_blank_answer_scores_nothing_and_a_story_is_told_apart(graded: dict[Any, dict[str, Any]]) -> None:
    assert graded["blank"]["scores"]["overall"] == 0
    story = graded["story"]["star"]
    assert all(story["components"].values())
    assert story["quantified_result"]
    assert {sentence["label"] for sentence in story["sentences"]} >= {"S", "T", "A", "R"}


def test_a_recording_is_transcribed_first_and_broken_lines_say_why(tmp_path: Path) -> None:
    sound = sorted(RECORDING.glob("*.flac"))[0]
    tasks = write(
        tmp_path / "tasks.jsonl",
        {"id": "sound", "question": "bias_variance_tradeoff", "audio": str(sound)},
        {"id": "lost", "question": "bias_variance_tradeoff", "audio": "nowhere.wav"},
        {"id": "both", "question": "x", "answer": "a", "audio": "b"},
        "{broken",
    )
    outcome = Program(tmp_path).run("grade", str(tasks), "--transcriber", "pocketsphinx")
    outcome.assert_fails_plainly("3 of 4 lines could not be graded", "tasks.jsonl")
    lines = results(outcome.out)
    assert len(lines["sound"]["transcript"].split()) > 20
    assert "transcript: pocketsphinx" in lines["sound"]["engine"]
    assert "rough_transcript" in lines["sound"]["flags"]
    assert lines["sound"]["scores"]["clarity"] is not None
    assert any(point["start"] is not None for point in lines["sound"]["points"])
    assert "nowhere.wav" in lines["lost"]["error"]
    assert "line 3" in lines["both"]["error"]
    assert "line 4 is not JSON" in lines["line 4"]["error"]


def test_a_file_that_holds_no_scores_is_left_alone(tmp_path: Path) -> None:
    program = Program(tmp_path)
    tasks = write(tmp_path / "tasks.jsonl", *TASKS[3:4])
    for name, text, said in (
        ("notes.txt", "my notes\nof ten years\n", "line 1 is no score"),
        ("tasks.jsonl", tasks.read_text(encoding="utf-8"), "holds the answers"),
    ):
        out = tmp_path / name
        out.write_text(text, encoding="utf-8")
        program.run("grade", str(tasks), "--out", str(out)).assert_fails_plainly(said, "--out")
        assert out.read_text(encoding="utf-8") == text
    tasks.write_bytes(b'{"id": 1, "question": "caf\xe9"}')
    program.run("grade", str(tasks)).assert_fails_plainly("not UTF-8", "iconv")


def test_it_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    """Lines that are whole are kept as they are; one cut off, and one that failed, are graded again."""
    program = Program(tmp_path)
    tasks = write(tmp_path / "tasks.jsonl", *TASKS[1:4])
    kept = {"id": "own", "graded": "before"}
    out = write(tmp_path / "scores.jsonl", kept, {"id": "reference", "error": "no disk"}, '{"id": "noth')
    outcome = program.run("grade", str(tasks), "--out", str(out))
    assert outcome.code == 0, outcome.said
    assert outcome.out == ""
    assert "1 of 3 are in" in outcome.said
    lines = results(out.read_text(encoding="utf-8"))
    assert lines["own"] == kept
    assert lines["reference"]["scores"]["technical"] > 3
    assert "nothing" in lines
