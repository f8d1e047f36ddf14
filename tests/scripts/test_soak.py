"""The soak holds an interview, on either clock, and tells growth from none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import soak


def test_windows_are_ten_minutes_and_a_short_session_has_six() -> None:
    assert soak.Windows(7200.0).count == 12
    assert soak.Windows(3660.0).count == 6
    short = soak.Windows(60.0).split([(0.0, 1.0), (9.9, 2.0), (10.0, 3.0), (60.0, 4.0)])
    assert short == [[1.0, 2.0], [3.0], [], [], [], [4.0]]


def test_growth_is_the_last_window_against_an_earlier_one() -> None:
    windows = [[100.0, 110.0], [150.0], [], [168.0]]
    assert soak.growth(windows, 0) == pytest.approx(0.6)
    assert soak.growth(windows, 1) == pytest.approx(0.12)
    assert soak.growth(windows, 2) is None


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("clock", [[], ["--real-time"]])
def test_a_short_one_on_either_clock(clock: list[str]) -> None:
    done = CliRunner().invoke(soak.main, ["--minutes", "0.7", "--answer-seconds", "12", *clock])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["real_time"] is bool(clock)
    assert found["answers"] >= 1
    assert found["waits_all"]["replies"] >= 1
    assert found["took_minutes"] >= (0.7 if clock else 0.0)
    assert found["memory_mib"][0] > 100
