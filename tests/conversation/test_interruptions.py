"""Whoever interrupts is heard; whoever only coughs or says "mm-hm" is not taken for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from builders import a_library, a_question
from rehearsal import Rehearsal, loud, says, stays_silent
from test_spoken import ONE, of

from interviewer.audio.playback import DUCKED
from interviewer.audio.recording import read_wav
from interviewer.domain import SAMPLE_RATE
from interviewer.engines.scripted import ScriptedTranscriber
from interviewer.hearing.backchannels import is_backchannel
from interviewer.hearing.own_echo import ECHO_SHARE, echo_share
from interviewer.ports import Samples
from interviewer.session.events import Answered, Event, FaultNoted, LineSpoken, QuestionAsked, SpeechHeard

SENTENCES = ("The first of them is short.", "The second one has more words in it.", "And there is a third.")
LIBRARY = a_library((a_question("alpha").model_copy(update={"spoken": " ".join(SENTENCES)}),))


def speaks_over(seconds: float, at: float) -> Callable[[Event, Rehearsal], None]:
    """Speech over the question, so long after it was asked."""

    def on_event(event: Event, rehearsal: Rehearsal) -> None:
        if isinstance(event, QuestionAsked):
            rehearsal.room.say(loud(seconds), at)

    return on_event


@pytest.mark.parametrize("said", ["okay", "mm-hm", "yeah okay right", ""])
def test_the_interviewer_goes_on_from_the_sentence_that_was_broken_off(tmp_path: Path, said: str) -> None:
    facts = Rehearsal(
        tmp_path,
        [stays_silent, says(3.0)],
        [said, "the answer"],
        library=LIBRARY,
        start=ONE,
        on_event=speaks_over(0.9, 4.0),
    ).run()
    first, second = of(SpeechHeard, facts)[:2]
    assert (first.interrupted, second.interrupted) == (True, False)
    (rest,) = [line.text for line in of(LineSpoken, facts) if line.situation == "repeating"]
    assert rest == " ".join(SENTENCES[1:])
    assert second.at - second.seconds - first.at < 2.0
    answers = of(Answered, facts)
    assert [fact.turn.text for fact in answers if fact.question] == ["the answer"]
    assert [fact.turn.text for fact in answers if not fact.question] == ([said] if said else [])


def test_an_interruption_that_was_meant_keeps_the_floor(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [stays_silent],
        ["okay I know that one"],
        library=LIBRARY,
        start=ONE,
        on_event=speaks_over(3.0, 6.0),
    ).run()
    assert not [line for line in of(LineSpoken, facts) if line.situation == "repeating"]
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "okay I know that one"


def test_whoever_speaks_over_the_last_syllable_interrupts_nothing(tmp_path: Path) -> None:
    library = a_library((a_question("alpha").model_copy(update={"spoken": "One two three."}),))
    rehearsal = Rehearsal(tmp_path, [stays_silent, says(3.0)], ["yes", "more"], library=library, start=ONE)
    whole = Rehearsal(tmp_path / "heard", [says(2.0)], ["yes"], library=library, start=ONE).run()
    over = of(SpeechHeard, whole)[0].at
    rehearsal.on_event = speaks_over(1.0, over - 0.55)
    facts = rehearsal.run()
    assert of(SpeechHeard, facts)[0].interrupted
    assert [fact.turn.text for fact in of(Answered, facts) if fact.question] == ["yes"]


def test_the_voice_grows_soft_at_once_and_stops_when_it_is_sure(tmp_path: Path) -> None:
    rehearsal = Rehearsal(
        tmp_path,
        [stays_silent],
        ["I know this one"],
        library=LIBRARY,
        start=ONE,
        on_event=speaks_over(3.0, 3.0),
    )
    rehearsal.run()
    begun, voice = rehearsal.room.played[0]
    before, after = (_level(voice, second - begun) for second in (2.6, 3.28))
    assert after == pytest.approx(DUCKED * before, rel=0.4)
    assert begun + len(voice) / SAMPLE_RATE == pytest.approx(3.0 + 0.5, abs=0.07)


def test_a_short_sound_softens_the_voice_for_a_moment_only(tmp_path: Path) -> None:
    rehearsal = Rehearsal(
        tmp_path,
        [says(3.0)],
        ["", "the answer"],
        library=LIBRARY,
        start=ONE,
        on_event=speaks_over(0.3, 3.0),
    )
    facts = rehearsal.run()
    assert not of(SpeechHeard, facts)[0].interrupted
    begun, voice = rehearsal.room.played[0]
    levels = [_level(voice, second - begun) for second in (2.6, 3.25, 4.2)]
    assert levels[1] < 0.4 * levels[0]
    assert levels[2] > 0.7 * levels[0]


def test_what_was_heard_is_recorded_and_no_more(tmp_path: Path) -> None:
    rehearsal = Rehearsal(
        tmp_path,
        [stays_silent],
        ["I know this one"],
        library=LIBRARY,
        start=ONE,
        on_event=speaks_over(3.0, 3.0),
    )
    facts = rehearsal.run()
    heard = of(SpeechHeard, facts)[0]
    begun, voice = rehearsal.room.played[0]
    assert heard.seconds == pytest.approx(len(voice) / SAMPLE_RATE, abs=0.03)
    recorded = read_wav(rehearsal.store.folder("rehearsal") / "interviewer.wav")
    closing_at = round(rehearsal.room.played[1][0] * SAMPLE_RATE)
    silent_from = round((begun + heard.seconds) * SAMPLE_RATE) + 1
    assert not recorded[silent_from : closing_at - SAMPLE_RATE // 10].any()


def test_our_own_loudspeaker_is_not_taken_for_the_candidate(tmp_path: Path) -> None:
    class Ready(ScriptedTranscriber):
        def _text(self) -> str:
            return "the answer"

    facts = Rehearsal(
        tmp_path, [says(3.0)], transcriber=Ready([]), library=LIBRARY, start=ONE, echo=0.3
    ).run()
    assert not any(heard.interrupted for heard in of(SpeechHeard, facts))
    assert next(fact.sentence for fact in of(FaultNoted, facts)).startswith("The microphone hears the loud")
    (answered,) = of(Answered, facts)
    assert answered.turn.text == "the answer"
    assert len(answered.turn.speech) == 1


def test_the_candidate_is_heard_over_the_echo(tmp_path: Path) -> None:
    facts = Rehearsal(
        tmp_path,
        [stays_silent],
        ["", "I know this one"],
        library=LIBRARY,
        start=ONE,
        echo=0.1,
        on_event=speaks_over(3.0, 3.0),
    ).run()
    assert of(SpeechHeard, facts)[0].interrupted


def test_an_echo_is_known_by_what_was_played_however_late_and_soft() -> None:
    random = np.random.default_rng(3)
    played = random.normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    count = round(0.45 * SAMPLE_RATE)
    late = played[-count - 3000 : -3000] * np.float32(0.05)
    other: Samples = random.normal(0, 0.1, count).astype(np.float32)
    assert echo_share(late, played) == pytest.approx(1.0, abs=0.01)
    assert echo_share(other, played) < 0.1
    assert echo_share(late + other * np.float32(0.2), played) < ECHO_SHARE
    assert echo_share(np.zeros(count, np.float32), played) == 0.0
    assert echo_share(late, played[:100]) == 0.0


@pytest.mark.parametrize(
    ("text", "seconds", "doubtful", "expected"),
    [
        ("Mm-hm.", 0.5, False, True),
        ("okay, right, I see", 1.2, False, True),
        ("", 3.0, False, True),
        ("them", 0.5, False, True),  # what a rough recogniser makes of a grunt
        ("okay ride", 1.2, False, True),
        ("an age and", 1.2, True, True),
        ("an age and", 1.2, False, False),
        ("wait", 0.5, True, False),
        ("sorry what", 0.7, False, False),
        ("okay but why", 1.0, False, False),
        ("right so the gradient vanishes", 1.5, True, False),
        ("yes", 0.6, False, True),
        ("I know that one", 0.7, False, False),
    ],
)
def test_what_asks_for_no_answer(text: str, seconds: float, doubtful: bool, expected: bool) -> None:
    assert is_backchannel(text, seconds, doubtful=doubtful) is expected


def _level(sound: Samples, at: float) -> float:
    """The loudest sample within 60 ms of the second `at`: longer than the gap between two words."""
    return float(np.abs(sound[round((at - 0.06) * SAMPLE_RATE) : round((at + 0.06) * SAMPLE_RATE)]).max())
