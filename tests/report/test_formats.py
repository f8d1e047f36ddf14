"""HTML, Markdown, JSON and WebVTT: complete, valid by a strict reading, and inert whatever was said."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hostile_session import ATTACKS, hostile_events, typed_events
from pydantic import ValidationError
from sample_session import PERSONAS, QUESTIONS, STORY, sample_events

from interviewer.domain import AnswerPart, Evidence, HeardFlag, Measure, SessionCoaching, Suggestion
from interviewer.report import html, machine, markdown, runs, webvtt, wording
from interviewer.report.charts import gauge
from interviewer.report.html import Audio
from interviewer.report.model import Replay
from interviewer.report.replay import build_replay

VOID = {"meta", "input", "link", "br", "img"}
SVG_LEAVES = {"line", "rect", "circle", "path", "use"}
AUDIO = Audio("audio/mpeg", b"not really sound")


@pytest.fixture(scope="module")
def replay() -> Replay:
    return build_replay(sample_events(), QUESTIONS, PERSONAS)


@pytest.fixture(scope="module")
def hostile() -> Replay:
    return build_replay(hostile_events(), {}, {})


class Page(HTMLParser):
    """Parses strictly: every element must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_LEAVES, f"<{tag}/> does not close itself in HTML"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> while {self.open[-3:]} are open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("audio", [AUDIO, None])
@pytest.mark.parametrize("scored", [True, False])
def test_the_page_is_well_formed_and_its_links_lead_somewhere(audio: Audio | None, scored: bool) -> None:
    page = Page(html.render(build_replay(sample_events(scored=scored), QUESTIONS, PERSONAS), audio))
    ids = Counter(a["id"] for _, a in page.elements if "id" in a)
    assert [name for name, count in ids.items() if count > 1] == []
    targets = [a["href"].removeprefix("#") for a in (*page.all("a"), *page.all("use"))]
    assert targets and set(targets) <= set(ids)
    described = [i for _, a in page.elements for i in a.get("aria-labelledby", "").split()]
    assert set(described) <= set(ids)


def test_the_page_has_landmarks_and_headings_in_order(replay: Replay) -> None:
    page = Page(html.render(replay, AUDIO))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("main") == 1 and tags.count("h1") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    drawings = [a for a in page.all("svg") if "y" not in a]  # those with a y are parts of another
    assert all(
        a.get("aria-hidden") == "true" or (a["role"], bool(a["aria-label"])) == ("img", True)
        for a in drawings
    )
    assert page.all("html") == [{"lang": "en"}]


def test_the_page_reaches_for_nothing_outside(replay: Replay) -> None:
    text = html.render(replay, AUDIO)
    assert re.search(r"https?://|//[a-z]|@import|url\(", text) is None
    page = Page(text)
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "connect-src" not in policy and "unsafe" not in policy
    sources = [a["src"] for _, a in page.elements if "src" in a]
    assert len(sources) == 1 and sources[0].startswith("data:audio/mpeg;base64,")
    assert not any("style" in a for _, a in page.elements), "the policy forbids style attributes"


def test_words_that_try_to_be_code_stay_words(hostile: Replay) -> None:
    text = html.render(hostile, AUDIO)
    page = Page(text)
    assert len(page.all("script")) == 1 and page.all("img") == []
    assert not any(name.startswith("on") or name == "autofocus" for _, a in page.elements for name in a)
    for attack in ATTACKS:
        assert " ".join(attack.split()) in " ".join(page.text.split())


def test_everything_said_is_on_the_page(replay: Replay) -> None:
    said = " ".join(Page(html.render(replay)).text.split())
    for line in replay.lines:
        for part in runs.cut(line):
            for stretch in part.stretches:
                assert "".join(run.text for run in stretch.runs).strip() in said
    for review in replay.answers:
        assert review.score is not None
        assert review.score.coaching.change_first in said
        assert all(point.text in said for point in review.score.technical.points)
    assert "Fair to good" in said and "Likely between 2.8 and 3.8" in said
    assert "Something from production" in said and "The microphone went quiet" in said


def test_verdicts_are_told_by_words_and_shapes_too(replay: Replay) -> None:
    page = Page(html.render(replay))
    shapes = Counter(a["href"] for a in page.all("use"))
    for verdict, word in wording.VERDICT_WORDS.items():
        assert shapes[f"#v-{verdict}"] >= 1
        assert word in page.text


def test_a_quote_seeks_only_where_there_is_sound(replay: Replay) -> None:
    with_sound, without = Page(html.render(replay, AUDIO)), Page(html.render(replay))
    quotes = [a for a in with_sound.all("a") if a.get("class") == "quote"]
    assert len(quotes) == 10 and all(float(a["data-seek"]) > 0 for a in quotes)
    assert not any("data-seek" in a for a in without.all("a"))
    assert without.all("audio") == []
    assert "No recording: the sound of this session is not in this page." in without.text


def test_what_was_not_measured_is_never_a_number(replay: Replay) -> None:
    text = Page(html.render(replay)).text
    assert "not measured" in text and "no story asked for" in text
    unmeasured = Measure(name="pitch", value=None, unit="semitones", good=(0, 5))
    assert wording.measure_text(unmeasured) == "not measured" and gauge(unmeasured) is None


def test_a_lower_bound_below_its_band_is_not_called_low() -> None:
    bound = Measure(name="fillers", value=1, unit="per minute", good=(2, 5), at_least=True)
    assert wording.measure_text(bound) == "at least 1 per minute"
    assert wording.measure_place(bound) == ""
    assert wording.measure_place(bound.model_copy(update={"at_least": False})) == "low"
    assert wording.measure_place(bound.model_copy(update={"value": 9})) == "high"


def test_a_typed_session_says_so() -> None:
    text = Page(html.render(build_replay(typed_events(), QUESTIONS, PERSONAS))).text
    assert "No recording: the answers were typed." in text
    assert "Not scored yet" in text and "rough" in text


def test_a_long_interview_stays_a_small_page() -> None:
    """45 minutes of sample questions, sound not counted."""
    events = sample_events(scored=False)
    long = [*events, *events[2:] * 14]
    assert len(html.render(build_replay(long, QUESTIONS, PERSONAS))) < 1_000_000


def test_json_comes_back_as_it_was(replay: Replay, hostile: Replay) -> None:
    for told in (replay, hostile):
        assert machine.read(machine.render(told)) == told
    with pytest.raises(ValidationError):
        machine.read('{"format_version": 3}')


CUE_TIMES = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})")
CUE_TEXT = re.compile(r"<v ([^<>&]|&(amp|lt|gt);)+>(<i>)?([^<>&]|&(amp|lt|gt);)+(</i>)?</v>")


def cues_of(text: str) -> list[tuple[float, float, str]]:
    """A strict reading of WebVTT: header, blank lines, notes, numbered cues."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    assert header == "WEBVTT"
    cues: list[tuple[float, float, str]] = []
    for block in blocks:
        first, *rest = block.split("\n")
        if first == "NOTE":
            assert rest and "-->" not in "".join(rest)
            continue
        assert first == str(len(cues) + 1) and len(rest) == 2
        times = CUE_TIMES.fullmatch(rest[0])
        assert times is not None and CUE_TEXT.fullmatch(rest[1]), rest
        h, m, s, ms, *end = (int(figure) for figure in times.groups())
        cues.append(
            (h * 3600 + m * 60 + s + ms / 1000, end[0] * 3600 + end[1] * 60 + end[2] + end[3] / 1000, rest[1])
        )
    return cues


def test_captions_are_valid_timed_and_complete(replay: Replay) -> None:
    cues = cues_of(webvtt.render(replay))
    assert [start for start, _, _ in cues] == sorted(start for start, _, _ in cues)
    assert all(start < end for start, end, _ in cues)
    story = next(line for line in replay.lines if line.text.startswith(STORY[0][0]))
    (cue,) = [c for c in cues if STORY[0][0] in c[2]]
    assert cue[2].startswith("<v You>")
    assert cue[0] == pytest.approx(story.start, abs=0.001)
    assert cue[1] == pytest.approx(story.pieces[0].end, abs=0.001)
    words = " ".join(re.sub("<[^>]*>", "", text) for _, _, text in cues)
    assert words.split() == " ".join(line.text for line in replay.lines).split()


def test_captions_survive_hostile_and_long_words(hostile: Replay) -> None:
    assert cues_of(webvtt.render(hostile))
    endless = hostile.lines[1].pieces[0].model_copy(update={"text": "ab " * 300, "words": ()})
    line = hostile.lines[1].model_copy(update={"pieces": (endless,)})
    cues = cues_of(webvtt.render(hostile.model_copy(update={"lines": (line,)})))
    assert len(cues) > 4 and max(len(text) for _, _, text in cues) < 200
    assert cues[0][0] == pytest.approx(endless.start, abs=0.001)
    assert " ".join(re.sub("<[^>]*>", "", c[2]) for c in cues).split() == ["ab"] * 300


def test_typed_answers_have_no_cue() -> None:
    text = webvtt.render(build_replay(typed_events(), QUESTIONS, PERSONAS))
    assert "typed answers have no place" in text and "one token" not in text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "00:00:00.000"), (59.9996, "00:01:00.000"), (3661.5, "01:01:01.500"), (360_000, "100:00:00.000")],
)
def test_timestamps(seconds: float, expected: str) -> None:
    assert webvtt.timestamp(seconds) == expected


def test_markdown_tells_scores_words_and_advice(replay: Replay) -> None:
    text = markdown.render(replay)
    assert text.startswith("# Interview with ML engineer and Hiring manager\n")
    assert "| Overall | 3.3 | 2.8 and 3.8 | 3 |" in text
    assert "**Change first** (question 2): Rule out" in text
    assert "✕ **At odds** (82% sure)" in text and "(0:46)" in text
    assert "Pitch variety: not measured" in text
    assert "*(unsure)*" in text and "Story: S T S A A A A R. All four parts told." in text
    assert [line for line in text.splitlines() if line.startswith("## ")][-1].startswith("## How far")
    assert "\n\n\n" not in text


def test_markdown_lets_no_words_become_markup(hostile: Replay) -> None:
    text = markdown.render(hostile)
    bare = re.sub(r"`[^`]*`", "", re.sub(r"\\.", "", text))
    assert "<" not in bare and "](" not in bare
    assert markdown.escape("# a\n- b") == r"\# a - b"
    assert markdown.escape("- b *c*") == r"\- b \*c\*"
    assert markdown.escape("1. x") == r"1\. x" or markdown.escape("1. x") == r"\1. x"


def test_flags_are_codes_for_programs_and_sentences_for_people(replay: Replay) -> None:
    assert wording.flag_sentence("hints:2") == "Answered with the help of 2 hints."
    assert wording.flag_sentence("gate:echo") == wording.flag_sentence("rough_transcript") == ""
    assert wording.flag_sentence("A sentence.") == "A sentence."
    review = replay.answers[0]
    assert review.score is not None
    flagged = review.score.model_copy(update={"flags": ("skipped", "hints:1", "gate:echo")})
    shown = replay.model_copy(update={"answers": (review.model_copy(update={"score": flagged}),)})
    for text in (Page(html.render(shown)).text, markdown.render(shown)):
        assert "You skipped this question." in text and "the help of 1 hint." in text
        assert "gate:" not in text and "hints:" not in text


BETTER = (
    AnswerPart(text="It learns noise.", source="yours"),
    AnswerPart(text="More data helps.", source="added", point="data"),
    AnswerPart(text="So does dropout.", source="added", point="dropout"),
    AnswerPart(text="What came of it?", source="prompt"),
)


def coached(replay: Replay, **changes: object) -> Replay:
    review = replay.answers[0]
    assert review.score is not None
    score = review.score.model_copy(update={"coaching": review.score.coaching.model_copy(update=changes)})
    return replay.model_copy(
        update={"answers": (review.model_copy(update={"score": score}), *replay.answers[1:])}
    )


def test_a_better_answer_says_whose_words_it_is_made_of(replay: Replay) -> None:
    told = coached(replay, better_answer=BETTER)
    page, text = html.render(told), markdown.render(told)
    assert '<span class="yours">It learns noise.</span>' in page
    assert "<ins>More data helps. So does dropout.</ins>" in page
    assert "<em>What came of it?</em>" in page
    assert replay.said(replay.answers[0]) in Page(page).text
    assert r"It learns noise. **More data helps. So does dropout.** *\[What came of it?\]*" in text
    assert "(about 5 seconds)" in text


def test_a_red_flag_is_told_as_a_possibility_with_its_quote(replay: Replay) -> None:
    quote = Evidence(quote="it is ready,", turn=0, offset=0)
    flag = HeardFlag(text="Stops at the trained model", evidence=quote, instead="Speak of the second year.")
    told = coached(replay, red_flags=(flag,))
    sentence = "“it is ready” could be heard as: stops at the trained model. Speak of the second year."
    for text in (Page(html.render(told)).text, markdown.render(told)):
        assert sentence in text


def test_the_session_s_advice_and_next_questions_are_on_every_page(replay: Replay) -> None:
    assert replay.scorecard is not None
    suggestion = Suggestion(
        question="drift",
        text="How do you notice drift?",
        why="It was left open.",
        command="interviewer practice --question drift",
    )
    told = SessionCoaching(
        keep=("The numbers.",),
        change_first="Begin with the claim.",
        further=("Then the reason.",),
        try_next=(suggestion,),
    )
    card = replay.scorecard.model_copy(update={"coaching": told, "leanings": {"ml_engineer": "mixed"}})
    shown = replay.model_copy(update={"scorecard": card})
    for text in (Page(html.render(shown)).text, markdown.render(shown)):
        for piece in (
            "The numbers.",
            "Begin with the claim.",
            "Then the reason.",
            suggestion.text,
            suggestion.command,
        ):
            assert piece in text
        assert "Leans: mixed" in text


def test_json_of_the_first_version_can_still_be_read(replay: Replay) -> None:
    told = json.loads(machine.render(replay))
    told["format_version"] = 1
    for holder in (told["answers"][0]["score"], told["scorecard"]["answers"][0]):
        holder["coaching"] |= {"better_answer": "Say it all.", "red_flags": ["No plan."]}
    old = machine.read(json.dumps(told))
    assert old.answers[0].score is not None
    coaching = old.answers[0].score.coaching
    assert coaching.better_text == "Say it all."
    assert [flag.text for flag in coaching.red_flags] == ["No plan."]
    assert "No plan." in markdown.render(old)


def test_a_share_is_told_in_percent() -> None:
    share = Measure(name="concision", value=0.083, unit="of the time a good answer takes", good=(0.2, 1.25))
    assert wording.measure_text(share) == "8% of the time a good answer takes"


@pytest.mark.parametrize(
    ("value", "expected"), [(148.4, "148"), (20, "20"), (3.0, "3"), (3.64, "3.6"), (0.25, "0.25"), (0, "0")]
)
def test_figures_have_no_more_digits_than_they_deserve(value: float, expected: str) -> None:
    assert wording.measure_text(Measure(name="x", value=value, unit="")) == expected
