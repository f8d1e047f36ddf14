"""The judge that needs no language model: gates, then rubric phrasings against misconceptions over the answer's spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from interviewer.domain import Gate, Question, RubricPoint, TechnicalScore, Turn
from interviewer.evaluator import gates
from interviewer.evaluator.appeals import ways_unaddressed, without_appeals
from interviewer.evaluator.contrast import (
    Matrix,
    RubricVectors,
    Strengths,
    contrast,
    cosines,
    embed_rubric,
    nearest_per_point,
    readings,
)
from interviewer.evaluator.disfluency import without_hesitations
from interviewer.evaluator.point_reading import Rows, point_features, weigh_points
from interviewer.evaluator.spans import Divide, TextSpan, split
from interviewer.evaluator.verdicts import ROUGH_WIDENING, PointReading, decide, technical_score
from interviewer.evaluator.words import content_stems
from interviewer.ports import Claim, ClaimReader, ClaimReadings, Embedder

_NEAREST_OTHERS = 6  # other questions whose rubric is compared; nearer ones are found by their spoken words


@dataclass(frozen=True)
class Assessment:
    """Everything the embedded judge read in one answer, before verdicts: what a second judge may refine."""

    question: Question
    spans: tuple[TextSpan, ...]
    readings: tuple[PointReading, ...]
    gate: Gate | None


@dataclass(frozen=True)
class _Compared:
    spans: tuple[TextSpan, ...]
    vectors: Matrix
    rubric: RubricVectors
    heard: list[bool]
    strengths: Strengths
    claims: ClaimReadings | None


class EmbeddedJudge:
    """Scores content by how near an answer comes to right and to wrong phrasings, and by what `reader` makes of it.
    `divide` finds sentences in what a recogniser wrote without any.

    `bank` enables the gate against answers to another question.

    Rubric vectors are kept by question, so that live coverage after every turn costs only the new spans.
    """

    def __init__(
        self,
        embedder: Embedder,
        bank: Mapping[str, Question] | None = None,
        reader: ClaimReader | None = None,
        divide: Divide | None = None,
    ) -> None:
        self.name = (
            f"embedded ({embedder.name} and {reader.name})" if reader else f"embedded ({embedder.name})"
        )
        self.prompt_hashes: Mapping[str, str] = {}
        self.embedder = embedder
        self.reader = reader
        self.divide = divide
        self._bank = {i: q for i, q in sorted((bank or {}).items()) if q.kind in gates.CONTENT_KINDS}
        self._rubrics: dict[str, RubricVectors] = {}

    def load(self) -> None:
        """Load both models now, not at the first answer."""
        self.embedder.encode(["ready"])
        if self.reader:
            self.reader.read(["ready"], [Claim("ready")])

    def judge(self, question: Question, turns: Sequence[Turn], *, rough: bool = False) -> TechnicalScore:
        """The technical score of one answer. `rough`: the recogniser's words are no proof of an error."""
        assessment = self.assess(question, turns)
        verdicts = [decide(reading, turns, rough=rough) for reading in assessment.readings]
        return technical_score(verdicts, assessment.gate, self.name, widening=widening(turns, rough=rough))

    def assess(self, question: Question, turns: Sequence[Turn]) -> Assessment:
        """What the answer says to each point. Where somebody talks to the scorer besides, the least of the ways to leave it out."""
        ways = [self._assess(question, turns, said) for said in ways_unaddressed(turns, question)]
        return ways[0] if len(ways) == 1 else min(ways, key=lambda way: self._worth(way, turns))

    def features(self, question: Question, turns: Sequence[Turn]) -> Rows:
        """What the points are weighed by, a row of point_reading.FEATURES each; for fitting the weights."""
        compared = self._compare(question, turns)
        if compared is None or compared.claims is None:
            raise ValueError("features need a claim reader and an answer that says something")
        return point_features(compared.strengths, compared.claims, compared.spans, compared.heard)[0]

    def _worth(self, assessment: Assessment, turns: Sequence[Turn]) -> float:
        verdicts = [decide(reading, turns, rough=False) for reading in assessment.readings]
        return technical_score(verdicts, assessment.gate, self.name).score or 0.0

    def _assess(self, question: Question, turns: Sequence[Turn], said: Sequence[Turn]) -> Assessment:
        """`said`: the turns without what is addressed to the scorer."""
        recognised = not all(turn.typed for turn in turns)
        whole, text = _text(turns), _text(said)
        gate = gates.textual_gate(whole, question, recognised=recognised)
        if gate is None and text != whole:
            gate = gates.textual_gate(text, question, recognised=recognised)
        compared = None if gate == "empty" else self._compare(question, said)
        if compared is None:
            unread = tuple(PointReading(point, 0.0, 0.0, None, None) for point in question.rubric)
            return Assessment(question, (), unread, gate or "non_answer")
        if compared.claims is None:
            found = readings(compared.strengths, compared.spans, compared.rubric)
        else:
            found = weigh_points(
                compared.strengths, compared.claims, compared.spans, compared.heard, compared.rubric
            )
        gate = gate or self._topical_gate(
            question, compared.vectors, compared.rubric, without_appeals(text, question)
        )
        return Assessment(question, compared.spans, tuple(_restored(r, turns) for r in found), gate)

    def _compare(self, question: Question, said: Sequence[Turn]) -> _Compared | None:
        """The answer's spans against the rubric; None when it says nothing."""
        spans = tuple(split(said, self.divide))
        if not spans:
            return None
        fluent = [without_hesitations(span.text) for span in spans]
        with ThreadPoolExecutor(max_workers=1) as beside:  # two models, two cores
            reading = beside.submit(self._read_claims, question, fluent)
            rubric = self._rubric(question)
            vectors = self.embedder.encode(fluent)
            heard = _heard(spans, question)
            strengths = contrast(spans, vectors, rubric, said, heard)
            return _Compared(spans, vectors, rubric, heard, strengths, reading.result())

    def _read_claims(self, question: Question, fluent: Sequence[str]) -> ClaimReadings | None:
        return self.reader.read(fluent, [_claim(point) for point in question.rubric]) if self.reader else None

    def _rubric(self, question: Question) -> RubricVectors:
        kept = self._rubrics.get(question.id)
        if kept is None or kept.question != question:
            kept = self._rubrics[question.id] = embed_rubric(question, self.embedder)
        return kept

    def _topical_gate(
        self, question: Question, vectors: Matrix, rubric: RubricVectors, text: str
    ) -> Gate | None:
        others = self._neighbours(question, vectors)
        own = self._reads_like(question, vectors) if others else 0.0
        nearer = [other for other in others if self._reads_like(other, vectors) > own]
        topic = gates.Topic(
            points=nearest_per_point(vectors, rubric),
            question=float(cosines(vectors, rubric.asked).max()),
            shared_terms=len(content_stems(text) & gates.rubric_stems(question)),
            stranger=question.id not in self._bank,
            elsewhere=[float(np.mean(nearest_per_point(vectors, self._rubric(other)))) for other in nearer],
        )
        return gates.topical_gate(topic, question)

    def _reads_like(self, question: Question, vectors: Matrix) -> float:
        """How near the answer comes to the points as they are written. A tenth of the cost of all their phrasings, which
        are compared only where this leaves a doubt."""
        points = self.embedder.encode([point.text for point in question.rubric])
        return float(cosines(vectors, points).max(axis=0).mean())

    def _neighbours(self, question: Question, vectors: Matrix) -> list[Question]:
        """The other content questions that the answer resembles most, by their spoken words; none that asks nearly the
        same. None at all for a rubric without other words: every answer comes nearer to one that has them."""
        others = [other for i, other in self._bank.items() if i not in (question.id, *question.near)]
        bare = not any(point.phrasings for point in question.rubric)
        if not others or bare or question.kind not in gates.CONTENT_KINDS:
            return []
        nearness = cosines(vectors, self.embedder.encode([other.spoken for other in others])).max(axis=0)
        return [others[int(column)] for column in np.argsort(-nearness, kind="stable")[:_NEAREST_OTHERS]]


def _restored(reading: PointReading, turns: Sequence[Turn]) -> PointReading:
    """The reading with its spans as they stand in the transcript, what was said to the scorer in their midst included."""
    return replace(
        reading,
        met_span=reading.met_span and reading.met_span.as_said(turns),
        wrong_span=reading.wrong_span and reading.wrong_span.as_said(turns),
    )


def _text(turns: Sequence[Turn]) -> str:
    return "\n".join(turn.text for turn in turns if turn.text)


def _claim(point: RubricPoint) -> Claim:
    """A denied misconception is a right way to put the point it belongs to."""
    denials = [denial for misconception in point.misconceptions for denial in misconception.denial]
    wrong = [text for misconception in point.misconceptions for text in misconception.wrong]
    return Claim(point.text, (*point.phrasings, *denials), tuple(wrong))


def _heard(spans: Sequence[TextSpan], question: Question) -> list[bool]:
    """Which spans may count: not what only gives back words of the question and a hint. Of one hint at a time, since all of
    them together hold most of the words that a right sentence needs."""
    asked = gates.question_stems(question)
    told = [asked, *(asked | content_stems(hint) for hint in question.hints)]
    return [not any(gates.gives_back(span.text, words) for words in told) for span in spans]


def widening(turns: Sequence[Turn], *, rough: bool) -> float:
    """How much wider the interval is than for a clean transcript."""
    segments = [segment for turn in turns for segment in turn.segments if segment.text]
    doubtful = sum(len(s.text) for s in segments if s.doubtful) / max(1, sum(len(s.text) for s in segments))
    return ROUGH_WIDENING if rough else 1 + (ROUGH_WIDENING - 1) * doubtful
