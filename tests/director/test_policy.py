"""What the interviewer does next, from the state alone."""

from __future__ import annotations

from builders import a_library, a_persona, a_question, a_start, a_turn, a_verdict

from interviewer.director.lines import pick_fresh_line, pick_line
from interviewer.director.plan import plan_of
from interviewer.director.policy import (
    AskFollowUp,
    AskQuestion,
    Assessment,
    BeginRound,
    End,
    EnterPersona,
    GiveHint,
    Step,
    choose_follow_up,
    next_step,
)
from interviewer.domain import Loop, Round, Verdict
from interviewer.library.content import Library
from interviewer.session.events import (
    Answered,
    Event,
    FollowUpAsked,
    PersonaEntered,
    QuestionAsked,
    RoundStarted,
)
from interviewer.session.state import SessionState, fold

ENTERED = PersonaEntered(at=0, persona="engineer", because="start", text="Hello.")
ASKED = QuestionAsked(at=1, question="alpha", persona="engineer", text="Why?")
ANSWERED = Answered(at=60, question="alpha", turn=a_turn(), endpoint_wait=1.0)


def _assessed(**verdicts: Verdict) -> Assessment:
    weights = {point.id: point.weight for point in a_question().rubric}
    return Assessment(tuple(a_verdict(point, verdict, weights[point]) for point, verdict in verdicts.items()))


def _step(
    events: list[Event], assessment: Assessment | None = None, library: Library | None = None, **start: object
) -> Step:
    library = library or a_library()
    started = a_start(**start)
    return next_step(fold([started, *events]), plan_of(started, library), library, assessment)


def test_the_persona_enters_then_asks() -> None:
    assert _step([]) == EnterPersona("engineer", "start")
    step = _step([ENTERED])
    assert isinstance(step, AskQuestion)


def test_the_heaviest_missed_point_is_probed() -> None:
    step = _step([ENTERED, ASKED, ANSWERED], _assessed(light="missed", heavy="missed", middle="met"))
    assert isinstance(step, AskFollowUp)
    assert step.follow_up.point == "heavy"
    assert step.because == "missed"


def test_an_error_is_probed_before_a_gap_of_the_same_weight() -> None:
    step = _step([ENTERED, ASKED, ANSWERED], _assessed(light="met", heavy="met", middle="contradicted"))
    assert isinstance(step, AskFollowUp)
    assert (step.follow_up.point, step.because) == ("middle", "contradicted")


def test_with_nothing_to_mend_it_goes_deeper_as_far_as_the_persona_does() -> None:
    full = _assessed(light="met", heavy="met", middle="met")
    first = choose_follow_up(a_question(), full, (), max_depth=2)
    assert first is not None
    assert (first.follow_up.id, first.because) == ("alpha_deep", "met")
    assert choose_follow_up(a_question(), full, ("alpha_deep",), max_depth=2) is None
    deepest = choose_follow_up(a_question(), full, ("alpha_deep",), max_depth=3)
    assert deepest is not None
    assert deepest.follow_up.id == "alpha_deepest"


def test_where_nearly_all_was_said_the_judges_doubts_are_not_asked_about() -> None:
    doubt = a_verdict("middle", "unclear", 1.0)
    said = a_verdict("heavy", "met", 9.0).model_copy(update={"credit": 0.9})
    covered = Assessment((said, doubt))
    deeper = choose_follow_up(a_question(), covered, (), max_depth=2)
    assert deeper is not None and deeper.because == "met"
    little = Assessment((a_verdict("heavy", "missed", 0.5), a_verdict("light", "missed", 0.2), doubt))
    asked = choose_follow_up(a_question(), little, ("alpha_heavy", "alpha_light"), max_depth=2)
    assert asked is not None and asked.follow_up.point == "middle"
    gap = Assessment((said, a_verdict("middle", "missed", 1.0)))
    mending = choose_follow_up(a_question(), gap, (), max_depth=2)
    assert mending is not None and mending.follow_up.point == "middle", (
        "what was left out is asked all the same"
    )


def test_a_point_is_probed_once() -> None:
    follow_up = FollowUpAsked(
        at=61,
        question="alpha",
        follow_up="alpha_heavy",
        persona="engineer",
        point="heavy",
        because="missed",
        text="?",
    )
    again = Answered(at=70, question="alpha", turn=a_turn(), endpoint_wait=1.0)
    step = _step(
        [ENTERED, ASKED, ANSWERED, follow_up, again], _assessed(light="met", heavy="missed", middle="missed")
    )
    assert isinstance(step, AskFollowUp)
    assert step.follow_up.point == "middle"


def test_follow_ups_end_at_the_persona_s_measure_or_the_session_s() -> None:
    gaps = _assessed(light="missed", heavy="missed", middle="missed")
    assert isinstance(_step([ENTERED, ASKED, ANSWERED], gaps, follow_ups=0), AskQuestion)
    patient = a_library(personas=(a_persona(max_follow_ups=0),))
    assert isinstance(_step([ENTERED, ASKED, ANSWERED], gaps, patient), AskQuestion)


def test_long_questions_are_talked_through() -> None:
    """Two follow-ups for a question of four minutes, four for one of twelve."""
    gaps = _assessed(light="missed", heavy="missed", middle="missed")
    events: list[Event] = [ENTERED, ASKED, ANSWERED]
    for follow_up, at in (("alpha_heavy", 61), ("alpha_middle", 80)):
        asked = FollowUpAsked(
            at=at,
            question="alpha",
            follow_up=follow_up,
            persona="engineer",
            point=follow_up.removeprefix("alpha_"),
            because="missed",
            text="?",
        )
        events += [asked, Answered(at=at + 5, question="alpha", turn=a_turn(), endpoint_wait=1.0)]
    assert isinstance(_step(events, gaps), AskQuestion)
    long = a_question("alpha").model_copy(update={"minutes": 12.0})
    step = _step(events, gaps, a_library((long, a_question("beta"))))
    assert isinstance(step, AskFollowUp)
    assert step.follow_up.point == "light"


def test_a_story_without_a_result_is_asked_for_it() -> None:
    library = a_library((a_question("alpha", "behavioural"),), (a_persona(kinds=("behavioural",)),))
    assessment = Assessment(_assessed(heavy="missed").points, None, ("R",))
    step = _step([ENTERED, ASKED, ANSWERED], assessment, library)
    assert isinstance(step, AskFollowUp)
    assert step.follow_up.star == "R"


def test_who_does_not_know_gets_one_hint_then_the_next_question() -> None:
    lost = Assessment(_assessed(heavy="missed").points, "non_answer")
    assert _step([ENTERED, ASKED, ANSWERED], lost) == GiveHint(1)


def test_two_answers_in_a_row_that_tell_nothing_end_the_question() -> None:
    """One is passed over with another follow-up; a third question would be an examination."""
    gaps = _assessed(light="missed", heavy="missed", middle="missed").points
    once, twice = (Assessment(gaps, not_known=turns) for turns in (1, 2))
    assert isinstance(_step([ENTERED, ASKED, ANSWERED], once), AskFollowUp)
    assert isinstance(_step([ENTERED, ASKED, ANSWERED], twice), AskQuestion)


def test_the_session_ends_when_its_questions_are_asked_or_its_time_is_over() -> None:
    full = _assessed(light="met", heavy="met", middle="met")
    assert _step([ENTERED, ASKED, ANSWERED], full, questions=1, follow_ups=0) == End("complete")
    late = Answered(at=29 * 60 + 30, question="alpha", turn=a_turn(), endpoint_wait=1.0)
    assert _step([ENTERED, ASKED, late], _assessed(heavy="missed")) == End("time")


def _in_a_round(minutes: float, own_minutes: float, **round_: object) -> Library:
    questions = (
        *(a_question(name) for name in ("alpha", "beta", "gamma")),
        a_question("any_questions", "candidate_questions", ("team",)),
        a_question("questions_for_engineers", "candidate_questions", ("team", "engineer")),
    )
    one = Round(
        id="only",
        title="Only",
        personas=("engineer",),
        minutes=minutes,
        kinds=("concept",),
        weighed="x",
        opens="o",
        closes="c",
        candidate_questions_minutes=own_minutes,
    )
    loop = Loop(id="loop", title="Loop", about="x", rounds=(one,), sources=("own",))
    return Library(a_library().personas, {q.id: q for q in questions}, {"loop": loop})


ROUND = RoundStarted(at=0, round="only", title="Only", minutes=10)


def test_a_round_keeps_time_for_the_candidate_s_own_questions() -> None:
    """With the asking time used up the candidate is invited to ask, by the question written for who asks, and once."""
    library = _in_a_round(10, 4)
    late = Answered(at=5.5 * 60, question="alpha", turn=a_turn(), endpoint_wait=1.0)
    before: list[Event] = [ROUND, ENTERED, ASKED, late]
    step = _step(before, _assessed(heavy="missed"), library, loop="loop", questions=50)
    assert isinstance(step, AskQuestion)
    assert step.question.id == "questions_for_engineers"
    asked = QuestionAsked(at=331, question="questions_for_engineers", persona="engineer", text="And you?")
    replied = Answered(at=400, question="questions_for_engineers", turn=a_turn(), endpoint_wait=1.0)
    full = _assessed(light="met", heavy="met", middle="met")
    after: list[Event] = [*before, asked, replied]
    assert _step(after, full, library, loop="loop", questions=50, follow_ups=0) == End("complete")
    assert isinstance(
        _step(after, _assessed(heavy="missed"), library, loop="loop", questions=50), AskFollowUp
    )


def test_a_question_that_takes_far_longer_than_there_is_time_is_not_begun() -> None:
    """alpha, beta and gamma take four minutes each."""
    full = _assessed(light="met", heavy="met", middle="met")

    def after(minutes: float) -> Step:
        answered = Answered(at=minutes * 60, question="alpha", turn=a_turn(), endpoint_wait=1.0)
        events: list[Event] = [ROUND, ENTERED, ASKED, answered]
        return _step(events, full, _in_a_round(10, 0), loop="loop", questions=50, follow_ups=0)

    assert isinstance(after(7.0), AskQuestion)
    assert after(8.0) == End("complete")


def test_topics_are_balanced() -> None:
    """After a question on one subject comes another subject, whatever the seed."""
    questions = (
        a_question("alpha", topics=("ml",)),
        a_question("beta", topics=("ml",)),
        a_question("gamma", topics=("statistics", "ml")),
    )
    full = _assessed(light="met", heavy="met", middle="met")
    for seed in range(10):
        step = _step([ENTERED, ASKED, ANSWERED], full, a_library(questions), seed=seed, follow_ups=0)
        assert isinstance(step, AskQuestion)
        assert step.question.id == "gamma"


def test_a_neighbour_of_what_was_asked_is_left_for_another_day() -> None:
    """Whichever of the two names the other; asked in an earlier session is the lesser evil."""
    full = _assessed(light="met", heavy="met", middle="met")
    for alpha, beta in (({"near": ("beta",)}, {}), ({}, {"near": ("alpha",)})):
        questions = (
            a_question("alpha").model_copy(update=alpha),
            a_question("beta").model_copy(update=beta),
            a_question("gamma"),
        )
        for seed in range(10):
            step = _step(
                [ENTERED, ASKED, ANSWERED],
                full,
                a_library(questions),
                seed=seed,
                follow_ups=0,
                avoid=("gamma",),
            )
            assert isinstance(step, AskQuestion)
            assert step.question.id == "gamma"


def test_questions_that_open_or_close_a_round_come_where_they_belong() -> None:
    questions = (
        a_question("alpha"),
        a_question("beta").model_copy(update={"position": "closing"}),
        a_question("delta"),
        a_question("gamma").model_copy(update={"position": "opening"}),
    )
    full = _assessed(light="met", heavy="met", middle="met")

    def drawn(events: list[Event], seed: int, questions_: int = 4) -> str:
        step = _step(
            events, full, a_library(questions), seed=seed, questions=questions_, minutes=30.0, follow_ups=0
        )
        assert isinstance(step, AskQuestion)
        return step.question.id

    late = Answered(at=25 * 60, question="alpha", turn=a_turn(), endpoint_wait=1.0)
    assert {drawn([ENTERED], seed) for seed in range(20)} == {"gamma"}
    assert {drawn([ENTERED, ASKED, late], seed) for seed in range(20)} == {"beta"}
    assert {drawn([ENTERED, ASKED, ANSWERED], seed) for seed in range(20)} == {"gamma", "delta"}
    assert "alpha" in {drawn([ENTERED], seed, questions_=1) for seed in range(20)}


def test_chosen_questions_come_first_in_their_order() -> None:
    step = _step([ENTERED], chosen=("gamma", "beta"))
    assert isinstance(step, AskQuestion)
    assert step.question.id == "gamma"


def test_the_same_seed_draws_the_same_question_and_avoids_those_of_earlier_sessions() -> None:
    def draw(seed: int, avoid: tuple[str, ...] = ()) -> str:
        step = _step([ENTERED], seed=seed, avoid=avoid)
        assert isinstance(step, AskQuestion)
        return step.question.id

    assert len({draw(seed) for seed in range(20)}) > 1
    assert len({draw(3) for _ in range(5)}) == 1
    fresh = {draw(seed, ("alpha", "beta")) for seed in range(20)}
    assert fresh == {"gamma"}


def _looped() -> Library:
    base = a_library(
        personas=(a_persona(), a_persona("recruiter", kinds=("motivation",)), a_persona("third"))
    )
    rounds = (
        Round(
            id="talk",
            title="Talk",
            personas=("recruiter",),
            minutes=10,
            kinds=("concept",),
            weighed="w",
            opens="o",
            closes="c",
        ),
        Round(
            id="panel",
            title="Panel",
            personas=("engineer", "third"),
            minutes=20,
            kinds=("concept",),
            weighed="w",
            opens="o",
            closes="c",
        ),
    )
    loop = Loop(id="whole", title="Whole", about="a", rounds=rounds, sources=("own",))
    return Library(base.personas, base.questions, {"whole": loop})


def test_a_loop_runs_its_rounds_and_a_panel_takes_turns() -> None:
    library = _looped()
    first = _step([], None, library, loop="whole", questions=1)
    assert isinstance(first, BeginRound)
    assert first.plan.id == "talk"
    talk: list[Event] = [
        RoundStarted(at=0, round="talk", title="Talk", minutes=10),
        PersonaEntered(at=0, persona="recruiter", because="round", text="Hi."),
        QuestionAsked(at=1, question="alpha", persona="recruiter", text="?"),
        ANSWERED,
    ]
    full = _assessed(light="met", heavy="met", middle="met")
    second = _step(talk, full, library, loop="whole", questions=1, follow_ups=0)
    assert isinstance(second, BeginRound)
    assert second.plan.id == "panel"
    panel: list[Event] = [
        *talk,
        RoundStarted(at=70, round="panel", title="Panel", minutes=20),
        PersonaEntered(at=70, persona="engineer", because="round", text="Hi."),
        QuestionAsked(at=71, question="beta", persona="engineer", text="?"),
        Answered(at=90, question="beta", turn=a_turn(), endpoint_wait=1.0),
    ]
    third = _step(panel, full, library, loop="whole", questions=2, follow_ups=0)
    assert isinstance(third, AskQuestion)
    assert third.persona == "third"


def test_no_line_repeats_while_another_is_left() -> None:
    persona = a_persona()
    used: list[str] = []
    for _ in range(6):
        used.append(pick_line(persona, "acknowledging", used, seed=5))
    assert len(set(used[:3])) == 3
    assert sorted(used[:3]) == sorted(used[3:])


def test_a_small_word_is_left_out_rather_than_said_again() -> None:
    persona = a_persona()
    used: list[str] = []
    for _ in range(5):
        used.append(pick_fresh_line(persona, "acknowledging", used, seed=5))
    assert len(set(used[:3])) == 3
    assert used[3:] == ["", ""]


def test_the_state_before_anything_happened_is_empty() -> None:
    assert SessionState().current is None


def test_a_level_the_user_names_comes_before_the_round_s() -> None:
    library = _in_a_round(10, 0)
    loop = library.loops["loop"]
    one = loop.rounds[0].model_copy(update={"level": "staff"})
    library = Library(
        library.personas, library.questions, {"loop": loop.model_copy(update={"rounds": (one,)})}
    )
    assert plan_of(a_start(loop="loop"), library).rounds[0].level == "staff"
    chosen = a_start(loop="loop", level="junior", level_chosen=True)
    assert plan_of(chosen, library).rounds[0].level == "junior"
