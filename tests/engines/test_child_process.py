from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import pytest

from interviewer.engines.child_process import ChildError, JsonChild

READY = "print('{\"ready\": true}', flush=True)\n"
ECHO = READY + "import sys\nfor line in sys.stdin: print(line.strip(), flush=True)\n"

Start = Callable[[str], JsonChild]


@pytest.fixture
def start() -> Iterator[Start]:
    children: list[JsonChild] = []

    def start_child(code: str) -> JsonChild:
        children.append(JsonChild([sys.executable, "-c", code]))
        return children[-1]

    yield start_child
    for child in children:
        child.close()


def test_each_request_gets_its_answer(start: Start) -> None:
    child = start(ECHO)
    assert child.greeting(10) == {"ready": True}
    for number in range(3):
        assert child.ask({"text": f"naïve\n{number}"}, 10) == {"text": f"naïve\n{number}"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (READY + "import time; time.sleep(60)", "no answer within 0.2 s"),
        (READY + "input(); raise SystemError('bad voice')", "ended with code 1: SystemError: bad voice"),
        (READY + "input(); print('hello'); input()", "no answer: hello"),
        ("raise ImportError('no library')", "ended with code 1: ImportError: no library"),
    ],
)
def test_a_child_that_fails_says_why(start: Start, code: str, said: str) -> None:
    child = start(code)
    with pytest.raises(ChildError, match=said):
        child.greeting(10)
        child.ask({"text": "hello"}, 0.2 if "sleep" in code else 10)


def test_a_stuck_child_is_ended(start: Start) -> None:
    child = start(
        READY + "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    )
    child.greeting(10)
    started = time.monotonic()
    child.close()
    assert time.monotonic() - started < 5
