"""One pocketsphinx search over a mix of three trigram models: everyday English, interview talk, and the question asked.

Decodes 16-bit samples as they come. Knows nothing of microphones, questions or transcripts; owned by one thread.
"""

from __future__ import annotations

import ctypes as c
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from interviewer.engines.pocketsphinx.binding import Functions
from interviewer.engines.pocketsphinx.language_model import Trigrams
from interviewer.errors import EngineError

FRAME_SECONDS = 0.01
_SEARCH = b"interview"
_STOCK, _DOMAIN, _QUESTION = b"stock", b"domain", b"question"
_AUTO_FORMAT = 0
_LOG_BASE = 1.0001  # in which pocketsphinx counts, and in which its models' binary files are written
_NO_QUESTION = "\\data\\\nngram 1=2\n\n\\1-grams:\n-99 <s> 0\n0 </s>\n\n\\end\\\n"


@dataclass(frozen=True)
class DecodedWord:
    """A word as the search wrote it ("read(2)", "<sil>"), frames of 10 ms, and its posterior within the lattice."""

    text: str
    first_frame: int
    last_frame: int
    posterior: float | None


class Mix(NamedTuple):
    """How much each model says in the probability of a word; sums to 1."""

    stock: float
    domain: float
    question: float


_TECHNICAL = Mix(0.15, 0.55, 0.3)
_EVERYDAY = Mix(0.6, 0.2, 0.2)  # for questions that use few technical terms, such as why somebody applies
_UNPREPARED = Mix(0.9, 0.1, 0.0)


@dataclass(frozen=True)
class Tuning:
    """What the search weighs how much; chosen on the development part of the transcription benchmark.

    `most_states` and `most_words` cap what is kept alive for each 10 ms of sound. People's voices in real rooms keep far
    more alive than synthetic ones: the caps more than halve the work on recordings of people and left their word errors as they were.
    `second_pass_window`: how many frames from where the first pass let a word begin the second may let it begin; 25 by default.
    """

    technical: Mix = _TECHNICAL
    everyday: Mix = _EVERYDAY
    unprepared: Mix = _UNPREPARED
    language_weight: float = 6.0
    word_insertion: float = 0.65
    second_pass: bool = True
    second_pass_weight: float = 8.5
    second_pass_window: int = 10
    lattice_weight: float = 9.5
    most_states: int = 5000
    most_words: int = 20


CHOSEN_TUNING = Tuning()


@dataclass(frozen=True)
class DecoderFiles:
    """Paths the decoder reads: the acoustic model's folder, the shipped dictionary and model, and our domain model."""

    acoustic: Path
    dictionary: Path
    stock_model: Path
    domain_model: Path


class Decoder(Protocol):
    """What the transcriber needs of a pocketsphinx decoder."""

    def start(self) -> None: ...

    def feed(self, pcm16: bytes) -> None: ...

    def partial(self) -> str: ...

    def end(self) -> list[DecodedWord]: ...

    @property
    def cepstral_mean(self) -> tuple[float, ...]: ...

    @cepstral_mean.setter
    def cepstral_mean(self, mean: Sequence[float]) -> None: ...

    def close(self) -> None: ...


class MixedDecoder:
    """The search over three models. `ask` swaps the question's model between utterances in a few milliseconds."""

    def __init__(
        self,
        functions: Functions,
        files: DecoderFiles,
        pronunciations: Sequence[tuple[str, str]] = (),
        tuning: Tuning = CHOSEN_TUNING,
    ) -> None:
        """`pronunciations`: (word, phones) to add to the dictionary, alternatives as "word(2)". EngineError on failure."""
        self._c = functions
        self._tuning = tuning
        self._decoder = self._open(files)
        self._logmath = functions.ps_get_logmath(self._decoder)
        # A set adds up its models' scores after they were scaled by the language weight, and would so take little more
        # than the greatest of them. Read in a base whose logarithms are scaled likewise, they add up as probabilities do.
        self._scaled_logmath = functions.logmath_init(_LOG_BASE ** (1 / tuning.language_weight), 0, 1)
        for word, phones in pronunciations:
            self._add_word(word, phones)
        self._stock = self._read(files.stock_model)
        self._domain = self._read(files.domain_model)
        self._mix = self._anchor = None
        self._weights = tuning.unprepared
        self._build_search(self._parse(_NO_QUESTION))

    def _open(self, files: DecoderFiles) -> Any:
        config = {
            "hmm": str(files.acoustic),
            "dict": str(files.dictionary),
            "fwdflat": self._tuning.second_pass,
            "fwdflatlw": self._tuning.second_pass_weight,
            "fwdflatsfwin": self._tuning.second_pass_window,
            "bestpathlw": self._tuning.lattice_weight,
            "lw": self._tuning.language_weight,
            "wip": self._tuning.word_insertion,
            "maxhmmpf": self._tuning.most_states,
            "maxwpf": self._tuning.most_words,
            "loglevel": "FATAL",
        }
        parsed = self._c.ps_config_parse_json(None, json.dumps(config).encode())
        decoder = self._c.ps_init(parsed) if parsed else None
        if not decoder:
            raise EngineError(
                "pocketsphinx",
                f"pocketsphinx could not load its English model from {files.acoustic}.",
                "Reinstall it: `pip install --force-reinstall 'pocketsphinx>=5.1.1,<5.2'`.",
            )
        return decoder

    # language models ------------------------------------------------------------------------------------------------

    def _read(self, path: Path) -> Any:
        model = self._c.ngram_model_read(None, str(path).encode(), _AUTO_FORMAT, self._scaled_logmath)
        if not model:
            raise EngineError(
                "pocketsphinx",
                f"The language model {path} could not be read.",
                "Build it anew: `python scripts/build_recogniser_assets.py`.",
            )
        insertion = self._tuning.word_insertion ** (1 / self._tuning.language_weight)  # in the scaled base
        self._c.ngram_model_apply_weights(model, self._tuning.language_weight, insertion)
        return model

    def _parse(self, arpa: str) -> Any:
        with tempfile.TemporaryDirectory(prefix="interviewer-") as folder:
            path = Path(folder) / "question.arpa"
            path.write_text(arpa, encoding="utf-8")
            return self._read(path)

    def _names_and_weights(self) -> tuple[Any, Any]:
        """The mix as C arrays."""
        weights = [max(weight, 1e-6) for weight in self._weights]
        return (c.c_char_p * 3)(_STOCK, _DOMAIN, _QUESTION), (c.c_float * 3)(*weights)

    def _build_search(self, question: Any) -> None:
        """Make the search and its vocabulary anew, out of the words of all three models."""
        names, weights = self._names_and_weights()
        models = (c.c_void_p * 3)(self._stock, self._domain, question)
        mix = self._c.ngram_model_set_init(None, models, names, weights, 3)
        added = bool(mix) and self._c.ps_add_lm(self._decoder, _SEARCH, mix) == 0
        if not (added and self._c.ps_activate_search(self._decoder, _SEARCH) == 0):
            raise EngineError("pocketsphinx", "pocketsphinx refused the mix of language models.")
        self._free(self._mix, self._anchor)
        # The set's vocabulary points at the words inside the models it was made of: they must outlive it.
        self._mix, self._anchor = mix, question

    def ask(self, question: Trigrams, *, technical: bool) -> None:
        """Put the model of a `question` in the place of the previous question's, in a few milliseconds.

        Only between utterances. Words of it that the search does not know are ignored.
        """
        self._replace(self._arpa(question), self._mix_for(technical=technical))

    def _mix_for(self, *, technical: bool) -> Mix:
        return self._tuning.technical if technical else self._tuning.everyday

    def _arpa(self, model: Trigrams) -> str:
        """A model's text for the scaled base: binary files are taken as they are, while text is turned into logarithms."""
        return model.arpa(power=1 / self._tuning.language_weight)

    def _replace(self, arpa: str, weights: Mix) -> None:
        model = self._parse(arpa)
        self._weights = weights
        self._free(self._c.ngram_model_set_remove(self._mix, _QUESTION, 1))
        self._c.ngram_model_set_add(self._mix, model, _QUESTION, 1.0, 1)  # the set takes over our reference
        self._c.ngram_model_set_interp(self._mix, *self._names_and_weights())

    def relearn(
        self, question: Trigrams, pronunciations: Sequence[tuple[str, str]], *, technical: bool
    ) -> None:
        """As `ask`, with words that are new to the search. Builds the search anew, which takes longer."""
        self._c.ps_remove_search(self._decoder, _SEARCH)
        for word, phones in pronunciations:
            self._add_word(word, phones)
        self._weights = self._mix_for(technical=technical)
        self._build_search(self._parse(self._arpa(question)))

    def forget(self) -> None:
        """No question is being asked."""
        self._replace(_NO_QUESTION, self._tuning.unprepared)

    def _free(self, *models: Any) -> None:
        for model in models:
            if model:
                self._c.ngram_model_free(model)

    # utterances -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        if self._c.ps_start_utt(self._decoder) < 0:
            raise EngineError("pocketsphinx", "pocketsphinx could not start a chunk of speech.")

    def feed(self, pcm16: bytes) -> None:
        """Decode little-endian 16-bit samples at 16 kHz."""
        if self._c.ps_process_raw(self._decoder, pcm16, len(pcm16) // 2, 0, 0) < 0:
            raise EngineError("pocketsphinx", "pocketsphinx failed while decoding speech.")

    def partial(self) -> str:
        """The best hypothesis so far."""
        return (self._c.ps_get_hyp(self._decoder, None) or b"").decode()

    def end(self) -> list[DecodedWord]:
        """Close the utterance; its words in order, silences and noises among them."""
        if self._c.ps_end_utt(self._decoder) < 0:
            raise EngineError("pocketsphinx", "pocketsphinx failed while closing a chunk of speech.")
        return self._best_path()

    def _best_path(self) -> list[DecodedWord]:
        """The lattice's best path; asking for it is what computes the posteriors."""
        words: list[DecodedWord] = []
        first, last = c.c_int(), c.c_int()
        segment = self._c.ps_seg_iter(self._decoder)
        while segment:
            self._c.ps_seg_frames(segment, first, last)
            posterior = self._c.logmath_exp(self._logmath, self._c.ps_seg_prob(segment, None, None, None))
            text = self._c.ps_seg_word(segment).decode()
            words.append(DecodedWord(text, first.value, last.value, min(1.0, posterior)))
            segment = self._c.ps_seg_next(segment)
        return words

    @property
    def cepstral_mean(self) -> tuple[float, ...]:
        """The running mean that cancels the microphone's colour; carried on from utterance to utterance."""
        return tuple(
            float(value) for value in self._c.ps_get_cmn(self._decoder, 0).decode().split(",") if value
        )

    @cepstral_mean.setter
    def cepstral_mean(self, mean: Sequence[float]) -> None:
        self._c.ps_set_cmn(self._decoder, ",".join(f"{value:.2f}" for value in mean).encode())

    # vocabulary -----------------------------------------------------------------------------------------------------

    def knows(self, word: str) -> bool:
        """Whether the search can come up with this word."""
        return bool(self._c.ngram_wid(self._mix, word.encode()) != self._c.ngram_unknown_wid(self._mix))

    def pronounces(self, word: str) -> bool:
        """Whether the dictionary has this word."""
        phones = self._c.ps_lookup_word(self._decoder, word.encode())
        if phones:
            self._c.ckd_free(phones)
        return bool(phones)

    def _add_word(self, word: str, phones: str) -> None:
        if self._c.ps_add_word(self._decoder, word.encode(), phones.encode(), 0) < 0 and not self.pronounces(
            word
        ):
            raise EngineError("pocketsphinx", f"'{phones}' is no pronunciation for '{word}'.")

    def close(self) -> None:
        """Give the memory back; the decoder cannot be used any more."""
        if self._decoder:
            self._c.ps_free(self._decoder)
            self._free(self._mix, self._anchor, self._stock, self._domain)
            self._c.logmath_free(self._scaled_logmath)
            self._decoder = self._mix = self._anchor = self._stock = self._domain = None
