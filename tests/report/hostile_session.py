"""Two more sessions to report on: one whose words try to be code, and one that was typed."""

from __future__ import annotations

from sample_session import PERSONAS, Tape

from interviewer.domain import (
    AnswerScore,
    ClarityScore,
    Coaching,
    Evidence,
    Measure,
    PointVerdict,
    Scorecard,
    Segment,
    StarScore,
    TechnicalScore,
    Turn,
)
from interviewer.session.events import Answered, Event, FaultNoted, QuestionAsked, Scored, SessionStarted

ATTACKS = (
    "</script><script>window.broken = 1</script>",
    "\"><img src=x onerror='window.broken = 1'>",
    "' autofocus onfocus=window.broken=1 x='",
    "{{ 7 * 7 }} {% raw %} </style></title></q> --> &amp; https://example.org/",
)


def started(*, typed: bool) -> SessionStarted:
    return SessionStarted(
        at=0,
        session=ATTACKS[1],
        started="some day",
        persona="ml_engineer",
        questions=1,
        minutes=5,
        seed=1,
        typed=typed,
        engines={"transcriber": ATTACKS[0]},
        rough_transcript=True,
        app_version="0",
    )


def hostile_events() -> list[Event]:
    """Every text a user, a model or a file can put in is an attack."""
    tape = Tape()
    tape.add(started(typed=False))
    tape.add(QuestionAsked(at=0, question="unknown_now", persona="gone_persona", text=" ".join(ATTACKS)))
    tape.heard(" ".join(ATTACKS))
    turn = tape.answer("unknown_now", [(attack, 0.2, True) for attack in ATTACKS])
    tape.add(FaultNoted(at=tape.at, part="x", sentence=ATTACKS[0]))
    tape.add(Scored(at=tape.at, scorecard=_card(turn, ATTACKS[0])))
    return tape.events


def _card(turn: Turn, words: str) -> Scorecard:
    evidence = Evidence(quote=words, turn=0, offset=turn.text.index(words))
    point = PointVerdict(
        point="x",
        text=ATTACKS[2],
        weight=1,
        verdict="contradicted",
        confidence=0.5,
        credit=-0.5,
        evidence=evidence,
        correction=ATTACKS[3],
    )
    measure = Measure(name=ATTACKS[0], value=None, unit=ATTACKS[1], note=ATTACKS[2])
    answer = AnswerScore(
        question="unknown_now",
        persona="gone_persona",
        technical=TechnicalScore(score=1.0, points=(point,), engine="x"),
        star=StarScore(score=None, engine="x"),
        clarity=ClarityScore(score=None, measures=(measure,), engine="x"),
        overall=1.0,
        flags=ATTACKS,
        coaching=Coaching(keep=ATTACKS, change_first=ATTACKS[0], better_answer=ATTACKS[1], red_flags=ATTACKS),
    )
    return Scorecard(
        session="x",
        engines={"judge": ATTACKS[1]},
        answers=(answer,),
        technical=1.0,
        star=None,
        clarity=None,
        overall=1.0,
        summaries={"gone_persona": ATTACKS[0]},
        notes=ATTACKS,
    )


def typed_events() -> list[Event]:
    """A typed session, not scored: no sound, no times."""
    text = "Layer norm works on one token."
    segment = Segment(text=text, start=4.0, end=4.0)
    turn = Turn(segments=(segment,), start=4.0, end=4.0, ended_by="typed", engine="keyboard")
    persona = next(iter(PERSONAS))
    return [
        started(typed=True),
        QuestionAsked(at=1, question="layer_norm", persona=persona, text="Why layer norm?"),
        Answered(at=4, question="layer_norm", turn=turn, endpoint_wait=None),
    ]
