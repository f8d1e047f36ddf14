"""What a candidate says they really said: their words in the place of the recogniser's, with its times. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher

from interviewer.domain import Segment, Turn, Word


def corrected(turn: Turn, text: str) -> Turn:
    """`turn` with `text` for its words. Words that stay keep their times; new ones share the time of what they replace."""
    old = [word for segment in turn.segments for word in segment.words]
    start = turn.segments[0].start if turn.segments else turn.start
    end = turn.segments[-1].end if turn.segments else turn.end
    new = text.split()
    words = _timed(old, new, start, end) if old else ()
    segment = Segment(text=" ".join(new), start=start, end=end, words=tuple(words))
    return turn.model_copy(update={"segments": (segment,)})


def _timed(old: list[Word], new: list[str], start: float, end: float) -> list[Word]:
    matcher = SequenceMatcher(None, [_bare(word.text) for word in old], [_bare(word) for word in new], False)
    words: list[Word] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            words += [
                old[i + n].model_copy(update={"text": new[k + n], "confidence": None}) for n in range(m - k)
            ]
            continue
        begins = old[i].start if i < j else old[i - 1].end if i else start
        ends = old[j - 1].end if i < j else old[i].start if i < len(old) else end
        share = (ends - begins) / (m - k) if m > k else 0.0
        words += [
            Word(text=new[k + n], start=begins + n * share, end=begins + (n + 1) * share)
            for n in range(m - k)
        ]
    return words


def _bare(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
