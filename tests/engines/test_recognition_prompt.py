"""The prompt names the question's terms, stays short, and reminds Whisper of hesitations."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from interviewer.engines.recognition_prompt import FILLERS, as_prompt, prompt_phrases


def test_terms_come_before_everyday_words() -> None:
    phrases = prompt_phrases(
        ["LoRA", "Explains that low-rank updates keep the pretrained weights frozen on an A100 GPU."]
    )
    assert phrases[:3] == (*FILLERS, "LoRA")
    assert {"low-rank", "A100", "GPU", "pretrained"} <= set(phrases)
    assert "Explains" not in phrases
    assert phrases.index("low-rank") < phrases.index("pretrained")


def test_a_prompt_reads_as_speech() -> None:
    assert as_prompt(("Um", "uh", "k-means")) == "Um, uh, k-means."
    assert as_prompt(()) == ""


@given(st.lists(st.text(string.printable, max_size=60), max_size=40))
def test_length_is_bounded_and_nothing_comes_twice(phrases: list[str]) -> None:
    chosen = prompt_phrases(phrases)
    assert len(as_prompt(chosen)) <= 160
    lowered = [phrase.lower() for phrase in chosen]
    assert len(set(lowered)) == len(lowered)
