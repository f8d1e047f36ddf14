"""A session as it really runs, written by hand: three questions, a follow-up, a hint, a change of persona, doubtful
words, a fault that was survived, a story, and a scorecard with every kind of verdict."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.domain import (
    LINE_SITUATIONS,
    AnswerScore,
    ClarityScore,
    Coaching,
    Evidence,
    Measure,
    Persona,
    PointVerdict,
    Question,
    Scorecard,
    Segment,
    Span,
    StarLabel,
    StarScore,
    StarSentence,
    TechnicalScore,
    Turn,
    Verdict,
    VoiceStyle,
    Word,
)
from interviewer.session.events import (
    Answered,
    Event,
    FaultNoted,
    FollowUpAsked,
    LineSpoken,
    PersonaEntered,
    QuestionAsked,
    ReplyTimed,
    RoundStarted,
    Scored,
    SessionEnded,
    SessionStarted,
    SpeechHeard,
)

SECONDS_PER_WORD = 0.36
CHARACTERS_PER_SECOND = 16.0

Said = tuple[str, float, bool]
"""A segment: its words, the pause before it in seconds, whether it is doubtful."""


def persona(name_id: str, name: str, role: str, technical: float, star: float) -> Persona:
    return Persona(
        id=name_id,
        name=name,
        role=role,
        tone="Calm and exact.",
        probes="What was measured, and what broke.",
        kinds=("concept", "system_design", "behavioural"),
        patience_seconds=2.5,
        max_follow_ups=2,
        warmth=0.5,
        bluntness=0.5,
        weighs={"technical": technical, "star": star, "clarity": round(1 - technical - star, 2)},
        voice=VoiceStyle(),
        lines={situation: (f"A line for {situation}.",) for situation in LINE_SITUATIONS},
    )


PERSONAS = {
    "ml_engineer": persona("ml_engineer", "ML engineer", "Senior engineer, ranking team", 0.7, 0.1),
    "hiring_manager": persona("hiring_manager", "Hiring manager", "Leads the ranking team", 0.2, 0.6),
}


def question(name_id: str, kind: str, spoken: str, points: dict[str, str], answer: str) -> Question:
    return Question.model_validate(
        {
            "id": name_id,
            "kind": kind,
            "topics": ("training",),
            "levels": ("senior",),
            "minutes": 4,
            "spoken": spoken,
            "written": spoken,
            "rubric": [
                {
                    "id": point,
                    "text": text,
                    "phrasings": (text, f"In short: {text}", f"Put simply: {text}"),
                }
                for point, text in points.items()
            ],
            "follow_ups": [
                {"id": f"more_{point}", "point": point, "text": f"Tell me more: {text}?", "expects": text}
                for point, text in list(points.items())[:3]
            ],
            "hints": ("Think of one example.", "Think of the axis.", "Think of one token on its own."),
            "model_answer": answer,
            "sources": ("Common knowledge",),
        }
    )


QUESTIONS = {
    "layer_norm": question(
        "layer_norm",
        "concept",
        "Why do transformers use layer normalisation rather than batch normalisation?",
        {
            "axis": "Layer norm takes its statistics over the features of one token, batch norm over the batch",
            "batch_size": "Layer norm does not depend on the batch size, nor on the other examples in it",
            "padding": "Sequences differ in length, and padding spoils statistics taken over the batch",
            "serving": "Layer norm does the same in training and in serving; batch norm switches to running averages",
            "placement": "Normalising before each block, rather than after, keeps deep stacks trainable",
        },
        "Layer norm computes mean and variance over the features of a single token, so it depends on nothing else in "
        "the batch. That matters because sequences vary in length, padding would pollute batch statistics, and "
        "decoding often runs one sequence at a time. It also behaves the same in training and serving. Putting it "
        "before each block keeps the residual path clean, which is what lets deep stacks train.",
    ),
    "drift": question(
        "drift",
        "system_design",
        "A fraud model you shipped six months ago is slowly getting worse. How do you find out why?",
        {
            "kinds": "Tell a shift in the inputs from a change in what the label means",
            "labels": "Fraud labels come late, so recent precision is not known yet",
            "slices": "Compare slices, such as country or merchant, before looking at the whole",
            "pipeline": "Check the feature pipeline first: a broken join looks just like drift",
            "retrain": "Retrain on a schedule and on a trigger, and keep a champion to compare with",
        },
        "First rule out a broken pipeline. Then separate input drift from concept drift, slice by slice, remembering "
        "that chargebacks arrive weeks late. Only then retrain, with a champion kept for comparison.",
    ),
    "disagreement": question(
        "disagreement",
        "behavioural",
        "Tell me about a time you disagreed with a colleague about a model that was about to ship.",
        {
            "stake": "Says what was at stake for the users",
            "evidence": "Brings evidence rather than opinion to the disagreement",
            "outcome": "Says how it ended, with a figure",
        },
        "A good story names the stakes, what you did about it in the first person, and what changed, in figures.",
    ),
}


class Tape:
    """Writes facts on a running clock, as the live loop would."""

    def __init__(self) -> None:
        self.at = 0.0
        self.events: list[Event] = []
        self.turns: list[Turn] = []

    def add(self, event: Event) -> None:
        self.events.append(event)

    def heard(self, text: str, share: float = 1.0) -> None:
        of_seconds = len(text) / CHARACTERS_PER_SECOND
        self.at += 0.4 + of_seconds * share
        self.add(
            SpeechHeard(
                at=self.at,
                seconds=of_seconds * share,
                of_seconds=of_seconds,
                interrupted=share < 1,
                voice="flite slt",
            )
        )

    def answer(self, name: str | None, said: Sequence[Said], thought: float = 1.4, wait: float = 1.3) -> Turn:
        self.at += thought
        turn = turn_of(said, self.at)
        self.at = turn.end + wait
        self.turns.append(turn)
        self.add(Answered(at=self.at, question=name, turn=turn, endpoint_wait=wait))
        return turn

    def timed(self, transcript: float, reply: float, voice: float) -> None:
        total = transcript + reply + voice
        self.add(ReplyTimed(at=self.at, transcript=transcript, reply=reply, voice=voice, total=total))


def turn_of(said: Sequence[Said], start: float) -> Turn:
    at, segments, speech = start, [], []
    for text, pause, doubtful in said:
        at += pause
        begun, words = at, []
        for word in text.split():
            confidence = 0.38 if doubtful else 0.93
            words.append(Word(text=word, start=at, end=at + SECONDS_PER_WORD * 0.9, confidence=confidence))
            at += SECONDS_PER_WORD
        segments.append(
            Segment(
                text=text,
                start=begun,
                end=at,
                confidence=0.41 if doubtful else 0.92,
                doubtful=doubtful,
                words=tuple(words),
            )
        )
        speech.append(Span(start=begun, end=at))
    return Turn(
        segments=tuple(segments),
        speech=tuple(speech),
        start=start,
        end=at,
        ended_by="silence",
        engine="whisper base.en",
    )


def quote(turns: Sequence[Turn], turn: int, words: str) -> Evidence:
    text = turns[turn].text
    return Evidence(quote=words, turn=turn, offset=text.index(words))


LAYER_NORM: list[Said] = [
    ("So, the big difference is which axis you average over.", 0.0, False),
    (
        "Batch norm looks at one feature across the whole batch, whereas layer norm looks at all the features of a "
        "single token.",
        0.3,
        False,
    ),
    ("Because of that, layer norm doesn't care what else is in the batch.", 1.1, False),
    ("You can train with a batch of one and it works the same.", 0.4, False),
    (
        "I think there's also, um, something about the, the pading masks and the mini bat statistics.",
        2.6,
        True,
    ),
    ("And layer norm keeps running averages that you use when you serve the model.", 1.7, False),
]
LAYER_NORM_MORE: list[Said] = [
    ("Right, so sentences have different lengths and you pad them to the longest one.", 0.0, False),
    ("If you averaged over the batch, those pad tokens would pull the mean around.", 0.5, False),
]
DRIFT: list[Said] = [
    ("Hmm, let me think about that for a second.", 0.0, False),
    ("I would start with the dashboards and see when it began.", 4.2, False),
    ("Then I'd compare the distribution of each input feature now with the training data.", 0.6, False),
    ("That tells me whether the inputs moved.", 0.3, False),
    (
        "If they didn't, then maybe what counts as fraud has changed, because the fraudsters adapt.",
        1.3,
        False,
    ),
]
DRIFT_HINTED: list[Said] = [
    ("Oh, the labels, yes. Chargebacks take something like six weeks to come in,", 0.0, False),
    ("so the last month always looks better than it is.", 0.3, False),
    ("I'd only trust precision on transactions that are old enough.", 0.7, False),
]
STORY: list[Said] = [
    ("Last spring we were about to ship a new ranking model for the home page.", 0.0, False),
    ("I owned the offline evaluation, and the launch date was already announced.", 0.4, False),
    ("My colleague wanted to go because the average metric was up two percent.", 0.3, False),
    ("I was worried about new sellers, so I split the results by seller age.", 0.9, False),
    ("For sellers under a month old, impressions fell by thirty percent.", 0.5, False),
    ("I wrote that up on one page and asked for a one week experiment instead of a full launch.", 0.4, False),
    ("We ran it, added an exploration bonus, and shipped ten days later.", 1.2, False),
    ("The two percent held, and the loss for new sellers went down to four percent.", 0.4, False),
]

ENGINES = {
    "transcriber": "whisper base.en",
    "voice": "flite slt",
    "language_model": "none: authored lines",
    "speech_detector": "silero-vad",
    "judge": "embedded judge",
}


def sample_events(*, scored: bool = True) -> list[Event]:
    tape = Tape()
    _open(tape)
    _ask_layer_norm(tape)
    _ask_drift(tape)
    _ask_story(tape)
    closing = "That was all from me. Thank you, the write-up is on its way."
    tape.add(LineSpoken(at=tape.at, situation="closing", persona="hiring_manager", text=closing))
    tape.heard(closing)
    tape.add(SessionEnded(at=tape.at, because="complete"))
    if scored:
        tape.add(Scored(at=tape.at, scorecard=scorecard_of(tape.turns)))
    return tape.events


def _open(tape: Tape) -> None:
    tape.add(
        SessionStarted(
            at=0,
            session="2025-03-14-ml-onsite-7f3a",
            started="2025-03-14T18:05:00+01:00",
            persona="ml_engineer",
            loop="ml_onsite",
            questions=3,
            minutes=15,
            seed=7,
            typed=False,
            engines=ENGINES,
            rough_transcript=False,
            app_version="0.1.0",
        )
    )
    tape.add(RoundStarted(at=0, round="technical", title="Technical depth", minutes=15))
    hello = "Hello, and thanks for making the time. I work on ranking. Let's get straight into it."
    tape.add(PersonaEntered(at=0.2, persona="ml_engineer", because="start", text=hello))
    tape.heard(hello)


def _ask_layer_norm(tape: Tape) -> None:
    text = QUESTIONS["layer_norm"].spoken
    tape.add(QuestionAsked(at=tape.at, question="layer_norm", persona="ml_engineer", text=text))
    tape.heard(text)
    tape.answer("layer_norm", LAYER_NORM, thought=2.1)
    lead, text = (
        "Thanks, that's clear on the axis.",
        "You touched on padding. What goes wrong with it, exactly?",
    )
    tape.add(
        FollowUpAsked(
            at=tape.at,
            question="layer_norm",
            follow_up="more_padding",
            persona="ml_engineer",
            point="padding",
            because="partial",
            lead=lead,
            text=text,
        )
    )
    tape.timed(0.18, 0.22, 0.31)
    tape.heard(f"{lead} {text}", share=0.86)
    tape.answer("layer_norm", LAYER_NORM_MORE, thought=0.2)


def _ask_drift(tape: Tape) -> None:
    lead, text = "Good. Something from production now.", QUESTIONS["drift"].spoken
    tape.add(QuestionAsked(at=tape.at, question="drift", persona="ml_engineer", lead=lead, text=text))
    tape.timed(0.16, 0.04, 0.29)
    tape.heard(f"{lead} {text}")
    tape.answer("drift", DRIFT, thought=1.0, wait=2.4)
    hint = "A hint: when do you actually learn that a payment was fraud?"
    tape.add(LineSpoken(at=tape.at, situation="hinting", persona="ml_engineer", text=hint, hint=1))
    tape.timed(0.21, 0.03, 0.33)
    tape.heard(hint)
    tape.add(
        FaultNoted(
            at=tape.at, part="microphone", sentence="The microphone went quiet for a moment and came back."
        )
    )
    tape.answer("drift", DRIFT_HINTED, thought=1.8)


def _ask_story(tape: Tape) -> None:
    tape.add(RoundStarted(at=tape.at, round="behavioural", title="How you work", minutes=10))
    hello = "Hi, I lead the team, and I'd like to hear how you work with people."
    tape.add(PersonaEntered(at=tape.at, persona="hiring_manager", because="round", text=hello))
    tape.timed(0.15, 0.05, 0.36)
    text = QUESTIONS["disagreement"].spoken
    tape.add(QuestionAsked(at=tape.at, question="disagreement", persona="hiring_manager", text=text))
    tape.heard(f"{hello}{text}")
    tape.answer("disagreement", STORY, thought=3.2)


def _point(
    name: str,
    point: str,
    verdict: Verdict,
    confidence: float,
    evidence: Evidence | None,
    correction: str = "",
) -> PointVerdict:
    credit = {"met": 1.0, "partial": 0.5, "missed": 0.0, "contradicted": -0.7, "unclear": 0.2}[verdict]
    return PointVerdict(
        point=point,
        text=QUESTIONS[name].point(point).text,
        weight=1.0,
        verdict=verdict,
        confidence=confidence,
        credit=credit,
        evidence=evidence,
        misconception="mixed_up" if correction else None,
        correction=correction or None,
    )


def _clarity(score: float, fillers: float | None, pace: float) -> ClarityScore:
    note = "" if fillers is not None else "Too few words to count fillers."
    measures = (
        Measure(name="pace", value=pace, unit="words per minute", good=(120, 185)),
        Measure(name="fillers", value=fillers, unit="per minute", good=(0, 5), at_least=True, note=note),
        Measure(name="pauses inside clauses", value=1.2, unit="per minute", good=(0, 3)),
        Measure(name="longest sentence", value=31, unit="words", good=(8, 28)),
        Measure(
            name="pitch variety",
            value=None,
            unit="semitones",
            note="The voice was too soft to follow its pitch.",
        ),
    )
    return ClarityScore(
        score=score, interval=(score - 0.4, score + 0.3), measures=measures, engine="measured"
    )


_NO_STORY = StarScore(score=None, engine="embedded judge")


def _layer_norm_score(turns: Sequence[Turn]) -> AnswerScore:
    averages = "layer norm keeps running averages that you use when you serve the model"
    points = (
        _point("layer_norm", "axis", "met", 0.94, quote(turns, 0, LAYER_NORM[1][0])),
        _point("layer_norm", "batch_size", "met", 0.88, quote(turns, 0, LAYER_NORM[2][0])),
        _point("layer_norm", "padding", "partial", 0.71, quote(turns, 1, LAYER_NORM_MORE[1][0])),
        _point(
            "layer_norm",
            "serving",
            "contradicted",
            0.82,
            quote(turns, 0, averages),
            "It is batch norm that keeps running averages. Layer norm has none: it computes the same thing from each "
            "token in training and in serving.",
        ),
        _point("layer_norm", "placement", "missed", 0.9, None),
    )
    return AnswerScore(
        question="layer_norm",
        persona="ml_engineer",
        technical=TechnicalScore(score=2.9, interval=(2.3, 3.5), points=points, engine="embedded judge"),
        star=_NO_STORY,
        clarity=_clarity(3.8, 3.6, 148),
        overall=3.1,
        interval=(2.5, 3.6),
        flags=("One sentence was hard to make out and was left out of the score.",),
        coaching=Coaching(
            keep=("You opened with the one difference that matters, the axis, before any detail.",),
            change_first="Separate what batch norm does in serving from what layer norm does. You gave the running "
            "averages to the wrong one, and that is the part an interviewer remembers.",
            better_answer="Batch norm looks at one feature across the whole batch; layer norm looks at all the features "
            "of a single token. So it doesn't care what else is in the batch, padding cannot pull the mean around, and "
            "there are no running averages to carry into serving.",
            practise_next=("Why pre-norm trains deeper stacks", "RMSNorm, and what it drops"),
        ),
    )


def _drift_score(turns: Sequence[Turn]) -> AnswerScore:
    points = (
        _point("drift", "kinds", "met", 0.86, quote(turns, 0, DRIFT[4][0])),
        _point(
            "drift",
            "labels",
            "met",
            0.91,
            quote(turns, 1, "Chargebacks take something like six weeks to come in,"),
        ),
        _point("drift", "slices", "missed", 0.84, None),
        _point("drift", "pipeline", "unclear", 0.52, quote(turns, 0, "I would start with the dashboards")),
        _point("drift", "retrain", "missed", 0.93, None),
    )
    return AnswerScore(
        question="drift",
        persona="ml_engineer",
        technical=TechnicalScore(score=2.4, interval=(1.8, 3.1), points=points, engine="embedded judge"),
        star=_NO_STORY,
        clarity=_clarity(3.4, 6.8, 131),
        overall=2.6,
        interval=(2.0, 3.2),
        coaching=Coaching(
            keep=("You told input drift from a change in what fraud means, unprompted.",),
            change_first="Rule out a broken feature pipeline before you reach for drift. A join that fails silently "
            "looks the same on a dashboard, and it is the cheapest thing to check.",
            better_answer="Before I talk about drift I'd check that the features are still what we trained on. Then I'd "
            "compare each input with the training data, slice by slice, and judge precision only on transactions that "
            "are old enough, because chargebacks take six weeks.",
            red_flags=("No plan for what to do once the cause is known.",),
            practise_next=("Champion and challenger models",),
        ),
    )


def _story_score(turns: Sequence[Turn]) -> AnswerScore:
    labels: tuple[StarLabel, ...] = ("S", "T", "S", "A", "A", "A", "A", "R")
    sentences = tuple(
        StarSentence(text=said[0], label=label, confidence=0.84, evidence=quote(turns, 0, said[0]))
        for said, label in zip(STORY, labels, strict=True)
    )
    story = StarScore(
        score=4.4,
        interval=(3.9, 4.8),
        is_story=True,
        components={"S": True, "T": True, "A": True, "R": True},
        sentences=sentences,
        in_order=True,
        quantified_result=True,
        personal_actions=3,
        engine="embedded judge",
    )
    points = (
        _point("disagreement", "stake", "partial", 0.66, quote(turns, 0, "I was worried about new sellers")),
        _point("disagreement", "evidence", "met", 0.93, quote(turns, 0, STORY[4][0])),
        _point("disagreement", "outcome", "met", 0.95, quote(turns, 0, STORY[7][0])),
    )
    return AnswerScore(
        question="disagreement",
        persona="hiring_manager",
        technical=TechnicalScore(score=4.0, interval=(3.5, 4.5), points=points, engine="embedded judge"),
        star=story,
        clarity=_clarity(4.1, None, 152),
        overall=4.3,
        interval=(3.8, 4.7),
        coaching=Coaching(
            keep=(
                "You said what you did, in the first person: split the results, wrote the page, asked for a week.",
                "You closed with two figures.",
            ),
            change_first="Say how your colleague took it. The story is about a disagreement, and we never hear their "
            "side.",
            better_answer="… I asked for a one week experiment instead of a full launch. My colleague thought a week was "
            "too long, so we agreed on the one number that would settle it …",
        ),
    )


def scorecard_of(turns: Sequence[Turn]) -> Scorecard:
    return Scorecard(
        session="2025-03-14-ml-onsite-7f3a",
        engines=ENGINES,
        answers=(_layer_norm_score(turns[0:2]), _drift_score(turns[2:4]), _story_score(turns[4:5])),
        technical=3.1,
        star=4.4,
        clarity=3.8,
        overall=3.3,
        interval=(2.8, 3.8),
        summaries={
            "ml_engineer": "Explains mechanisms from first principles and recovers well from a hint. I would want one "
            "more conversation about running models in production before I say yes.",
            "hiring_manager": "Brings evidence instead of volume to a disagreement. I would be glad to have this person "
            "in a launch review.",
        },
        notes=("1 sentence of 21 was doubtful; it was shown but not scored.",),
    )
