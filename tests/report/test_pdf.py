"""The PDF's text, read back from the file."""

from __future__ import annotations

import io
import re

import pytest
from hostile_session import hostile_events
from pypdf import PdfReader
from sample_session import PERSONAS, QUESTIONS, sample_events

from interviewer.report import pdf
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay


@pytest.fixture(scope="module")
def replay() -> Replay:
    return build_replay(sample_events(), QUESTIONS, PERSONAS)


def read(data: bytes) -> tuple[PdfReader, str]:
    """The file and its words, without the line ends that setting type puts in."""
    reader = PdfReader(io.BytesIO(data), strict=True)
    return reader, re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def saying(replay: Replay, words: str) -> Replay:
    """The replay with other words in the candidate's first line."""
    first = next(line for line in replay.lines if line.speaker == "candidate")
    changed = first.model_copy(update={"text": words, "pieces": (), "marks": ()})
    return replay.model_copy(
        update={"lines": tuple(changed if line is first else line for line in replay.lines)}
    )


def test_everything_said_and_judged_can_be_read_back(replay: Replay) -> None:
    reader, text = read(pdf.render(replay))
    for line in replay.lines:
        if line.text and not any(piece.doubtful for piece in line.pieces):
            for word in line.text.split()[:3]:
                assert word in text
    for review in replay.answers:
        assert review.title in text
        if review.score is not None:
            for point in review.score.technical.points:
                assert point.text in text
    assert reader.metadata is not None
    assert reader.metadata.title
    assert str(reader.metadata.creation_date)[:10] == replay.started[:10]
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert f"1 of {len(reader.pages)}" in text


def test_letters_of_other_alphabets(replay: Replay) -> None:
    said = "Αβγ градиент Ångström café naïve ∑ ≤ λ → ½"
    _, text = read(pdf.render(saying(replay, said)))
    assert said in text


def test_what_the_font_lacks_is_a_box_and_is_counted(replay: Replay) -> None:
    _, text = read(pdf.render(saying(replay, "I said 你好 to the model.")))
    assert "I said ▯▯ to the model." in text
    assert "2 characters of this session cannot be set" in text
    _, plain = read(pdf.render(replay))
    assert "cannot be set" not in plain


def test_whatever_was_said_stays_text() -> None:
    data = pdf.render(build_replay(hostile_events(), {}, {}))
    _, text = read(data)
    assert "<script>" in text
    for active in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/AA", b"/Annot", b"/EmbeddedFile"):
        assert active not in data


def test_a_story_told_in_many_words_runs_over_pages(replay: Replay) -> None:
    words = "The pipeline broke on Monday and we found out why. " * 120
    reader, text = read(pdf.render(saying(replay, words.strip())))
    assert len(reader.pages) > len(read(pdf.render(replay))[0].pages)
    assert text.count("found out why") == 120
