"""From a session's facts to its replay: both speakers in order, with what was asked and why, and the judgements
anchored in the words. Pure: the same facts give the same replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from interviewer.domain import (
    AnswerScore,
    ClarityScore,
    Persona,
    Question,
    Scorecard,
    StarScore,
    TechnicalScore,
)
from interviewer.errors import InterviewerError
from interviewer.report.model import AnswerReview, Aspect, Line, Replay
from interviewer.report.placing import anchors_of, marks_of
from interviewer.report.telling import Teller, who
from interviewer.session.events import Event, TurnCorrected
from interviewer.session.state import Answer, SessionState, fold


def build_replay(
    events: Sequence[Event], questions: Mapping[str, Question], personas: Mapping[str, Persona]
) -> Replay:
    """The replay of one session's facts, in their order.

    Questions and personas that are no longer in the bank are named by their ids. Raises InterviewerError when the
    facts do not begin with a started session.
    """
    state = fold(events)
    started = state.started
    if started is None:
        raise InterviewerError(
            "This session cannot be replayed: its list of facts does not say how it started.",
            "List the sessions that can be with: interviewer sessions",
        )
    corrections = {event.number: event.turn for event in events if isinstance(event, TurnCorrected)}
    teller = Teller(questions, personas, corrections)
    for event in events:
        teller.tell(event)
    answers, lines = _reviews(state, questions, teller.lines)
    met = dict.fromkeys((started.persona, *state.personas_met, *(a.persona for a in state.answers)))
    seconds = max([state.clock, *(line.end for line in lines)])
    return Replay(
        session=started.session,
        started=started.started,
        seconds=seconds,
        typed=started.typed,
        rough_transcript=started.rough_transcript,
        level=started.level,
        loop=started.loop,
        round=state.round,
        engines=state.engines,
        app_version=started.app_version,
        personas={p: who(p, personas) for p in met},
        lines=lines,
        notes=tuple(teller.notes),
        answers=answers,
        aspects=aspects_of(state.scorecard) if state.scorecard else (),
        scorecard=state.scorecard,
    )


def _reviews(
    state: SessionState, questions: Mapping[str, Question], lines: Sequence[Line]
) -> tuple[tuple[AnswerReview, ...], tuple[Line, ...]]:
    """One review per answer, and the lines with the evidence marked in them."""
    marked = list(lines)
    reviews = []
    for number, (answer, score) in enumerate(zip(state.answers, scores_of(state), strict=True), 1):
        turns = [line for line in lines if line.answer == number - 1 and line.turn is not None]
        points, sentences = anchors_of(score, turns, number) if score else ((), ())
        for index, marks in (marks_of(score, points, sentences) if score else {}).items():
            marked[index] = marked[index].model_copy(update={"marks": tuple(marks)})
        review = _review(number, answer, questions.get(answer.question), score)
        reviews.append(review.model_copy(update={"points": points, "sentences": sentences}))
    return tuple(reviews), tuple(marked)


def scores_of(state: SessionState) -> list[AnswerScore | None]:
    """The score of each answer, None where there is none. A question asked twice has two scores, in order."""
    scores = list(state.scorecard.answers) if state.scorecard else []
    found = []
    for answer in state.answers:
        score = next((one for one in scores if one.question == answer.question), None)
        if score is not None:
            scores.remove(score)
        found.append(score)
    return found


def _review(number: int, answer: Answer, known: Question | None, score: AnswerScore | None) -> AnswerReview:
    return AnswerReview(
        number=number,
        question=answer.question,
        title=known.written if known else answer.asked[0].text,
        kind=known.kind if known else None,
        persona=answer.persona,
        hints=answer.hints,
        follow_ups=len(answer.follow_ups),
        skipped=answer.skipped,
        score=score,
        model_answer=known.model_answer if known else None,
    )


def aspects_of(scorecard: Scorecard) -> tuple[Aspect, ...]:
    """The session's figures. The record has an interval for the whole only; that of a part is the mean of its
    answers' intervals, and is left out where the part's score does not lie in it."""
    answers = [answer for answer in scorecard.answers if not answer.abstained]  # the others do not count
    overall = Aspect(
        name="overall",
        score=scorecard.overall,
        interval=scorecard.interval,
        answers=sum(answer.overall is not None for answer in answers),
    )
    return (
        overall,
        _aspect("technical", scorecard.technical, [answer.technical for answer in answers]),
        _aspect("star", scorecard.star, [answer.star for answer in answers]),
        _aspect("clarity", scorecard.clarity, [answer.clarity for answer in answers]),
    )


def _aspect(
    name: Literal["technical", "star", "clarity"],
    score: float | None,
    of_answers: Sequence[TechnicalScore | StarScore | ClarityScore],
) -> Aspect:
    rests_on = [part for part in of_answers if part.score is not None]
    known = [part.interval for part in rests_on if part.interval is not None]
    interval = None
    if score is not None and known and len(known) == len(rests_on):
        low = sum(bounds[0] for bounds in known) / len(known)
        high = sum(bounds[1] for bounds in known) / len(known)
        interval = (low, high) if low <= score <= high else None
    return Aspect(name=name, score=score, interval=interval, answers=len(rests_on))
