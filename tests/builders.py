"""Small real nouns for tests of the core."""

from __future__ import annotations

from interviewer.domain import (
    LINE_SITUATIONS,
    FollowUp,
    Misconception,
    Persona,
    PointVerdict,
    Question,
    RubricPoint,
    Segment,
    Span,
    Turn,
    Verdict,
    VoiceStyle,
)
from interviewer.domain.content import Kind
from interviewer.library.content import Library
from interviewer.session.events import SessionStarted


def a_point(point_id: str, weight: float = 1.0) -> RubricPoint:
    return RubricPoint(
        id=point_id,
        text=f"The statement of {point_id}.",
        weight=weight,
        phrasings=(f"{point_id} one", f"{point_id} two", f"{point_id} three"),
        misconceptions=(
            Misconception(
                id=f"{point_id}_wrong", wrong=("wrong a", "wrong b"), denial=("no",), correction="Rather so."
            ),
        ),
    )


def a_question(
    question_id: str = "alpha", kind: Kind = "concept", topics: tuple[str, ...] = ("ml",)
) -> Question:
    points = (a_point("light", 0.5), a_point("heavy", 2.0), a_point("middle", 1.0))
    follow_ups = (
        *(
            FollowUp(id=f"{question_id}_{p.id}", point=p.id, text=f"What about {p.id}?", expects="x")
            for p in points
        ),
        FollowUp(id=f"{question_id}_deep", point="heavy", depth=2, text="And deeper?", expects="x"),
        FollowUp(id=f"{question_id}_deepest", depth=3, text="And deeper still?", expects="x"),
    )
    if kind == "behavioural":
        follow_ups += (FollowUp(id=f"{question_id}_result", star="R", text="How did it end?", expects="x"),)
    return Question(
        id=question_id,
        kind=kind,
        topics=topics,
        levels=("senior",),
        minutes=4,
        spoken=f"Tell me about {question_id}?",
        written=f"About {question_id}",
        rubric=points,
        follow_ups=follow_ups,
        hints=("one", "two", "three"),
        model_answer="All of it.",
        sources=("own",),
    )


def a_persona(
    persona_id: str = "engineer", kinds: tuple[Kind, ...] = ("concept",), **changes: object
) -> Persona:
    values: dict[str, object] = {
        "id": persona_id,
        "name": persona_id.title(),
        "role": f"the {persona_id}",
        "tone": "Plain.",
        "probes": "Everything.",
        "kinds": kinds,
        "patience_seconds": 3.0,
        "max_follow_ups": 2,
        "warmth": 0.5,
        "bluntness": 0.5,
        "weighs": {"technical": 1.0},
        "voice": VoiceStyle(),
        "lines": {s: tuple(f"{persona_id} {s} {n}." for n in range(3)) for s in LINE_SITUATIONS},
    }
    return Persona.model_validate(values | changes)


def a_library(questions: tuple[Question, ...] = (), personas: tuple[Persona, ...] = ()) -> Library:
    questions = questions or (a_question("alpha"), a_question("beta"), a_question("gamma"))
    personas = personas or (a_persona(), a_persona("recruiter"))
    return Library({p.id: p for p in personas}, {q.id: q for q in questions}, {})


def a_start(**changes: object) -> SessionStarted:
    values: dict[str, object] = {
        "at": 0.0,
        "session": "20261120-1200-abc",
        "started": "2026-11-20T12:00:00+00:00",
        "persona": "engineer",
        "questions": 2,
        "minutes": 30.0,
        "seed": 1,
        "typed": False,
        "engines": {"transcriber": "scripted"},
        "rough_transcript": False,
        "app_version": "0",
    }
    return SessionStarted.model_validate(values | changes)


def a_turn(text: str = "an answer", start: float = 1.0, end: float = 3.0) -> Turn:
    segment = Segment(text=text, start=start, end=end, confidence=0.9)
    return Turn(
        segments=(segment,),
        speech=(Span(start=start, end=end),),
        start=start,
        end=end,
        ended_by="silence",
        engine="scripted",
    )


def a_verdict(point: str, verdict: Verdict, weight: float = 1.0) -> PointVerdict:
    return PointVerdict(point=point, text=point, weight=weight, verdict=verdict, confidence=0.9, credit=0.0)
