"""The words every format shares: how a time, a figure, a verdict or a reason is said. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.domain import (
    AnswerPart,
    AnswerScore,
    Gate,
    HeardFlag,
    Leaning,
    Measure,
    PartSource,
    StarComponent,
    StarLabel,
    Verdict,
)

VERDICT_MARKS: Mapping[Verdict, str] = {
    "met": "●",
    "partial": "◐",
    "missed": "○",
    "contradicted": "✕",
    "unclear": "?",
}
VERDICT_WORDS: Mapping[Verdict, str] = {
    "met": "Met",
    "partial": "Partly",
    "missed": "Not said",
    "contradicted": "At odds",
    "unclear": "Unclear",
}
STAR_WORDS: Mapping[StarLabel, str] = {
    "S": "Situation",
    "T": "Task",
    "A": "Action",
    "R": "Result",
    "other": "Aside",
}
STAR_PARTS: tuple[StarComponent, ...] = ("S", "T", "A", "R")
ASPECT_WORDS: Mapping[str, str] = {
    "overall": "Overall",
    "technical": "Technical",
    "star": "Story (STAR)",
    "clarity": "Clarity",
}
GATE_SENTENCES: Mapping[Gate, str] = {
    "empty": "Nothing was said, so there is nothing to credit.",
    "non_answer": "This says that the answer is not known; content is not credited.",
    "echo": "This mostly repeats the question; content is capped.",
    "off_topic": "This does not speak to the question; content is capped.",
    "word_salad": "The right words are here, but not in an order that says something; content is capped.",
    "other_question": "This answers another question than the one asked; content is capped.",
    "too_short": "Too short to show understanding; content is capped.",
}
PART_WORDS: Mapping[PartSource, str] = {
    "yours": "your words",
    "retold": "your point, in our words",
    "added": "new",
    "prompt": "for you to fill in",
}
LEANING_WORDS: Mapping[Leaning, str] = {
    "strong yes": "Leans: strong yes",
    "yes": "Leans: yes",
    "mixed": "Leans: mixed",
    "not yet": "Leans: not yet",
    "not enough heard": "Not enough heard to lean",
}
SPOKEN_WORDS_PER_MINUTE = 140  # of an unhurried answer
_FLAG_SENTENCES: Mapping[str, str] = {
    "skipped": "You skipped this question.",
    "no_story": "This did not read as one lived event.",
    "spoke_to_the_scorer": "What was said to the scorer was left out, and costs a quarter of a point.",
    "doubtful_transcript": "Most of this could hardly be made out, so no score is given.",
    "corrected": "Scored on the words as you corrected them.",
    "language_model_failed": "The language model failed on some points; the embedded verdicts stand there.",
}
_TOLD_ELSEWHERE = ("gate:", "rough_transcript")
_POINT_REASONS: Mapping[Verdict, str] = {
    "met": "To go deeper, because the answer had covered",
    "partial": "Asked because the answer had only touched on",
    "missed": "Asked because the answer had not yet mentioned",
    "contradicted": "Asked because the answer seemed at odds with",
    "unclear": "Asked because it was unclear whether the answer covered",
}
_BANDS = ((1.5, "not there yet"), (2.5, "needs work"), (3.5, "fair"), (4.3, "good"), (5.01, "excellent"))


def clock(seconds: float) -> str:
    """'4:07', or '1:04:07' from an hour on."""
    whole = int(max(seconds, 0))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def score_text(score: float | None) -> str:
    return "not scored" if score is None else f"{score:.1f}"


def interval_text(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.1f} to {interval[1]:.1f}"


def band(score: float, interval: tuple[float, float] | None) -> str:
    """The score in words; two words when its interval reaches into another band ('fair to good')."""
    low, high = interval or (score, score)
    first, last = (next(word for limit, word in _BANDS if value < limit) for value in (low, high))
    return first if first == last else f"{first} to {last}"


def reason_sentence(verdict: Verdict, point: str | None, star: StarComponent | None) -> str:
    """Why a follow-up was asked, from the rubric point or the part of a story behind it."""
    if star is not None:
        part = STAR_WORDS[star].lower()
        return f"Asked to draw out the {part} of the story ({VERDICT_WORDS[verdict].lower()})."
    if point is None:
        return f"Asked after this was judged {VERDICT_WORDS[verdict].lower()}."
    return f"{_POINT_REASONS[verdict]}: {point.rstrip('.')}."


def flag_sentence(flag: str) -> str:
    """A scorecard's flag for people; '' for one that the report tells in its own place, the flag when it is unknown."""
    if flag.startswith(_TOLD_ELSEWHERE):
        return ""
    if flag.startswith("hints:"):
        return f"Answered with the help of {plural(int(flag.removeprefix('hints:')), 'hint')}."
    return _FLAG_SENTENCES.get(flag, flag)


def how_to_correct(session: str) -> str:
    return f"Put the words right and have the answers scored again: interviewer score {session} --edit"


def corrected_sentence(turns: int) -> str:
    return f"{plural(turns, 'turn')} of the transcript {'was' if turns == 1 else 'were'} corrected by you; what was written first stands beside."


def flag_text(flag: HeardFlag) -> str:
    """A red flag as the possibility it is, with the words that could be heard so."""
    named = flag.text.rstrip(".")
    if flag.evidence is None:
        return f"{named}."
    advice = f" {flag.instead}" if flag.instead else ""
    return f"“{flag.evidence.quote.strip().rstrip('.,;')}” could be heard as: {named[:1].lower()}{named[1:]}.{advice}"


def better_title(parts: Sequence[AnswerPart]) -> str:
    """What the better answer is made of, and how long it takes to say."""
    if any(part.label for part in parts):
        return "The story again, in your own words"
    own = any(part.source in ("yours", "retold") for part in parts)
    count = sum(len(part.text.split()) for part in parts)
    seconds = round(60 * count / SPOKEN_WORDS_PER_MINUTE / 5) * 5
    title = "A better answer, from your own words" if own else "A first version to make your own"
    return f"{title} (about {seconds} seconds)"


def part_groups(parts: Sequence[AnswerPart]) -> list[tuple[str, PartSource, str]]:
    """Neighbours of one kind as one piece: (heading, whose words, text); the heading is "" outside stories."""
    groups: list[tuple[str, PartSource, str]] = []
    for part in parts:
        heading = STAR_WORDS[part.label] if part.label else ""
        if groups and groups[-1][:2] == (heading, part.source):
            groups[-1] = (heading, part.source, f"{groups[-1][2]} {part.text}")
        else:
            groups.append((heading, part.source, part.text))
    return groups


def measure_name(measure: Measure) -> str:
    return measure.name.replace("_", " ").strip().capitalize()


def measure_text(measure: Measure) -> str:
    """The figure with its unit; never a number for what was not measured."""
    if measure.value is None:
        return "not measured"
    value = measure.value
    if measure.at_least and value == 0:
        return "none found"  # "at least 0" would say nothing
    if measure.unit.startswith("of "):  # a share of a whole
        return f"{'at least ' if measure.at_least else ''}{value:.0%} {measure.unit}"
    figure = f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
    figure = figure.rstrip("0").rstrip(".") if "." in figure else figure
    least = "at least " if measure.at_least else ""
    unit = measure.unit.replace("_", " ")
    gap = "" if unit in {"%", ""} else " "
    return f"{least}{figure}{gap}{unit}"


def measure_place(measure: Measure) -> str:
    """Where the figure lies: 'fine' in its band, 'low' or 'high' outside, 'too low' or 'too high' where that harms,
    '' when that cannot be said."""
    if measure.value is None or measure.good is None:
        return ""
    (low, high), (lowest, highest) = measure.good, measure.flag or measure.good
    if measure.value < low:
        # A lower bound below the band proves nothing: the true figure may lie inside it.
        return "" if measure.at_least else "too low" if measure.flag and measure.value < lowest else "low"
    if measure.value > high:
        return "too high" if measure.flag and measure.value > highest else "high"
    return "" if measure.at_least and measure.value < high else "fine"


def band_text(measure: Measure) -> str:
    """The dead band, as 'fine from 120 to 185'; '' for what is only told."""
    if measure.good is None:
        return ""
    percent = measure.unit.startswith("of ")
    low, high = (f"{edge:.0%}" if percent else f"{edge:g}" for edge in measure.good)
    return f"fine up to {high}" if measure.good[0] == 0 else f"fine from {low} to {high}"


def fluency_sentence(score: AnswerScore) -> str:
    """What fillers and repetitions did to the content score; '' when that is nothing."""
    if score.fluent_technical is None or score.technical.score is None:
        return ""
    return (
        f"Without fillers and repetitions the content would score {score.fluent_technical:.1f} "
        f"instead of {score.technical.score:.1f}: the difference is the scorer's, not yours."
    )


def seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
