"""What words mean for the conversation itself."""

from __future__ import annotations

import pytest
from builders import a_persona

from interviewer.hearing import cues

PERSONAS = {
    p.id: p
    for p in (
        a_persona("faculty_panelist"),
        a_persona("recruiter"),
        a_persona("ml_engineer", role="Senior machine learning engineer"),
        a_persona("data_engineer", role="Data engineer"),
        a_persona("behavioural_interviewer", role="Behavioural interviewer"),
        a_persona("hiring_manager"),
    )
}


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("and that is why the test error rises", "open"),
        ("so that's my answer", "finished"),
        ("I think that's all.", "finished"),
        ("hmm let me think", "thinking"),
        ("give me a moment please", "thinking"),
        ("the gradient is multiplied by", "unfinished"),
        ("and so um", "unfinished"),
        ("because", "unfinished"),
        ("", "open"),
        ("let me think about the data first and then I would train a small model on the features", "open"),
    ],
)
def test_what_the_last_words_promise(text: str, promise: str) -> None:
    assert cues.expectation(text) == promise


@pytest.mark.parametrize(
    ("text", "action", "persona", "alone"),
    [
        ("switch to the faculty panelist", "switch", "faculty_panelist", True),
        ("could we switch to the recruiter please", "switch", "recruiter", True),
        ("can I talk to the hiring manager", "switch", "hiring_manager", True),
        (
            "honestly I do not know the details of that I would have to read could we switch to the hiring manager please",
            "switch",
            "hiring_manager",
            False,
        ),
        ("switch to the machine learning engineer", "switch", "ml_engineer", True),
        ("please switch to the behavioral interviewer now", "switch", "behavioural_interviewer", True),
        ("sorry could you repeat the question", "repeat", None, True),
        ("can you give me a hint", "hint", None, True),
        ("let's skip this question", "skip", None, True),
        ("next question please", "skip", None, True),
        ("please repeat the question", "repeat", None, True),
    ],
)
def test_commands(text: str, action: str, persona: str | None, alone: bool) -> None:
    found = cues.command(text, PERSONAS)
    assert found == cues.Command(action, persona, alone=alone)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "we had to switch to a smaller model because of the cost",
        "the feature store was too slow so in the end we had to switch to the recruiter",
        "if the numbers do not agree with the source then we could talk to the data engineer",
        "switch to the engineer",  # which of them?
        "my first step was to talk to the hiring manager",
        "when the results looked off i went to talk to the hiring manager",
        "i would skip this one feature because it leaks the label",
        "so we say that again and again the model overfits",
        "a hint of overfitting is a growing gap",
        "I would talk to the users first",
        "you repeat the question for each fold and give me a hint about how well it generalises to data it has not seen",
        "",
    ],
)
def test_an_answer_is_no_command(text: str) -> None:
    assert cues.command(text, PERSONAS) is None


def test_a_recogniser_can_be_told_of_every_command() -> None:
    phrases = cues.command_phrases(PERSONAS)
    assert "switch to the faculty panelist" in phrases
    assert all(cues.expectation(phrase) == "finished" for phrase in cues.DONE_PHRASES)


def test_every_phrase_a_recogniser_is_told_of_is_understood() -> None:
    for phrases, action in (
        (cues.REPEAT_PHRASES, "repeat"),
        (cues.HINT_PHRASES, "hint"),
        (cues.SKIP_PHRASES, "skip"),
    ):
        for phrase in phrases:
            assert cues.command(phrase, PERSONAS) == cues.Command(action), phrase  # type: ignore[arg-type]
