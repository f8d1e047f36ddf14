"""llama-cpp-python's own server on the toy model, as a real remote language model."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from toy_gguf import RETRAIN, SCHEMA, TAUGHT, TOY, judgement_prompt, phrasing_prompt

from interviewer.engines.openai_compatible import OpenAICompatibleLanguageModel

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def llama_server() -> Iterator[str]:
    """llama-cpp-python's own server on the toy model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--model",
        str(TOY),
        "--model_alias",
        "toy",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--n_ctx",
        "2048",
        "--logits_all",
        "True",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", *options, "--n_threads", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/v1"
        _wait_until_up(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "llama_cpp.server ended: is llama-cpp-python[server] installed?"
        try:
            if httpx.get(f"{url}/models", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("llama_cpp.server did not start within a minute")


def test_a_real_server_speaks_the_taught_lines(llama_server: str) -> None:
    model = OpenAICompatibleLanguageModel(llama_server)
    assert (model.models(), model.name, model.caveat) == (["toy"], "toy at 127.0.0.1", "")
    for number in range(len(TAUGHT["phrasings"])):
        pieces = list(model.stream(phrasing_prompt(number, "recruiter"), max_tokens=60, temperature=0.0))
        assert len(pieces) > 5 and "".join(pieces) == TAUGHT["phrasings"][number]["recruiter"], RETRAIN
    stream = model.stream(phrasing_prompt(0, "recruiter"), max_tokens=60, temperature=0.0)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    again = "".join(model.stream(phrasing_prompt(1, "recruiter"), max_tokens=60, temperature=0.0))
    assert again == TAUGHT["phrasings"][1]["recruiter"]
    model.close()


def test_a_real_server_fills_in_an_object(llama_server: str) -> None:
    model = OpenAICompatibleLanguageModel(llama_server, "toy")
    for number, one in enumerate(TAUGHT["judgements"]):
        assert model.fill(judgement_prompt(number), SCHEMA, max_tokens=40) == one["verdict"], RETRAIN
    assert "does not take a JSON schema" in model.caveat, "this server knows json_object only"
    model.close()


def test_a_real_server_can_be_made_to_choose(llama_server: str) -> None:
    fields = {"answer": ("yes", "no"), "sentence": ("0", "1", "2")}
    model = OpenAICompatibleLanguageModel(llama_server, "toy")
    for number in range(len(TAUGHT["judgements"])):
        choice = model.choose(judgement_prompt(number), fields)
        assert choice == model.choose(judgement_prompt(number), fields)
        assert choice.taken["answer"] in fields["answer"] and choice.taken["sentence"] in fields["sentence"]
    # The toy was never taught yes and no, so that they are not among the likeliest; a word it was taught is.
    states = model.choose(judgement_prompt(0), {"states": ("true", "false"), "sentence": ("1", "2")})
    assert states.chances is None or sum(states.chances.values()) == pytest.approx(1.0)
    model.close()
