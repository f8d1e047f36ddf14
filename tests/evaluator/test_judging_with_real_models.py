"""The language-model judge on real engines: llama.cpp with the toy model, the same behind HTTP, and servers that lie."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fixture_bank import INDEXES, INDEXES_STRONG, OVERFITTING, STRONG, BagEmbedder, typed
from scripted_server import DONE, Handler, Server, event
from toy_gguf import TOY, phrasing_prompt, write_gguf

from interviewer.engines.llama_cpp import LlamaCppLanguageModel
from interviewer.engines.openai_compatible import OpenAICompatibleLanguageModel
from interviewer.engines.sse import Timeouts
from interviewer.errors import EngineError
from interviewer.evaluator.embedded_judge import EmbeddedJudge
from interviewer.evaluator.language_model_judge import LanguageModelJudge, reply_fields
from interviewer.library.templates import Templates
from interviewer.ports import Choice, PromptPart

pytestmark = pytest.mark.real

FIELDS = reply_fields(16)
ASK = [PromptPart("system", "You check what an answer says."), PromptPart("user", "Is the sky blue?")]


class Watched:
    """A model whose calls are kept, with what each cost."""

    def __init__(self, model: LlamaCppLanguageModel) -> None:
        self.model = model
        self.name = model.name
        self.choices: list[Choice] = []
        self.costs: list[tuple[int, int]] = []

    def choose(self, prompt: Sequence[PromptPart], fields: Mapping[str, Sequence[str]]) -> Choice:
        self.choices.append(self.model.choose(prompt, fields))
        usage = self.model.last_usage
        assert usage is not None
        self.costs.append((usage.prompt_tokens, usage.evaluated_tokens))
        return self.choices[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


def open_toy(path: Path = TOY, **options: Any) -> LlamaCppLanguageModel:
    return LlamaCppLanguageModel(path, **({"context_tokens": 2048, "threads": 1} | options))


def judge_with(model: Any, **options: Any) -> LanguageModelJudge:
    return LanguageModelJudge(model, EmbeddedJudge(BagEmbedder()), Templates(), **options)


@pytest.fixture
def toy() -> Iterator[LlamaCppLanguageModel]:
    model = open_toy()
    yield model
    model.close()


def test_a_choice_is_one_of_the_options_with_chances_that_sum_to_one(toy: LlamaCppLanguageModel) -> None:
    choice = toy.choose(ASK, FIELDS)
    assert list(choice.taken) == ["answer", "sentence"]
    assert all(choice.taken[name] in options for name, options in FIELDS.items())
    assert choice.chances is not None and set(choice.chances) == {"yes", "no"}
    assert sum(choice.chances.values()) == pytest.approx(1.0)
    assert choice.taken["answer"] == max(choice.chances, key=lambda option: choice.chances[option])  # type: ignore[index]


def test_the_chances_are_those_of_the_models_own_logits(toy: LlamaCppLanguageModel) -> None:
    choice = toy.choose(ASK, {"answer": ("yes", "no")})
    llama = toy._loaded.llama  # type: ignore[union-attr]
    prompt = llama.prompt_tokens([{"role": part.role, "content": part.text} for part in ASK])
    replies = [
        llama.tokenize(f'{{"answer": "{word}"}}'.encode(), add_bos=False, special=False)
        for word in ("yes", "no")
    ]
    fork = next(i for i, (a, b) in enumerate(zip(*replies, strict=False)) if a != b)
    llama.reset()
    llama.eval([*prompt, *replies[0][:fork]])
    logits = np.ctypeslib.as_array(llama._ctx.get_logits_ith(-1), shape=(llama.n_vocab(),))
    odds = float(logits[replies[0][fork]] - logits[replies[1][fork]])
    assert choice.chances is not None
    assert choice.chances["yes"] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)


def test_options_that_begin_alike_are_told_apart_and_nothing_else_can_come_out(
    toy: LlamaCppLanguageModel,
) -> None:
    numbers = tuple(str(number) for number in range(130))
    choice = toy.choose(ASK, {"sentence": numbers})
    assert choice.taken["sentence"] in numbers and choice.chances is None, "too many ways to weigh them all"
    assert toy.choose(ASK, {"sentence": ("12", "1")}).taken["sentence"] in ("12", "1")
    assert toy.choose(ASK, {"only": ("this",)}).taken == {"only": "this"}


def test_a_model_that_speaks_single_letters_can_choose_too(tmp_path: Path) -> None:
    model = open_toy(
        write_gguf(tmp_path / "letters.gguf", "llama", chat_template="{{ messages[0]['content'] }}"),
        context_tokens=512,
    )
    choice = model.choose(ASK, FIELDS)
    assert choice.taken["answer"] in ("yes", "no") and choice.chances is not None


@pytest.mark.parametrize("full", [True, False])
def test_a_model_whose_cache_cannot_be_cut_back_chooses_alike(tmp_path: Path, full: bool) -> None:
    path = write_gguf(
        tmp_path / "sliding.gguf", "gemma2", window=16, chat_template="{{ messages[0]['content'] }}"
    )
    model = open_toy(path, context_tokens=512, swa_full=full)
    first = model.choose(ASK, FIELDS)
    model.choose([PromptPart("user", "something else")], FIELDS)
    assert model.choose(ASK, FIELDS) == first


def test_a_prompt_too_long_to_choose_is_an_error_and_the_next_one_works(toy: LlamaCppLanguageModel) -> None:
    with pytest.raises(EngineError, match=r"too long for toy_interviewer.*2048|too long for toy_interviewer"):
        toy.choose([PromptPart("user", "word " * 3000)], FIELDS)
    assert toy.choose(ASK, FIELDS).taken


def test_an_answer_is_judged_without_failures_and_quotes_stand_in_it(toy: LlamaCppLanguageModel) -> None:
    score = judge_with(toy).judge(OVERFITTING, typed(STRONG))
    assert "failed" not in score.engine and "probabilities" not in score.engine
    for point in score.points:
        if point.evidence is not None:
            assert STRONG[point.evidence.offset :].startswith(point.evidence.quote)


def test_the_same_answer_is_judged_the_same_whatever_was_judged_before(toy: LlamaCppLanguageModel) -> None:
    watched = Watched(toy)
    judge = judge_with(watched)
    first = judge.judge(OVERFITTING, typed(STRONG))
    again = judge.judge(OVERFITTING, typed(STRONG))
    judge.judge(INDEXES, typed(INDEXES_STRONG))
    list(toy.stream(phrasing_prompt(0, "recruiter"), max_tokens=9, temperature=0.0))
    after_others = judge.judge(OVERFITTING, typed(STRONG))
    assert first == again == after_others
    asked = 2 * len(OVERFITTING.rubric)
    assert watched.choices[:asked] == watched.choices[asked : 2 * asked] == watched.choices[-asked:]


def test_what_is_kept_of_a_prompt_ends_where_a_block_ends(toy: LlamaCppLanguageModel) -> None:
    """Real models differ in the last digits by the batch a token is computed in; the toy is too small to show it."""
    llama = toy._loaded.llama  # type: ignore[union-attr]
    tokens = llama.tokenize(b"We split the data first and then we trained for two days. " * 9, add_bos=False)
    others = [*tokens[:70], *tokens[:60]]
    for first, second in ((tokens, others), (others, tokens)):
        llama.logits_after(first, anew=True, cut_back=True)
        llama.tally.evaluated = 0
        llama.logits_after(second, anew=True, cut_back=True)
        assert llama.tally.evaluated == len(second) - 64
    llama.eval([5])
    llama.logits_after([*tokens, 5], anew=False, cut_back=True)
    llama.tally.evaluated = 0
    llama.logits_after([*tokens, 5, 6], anew=False, cut_back=True)
    assert llama.tally.evaluated == 1
    list(toy.stream(ASK, max_tokens=1))
    llama.tally.evaluated = 0
    llama.logits_after(tokens, anew=True, cut_back=True)
    assert llama.tally.evaluated == len(tokens), "what a stream has read was not read in blocks"


def test_the_answer_is_read_once_for_all_its_points(toy: LlamaCppLanguageModel) -> None:
    watched = Watched(toy)
    judge_with(watched).judge(OVERFITTING, typed(STRONG))
    (first_prompt, first_cost), *later = watched.costs
    assert first_cost >= first_prompt
    whole, evaluated = sum(p for p, _ in watched.costs), sum(e for _, e in watched.costs)
    assert evaluated < 0.6 * whole
    second_way = [cost for _, cost in watched.costs[1::2]]
    assert max(second_way) < first_prompt / 3, "only the last lines differ between the two ways"
    assert max(cost for _, cost in later) < 0.7 * first_prompt


def test_judging_leaves_the_interviews_cache_alone(toy: LlamaCppLanguageModel) -> None:
    prompt = phrasing_prompt(0, "recruiter")
    line = "".join(toy.stream(prompt, max_tokens=60, temperature=0.0))
    own = toy.clone_context()
    judge_with(own).judge(OVERFITTING, typed(STRONG))
    assert "".join(toy.stream(prompt, max_tokens=60, temperature=0.0)) == line
    assert toy.last_usage is not None and toy.last_usage.evaluated_tokens <= 1
    own.close()
    judge_with(toy).judge(OVERFITTING, typed(STRONG))
    assert "".join(toy.stream(prompt, max_tokens=60, temperature=0.0)) == line
    assert toy.last_usage.evaluated_tokens > 100, "one context alone would have lost it"


# servers --------------------------------------------------------------------------------------------------------------

QUICK = Timeouts(connect=1.0, between_pieces=0.3, whole_reply=0.8)


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield one
    one.released.set()
    one.shutdown()
    thread.join()
    one.server_close()


def token(text: str, chance: float = 1.0, **others: float) -> dict[str, Any]:
    listed = [
        {"token": name, "logprob": math.log(p) if p > 0 else -math.inf}
        for name, p in {text: chance, **others}.items()
    ]
    return {**listed[0], "top_logprobs": listed}


def said(
    answer: str, sentence: object, *, chances: dict[str, float] | None = None
) -> tuple[int, list[bytes]]:
    """A whole reply, its tokens split as a model's are; with the chances of the answer's first token."""
    value = json.dumps(sentence)
    pieces = ['{"', "answer", '":', ' "', answer, '",', ' "', "sentence", '":', " ", value, "}"]
    events = []
    for piece in pieces:
        choice: dict[str, Any] = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        if chances is not None:
            told = token(piece) if piece != answer else token(answer, chances[answer], **chances)
            choice["logprobs"] = {"content": [told]}
        events.append(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
    return 200, [*events, event(None, "stop"), DONE]


YES = said("yes", "1", chances={"yes": 0.9, "no": 0.1})
NO = said("no", "0", chances={"no": 0.8, "yes": 0.2})


def test_probabilities_are_read_at_the_answers_token(server: Server) -> None:
    server.replies += [YES, NO]
    model = OpenAICompatibleLanguageModel(server.url, timeouts=QUICK)
    assert model.choose(ASK, FIELDS).chances == pytest.approx({"yes": 0.9, "no": 0.1})
    body = server.seen[-1][1]
    assert body["logprobs"] is True and body["top_logprobs"] == 10 and body["temperature"] == 0.0
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["sentence"]["enum"][-1] == "16"
    assert body["max_tokens"] < 60
    second = model.choose(ASK, FIELDS)
    assert second.taken == {"answer": "no", "sentence": "0"}
    assert second.chances == pytest.approx({"yes": 0.2, "no": 0.8})


def test_capitals_and_bare_numbers_of_a_server_without_schema_are_understood(server: Server) -> None:
    server.replies.append(said("Yes", 3, chances={"Yes": 0.7, "yes": 0.1, "No": 0.15, "maybe": 0.05}))
    choice = OpenAICompatibleLanguageModel(server.url, timeouts=QUICK).choose(ASK, FIELDS)
    assert choice.taken == {"answer": "yes", "sentence": "3"}
    assert choice.chances == pytest.approx({"yes": 0.8 / 0.95, "no": 0.15 / 0.95})


def test_a_server_that_tells_no_probabilities_or_refuses_to_gets_a_caveat(server: Server) -> None:
    model = OpenAICompatibleLanguageModel(server.url, timeouts=QUICK)
    refused = (400, [b"logprobs are not supported"])
    server.replies += [said("yes", "1"), refused, refused, said("no", "0"), said("yes", "2")]
    for answer in ("yes", "no", "yes"):
        choice = model.choose(ASK, FIELDS)
        assert (choice.taken["answer"], choice.chances) == (answer, None)
    assert "logprobs" not in server.seen[-1][1] and "does not tell probabilities" in model.caveat
    assert not server.replies, "what was refused once is not asked for again"


def test_a_server_without_probabilities_is_judged_by_and_the_score_says_so(server: Server) -> None:
    server.replies += [said("yes", "1"), said("no", "0")] * 4
    score = judge_with(OpenAICompatibleLanguageModel(server.url, timeouts=QUICK)).judge(
        OVERFITTING, typed(STRONG)
    )
    assert "yes and no are taken at their word" in score.engine and "failed" not in score.engine


def stall(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.chunk(event('{"answer"'))
    handler.server.released.wait(5)


def ping_for_ever(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.server.released.wait(0.1):
        handler.chunk(b": still here\n\n")


def cut_off(handler: Handler) -> None:
    handler.send(200, [event('{"answer": "ye')], hang_up=True)


def raw(
    *entries: dict[str, Any], text: str = '{"answer": "yes", "sentence": "1"}'
) -> tuple[int, list[bytes]]:
    choice = {
        "index": 0,
        "delta": {"content": text},
        "finish_reason": "stop",
        "logprobs": {"content": entries},
    }
    return 200, [b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n", DONE]


OPENING = [token(piece) for piece in ('{"', "answer", '":', ' "')]
LIES: dict[str, tuple[Any, str]] = {
    "a sentence that is not there": (
        said("yes", "99", chances={"yes": 0.9, "no": 0.1}),
        "none of the allowed",
    ),
    "a negative sentence": (said("yes", -1, chances={"yes": 0.9, "no": 0.1}), "none of the allowed"),
    "another word": (said("perhaps", "1"), "none of the allowed"),
    "another schema": ((200, [event('{"score": 5}', "stop"), DONE]), "lacks 'answer'"),
    "one field more": (
        (200, [event('{"answer": "yes", "sentence": "1", "score": 5}', "stop"), DONE]),
        "was not asked for",
    ),
    "no JSON": ((200, [event("The candidate deserves five points.", "stop"), DONE]), "not JSON"),
    "a list": ((200, [event("[]", "stop"), DONE]), "not a JSON object"),
    "a probability above one": (raw(*OPENING, {"token": "yes", "logprob": 0.7}), "OpenAI's form"),
    "a probability that is none": (raw(*OPENING, {"token": "yes", "logprob": math.nan}), "OpenAI's form"),
    "a probability in words": (raw(*OPENING, {"token": "yes", "logprob": "high"}), "OpenAI's form"),
    "more than certain": (raw(*OPENING, token("yes", 0.9, no=0.8)), "OpenAI's form"),
    "a reply its own numbers call unlikely": (raw(*OPENING, token("yes", 0.05, no=0.9)), "call likely"),
    "probabilities of something else": (raw(token("hello")), "do not belong to the reply"),
    "garbage": ((200, [b"<html>Welcome to the router</html>"]), "OpenAI's form"),
    "an end in the middle": ((200, [event('{"answer": "ye')]), "broke off before its end"),
    "a line that is cut": (cut_off, "broke off in the middle"),
    "an error": ((503, [b'{"error": {"message": "loading model"}}']), "HTTP status 503"),
    "silence": (stall, "fell silent"),
    "pings without end": (ping_for_ever, "longer than allowed"),
}


@pytest.mark.parametrize("lie", LIES)
def test_whatever_a_server_does_costs_that_point_alone_and_is_told(server: Server, lie: str) -> None:
    reply, told = LIES[lie]
    good = [YES, NO]
    server.replies += [*good, reply, *good, *good]
    judge = judge_with(OpenAICompatibleLanguageModel(server.url, timeouts=QUICK))
    started = time.monotonic()
    score = judge.judge(OVERFITTING, typed(STRONG))
    assert time.monotonic() - started < 5
    assert "language model failed on 1 of 4 points: " in score.engine and told in score.engine
    embedded = judge.embedded.judge(OVERFITTING, typed(STRONG))
    assert score.points[1] == embedded.points[1]
    assert score.points[0] != embedded.points[0]


@pytest.mark.parametrize("reply", [stall, ping_for_ever])
def test_a_server_that_never_replies_cannot_hold_up_a_session(
    server: Server, reply: Callable[[Handler], None]
) -> None:
    server.replies += [reply] * 8
    judge = judge_with(OpenAICompatibleLanguageModel(server.url, timeouts=QUICK))
    started = time.monotonic()
    scores = [judge.judge(OVERFITTING, typed(STRONG)) for _ in range(3)]
    assert time.monotonic() - started < 6
    assert all("(language model failed: " in score.engine for score in scores)
    assert len(server.replies) == 4, "two tries for the first answer, one for each later one"
