"""The demo as a user runs it: real engines, a recorded candidate, a scorecard and a page. No network, no weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from program import Outcome, Program

from interviewer.audio.recording import CANDIDATE_FILE, INTERVIEWER_FILE, read_wav
from interviewer.domain import SAMPLE_RATE
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    PersonaEntered,
    QuestionAsked,
    ReplyTimed,
    Scored,
    SessionEnded,
    SpeechHeard,
)

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(1200)]

Kind = TypeVar("Kind", bound=Event)

THINKING_SECONDS = 2.9  # the recorded candidate says "let me think" and is silent for three seconds
CLEARLY_BETTER = 0.5  # points of 5 between the strong and the weak answer
GAPS = {"missed", "unclear", "partial", "contradicted"}
FOREIGN_ADDRESS = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import"""
)


@dataclass(frozen=True)
class Demo:
    """A finished demo: what it printed and what it stored."""

    program: Program
    outcome: Outcome
    facts: list[Event]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.outcome.out)
        return found

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        return [fact for fact in self.facts if isinstance(fact, kind)]


def run_demo(program: Program) -> Demo:
    outcome = program.run("demo", "--fast", "--json")
    assert outcome.code == 0, outcome.said
    return Demo(program, outcome, program.facts())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    yield run_demo(Program(tmp_path_factory.mktemp("demo")))


# -- what is printed -------------------------------------------------------------------------------------------------


def test_standard_output_is_one_object_with_the_promised_keys(demo: Demo) -> None:
    assert set(demo.summary) == {
        "session",
        "engines",
        "questions",
        "follow_ups",
        "persona_switches",
        "scores",
        "report",
    }
    assert demo.summary["questions"] == [
        "bias_variance_tradeoff",
        "scaling_depth",
        "challenging_data_project",
    ]
    assert demo.summary["engines"]["transcriber"] == "pocketsphinx"
    assert {"technical", "star", "clarity", "overall", "interval", "answers"} <= set(demo.summary["scores"])


def test_progress_and_captions_go_to_standard_error(demo: Demo) -> None:
    told = " ".join(demo.outcome.err.split())
    assert demo.summary["session"] in told
    assert "Tomas:" in told
    assert "You: " in told
    assert "follow-up because this was" in told
    assert "Scorecard" in told


# -- what happened ---------------------------------------------------------------------------------------------------


def test_a_pause_to_think_does_not_end_the_answer(demo: Demo) -> None:
    first = demo.all_of(Answered)[0].turn
    gaps = [after.start - before.end for before, after in pairwise(first.speech)]
    assert max(gaps) >= THINKING_SECONDS
    assert "expressive model" in first.text or "better features" in first.text, (
        "the end of the answer is missing"
    )


def test_an_interruption_stops_the_interviewer_and_is_heard(demo: Demo) -> None:
    (cut,) = [fact for fact in demo.all_of(SpeechHeard) if fact.interrupted]
    assert 0 < cut.seconds < cut.of_seconds
    answer = next(fact for fact in demo.all_of(Answered) if fact.at > cut.at)
    assert answer.turn.speech[0].start < cut.at, "what interrupted is the beginning of the answer"
    assert answer.question == "scaling_depth"


def test_saying_so_brings_in_the_hiring_manager(demo: Demo) -> None:
    (switched,) = [fact for fact in demo.all_of(PersonaEntered) if fact.because != "start"]
    assert (switched.persona, switched.because) == ("hiring_manager", "spoken")
    later = [fact for fact in demo.all_of(QuestionAsked) if fact.at >= switched.at]
    assert [fact.persona for fact in later] == ["hiring_manager"]
    assert [switch["persona"] for switch in demo.summary["persona_switches"]] == ["hiring_manager"]


def test_a_follow_up_probes_what_the_answer_left_out(demo: Demo) -> None:
    first = demo.all_of(FollowUpAsked)[0]
    assert first.question == "bias_variance_tradeoff"
    assert first.point is not None
    assert first.because in GAPS
    told = demo.summary["follow_ups"][0]
    assert (told["point"], told["because"]) == (first.point, first.because)


def test_every_reply_was_timed_and_every_answer_met_patience(demo: Demo) -> None:
    assert len(demo.all_of(ReplyTimed)) == len(demo.all_of(Answered))
    waits = [fact.endpoint_wait for fact in demo.all_of(Answered)]
    assert all(wait is not None and 0.7 <= wait <= 6.1 for wait in waits), waits  # patience and 3.5 s at most


def test_the_session_ends_scored(demo: Demo) -> None:
    (ended,) = demo.all_of(SessionEnded)
    assert ended.because == "complete"
    assert isinstance(demo.facts[-1], Scored)


def test_both_voices_are_recorded_to_the_end(demo: Demo) -> None:
    folder = demo.program.data / "sessions" / demo.summary["session"]
    candidate, interviewer = (read_wav(folder / name) for name in (CANDIDATE_FILE, INTERVIEWER_FILE))
    last = demo.all_of(SpeechHeard)[-1].at
    assert len(candidate) / SAMPLE_RATE == pytest.approx(last, abs=0.1)
    assert len(interviewer) / SAMPLE_RATE == pytest.approx(last, abs=0.5)
    for answered in demo.all_of(Answered):
        for span in answered.turn.speech[1:-1]:
            said = candidate[round(span.start * SAMPLE_RATE) : round(span.end * SAMPLE_RATE)]
            assert abs(said).max() > 0.05, span


# -- scores ----------------------------------------------------------------------------------------------------------


def test_the_strong_answer_scores_above_the_weak_one(demo: Demo) -> None:
    technical = {row["question"]: row["technical"] for row in demo.summary["scores"]["answers"]}
    assert technical["bias_variance_tradeoff"] > technical["scaling_depth"] + CLEARLY_BETTER


def test_the_story_is_recognised_as_one(demo: Demo) -> None:
    star = {row["question"]: row["star"] for row in demo.summary["scores"]["answers"]}
    assert star["challenging_data_project"] > 3.5
    assert star["bias_variance_tradeoff"] is None


def test_the_scorecard_says_that_the_transcript_is_rough(demo: Demo) -> None:
    (scored,) = demo.all_of(Scored)
    notes = " ".join(scored.scorecard.notes)
    assert "rough" in notes, scored.scorecard.notes
    assert "interviewer models pull" in notes, scored.scorecard.notes


def test_every_quote_occurs_in_the_transcript(demo: Demo) -> None:
    texts: dict[str, list[str]] = {fact.question: [] for fact in demo.all_of(QuestionAsked)}
    for fact in demo.all_of(Answered):
        if fact.question is not None:
            texts[fact.question].append(fact.turn.text)
    (scored,) = demo.all_of(Scored)
    quotes = [
        (answer.question, point.evidence)
        for answer in scored.scorecard.answers
        for point in answer.technical.points
        if point.evidence is not None
    ]
    assert quotes
    for question, evidence in quotes:
        text = texts[question][evidence.turn]
        assert text[evidence.offset :].startswith(evidence.quote)


def test_the_same_demo_gives_the_same_result(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = run_demo(Program(tmp_path_factory.mktemp("again")))
    for key in ("questions", "follow_ups", "persona_switches", "scores", "engines"):
        assert again.summary[key] == demo.summary[key], key


# -- what is left behind ---------------------------------------------------------------------------------------------


def test_the_page_stands_on_its_own(demo: Demo) -> None:
    page = demo.program.data / "sessions" / demo.summary["session"] / "report.html"
    assert str(page) == demo.summary["report"]
    html = page.read_text(encoding="utf-8")
    assert not FOREIGN_ADDRESS.findall(html)
    assert "<audio" in html
    assert "data:audio" in html
    assert "bias" in html


def test_sessions_lists_it(demo: Demo) -> None:
    (row,) = json.loads(demo.program.run("sessions", "--json").out)
    assert row["session"] == demo.summary["session"]
    assert row["ended"] is True
    assert row["overall"] == demo.summary["scores"]["overall"]


def test_replay_walks_through_it(demo: Demo) -> None:
    whole = demo.program.run("replay", demo.summary["session"])
    assert whole.code == 0, whole.said
    assert "bias variance tradeoff" in whole.said
    assert "Scorecard" in whole.said
    last = [fact for fact in demo.program.facts() if isinstance(fact, QuestionAsked)][-1]
    later = demo.program.run("replay", "--at", f"{int(last.at)}")  # the latest session unless named
    assert later.code == 0, later.said
    assert last.text in " ".join(later.said.split())
    assert "bias variance tradeoff to me" not in later.said.split("Scorecard")[0]


def test_report_writes_every_form(demo: Demo) -> None:
    session = demo.summary["session"]
    markdown = demo.program.run("report", session, "--format", "md", "--out", "-").out
    assert markdown.startswith("#")
    assert "hiring manager" in markdown.lower()
    captions = demo.program.run("report", session, "--format", "vtt", "--out", "-").out
    assert captions.startswith("WEBVTT")
    assert captions.count("-->") >= len(demo.all_of(Answered))
    data = json.loads(demo.program.run("report", session, "--format", "json", "--out", "-").out)
    assert session in json.dumps(data)
    page = demo.program.folder / "elsewhere" / "page.html"
    assert demo.program.run("report", session, "--out", str(page)).code == 0
    assert page.stat().st_size > 100_000, "the page carries the sound"


def test_score_judges_it_again_to_the_same_end(demo: Demo) -> None:
    outcome = demo.program.run("score", demo.summary["session"])
    assert outcome.code == 0, outcome.said
    first, second = (fact.scorecard for fact in demo.program.facts() if isinstance(fact, Scored))
    assert second.overall == first.overall
    assert [answer.overall for answer in second.answers] == [answer.overall for answer in first.answers]


def test_a_session_that_ended_is_not_resumed(demo: Demo) -> None:
    outcome = demo.program.run("resume", demo.summary["session"])
    outcome.assert_fails_plainly("has ended", "interviewer replay")
