"""The replay as Markdown: scores first, then each question with its words and its feedback."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from interviewer.domain import AnswerPart, AnswerScore, Scorecard
from interviewer.report import wording
from interviewer.report.chapters import chapters, title
from interviewer.report.model import AnswerReview, Line, Note, Replay
from interviewer.report.runs import changes, doubted

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_LIST_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)", re.MULTILINE)


def render(replay: Replay) -> str:
    """Plain Markdown; whatever was said is escaped and stays text."""
    return "\n".join(_clean(_document(replay))) + "\n"


def escape(text: str) -> str:
    """`text` with everything that Markdown or HTML would act upon made literal, on one line."""
    flat = " ".join(text.split()).replace("&", "&amp;")
    return _LIST_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", flat))


def _clean(lines: Iterator[str]) -> Iterator[str]:
    """Never two blank lines in a row."""
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def _document(replay: Replay) -> Iterator[str]:
    yield f"# {escape(title(replay))}"
    yield ""
    length = wording.clock(replay.seconds)
    yield f"{escape(replay.started)} · {length} · {wording.plural(len(replay.answers), 'question')} · {replay.level} level"
    yield ""
    yield from _scores(replay)
    for chapter in chapters(replay):
        review = chapter.review
        yield ""
        yield f"## {review.number}. {escape(review.title)}" if review else "## Afterwards"
        yield ""
        for item in chapter.items:
            yield from _note(item) if isinstance(item, Note) else _line(item)
        if review is not None:
            yield from _feedback(review)
    yield from _trust(replay)


def _scores(replay: Replay) -> Iterator[str]:
    card = replay.scorecard
    if card is None:
        yield f"Not scored yet. Score it with `interviewer score {replay.session}`."
        return
    yield "| | score of 5 | likely between | answers |"
    yield "| --- | --- | --- | --- |"
    for aspect in replay.aspects:
        interval = wording.interval_text(aspect.interval).replace(" to ", " and ")
        name, score = wording.ASPECT_WORDS[aspect.name], wording.score_text(aspect.score)
        yield f"| {name} | {score} | {interval} | {aspect.answers} |"
    if card.abstained_because:
        yield ""
        yield escape(card.abstained_because)
    yield ""
    yield from (f"- Keep: {escape(item)}" for item in card.coaching.keep)
    yield ""
    first = replay.change_first
    if first is not None:
        where = f" (question {first.about.number})" if first.about else ""
        yield f"**Change first**{where}: {escape(first.text)}"
    yield ""
    yield from (f"- After that: {escape(item)}" for item in card.coaching.further)
    yield from _next(card)
    yield from _summaries(replay, card)


def _next(card: Scorecard) -> Iterator[str]:
    if card.coaching.try_next:
        yield ""
        yield "**Practise next**"
        yield ""
    for suggestion in card.coaching.try_next:
        yield f"- {escape(suggestion.text)} {escape(suggestion.why)} `{suggestion.command.replace('`', '')}`"


def _summaries(replay: Replay, card: Scorecard) -> Iterator[str]:
    for persona, summary in card.summaries.items():
        who = replay.personas.get(persona)
        leaning = card.leanings.get(persona)
        word = f". {wording.LEANING_WORDS[leaning]}" if leaning else ""
        yield ""
        yield f"> {escape(summary)}"
        yield f"> — {escape(who.name if who else persona)}{word}"


def _note(note: Note) -> Iterator[str]:
    yield f"*{escape(note.text)}*"
    yield ""


def _line(line: Line) -> Iterator[str]:
    when = "typed" if line.typed else wording.clock(line.start)
    hint = f", hint {line.hint}" if line.hint else ""
    follow = ", follow-up" if line.kind == "follow_up" else ""
    yield f"**{escape(line.name)}** ({when}{hint}{follow}): {_said(line)}"
    yield ""
    facts = [line.reason.sentence] if line.reason else []
    if line.timing:
        facts.append(f"Replied in {wording.seconds_text(line.timing.total)}.")
    if line.interrupted and line.heard_seconds is not None and line.of_seconds is not None:
        heard, whole = wording.seconds_text(line.heard_seconds), wording.seconds_text(line.of_seconds)
        facts.append(f"You spoke up after {heard} of {whole}.")
    if line.thinking:
        facts.append(f"{wording.plural(len(line.thinking), 'thinking pause')}.")
    if facts:
        yield f"*{escape(' '.join(facts))}*"
        yield ""
    if line.original is not None:
        pieces = changes(line.original, line.text)
        written = " ".join(f"~~{escape(p)}~~" if changed else escape(p) for p, changed in pieces)
        yield f"Corrected by you. Written down was: {written or '*nothing*'}"
        yield ""


def _said(line: Line) -> str:
    if not line.text:
        return "*nothing was made out*"
    shown, done = [], 0
    for start, stop in doubted(line):
        shown += [escape(line.text[done:start]), f"{escape(line.text[start:stop])} *(unsure)*"]
        done = stop
    return " ".join(part for part in (*shown, escape(line.text[done:])) if part)


def _feedback(review: AnswerReview) -> Iterator[str]:
    score = review.score
    yield "### Feedback"
    yield ""
    if score is None:
        yield "You skipped this question." if review.skipped else "This answer was not scored."
        return
    parts = {
        "Overall": score.overall,
        "technical": score.technical.score,
        "story": score.star.score,
        "clarity": score.clarity.score,
    }
    yield ", ".join(f"{name} {wording.score_text(value)}" for name, value in parts.items()) + "."
    yield ""
    if score.abstained_because:
        yield f"- {escape(score.abstained_because)}"
    if score.technical.gate:
        yield f"- {wording.GATE_SENTENCES[score.technical.gate]}"
    yield from (f"- {escape(told)}" for told in map(wording.flag_sentence, score.flags) if told)
    if wording.fluency_sentence(score):
        yield f"- {wording.fluency_sentence(score)}"
    yield from (f"- Keep: {escape(item)}" for item in score.coaching.keep)
    if score.coaching.change_first:
        yield f"- Change first: {escape(score.coaching.change_first)}"
    yield from (f"- After that: {escape(item)}" for item in score.coaching.further)
    yield from (f"- {escape(wording.flag_text(flag))}" for flag in score.coaching.red_flags)
    yield ""
    yield from _points(review, score)
    yield from _delivery(score)
    yield from _better(review, score)


def _points(review: AnswerReview, score: AnswerScore) -> Iterator[str]:
    for point, anchor in zip(score.technical.points, review.points, strict=True):
        mark, word = wording.VERDICT_MARKS[point.verdict], wording.VERDICT_WORDS[point.verdict]
        yield f"- {mark} **{word}** ({point.confidence:.0%} sure): {escape(point.text)}"
        if point.evidence is not None:
            timed = anchor is not None and anchor.seconds is not None
            when = f" ({wording.clock(anchor.seconds or 0)})" if anchor is not None and timed else ""
            yield f"  - “{escape(point.evidence.quote)}”{when}"
        if point.correction:
            yield f"  - {escape(point.correction)}"
    star = score.star
    if star.sentences:
        yield ""
        labels = " ".join(s.label if s.label != "other" else "–" for s in star.sentences)
        parts = [wording.STAR_WORDS[p] for p in wording.STAR_PARTS if not star.components.get(p)]
        yield f"Story: {labels}. {'Missing: ' + ', '.join(parts) if parts else 'All four parts told'}."
    yield ""


def _delivery(score: AnswerScore) -> Iterator[str]:
    notes = {measure.note for measure in score.clarity.measures if measure.value is None}
    if len(notes) == 1 and all(measure.value is None for measure in score.clarity.measures):
        yield f"- Delivery: {escape(notes.pop())}"  # the same reason thirteen times tells no more
        yield ""
        return
    for measure in score.clarity.measures:
        if measure.value is None and measure.note.startswith("not measured"):
            yield f"- {escape(wording.measure_name(measure))}: {escape(measure.note)}"
            continue
        place = wording.measure_place(measure)
        band = wording.band_text(measure) if measure.value is not None else ""
        extra = "; ".join(escape(part) for part in (place, band, measure.note) if part and part != "fine")
        name = escape(wording.measure_name(measure))
        yield f"- {name}: {escape(wording.measure_text(measure))}{f' ({extra})' if extra else ''}"
        for proof in measure.evidence:
            when = f" ({wording.clock(proof.start)})" if proof.start is not None else ""
            yield f"  - “{escape(proof.quote)}”{when}"
    yield ""


def _better(review: AnswerReview, score: AnswerScore) -> Iterator[str]:
    parts = score.coaching.better_answer
    if parts:
        yield f"**{wording.better_title(parts)}** Plain is yours, **bold is new**, *italics are for you to fill in*."
        yield ""
        yield from _marked(parts)
        yield ""
    if review.model_answer:
        yield f"**A model answer:** {escape(review.model_answer)}"
        yield ""


def _marked(parts: Sequence[AnswerPart]) -> Iterator[str]:
    """One paragraph, or one for each part of a story."""
    signs = {"added": ("**", "**"), "prompt": ("*\\[", "\\]*")}
    before = None
    pieces: list[str] = []
    for heading, source, text in wording.part_groups(parts):
        opening, closing = signs.get(source, ("", ""))
        if heading != before and pieces:
            yield " ".join(pieces)
            yield ""
            pieces = []
        name = f"{heading}: " if heading and heading != before else ""
        pieces.append(f"{name}{opening}{escape(text)}{closing}")
        before = heading
    yield " ".join(pieces)


def _trust(replay: Replay) -> Iterator[str]:
    yield ""
    yield "## How far to trust this page"
    yield ""
    if replay.rough_transcript and not replay.scorecard:  # a scorecard's notes say it
        yield "- The words were written down by a recogniser that is rough; do not quote them as proof of an error."
    if replay.doubtful_words:
        yield f"- {wording.plural(replay.doubtful_words, 'word')} could hardly be made out."
        yield f"- {escape(wording.how_to_correct(replay.session))}"
    if replay.corrected_lines:
        yield f"- {escape(wording.corrected_sentence(replay.corrected_lines))}"
    if replay.scorecard:
        yield from (f"- {escape(note)}" for note in replay.scorecard.notes)
    yield from (
        f"- {escape(port.replace('_', ' ').capitalize())}: {escape(engine)}"
        for port, engine in _engines(replay).items()
    )


def _engines(replay: Replay) -> dict[str, str]:
    """The engines that ran the interview, and those that judged it."""
    return {**replay.engines, **(replay.scorecard.engines if replay.scorecard else {})}
