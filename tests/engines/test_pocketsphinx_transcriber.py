"""The embedded recogniser for real: synthetic and human speech, questions swapped under it, broken installations."""

from __future__ import annotations

import ctypes
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import pocketsphinx
import psutil
import pytest
import soundfile
import soxr
from noises import NOISES, noise

from interviewer.domain import Segment, VoiceStyle
from interviewer.domain.speech import FRAME_SAMPLES, SAMPLE_RATE
from interviewer.engines.flite_voice import FliteVoice
from interviewer.engines.pocketsphinx import PocketsphinxTranscriber
from interviewer.engines.pocketsphinx.binding import Missing
from interviewer.engines.pocketsphinx.decoder import CHOSEN_TUNING, MixedDecoder
from interviewer.engines.pocketsphinx.spoken import spoken
from interviewer.errors import EngineError
from interviewer.library import places
from interviewer.ports import Samples

pytestmark = pytest.mark.real

HUMAN = Path(__file__).resolve().parents[3] / "shared" / "audio"
SENTENCE = (
    "Spectral clustering builds the Laplacian of a similarity graph and clusters its lowest eigenvectors."
)
ON_THE_SAME = (  # without "eigenvectors", which flite does not say as people do
    "If the similarity graph has too few edges, it falls apart and the clusters mean nothing.",
    "The Laplacian of the graph is the degree matrix minus the similarity matrix.",
)
PHRASES = (
    "Spectral clustering works on the eigenvectors of the graph Laplacian.",
    "Build a similarity graph, then cluster the rows of the lowest eigenvectors.",
)

needs_flite = pytest.mark.skipif(
    shutil.which("flite") is None, reason="flite is not installed (apt-get install flite)"
)


@pytest.fixture(scope="module")
def shared() -> Iterator[PocketsphinxTranscriber]:
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())
    yield transcriber
    transcriber.close()


@cache
def voiced(text: str) -> Samples:
    return FliteVoice().synthesize(text, VoiceStyle(flite="rms")).samples


def human(name: str) -> Samples:
    path = HUMAN / name
    if not path.is_file():
        pytest.skip(f"no recording of human speech here (looked for {path})")
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), dtype=np.float32)


def transcribe(transcriber: PocketsphinxTranscriber, samples: Samples) -> tuple[Segment, ...]:
    transcriber.start_chunk()
    for at in range(0, len(samples), FRAME_SAMPLES):
        transcriber.feed(samples[at : at + FRAME_SAMPLES])
    return transcriber.end_chunk()


def text_of(segments: Sequence[Segment]) -> str:
    return " ".join(segment.text for segment in segments)


@needs_flite
def test_knowing_the_question_makes_fewer_errors_than_the_stock_decoder(
    shared: PocketsphinxTranscriber,
) -> None:
    stock = PocketsphinxTranscriber(places.recogniser_assets(), library=Missing("the test takes them away"))
    stock.prepare(PHRASES)
    shared.prepare(PHRASES)
    said = (SENTENCE, *ON_THE_SAME)
    true = [" ".join(spoken([sentence]).words) for sentence in said]
    with_question = jiwer.wer(true, [text_of(transcribe(shared, voiced(sentence))) for sentence in said])
    without = jiwer.wer(true, [text_of(transcribe(stock, voiced(sentence))) for sentence in said])
    stock.close()
    assert with_question < 0.7 * without
    assert with_question <= 0.25


def test_a_missing_binding_is_said_and_not_hidden(shared: PocketsphinxTranscriber) -> None:
    stock = PocketsphinxTranscriber(places.recogniser_assets(), library=Missing("ps_add_lm is not exported"))
    assert stock.caveat is not None
    assert "ps_add_lm is not exported" in stock.caveat
    assert shared.caveat is None
    stock.close()


@needs_flite
def test_words_come_in_order_and_carry_confidence_and_no_markers(shared: PocketsphinxTranscriber) -> None:
    samples = voiced(SENTENCE)
    shared.prepare(PHRASES)
    (segment,) = transcribe(shared, samples)
    times = [time for word in segment.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= segment.start == times[0] < times[-1] == segment.end <= len(samples) / SAMPLE_RATE + 0.05
    assert all(word.confidence is not None for word in segment.words)
    assert segment.text == " ".join(word.text for word in segment.words)
    assert not set(segment.text) & set("<>[]()+")


@needs_flite
def test_the_question_is_swapped_fifty_times_between_chunks(shared: PocketsphinxTranscriber) -> None:
    sentence = voiced("The loss is zero.")
    process = psutil.Process()
    sizes: list[int] = []
    for turn in range(50):
        shared.prepare([*PHRASES, f"the loss is zero in round {turn}"])
        if turn % 5 == 0:
            transcribe(shared, sentence[: SAMPLE_RATE // 2])
        sizes.append(process.memory_info().rss)
    assert "loss" in text_of(transcribe(shared, sentence))
    assert sizes[-1] - sizes[9] < 8e6


@needs_flite
def test_words_new_to_the_recogniser_are_learnt_from_the_question(shared: PocketsphinxTranscriber) -> None:
    pronounced: Mapping[str, str] = {"velotron": "V EH L AH T R AA N"}
    transcriber = PocketsphinxTranscriber(
        places.recogniser_assets(),
        pronouncer=lambda words: {w: pronounced[w] for w in words if w in pronounced},
    )
    spoken_aloud = voiced("The velotron of the model is small.")
    assert "velotron" not in text_of(transcribe(transcriber, spoken_aloud))
    phrases = ["the velotron of the model is small", "every velotron has a grommelquist"]
    transcriber.prepare(phrases)
    assert transcriber.left_out == {"grommelquist"}
    assert "velotron" in text_of(transcribe(transcriber, spoken_aloud))
    transcriber.prepare(["another question about gradients"])
    transcriber.prepare(["the zero of the velotron"])  # known by now: nothing needs to be learnt again
    assert transcriber.left_out == frozenset()
    assert "velotron" in text_of(transcribe(transcriber, spoken_aloud))
    transcriber.close()


@needs_flite
def test_technical_questions_and_small_talk_get_different_mixes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())
    transcriber.prepare(PHRASES)  # words new to the recogniser are learnt here
    monkeypatch.setattr(MixedDecoder, "ask", lambda self, arpa, *, technical: asked.append(technical))
    transcriber.prepare(
        ["Gradient descent with momentum converges faster.", "Overfitting means high variance."]
    )
    transcriber.prepare(["I moved here because my wife found a job, and I like to work with people."])
    transcriber.close()
    assert asked == [True, False]


@pytest.mark.parametrize(("history", "word"), [("machine", "learning"), ("of", "the"), ("", "the")])
def test_the_mix_is_the_weighted_sum_of_its_models(
    shared: PocketsphinxTranscriber, history: str, word: str
) -> None:
    shared.prepare(())
    mixed = shared._mixed
    assert mixed is not None
    stock, domain = (_probability(mixed, model, history, word) for model in (mixed._stock, mixed._domain))
    weights = CHOSEN_TUNING.unprepared
    expected = weights.stock * stock + weights.domain * domain
    assert _probability(mixed, mixed._mix, history, word) == pytest.approx(expected, rel=0.01)


def _probability(mixed: MixedDecoder, model: Any, history: str, word: str) -> float:
    """What the search is told of a word, freed of the language weight and of the word insertion."""
    score = ctypes.CDLL(pocketsphinx._pocketsphinx.__file__).ngram_ng_score
    score.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    before = (ctypes.c_int * 1)(*[mixed._c.ngram_wid(model, name.encode()) for name in history.split()])
    wid = mixed._c.ngram_wid(model, word.encode())
    log = score(model, wid, before, len(history.split()), ctypes.byref(ctypes.c_int()))
    own = log * math.log(1.0001) - math.log(CHOSEN_TUNING.word_insertion)
    return math.exp(own / CHOSEN_TUNING.language_weight)


def test_captions_grow_while_speech_is_fed(shared: PocketsphinxTranscriber) -> None:
    shared.prepare(PHRASES)
    samples = voiced(SENTENCE)
    shared.start_chunk()
    shared.feed(samples[: len(samples) * 2 // 3])
    partial = shared.partial()
    shared.feed(samples[len(samples) * 2 // 3 :])
    (segment,) = shared.end_chunk()
    assert "clustering" in partial
    assert len(partial) < len(segment.text)
    assert shared.partial() == ""


@pytest.mark.parametrize("loudness", [0.0, 1e-4])
def test_silence_holds_no_words(shared: PocketsphinxTranscriber, loudness: float) -> None:
    hiss = np.random.default_rng(3).normal(0, 1, 3 * SAMPLE_RATE).astype(np.float32) * np.float32(loudness)
    assert transcribe(shared, hiss) == ()


@needs_flite
@pytest.mark.parametrize("kind", NOISES)
def test_nothing_is_certain_where_nobody_speaks(shared: PocketsphinxTranscriber, kind: str) -> None:
    shared.prepare(PHRASES)
    shared.prime(voiced(SENTENCE))
    for seed, level in enumerate((0.01, 0.2)):
        segments = transcribe(shared, noise(kind, 3, level=level, seed=seed))
        assert all(segment.doubtful for segment in segments), [segment.text for segment in segments]


@needs_flite
def test_words_over_a_steady_noise_are_dropped_and_leave_the_voice_as_it_was(
    shared: PocketsphinxTranscriber,
) -> None:
    shared.prime(voiced(SENTENCE))
    before = shared.cepstral_mean
    assert transcribe(shared, noise("white", 5, level=0.05, seed=1)) == ()
    assert [refusal.action for refusal in shared.refusals] == ["drop"]
    assert shared.cepstral_mean == pytest.approx(before, abs=0.02)
    assert transcribe(shared, voiced(SENTENCE))
    assert shared.refusals == ()


@needs_flite
def test_a_first_chunk_of_noise_does_not_pass_for_the_microphones_colour() -> None:
    fresh = PocketsphinxTranscriber(places.recogniser_assets())
    before = fresh.cepstral_mean
    assert transcribe(fresh, noise("white", 5, level=0.05, seed=1)) == ()
    assert fresh.cepstral_mean == pytest.approx(before, abs=0.02)
    fresh.close()


def test_an_empty_chunk_is_no_error(shared: PocketsphinxTranscriber) -> None:
    shared.start_chunk()
    assert shared.end_chunk() == ()
    fresh = PocketsphinxTranscriber(places.recogniser_assets())
    fresh.start_chunk()
    assert fresh.end_chunk() == ()
    fresh.close()


def test_calls_out_of_order_are_refused_before_they_reach_c() -> None:
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())
    for misplaced in (transcriber.end_chunk, lambda: transcriber.feed(np.zeros(FRAME_SAMPLES, np.float32))):
        with pytest.raises(RuntimeError, match="'idle'"):
            misplaced()
    transcriber.start_chunk()
    for misplaced in (transcriber.start_chunk, lambda: transcriber.prepare(PHRASES)):
        with pytest.raises(RuntimeError, match="'chunk'"):
            misplaced()
    transcriber.close()
    with pytest.raises(RuntimeError, match="'closed'"):
        transcriber.start_chunk()


def test_human_speech_keeps_its_key_words() -> None:
    transcriber = PocketsphinxTranscriber(places.recogniser_assets())
    heard = set(text_of(transcribe(transcriber, human("jfk.flac"))).split())
    transcriber.close()
    assert {"fellow", "your", "country", "can", "do", "for", "you"} <= heard


@needs_flite
def test_the_microphones_colour_is_learnt_and_can_be_kept(shared: PocketsphinxTranscriber) -> None:
    fresh = PocketsphinxTranscriber(places.recogniser_assets())
    before = fresh.cepstral_mean
    fresh.prime(voiced(SENTENCE))
    learnt = fresh.cepstral_mean
    fresh.close()
    again = PocketsphinxTranscriber(places.recogniser_assets())
    again.cepstral_mean = learnt
    assert learnt != before
    assert again.cepstral_mean == pytest.approx(learnt, abs=0.01)
    # louder speech is the same voice with a higher first coefficient, which is the energy
    again.prime(voiced(SENTENCE) * np.float32(0.1))
    assert again.cepstral_mean[0] < learnt[0] - 1
    again.close()


def test_missing_assets_are_named_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"domain\.lm\.bin and domain\.dict and domain\.terms") as caught:
        PocketsphinxTranscriber(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "build_recogniser_assets" in caught.value.hint


def test_a_damaged_model_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "domain.dict").write_text("lora L AO R AH\n", encoding="utf-8")
    (tmp_path / "domain.terms").write_text("lora\n", encoding="utf-8")
    (tmp_path / "domain.lm.bin").write_bytes(b"not a language model")
    with pytest.raises(EngineError, match=r"domain\.lm\.bin could not be read") as caught:
        PocketsphinxTranscriber(tmp_path)
    assert "build_recogniser_assets" in caught.value.hint


def test_closing_gives_the_memory_back() -> None:
    process = psutil.Process()
    PocketsphinxTranscriber(places.recogniser_assets()).close()  # imports and caches are paid for once
    before = process.memory_info().rss
    for _ in range(3):
        transcriber = PocketsphinxTranscriber(places.recogniser_assets())
        assert process.memory_info().rss - before < 300e6
        transcriber.close()
        transcriber.close()
    assert process.memory_info().rss - before < 60e6
