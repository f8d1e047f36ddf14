from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.engines.spoken_text import spoken_text, unspeakable

CASES = {
    "an A/B test with 95% power and p<0.05": "an A B test with 95 percent power and p less than 0.05",
    "L1/L2 regularization, F1 >= 0.9": "L 1 L 2 regularization, F 1 at least 0.9",
    "ROC AUC vs. BERT": "roc A U C versus bert",
    "LLMs like GPT-4": "L L M's like G P T 4",
    "**Tell me** about `snake_case` – why?": "Tell me about snake case, why?",
    "10k users, 7B parameters, $5M, 200ms": "10 thousand users, 7 billion parameters, 5 million dollars, 200 milliseconds",
    "CI/CD (e.g. nightly builds)": "C I C D, for example nightly builds",
    "R² of 0.8": "R squared of 0.8",
    "Do NOT use the test set.": "Do not use the test set.",
    "1-2 minutes, 10–20%": "1 to 2 minutes, 10 to 20 percent",
    "- one\n- two\n\nthree": "one. two. three",
    "SQL/NoSQL, C++ and C#": "sequel no sequel, C plus plus and C sharp",
    "What about (a) cost, (b) time?": "What about, a, cost, b, time?",
    "P(A|B) in O(n^2)": "P of A given B in O of n squared",
    "an 80/20 split, -3 degrees": "an 80 20 split, minus 3 degrees",
    "see [the paper](https://example.org/p), or https://example.org": "see the paper, or a link",
    'Well... it\'s "fine"… really': "Well. it's fine. really",
    "Hi, I'm Dana. Take your time.": "Hi, I'm Dana. Take your time.",
    "well-known k-means, x -> y": "well-known k-means, x to y",
    "naïve Bayes 🙂": "naïve Bayes",
    "… *** ---": "",
    "": "",
}


@pytest.mark.parametrize(("written", "spoken"), CASES.items())
def test_text_is_written_out(written: str, spoken: str) -> None:
    assert spoken_text(written) == spoken


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("an A/B test", ["/"]),
        ("p < 0.05, or x_i = 3", ["<", "_", "="]),
        ("L2 or T5, at 10k rows in the 1990s", ["L2", "T5", "10k", "1990s"]),
        ("R² by θ", ["²", "θ"]),
        ("IMPORTANT stuff 🙂", ["IMPORTANT", "🙂"]),
        ('the 95th percentile, 20%, (AUC), C++ and "k-means" – naïvely', []),
        ("Well… what's your take? I'd say: fine; really!", []),
    ],
)
def test_what_a_voice_would_guess_at_is_found(written: str, found: list[str]) -> None:
    assert unspeakable(written) == found


@given(st.text())
def test_only_words_and_sentence_marks_remain(written: str) -> None:
    spoken = spoken_text(written)
    assert all(c.isalnum() or c in " .,!?;:'-" for c in spoken)
    assert spoken == spoken.strip()
    assert spoken == "" or any(c.isalnum() for c in spoken)


@given(
    st.lists(st.sampled_from("so tell me about your last project and what you learned".split()), min_size=1)
)
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    assert spoken_text(" ".join(words)) == " ".join(words)
