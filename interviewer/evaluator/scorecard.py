"""From a session's state to its scorecard: every answer scored, weighed as its persona weighs, and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from interviewer.domain import AnswerScore, Persona, Question, Scorecard, StarScore, TechnicalScore, Turn
from interviewer.evaluator.appeals import spoken_to_the_judge
from interviewer.evaluator.clarity import ENGINE as CLARITY_ENGINE
from interviewer.evaluator.clarity import score_clarity
from interviewer.evaluator.coach_words import ABSTAINED, NO_ANSWERS, SESSION_ABSTAINED
from interviewer.evaluator.coaching import Scored, coach
from interviewer.evaluator.disfluency import without_disfluencies
from interviewer.evaluator.embedded_judge import widening
from interviewer.evaluator.gates import CAPS
from interviewer.evaluator.overview import overview
from interviewer.evaluator.red_flags import RedFlagReader
from interviewer.evaluator.star import score_story
from interviewer.evaluator.star_model import StoryReader
from interviewer.evaluator.summaries import Judged, debriefs
from interviewer.evaluator.weighing import DEFAULT_WEIGHTS, Interval, Weights, average, weigh
from interviewer.session.state import Answer, SessionState

ROUGH_NOTE = (
    "The transcript is rough, so quotes may be wrong, errors are never held against you and every interval is wider. "
    "For a better one install Whisper weights: interviewer models pull"
)
FAILED_NOTE = "The language model failed on some points; the embedded verdicts stand there. The answers' engine says where."
NO_STORIES = "not scored: nothing reads stories here"
DOUBTFUL_SHARE_TO_ABSTAIN = 0.6
APPEAL_COST = 0.25
"""Of 5: what words to the scorer take off. What is left out leaves the rest of a sentence read a little differently, by up to
.2 in a thousand trials; nothing shall be gained by it."""
LEAST_SHIFT = 0.05  # of 5: what a score shown with one digit can tell


class Judge(Protocol):
    """Scores the content of one answer: the embedded judge, or a language model blended with it."""

    name: str
    prompt_hashes: Mapping[str, str]

    def judge(self, question: Question, turns: Sequence[Turn], *, rough: bool = False) -> TechnicalScore: ...


def evaluate(
    state: SessionState,
    questions: Mapping[str, Question],
    personas: Mapping[str, Persona],
    judge: Judge,
    *,
    stories: StoryReader | None = None,
    red_flags: RedFlagReader | None = None,
    fairness: Judge | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Scorecard:
    """Score every answer. `progress(done, of)` is called after each; without `stories` no story is scored;
    `red_flags` looks for words that could be heard as one; `fairness` says what disfluencies did to the content score
    (the judge itself, unless a quicker one is given).

    Answers to questions that are no longer in `questions` are left out, and a note says so.
    """
    known = [answer for answer in state.answers if answer.question in questions]
    rough = state.rough
    scored = []
    for done, answer in enumerate(known, start=1):
        persona = personas.get(answer.persona)
        weighs = persona.weighs if persona else DEFAULT_WEIGHTS
        scored.append(
            score_answer(
                questions[answer.question],
                answer,
                weighs,
                judge,
                rough=rough,
                stories=stories,
                fairness=fairness,
                red_flags=red_flags,
                seed=done,
            )
        )
        progress(done, len(known))
    rough = rough and (not scored or any("rough_transcript" in answer.flags for answer in scored))
    judged = [
        _judged(questions[a.question], a, s, personas, number)
        for number, (a, s) in enumerate(zip(known, scored, strict=True), start=1)
    ]
    return _scorecard(state, judged, questions, personas, judge, rough=rough)


def _judged(
    question: Question, answer: Answer, score: AnswerScore, personas: Mapping[str, Persona], number: int
) -> Judged:
    persona = personas.get(answer.persona)
    unsure = any(flag in score.flags for flag in ("rough_transcript", "doubtful_transcript"))
    weighs = persona.weighs if persona else DEFAULT_WEIGHTS
    parts = (score.technical, score.star, score.clarity)
    return Judged(score, Scored(question, answer.turns, *parts, unsure, weighs, number))


def score_answer(
    question: Question,
    answer: Answer,
    weighs: Weights,
    judge: Judge,
    *,
    rough: bool = False,
    stories: StoryReader | None = None,
    red_flags: RedFlagReader | None = None,
    fairness: Judge | None = None,
    seed: int = 0,
) -> AnswerScore:
    """One answer with its advice, whose wording `seed` varies.

    Abstains (overall None) when nothing was said or too little was understood. A question that was skipped in so many
    words and left unanswered scores 0: the candidate decided that, not the recogniser.
    """
    turns = answer.turns
    rough = rough and not _put_right(turns)
    wide = widening(turns, rough=rough)
    technical = judge.judge(question, turns, rough=rough)
    if technical.gate == "empty" and answer.skipped:
        technical = technical.model_copy(update={"gate": "non_answer", "score": 0.0, "interval": (0.0, 0.0)})
    star = (
        score_story(question, turns, stories, widening=wide)
        if stories
        else StarScore(score=None, engine=NO_STORIES)
    )
    if star.score is not None and technical.gate is not None:
        star = star.model_copy(update=_moved(star.score, star.interval, partial(min, CAPS[technical.gate])))
    appealed = any(spoken_to_the_judge(turn.text, question) for turn in turns)
    if appealed:
        technical = technical.model_copy(update=_moved(technical.score, technical.interval, _less_the_appeal))
        star = star.model_copy(update=_moved(star.score, star.interval, _less_the_appeal))
    clarity = score_clarity(question, turns, thinking_before=_thinking_before(answer), widening=wide)
    doubtful = _doubtful_share(turns) >= DOUBTFUL_SHARE_TO_ABSTAIN
    whole = None if doubtful else weigh(technical, star, clarity, weighs, story=question.expects_story)
    flags = _flags(
        answer,
        technical,
        story_told=star.is_story or not question.expects_story,
        doubtful=doubtful,
        rough=rough,
        corrected=any(turn.corrected for turn in turns),
        appealed=appealed,
    )
    told = Scored(question, turns, technical, star, clarity, rough or doubtful, weighs, seed)
    heard = red_flags.read(question, turns, technical, rough=rough) if red_flags else ()
    return AnswerScore(
        question=question.id,
        persona=answer.persona,
        technical=technical,
        star=star,
        clarity=clarity,
        overall=whole[0] if whole else None,
        interval=whole[1] if whole else None,
        fluent_technical=_fluent(question, turns, technical, fairness or judge, rough=rough),
        abstained=whole is None,
        abstained_because=_why_abstained(technical, doubtful=doubtful) if whole is None else "",
        flags=tuple(flags),
        coaching=coach(told, heard),
    )


def _thinking_before(answer: Answer) -> list[float]:
    """Seconds from the end of each thing asked to the first word, where both are known."""
    return [
        max(0.0, asked.turns[0].speech[0].start - asked.told_until)
        for asked in answer.asked
        if asked.told_until is not None and asked.turns and asked.turns[0].speech and not asked.turns[0].typed
    ]


def _fluent(
    question: Question, turns: Sequence[Turn], technical: TechnicalScore, judge: Judge, *, rough: bool
) -> float | None:
    """The content score moved by what `judge` makes of the words without disfluencies; None where that is nothing."""
    fluent = without_disfluencies(turns)
    if fluent is None or technical.score is None:
        return None
    known = technical.engine == judge.name  # the same judge has read these words already
    as_said = technical.score if known else judge.judge(question, turns, rough=rough).score
    cleaned = judge.judge(question, fluent, rough=rough).score
    if as_said is None or cleaned is None or abs(cleaned - as_said) < LEAST_SHIFT:
        return None
    return round(min(5.0, max(0.0, technical.score + cleaned - as_said)), 2)


def _why_abstained(technical: TechnicalScore, *, doubtful: bool) -> str:
    reason = "empty" if technical.gate == "empty" else "doubtful" if doubtful else "unmeasured"
    return ABSTAINED[reason]


def _moved(
    score: float | None, interval: Interval | None, change: Callable[[float], float]
) -> dict[str, object]:
    """A score and its interval, each changed alike; a score of None stays that."""
    if score is None:
        return {}
    low, high = interval or (score, score)
    return {"score": change(score), "interval": (change(low), change(high))}


def _less_the_appeal(score: float) -> float:
    return round(max(0.0, score - APPEAL_COST), 2)


def _put_right(turns: Sequence[Turn]) -> bool:
    """Whether nothing in the answer is the recogniser's word alone."""
    return bool(turns) and all(turn.corrected or turn.typed for turn in turns)


def _doubtful_share(turns: Sequence[Turn]) -> float:
    """Share of the transcript's characters in segments the recogniser doubted."""
    segments = [segment for turn in turns for segment in turn.segments]
    return sum(len(s.text) for s in segments if s.doubtful) / max(1, sum(len(s.text) for s in segments))


def _flags(
    answer: Answer,
    technical: TechnicalScore,
    *,
    story_told: bool,
    doubtful: bool,
    rough: bool,
    corrected: bool,
    appealed: bool,
) -> list[str]:
    """Short codes for programs: what a reader of this score should know."""
    codes = {
        f"gate:{technical.gate}": technical.gate is not None,
        "skipped": answer.skipped,
        f"hints:{answer.hints}": answer.hints > 0,
        "no_story": not story_told and technical.gate != "empty",
        "doubtful_transcript": doubtful,
        "rough_transcript": rough,
        "corrected": corrected,
        "spoke_to_the_scorer": appealed,
        "language_model_failed": "language model failed" in technical.engine,
    }
    return [code for code, holds in codes.items() if holds]


def _scorecard(
    state: SessionState,
    judged: Sequence[Judged],
    questions: Mapping[str, Question],
    personas: Mapping[str, Persona],
    judge: Judge,
    *,
    rough: bool,
) -> Scorecard:
    scored = [one.answer for one in judged]
    heard = [answer for answer in scored if not answer.abstained]
    whole = average(
        [(a.overall, a.interval) for a in heard if a.overall is not None and a.interval is not None]
    )
    met = dict.fromkeys([*state.personas_met, *(answer.persona for answer in scored)])
    said = debriefs([personas[p] for p in met if p in personas], judged)
    started = state.started
    star_engine = next((a.star.engine for a in scored), "")
    return Scorecard(
        session=started.session if started else "",
        engines={**state.engines, "technical": judge.name, "star": star_engine, "clarity": CLARITY_ENGINE},
        answers=tuple(scored),
        technical=_mean([a.technical.score for a in heard]),
        star=_mean([a.star.score for a in heard]),
        clarity=_mean([a.clarity.score for a in heard]),
        overall=whole[0] if whole else None,
        interval=whole[1] if whole else None,
        abstained_because="" if whole else SESSION_ABSTAINED if scored else NO_ANSWERS,
        summaries={persona: debrief.text for persona, debrief in said.items()},
        leanings={persona: debrief.leaning for persona, debrief in said.items()},
        coaching=overview(
            judged,
            questions,
            level=started.level if started else None,
            typed=started.typed if started else False,
        ),
        notes=tuple(_notes(state, scored, questions, personas, rough=rough)),
        prompt_hashes=dict(judge.prompt_hashes),
    )


def _notes(
    state: SessionState,
    scored: Sequence[AnswerScore],
    questions: Mapping[str, Question],
    personas: Mapping[str, Persona],
    *,
    rough: bool,
) -> list[str]:
    notes = [ROUGH_NOTE] if rough else []
    if any("language_model_failed" in answer.flags for answer in scored):
        notes.append(FAILED_NOTE)
    abstained = sum(answer.abstained for answer in scored)
    if abstained:
        notes.append(
            f"{abstained} of {len(scored)} answers could not be judged and do not count in the overall score."
        )
    gone = [a.question for a in state.answers if a.question not in questions]
    notes += [f"The question '{q}' is no longer in the library, so its answer was not scored." for q in gone]
    away = dict.fromkeys(a.persona for a in scored if a.persona not in personas)
    notes += [f"The persona '{p}' is no longer in the library; the usual weights were taken." for p in away]
    return notes


def _mean(values: Sequence[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return round(sum(told) / len(told), 2) if told else None
