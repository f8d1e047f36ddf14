"""The embedded recogniser behind the Transcriber port: what was said in one chunk, biased towards the question asked.

Streams into the decoder while the candidate speaks; closing a chunk goes over it a second time, so chunks are short, and each
is led into by the last words before it, since a search that begins in mid-sentence mishears what it begins with. Does not
know where its assets are: the caller names the folder. Owned by one thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from interviewer.domain import Segment, Word
from interviewer.domain.speech import SAMPLE_RATE
from interviewer.engines.pocketsphinx.assets import DOMAIN_DICTIONARY, DOMAIN_TERMS, decoder_files
from interviewer.engines.pocketsphinx.binding import Functions, Missing, functions
from interviewer.engines.pocketsphinx.decoder import (
    CHOSEN_TUNING,
    FRAME_SECONDS,
    DecodedWord,
    Decoder,
    MixedDecoder,
    Tuning,
)
from interviewer.engines.pocketsphinx.language_model import trigrams
from interviewer.engines.pocketsphinx.leading import Leading
from interviewer.engines.pocketsphinx.letters import join_letters, spelled_out
from interviewer.engines.pocketsphinx.lexicon import (
    Pronouncer,
    Pronunciations,
    dictionary_entries,
    pronounce_words,
    read_dictionary,
    read_entries,
)
from interviewer.engines.pocketsphinx.pronounce import EspeakPronouncer
from interviewer.engines.pocketsphinx.spoken import Spoken, clauses, spoken
from interviewer.engines.pocketsphinx.stock import StockDecoder
from interviewer.engines.recognition_guards import Heard, Refusal, judge
from interviewer.ports import Samples

TECHNICAL_FROM = 0.035
"""Share of technical terms in a question's text from which its answers are taken to be technical talk."""

DOUBTFUL_BELOW = 0.65
"""A segment whose words' posteriors average less than this is doubtful; chosen on the benchmark's development part."""

PRIMING_SECONDS = 2.0
"""How much of the first chunk is held back to learn the microphone's colour from, when nothing told it before."""

_PRIOR_FRAMES = 20  # how many frames of speech the mean before priming is worth
_WINDOW_FRAMES = 500  # how many frames pocketsphinx takes a mean that was set to be worth
_MOST_PRIMING_FRAMES = 300  # beyond, pocketsphinx starts to forget, and the mean could not be read back
_MARKER = re.compile(r"^[<\[].*[>\]]$|^\+\+.*\+\+$")
_ALTERNATIVE = re.compile(r"\(\d+\)$")


class PocketsphinxTranscriber:
    """Transcriber port over pocketsphinx. `caveat` says in one sentence what is amiss; None when all is well.
    `refusals` says what of the last chunk was dropped or doubted because of its sound, and why."""

    name = "pocketsphinx"
    rough = True
    chunk_seconds = 3.5  # closing one goes over all of it a second time: 15 ms for a second of speech

    def __init__(
        self,
        assets: Path,
        *,
        tuning: Tuning = CHOSEN_TUNING,
        pronouncer: Pronouncer | None = None,
        library: Functions | Missing | None = None,
    ) -> None:
        """`assets`: the folder made by scripts/build_recogniser_assets.py. EngineError when it is not there or not whole."""
        files = decoder_files(assets)
        self._dictionary: Pronunciations = read_dictionary(assets / DOMAIN_DICTIONARY)
        self._acronyms = spelled_out(self._dictionary)
        self._terms = frozenset((assets / DOMAIN_TERMS).read_text(encoding="utf-8").split())
        self._pronouncer = pronouncer or EspeakPronouncer()
        self._prepared: tuple[str, ...] = ()
        self._left_out: frozenset[str] = frozenset()
        self._learned: set[str] = set()
        self._primed = False
        self._held: list[bytes] | None = None
        self._sound: list[Samples] = []
        self._leading = Leading()
        self._before_chunk: tuple[tuple[float, ...], bool] = (
            (),
            False,
        )  # cepstral mean, and whether it was known
        self.refusals: tuple[Refusal, ...] = ()
        self._state: Literal["idle", "chunk", "closed"] = "idle"
        library = library if library is not None else functions()
        self.caveat: str | None = None
        self._mixed: MixedDecoder | None = None
        self._decoder: Decoder
        if isinstance(library, Missing):
            self.caveat = (
                "The embedded recogniser runs without interview vocabulary, because this pocketsphinx does not offer the "
                f"functions for it ({library.reason}); technical terms will often be misheard."
            )
            self._decoder = StockDecoder()
        else:
            self._mixed = MixedDecoder(library, files, read_entries(assets / DOMAIN_DICTIONARY), tuning)
            self._decoder = self._mixed

    # the question ---------------------------------------------------------------------------------------------------

    def prepare(self, phrases: Sequence[str]) -> None:
        """Expect talk about `phrases`: all that a question's rubric says of a good answer. Never within a chunk."""
        self._must_be("idle")
        self._leading = Leading()  # what comes is no continuation
        if self._mixed is None or tuple(phrases) == self._prepared:
            return
        parts = (part for phrase in phrases for cut in clauses(phrase) if len(cut) > 1 for part in cut)
        text = spoken([*phrases, *parts])
        new_words = sorted({word for word in text.words if not self._mixed.knows(word)})
        to_add = self._pronunciations(self._mixed, text, new_words)
        sentences = _without(text.sentences, self._left_out)
        learnable = set(new_words) - self._left_out
        if learnable:
            self._learned |= learnable  # named again each time, or the next relearning would lose them
            model = trigrams(sentences, vocabulary=self._learned)
            self._mixed.relearn(model, to_add, technical=self._is_technical(text))
        elif sentences:
            self._mixed.ask(trigrams(sentences), technical=self._is_technical(text))
        else:
            self._mixed.forget()
        self._prepared = tuple(phrases)

    def _is_technical(self, text: Spoken) -> bool:
        return sum(word in self._terms for word in text.words) >= TECHNICAL_FROM * len(text.words)

    @property
    def left_out(self) -> frozenset[str]:
        """Words of the prepared phrases that nothing could pronounce, and that will not be recognised."""
        return self._left_out

    def _pronunciations(self, decoder: MixedDecoder, text: Spoken, words: list[str]) -> list[tuple[str, str]]:
        """Dictionary entries for those of `words` the decoder's dictionary lacks; sets what is left out."""
        lacking = {
            word: text.spellings.get(word, frozenset([word]))
            for word in words
            if not decoder.pronounces(word)
        }
        found = pronounce_words(lacking, self._dictionary, self._pronouncer)
        self._left_out = frozenset(lacking) - frozenset(found)
        self._acronyms |= spelled_out(found)
        return dictionary_entries(found)

    # chunks ---------------------------------------------------------------------------------------------------------

    def start_chunk(self) -> None:
        self._must_be("idle")
        self._state = "chunk"
        self._sound = []
        self._before_chunk = self._decoder.cepstral_mean, self._primed
        self._held = None if self._primed else []
        if self._primed:
            self._decoder.start()
            self._decoder.feed(_pcm16(self._leading.sound))
        else:
            self._leading = Leading()

    def feed(self, samples: Samples) -> None:
        self._must_be("chunk")
        self._sound.append(samples)
        pcm16 = _pcm16(samples)
        if self._held is None:
            self._decoder.feed(pcm16)
            return
        self._held.append(pcm16)
        if sum(map(len, self._held)) >= PRIMING_SECONDS * SAMPLE_RATE * 2:
            self._release()

    def partial(self) -> str:
        if self._state != "chunk" or self._held is not None:
            return ""
        return " ".join(_plain(word) for word in self._decoder.partial().split()[self._leading.words :])

    def end_chunk(self) -> tuple[Segment, ...]:
        self._must_be("chunk")
        self.refusals = ()
        if self._held is not None:
            self._release()
        decoded = self._leading.without(_words(self._decoder.end()))
        words = tuple(join_letters(decoded, self._acronyms))
        self._state = "idle"
        segments = self._believed(words) if words else ()
        if not segments:  # noise has nothing to say about the voice
            self._decoder.cepstral_mean, self._primed = self._before_chunk
        self._leading = Leading.out_of(np.concatenate(self._sound), decoded) if segments else Leading()
        return segments

    def _believed(self, words: tuple[Word, ...]) -> tuple[Segment, ...]:
        """The chunk as a segment, unless its sound cannot have been speech."""
        heard = Heard(
            text=" ".join(word.text for word in words),
            start=words[0].start,
            end=words[-1].end,
            mean_log_probability=0.0,  # what only Whisper tells is taken to be in order
            no_speech_probability=0.0,
            compression_ratio=1.0,
            words=words,
        )
        judged = judge([heard], np.concatenate(self._sound))
        self.refusals = judged.refusals
        return tuple(
            segment.model_copy(update={"doubtful": segment.doubtful or heard.confidence < DOUBTFUL_BELOW})
            for segment in judged.segments
        )

    def _release(self) -> None:
        """Learn from what was held back of the first chunk, then decode it."""
        held, self._held = b"".join(self._held or []), None
        self._prime(held)
        self._decoder.start()
        self._decoder.feed(held)

    def close(self) -> None:
        """Give the memory back. A chunk that is open is lost; closing twice does no harm."""
        self._state = "closed"
        self._decoder.close()

    def _must_be(self, state: Literal["idle", "chunk"]) -> None:
        """Calls out of order are a mistake in the caller; let through to C, they would end the whole program."""
        if self._state != state:
            raise RuntimeError(f"the recogniser is in state '{self._state}' where '{state}' is needed")

    # the microphone's colour ----------------------------------------------------------------------------------------

    @property
    def cepstral_mean(self) -> tuple[float, ...]:
        """How this voice through this microphone sounds on average; carried from chunk to chunk. Keep it for next time."""
        return self._decoder.cepstral_mean

    @cepstral_mean.setter
    def cepstral_mean(self, mean: Sequence[float]) -> None:
        self._must_be("idle")
        self._decoder.cepstral_mean = mean
        self._primed = True

    def prime(self, samples: Samples) -> None:
        """Learn the microphone's colour from up to three seconds of speech, such as a microphone check's. Between chunks."""
        self._must_be("idle")
        self._prime(_pcm16(samples))

    def _prime(self, pcm16: bytes) -> None:
        """Set the cepstral mean from these samples by watching how far they move it."""
        pcm16 = pcm16[: int(_MOST_PRIMING_FRAMES * FRAME_SECONDS * SAMPLE_RATE) * 2]
        frames = len(pcm16) / 2 / SAMPLE_RATE / FRAME_SECONDS
        self._primed = True
        if frames < 1:
            return
        before = np.array(self._decoder.cepstral_mean)
        self._decoder.cepstral_mean = tuple(before)  # opens a fresh window, whose weight is known
        self._decoder.start()
        self._decoder.feed(pcm16)
        self._decoder.end()
        moved = np.array(self._decoder.cepstral_mean)
        heard = before + (moved - before) * (_WINDOW_FRAMES + frames) / frames
        blended = (before * _PRIOR_FRAMES + heard * frames) / (_PRIOR_FRAMES + frames)
        self._decoder.cepstral_mean = tuple(blended)


def _without(sentences: Iterable[Sequence[str]], left_out: frozenset[str]) -> list[list[str]]:
    """The sentences, broken where a word is left out, so that nothing seems to follow what it does not."""
    kept: list[list[str]] = []
    for sentence in sentences:
        run: list[str] = []
        for word in sentence:
            if word not in left_out:
                run.append(word)
                continue
            kept.append(run)
            run = []
        kept.append(run)
    return [run for run in kept if run]


def _plain(word: str) -> str:
    return _ALTERNATIVE.sub("", word)


def _words(decoded: Iterable[DecodedWord]) -> Iterable[Word]:
    """Words alone: silences, noises and marks for alternative pronunciations taken off, frames turned into seconds."""
    for word in decoded:
        if not _MARKER.match(word.text):
            yield Word(
                text=_plain(word.text),
                start=word.first_frame * FRAME_SECONDS,
                end=(word.last_frame + 1) * FRAME_SECONDS,
                confidence=None if word.posterior is None else round(word.posterior, 3),
            )


def _pcm16(samples: Samples) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
