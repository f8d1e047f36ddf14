"""Taking out what says nothing changes nothing else."""

from __future__ import annotations

import pytest
from fixture_bank import BANK, STRONG, BagEmbedder, spoken, typed

from interviewer.domain import Question, TechnicalScore, Turn
from interviewer.evaluator.disfluency import without_disfluencies
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.scorecard import score_answer
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS
from interviewer.session.state import Answer, Asked


def cleaned(text: str) -> str | None:
    turns = without_disfluencies(typed(text))
    return None if turns is None else turns[0].text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("um the model uh learns", "the model learns"),
        ("The the model, um, learns it.", "the model, learns it."),
        ("I would I would add dropout", "I would add dropout"),
        ("it is, you know, too simple", "it is, too simple"),
        ("it fits I mean it memorises", None),
        ("you know the labels beforehand", None),
        ("a kind of regularisation", None),
        ("it had had no effect", None),
        ("no no that is very very slow", None),
        (STRONG, None),
    ],
)
def test_only_what_says_nothing_goes(said: str, meant: str | None) -> None:
    assert cleaned(said) == meant


def test_words_that_stay_keep_their_times() -> None:
    before = spoken("so um the the model learns")
    (after,) = without_disfluencies([before]) or ()
    times = {word.text: word.start for word in before.segments[0].words}
    assert [word.text for word in after.segments[0].words] == ["so", "the", "model", "learns"]
    assert after.segments[0].words[-1].start == times["learns"]
    assert after.speech == before.speech


def test_a_turn_of_nothing_but_ums_is_empty() -> None:
    (after,) = without_disfluencies(typed("um uh um")) or ()
    assert after.text == ""


class _Counting:
    """A judge that scores how many words there are: so that disfluencies earn something."""

    name = "counting"
    asked = 0
    prompt_hashes: dict[str, str] = {}

    def judge(self, question: Question, turns: object, *, rough: bool = False) -> TechnicalScore:
        self.asked += 1
        assert isinstance(turns, tuple)
        count = sum(len(turn.text.split()) for turn in turns)
        return TechnicalScore(score=min(5.0, count / 20), engine=self.name)


def scored(text: str, judge: object = None, fairness: object = None) -> tuple[float | None, float | None]:
    turns: tuple[Turn, ...] = typed(text)
    answer = Answer(
        question="overfitting", persona="", asked=(Asked(text="?", at=0, persona="", turns=turns),)
    )
    result = score_answer(
        BANK["overfitting"],
        answer,
        DEFAULT_WEIGHTS,
        judge or EmbeddedJudge(BagEmbedder(), BANK),  # type: ignore[arg-type]
        fairness=fairness,  # type: ignore[arg-type]
    )
    return result.technical.score, result.fluent_technical


def test_the_score_without_disfluencies_stands_beside_where_it_differs() -> None:
    assert scored(" ".join(f"um word{n}" for n in range(20)), _Counting()) == (2.0, 1.0)
    assert scored(STRONG, _Counting())[1] is None, "nothing to take out"
    judge = _Counting()
    scored(" ".join(f"um word{n}" for n in range(20)), judge)
    assert judge.asked == 2, "once as said and once without them"


def test_a_quicker_judge_may_say_what_disfluencies_did() -> None:
    said = f"um uh {STRONG}"
    technical, fluent = scored(said, EmbeddedJudge(BagEmbedder(), BANK), _Counting())
    assert technical is not None
    assert fluent == round(technical - 0.1, 2)
