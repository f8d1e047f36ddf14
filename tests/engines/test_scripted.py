from __future__ import annotations

import numpy as np
import pytest

from interviewer.domain import Span, VoiceStyle
from interviewer.domain.speech import FRAME_SAMPLES, FRAME_SECONDS
from interviewer.engines.scripted import ScriptedDetector, ScriptedTranscriber, ScriptedVoice
from interviewer.errors import EngineError


def test_texts_come_chunk_by_chunk() -> None:
    transcriber = ScriptedTranscriber(["I used gradient boosting", "", "because it was fast"])
    transcriber.prepare(["gradient boosting"])
    transcriber.start_chunk()
    assert transcriber.partial() == ""
    transcriber.feed(np.zeros(16_000, dtype=np.float32))
    assert transcriber.partial() == "I used"
    transcriber.feed(np.zeros(8_000, dtype=np.float32))
    (segment,) = transcriber.end_chunk()
    assert (segment.text, segment.start, segment.end) == ("I used gradient boosting", 0.0, 1.5)
    transcriber.start_chunk()
    assert transcriber.end_chunk() == ()
    transcriber.start_chunk()
    assert transcriber.end_chunk()[0].text == "because it was fast"
    transcriber.start_chunk()
    with pytest.raises(EngineError, match="only 3 chunks"):
        transcriber.end_chunk()
    assert transcriber.phrases == [("gradient boosting",)]


def test_loud_frames_are_speech() -> None:
    detector = ScriptedDetector()
    assert detector.probability(np.full(FRAME_SAMPLES, 0.1, dtype=np.float32)) == 1.0
    assert detector.probability(np.full(FRAME_SAMPLES, 0.01, dtype=np.float32)) == 0.0


def test_spans_are_speech() -> None:
    detector = ScriptedDetector([Span(start=2 * FRAME_SECONDS, end=4 * FRAME_SECONDS)])
    silence = np.zeros(FRAME_SAMPLES, dtype=np.float32)
    for _ in range(2):
        assert [detector.probability(silence) for _ in range(6)] == [0, 0, 1, 1, 0, 0]
        detector.reset()


def test_a_tone_follows_the_words() -> None:
    voice = ScriptedVoice()
    speech = voice.synthesize("Tell me more, please.", VoiceStyle())
    assert speech.seconds == pytest.approx(4 * 0.35)
    again = ScriptedVoice().synthesize("Tell me more, please.", VoiceStyle())
    np.testing.assert_array_equal(speech.samples, again.samples)
    other = ScriptedVoice().synthesize("Tell us more, please.", VoiceStyle())
    assert (speech.samples != other.samples).any()
    detector = ScriptedDetector()
    frames = speech.samples[: FRAME_SAMPLES * 40].reshape(-1, FRAME_SAMPLES)
    assert np.mean([detector.probability(frame) for frame in frames]) > 0.8
    assert voice.spoken == [("Tell me more, please.", VoiceStyle())]
