"""From scores to advice: what to keep, the one thing to change first, and a better answer in the candidate's own words.

Plain sentences that name what was said and what to say; no praise without a reason. Where the transcript is rough its
words are not quoted back, because they may be the recogniser's and not the candidate's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import (
    ClarityScore,
    Coaching,
    Evidence,
    Gate,
    Measure,
    PointVerdict,
    Question,
    StarComponent,
    StarScore,
    TechnicalScore,
    Turn,
    Verdict,
)
from interviewer.evaluator.clarity import cost
from interviewer.evaluator.star import ASK_FIRST

MOST_KEPT = 3
MOST_ADDED = 3
MOST_PRACTISED = 3
_STATING_KINDS = frozenset({"concept", "system_design", "data_engineering", "experimentation", "coding"})
_DESCRIBING = re.compile(r"(?!This|Is|Was|Has|Does)[A-Z][a-z]+(?:s|ed)\b")
_LONGEST_QUOTE_WORDS = 40
_WORTH_SAYING = 0.2  # points of 5 a delivery measure must cost before it is the first thing to change

GATE_ADVICE: Mapping[Gate, str] = {
    "empty": "Say something, even if it is only where you would begin: a first step can be followed up, silence cannot.",
    "non_answer": "When you do not know, say what you know that lies near and reason aloud from there.",
    "echo": "Your answer gave the question back. Start with the claim itself, in one sentence, and then say why it holds.",
    "off_topic": "This did not reach the question. Repeat to yourself what was asked, then answer that in your first sentence.",
    "word_salad": "The words came through in no order that makes sentences. Try again in short, complete sentences.",
    "other_question": "This answers another question. Listen for what is asked and open with a sentence that answers it.",
    "too_short": "That is too short to show what you know. Say what it is, why it works and when it fails.",
}
STORY_ADVICE: Mapping[StarComponent, str] = {
    "S": "Open with the situation: when it was, where, and what was at stake.",
    "T": "Say what you had to reach, and what was yours to decide.",
    "A": "Say what you did yourself, step by step, and why you chose it.",
    "R": "End with what came of it, best with a number, and what you would do differently.",
}
STORY_NAMES: Mapping[StarComponent, str] = {"S": "Situation", "T": "Task", "A": "Action", "R": "Result"}
TOO_LOW: Mapping[str, str] = {
    "speaking rate": "You spoke slowly enough to lose the thread; let finished thoughts run at an ordinary pace.",
    "sentence length": "Join the fragments: a claim and its reason belong in one sentence.",
    "signposting": "Tell the listener where you are: how many points there are, which one this is, and why it follows.",
    "concision": "There was time left: add the reason behind your main point, or an example.",
}
TOO_HIGH: Mapping[str, str] = {
    "speaking rate": "Slow down: at this speed the listener cannot take in a technical point.",
    "pauses inside clauses": "Pause between thoughts rather than inside them: think first, then say the sentence through.",
    "fillers": "Let a short silence stand where an um or a you-know would come.",
    "repairs": "Finish the sentence you began, even if a better one comes to mind.",
    "sentence length": "Cut the long sentences: one thought each.",
    "hedging": "Say what you are sure of without maybe and sort of, and name what you are unsure of once.",
    "signposting": "Fewer announcements; say the point itself.",
    "unexplained jargon": "Say what a technical word means when you first use it, or use an everyday one.",
    "concision": "Be shorter: give the answer in the first two sentences and stop when the reason is told.",
}


@dataclass(frozen=True)
class Scored:
    """One answer with its three scores: what advice is made from."""

    question: Question
    turns: Sequence[Turn]
    technical: TechnicalScore
    star: StarScore
    clarity: ClarityScore
    rough: bool

    @property
    def story(self) -> bool:
        return self.star.score is not None

    def points(self, *verdicts: Verdict) -> list[PointVerdict]:
        """Rubric points with one of these verdicts, the weightiest first."""
        chosen = [p for p in self.technical.points if p.verdict in verdicts]
        return sorted(chosen, key=lambda point: -point.weight)


def coach(scored: Scored) -> Coaching:
    return Coaching(
        keep=tuple(_keep(scored)),
        change_first=_change_first(scored),
        better_answer=_better_story(scored) if scored.story else _better_answer(scored),
        red_flags=tuple(p.correction for p in scored.points("contradicted") if p.correction),
        practise_next=tuple(dict.fromkeys(_practise_next(scored)))[:MOST_PRACTISED],
    )


def _keep(scored: Scored) -> list[str]:
    if scored.technical.gate is not None:
        return []
    kept = []
    if scored.star.is_story and scored.star.personal_actions >= 2:
        kept.append("You told what you did yourself, step by step.")
    if scored.star.quantified_result and scored.star.is_story:
        kept.append("You gave the result in numbers.")
    for point in scored.points("met"):
        if point.evidence is None:
            continue
        quote = "" if scored.rough else f' You said: "{_quoted(point.evidence, scored)}"'
        kept.append(f"{_covered(point, scored.question)}{quote}")
    return kept[:MOST_KEPT]


def _change_first(scored: Scored) -> str:
    """The one change worth most: the gate, an error, the story's gap, a missing point, an unfinished one, delivery."""
    gate = scored.technical.gate
    if gate is not None:
        return f"{GATE_ADVICE[gate]} A way in: {scored.question.hints[0]}"
    for point in scored.points("contradicted"):
        quote = f'You said: "{_quoted(point.evidence, scored)}" ' if point.evidence else ""
        return f"{quote}{_sentence(point.correction or f'What holds is this: {point.text}')}"
    if scored.story and (advice := _story_gap(scored)):
        return advice
    return _content_gap(scored) or _delivery_gap(scored.clarity) or _go_deeper(scored.question)


def _story_gap(scored: Scored) -> str:
    star = scored.star
    if not star.is_story:
        advice = "Tell one thing that really happened and what you yourself did in it, rather than what one would do."
    else:
        missing = [c for c in ASK_FIRST if not star.components.get(c)]
        if not missing and star.quantified_result:
            return ""
        advice = STORY_ADVICE[missing[0]] if missing else "Put a number on the result, even a rough one."
    return f"{advice} Ask yourself: {star.missing_question}" if star.missing_question else advice


def _content_gap(scored: Scored) -> str:
    for point in scored.points("missed"):
        lead = "Answer this as well" if _describes_answer(point, scored.question) else "Add this first"
        return f"{lead}: {_asked(point, scored.question)}"
    for point in scored.points("partial"):
        return f"You came near this; say it outright: {_asked(point, scored.question)}"
    for point in scored.points("unclear"):
        return f"This stayed unclear; say it in one plain sentence: {_asked(point, scored.question)}"
    return ""


def _covered(point: PointVerdict, question: Question) -> str:
    if _describes_answer(point, question):
        return f"Part of a good answer, and you had it: {_sentence(point.text)}"
    return f"Your answer covered this: {_sentence(point.text)}"


def _asked(point: PointVerdict, question: Question) -> str:
    """What to say about a point: the statement itself, or the question that draws it out where there is no statement."""
    if not _describes_answer(point, question):
        return _sentence(point.text)
    own = (follow_up for follow_up in question.follow_ups if follow_up.point == point.point)
    easiest = min(own, key=lambda follow_up: follow_up.depth, default=None)
    return easiest.text if easiest else f"Part of a good answer: {_sentence(point.text)}"


def _describes_answer(point: PointVerdict, question: Question) -> bool:
    """Whether a point says what a good answer does ("Names the cause ...") rather than what is true."""
    return question.kind not in _STATING_KINDS and _DESCRIBING.match(point.text) is not None


def _delivery_gap(clarity: ClarityScore) -> str:
    worst = max(clarity.measures, key=cost, default=None)
    return delivery_advice(worst) if worst is not None and cost(worst) >= _WORTH_SAYING else ""


def delivery_advice(measure: Measure) -> str:
    """What to do about one measure outside its band; "" when it lies inside or was not measured."""
    if measure.value is None or measure.good is None or measure.good[0] <= measure.value <= measure.good[1]:
        return ""
    return (TOO_LOW if measure.value < measure.good[0] else TOO_HIGH).get(measure.name, "")


def _go_deeper(question: Question) -> str:
    deeper = max(question.follow_ups, key=lambda follow_up: follow_up.depth, default=None)
    further = deeper.text if deeper else "What would change if the situation were another?"
    return f"The main points are there. Go one level deeper: {further}"


def _better_answer(scored: Scored) -> str:
    """The candidate's sentences that earned credit, in order of speaking, then the weightiest points that are lacking."""
    lacking = [_sentence(p.text) for p in scored.points("contradicted", "missed", "partial", "unclear")][
        :MOST_ADDED
    ]
    earned = [p for p in scored.points("met") if p.evidence is not None]
    if scored.technical.gate is not None or not earned:
        return " ".join(
            ["A first version to make your own:", *(_asked(p, scored.question) for p in _weightiest(scored))]
        )
    if scored.rough:
        own = [_sentence(p.text) for p in earned]
        opening = "Say again what you had (given here in our words, because the transcript is rough):"
    else:
        own = _own_sentences([p.evidence for p in earned if p.evidence], scored.turns)
        opening = "Keep your own words:"
    added = ["Then add:", *lacking] if lacking else []
    return " ".join([opening, *own, *added])


def _weightiest(scored: Scored) -> list[PointVerdict]:
    return sorted(scored.technical.points, key=lambda point: -point.weight)[: MOST_ADDED + 1]


def _better_story(scored: Scored) -> str:
    """The candidate's own sentences under the four headings, with what is lacking asked for in brackets."""
    lines = []
    for component, name in STORY_NAMES.items():
        own = [_sentence(_tidy(s.text)) for s in scored.star.sentences if s.label == component]
        told = own and scored.star.components.get(component) and scored.star.is_story
        there = "[You had this part; tell it again as you did.]" if scored.rough else " ".join(own[:3])
        lines.append(f"{name}: {there if told else f'[{STORY_ADVICE[component]}]'}")
    return "\n".join(lines)


def _practise_next(scored: Scored) -> list[str]:
    wanted = [p.point for p in scored.points("contradicted", "missed", "partial")]
    asked = [
        f.text for point in wanted for f in scored.question.follow_ups if f.point == point and f.depth == 1
    ]
    story = [scored.star.missing_question] if scored.star.missing_question else []
    delivery = [
        advice
        for m in sorted(scored.clarity.measures, key=cost, reverse=True)
        if (advice := delivery_advice(m))
    ]
    return [*story, *asked[:2], *delivery[:1]]


def _own_sentences(proofs: Sequence[Evidence], turns: Sequence[Turn]) -> list[str]:
    """Whole sentences around the quotes, each once, in order of speaking."""
    placed = sorted((_around(proof, turns) for proof in proofs), key=lambda place: place[:2])
    kept: list[tuple[int, int, int]] = []
    for turn, start, end in placed:
        if kept and kept[-1][0] == turn and start < kept[-1][2]:
            kept[-1] = (turn, kept[-1][1], max(end, kept[-1][2]))
        else:
            kept.append((turn, start, end))
    return [_sentence(_tidy(turns[turn].text[start:end])) for turn, start, end in kept]


def _around(proof: Evidence, turns: Sequence[Turn]) -> tuple[int, int, int]:
    """The sentence that holds a quote, unless it is too long to be read: then the quote itself."""
    text = turns[proof.turn].text
    quote_end = proof.offset + len(proof.quote)
    before = [m.end() for m in re.finditer(r"[.!?\n]\s", text[: proof.offset])]
    after = re.search(r"[.!?](?=\s|$)|\n", text[max(proof.offset, quote_end - 1) :])
    start = before[-1] if before else 0
    end = max(proof.offset, quote_end - 1) + after.end() if after else len(text)
    if len(text[start:end].split()) > _LONGEST_QUOTE_WORDS:
        return proof.turn, proof.offset, quote_end
    return proof.turn, start, end


def _quoted(proof: Evidence, scored: Scored) -> str:
    turn, start, end = _around(proof, scored.turns)
    return _tidy(scored.turns[turn].text[start:end])


def _tidy(quote: str) -> str:
    return quote.strip().strip(",;:-–—").strip()


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in {".", "!", "?"} else f"{text}."
