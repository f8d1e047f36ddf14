"""Sessions as their facts, short to write: a question, what became of its points, when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from builders import a_question

from interviewer.domain import (
    AnswerScore,
    ClarityScore,
    Evidence,
    PointVerdict,
    Question,
    Scorecard,
    Segment,
    StarScore,
    TechnicalScore,
    Turn,
    Verdict,
)
from interviewer.progress.record import Held, held_from
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    LineSpoken,
    QuestionAsked,
    Scored,
    SessionEnded,
    SessionStarted,
)

START = datetime.fromisoformat("2026-03-02T10:00:00+01:00")  # a Monday
QUESTIONS = {
    question.id: question
    for question in (
        a_question("alpha", topics=("ml", "statistics")),
        a_question("beta", topics=("ml",)),
        a_question("story", kind="behavioural", topics=("ownership",)),
    )
}
JUDGE = "claims"


def on_day(day: float) -> datetime:
    return START + timedelta(days=day)


def facts(
    day: float,
    verdicts: dict[str, dict[str, Verdict]],
    *,
    score: float | None = 3.0,
    width: float = 0.5,
    judge: str = JUDGE,
    hints: int = 0,
    follow_up: str | None = None,
    evidence_turn: int = 0,
    rough: bool = False,
    demo: bool = False,
    scored: bool = True,
) -> list[Event]:
    """One session: each question with what was made of its points. `follow_up` names the point asked about after the
    first turn; points are met in turn `evidence_turn`."""
    name = f"day-{day:g}"
    told: list[Event] = [
        SessionStarted(
            at=0.0,
            session=name,
            started=on_day(day).isoformat(),
            persona="engineer",
            questions=4,
            minutes=30,
            seed=1,
            typed=True,
            engines={},
            rough_transcript=rough,
            app_version="0",
            demo=demo,
        )
    ]
    for question in verdicts:
        told.append(QuestionAsked(at=1.0, question=question, persona="engineer", text="Well?"))
        told.append(answered(question))
        if hints:
            told.append(
                LineSpoken(at=2.0, situation="hinting", persona="engineer", text="Think.", hint=hints)
            )
        if follow_up is not None:
            told.append(
                FollowUpAsked(
                    at=3.0,
                    question=question,
                    follow_up="more",
                    persona="engineer",
                    point=follow_up,
                    because="missed",
                    text="And?",
                )
            )
            told.append(answered(question))
    told.append(SessionEnded(at=9.0, because="complete"))
    if scored:
        answers = [
            _answer(question, points, score, width, evidence_turn, rough)
            for question, points in verdicts.items()
        ]
        told.append(Scored(at=9.0, scorecard=_card(name, answers, score, width, judge)))
    return told


def answered(question: str) -> Answered:
    segment = Segment(text="Some words.", start=1.0, end=2.0)
    turn = Turn(segments=(segment,), start=1.0, end=2.0, ended_by="typed", engine="keyboard")
    return Answered(at=2.0, question=question, turn=turn, endpoint_wait=None)


def held(events: Sequence[Event]) -> Held:
    found = held_from(events)
    assert found is not None
    return found


def _interval(score: float | None, width: float) -> tuple[float, float] | None:
    return None if score is None else (max(0.0, score - width), min(5.0, score + width))


def _answer(
    question: str,
    points: dict[str, Verdict],
    score: float | None,
    width: float,
    turn: int,
    rough: bool,
) -> AnswerScore:
    known: Question = QUESTIONS.get(question) or a_question(question)
    verdicts = tuple(
        PointVerdict(
            point=point,
            text="as it was then",
            weight=next((p.weight for p in known.rubric if p.id == point), 1.0),
            verdict=verdict,
            confidence=0.9,
            credit=0.0,
            evidence=Evidence(quote="Some", turn=turn, offset=0) if verdict == "met" else None,
        )
        for point, verdict in points.items()
    )
    interval = _interval(score, width)
    return AnswerScore(
        question=question,
        persona="engineer",
        technical=TechnicalScore(score=score, interval=interval, points=verdicts, engine=JUDGE),
        star=StarScore(score=None, engine="none"),
        clarity=ClarityScore(score=None, engine="none"),
        overall=score,
        interval=interval,
        abstained=score is None,
        flags=("rough_transcript",) if rough else (),
    )


def _card(
    session: str, answers: Sequence[AnswerScore], score: float | None, width: float, judge: str
) -> Scorecard:
    return Scorecard(
        session=session,
        engines={"technical": judge},
        answers=tuple(answers),
        technical=score,
        star=None,
        clarity=None,
        overall=score,
        interval=_interval(score, width),
    )
