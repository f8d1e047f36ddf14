"""What leads into a chunk: words of the one before, whole, and none of them twice in the text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from interviewer.demo.candidate import recording
from interviewer.domain import SAMPLE_RATE, Word
from interviewer.engines.pocketsphinx import PocketsphinxTranscriber
from interviewer.engines.pocketsphinx.leading import LEADING_SECONDS, Leading
from interviewer.library import places
from interviewer.ports import Samples


def words(*spans: tuple[float, float]) -> list[Word]:
    return [
        Word(text=str(place), start=start, end=end, confidence=1.0)
        for place, (start, end) in enumerate(spans)
    ]


def seconds(length: float) -> Samples:
    return np.arange(round(length * SAMPLE_RATE), dtype=np.float32)


def test_the_lead_begins_with_the_first_word_that_fits_whole() -> None:
    sound = seconds(5.0)
    lead = Leading.out_of(sound, words((0.2, 1.0), (3.2, 3.8), (3.9, 4.2), (4.3, 4.9)))
    assert lead.words == 2
    assert len(lead.sound) == pytest.approx(1.1 * SAMPLE_RATE, abs=1)
    assert lead.sound[-1] == sound[-1]


def test_without_a_word_in_the_end_there_is_no_lead() -> None:
    lead = Leading.out_of(seconds(5.0), words((0.2, 1.0), (2.0, 3.4)))
    assert lead.words == 0 and len(lead.sound) == 0


def test_words_of_the_lead_are_left_out_and_the_others_counted_from_the_chunk() -> None:
    lead = Leading(seconds(1.0), 2)
    first, second = lead.without(words((0.1, 0.5), (0.6, 0.95), (0.9, 1.4), (1.5, 2.0)))
    assert (first.text, second.text) == ("2", "3")
    assert [first.start, first.end, second.start, second.end] == pytest.approx([0.0, 0.4, 0.5, 1.0])


@pytest.mark.real
def test_a_sentence_in_two_chunks_reads_as_in_one() -> None:
    import soundfile

    sound, _ = soundfile.read(recording("diagnosis"), dtype="float32")
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())

    def heard(*chunks: Samples) -> list[tuple[float, Word]]:
        found, began = [], 0.0
        for chunk in chunks:
            transcriber.start_chunk()
            transcriber.feed(chunk)
            captioned = transcriber.partial().split()
            own = [word for segment in transcriber.end_chunk() for word in segment.words]
            assert abs(len(captioned) - len(own)) <= 3, "the caption shows what was said before"
            assert all(0 <= word.start < word.end for word in own)
            found += [(began + word.start, word) for word in own]
            began += len(chunk) / SAMPLE_RATE
        return found

    whole = heard(sound)
    last_before, first_after = next(
        (one, other)
        for one, other in pairwise(whole)
        if one[0] > 4.0 and other[1].start - one[1].end < LEADING_SECONDS / 3
    )
    cut = round((last_before[1].end + first_after[1].start) / 2 * SAMPLE_RATE)
    transcriber.prepare(["nothing that leads into it"])
    transcriber.prepare([])
    halves = heard(sound[:cut], sound[cut:])
    transcriber.close()
    assert len(halves) == pytest.approx(len(whole), abs=2)
    assert [at for at, _ in halves] == sorted(at for at, _ in halves)
    texts = {word.text for _, word in whole}
    assert sum(word.text in texts for _, word in halves) >= 0.85 * len(halves)
