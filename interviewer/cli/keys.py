"""Single key presses from the terminal, read on a thread of their own; nothing when input is no terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnKey = Callable[[str], None]


@contextmanager
def key_presses(on_key: OnKey) -> Iterator[bool]:
    """Call `on_key` with every key until the block ends. Yields whether there is a keyboard."""
    if not sys.stdin.isatty():
        yield False
        return
    stop = threading.Event()
    read = _read_windows if sys.platform == "win32" else _read_posix
    thread = threading.Thread(target=read, args=(on_key, stop), daemon=True, name="keys")
    with _raw_terminal():
        thread.start()
        try:
            yield True
        finally:
            stop.set()
            thread.join(timeout=1.0)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Keys without Enter and without echo; Ctrl-C still interrupts."""
    if sys.platform == "win32":
        yield
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read_posix(on_key: OnKey, stop: threading.Event) -> None:
    import os
    import select

    while not stop.is_set():
        ready, _, _ = select.select([sys.stdin], [], [], 0.1)
        if not ready:
            continue
        pressed = os.read(sys.stdin.fileno(), 64).decode(errors="ignore")
        if not pressed:
            return  # the terminal is gone
        if not pressed.startswith(
            "\x1b"
        ):  # arrows, Delete and the like come as an escape and letters or digits
            for key in pressed:
                on_key(key)


def _read_windows(on_key: OnKey, stop: threading.Event) -> None:
    import msvcrt

    while not stop.wait(0.05):
        while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
            on_key(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
