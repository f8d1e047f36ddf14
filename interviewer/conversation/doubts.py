"""What keeps an answer from being understood, as one sentence for the candidate. Pure."""

from __future__ import annotations

from interviewer.domain import Turn

DOUBTFUL_SHARE = 0.7  # of a turn's words: more means it could not be made out
DOUBTFUL_WORDS = 5  # fewer words say too little either way


def doubt_about(turn: Turn) -> str | None:
    """The sentence, or None when the turn was understood well enough."""
    words = [len(segment.text.split()) for segment in turn.segments]
    foreign = [segment.language for segment in turn.segments if segment.language not in (None, "en")]
    doubtful = sum(n for n, segment in zip(words, turn.segments, strict=True) if segment.doubtful)
    if len(foreign) * 2 > len(words):
        return f"That sounded like another language ({foreign[0]}); the interviewer understands English."
    if sum(words) >= DOUBTFUL_WORDS and doubtful / sum(words) >= DOUBTFUL_SHARE:
        return (
            "Most of that answer could not be made out; it is kept as doubtful. "
            "The interviewer understands English; check the microphone with: interviewer doctor"
        )
    return None
