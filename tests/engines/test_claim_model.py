"""The claim model's loading and reading, and that the weights we ship read as they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from interviewer.engines.claim_model import WEIGHTS_FILE, ClaimModel
from interviewer.errors import EngineError
from interviewer.library import places
from interviewer.ports import Claim

pytestmark = pytest.mark.real

DROPOUT = Claim(
    "Units are left out at random while training.",
    phrasings=("In every step some neurons are sent home.", "A random mask zeroes activations."),
    wrong=("Dropout deletes the least useful units for good.",),
)
PREDICTION = Claim(
    "At prediction time all units take part.",
    phrasings=("When it counts, everybody is on the pitch.",),
    wrong=("Units are also dropped at random when predicting.",),
)
SAID = [
    "Each time we train a step, some random neurons are switched off.",
    "The weather was nice on Tuesday.",
]
LAYER = "encoder.layer.0.attention.self.query"


@pytest.fixture(scope="module")
def shipped() -> ClaimModel:
    return ClaimModel(places.judge_assets())


def test_what_states_a_claim_is_told_from_what_does_not(shipped: ClaimModel) -> None:
    readings = shipped.read(SAID, [DROPOUT, PREDICTION])
    assert readings.states.shape == readings.contradicts.shape == (2, 2)
    assert readings.states[0, 0] > 0.5 > readings.states[1, 0]
    assert readings.states[0, 0] > readings.states[0, 1]


def test_a_confident_error_is_told_from_the_truth(shipped: ClaimModel) -> None:
    wrong = shipped.read(
        ["It finds the weakest neurons and removes them permanently."], [DROPOUT, PREDICTION]
    )
    assert wrong.contradicts[0, 0] > wrong.states[0, 0]


def test_a_claim_without_other_wordings_can_be_read(shipped: ClaimModel) -> None:
    readings = shipped.read(SAID, [Claim(DROPOUT.text)])
    assert readings.states[0, 0] > readings.states[1, 0]


def test_the_same_words_read_the_same_whatever_stands_beside_them(shipped: ClaimModel) -> None:
    together = shipped.read(SAID, [DROPOUT, PREDICTION])
    alone = ClaimModel(places.judge_assets()).read(SAID[:1], [DROPOUT, PREDICTION])
    np.testing.assert_allclose(together.states[:1], alone.states, atol=1e-4)
    again = shipped.read(SAID, [DROPOUT, PREDICTION])
    np.testing.assert_array_equal(together.states, again.states)
    assert shipped.read([], [DROPOUT]).states.shape == (0, 1)


def test_changes_of_low_rank_change_what_is_read(tmp_path: Path, shipped: ClaimModel) -> None:
    weights = load_file(places.judge_assets() / WEIGHTS_FILE)
    weights[f"{LAYER}.up"] = weights[f"{LAYER}.up"] + 0.5
    save_file(weights, tmp_path / WEIGHTS_FILE)
    changed = ClaimModel(tmp_path).read(SAID, [DROPOUT, PREDICTION])
    assert np.abs(changed.states - shipped.read(SAID, [DROPOUT, PREDICTION]).states).max() > 0.01


def test_weights_that_are_missing_or_do_not_fit_are_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"there is no file .*claims\.safetensors"):
        ClaimModel(tmp_path).read(SAID, [DROPOUT])
    weights = load_file(places.judge_assets() / WEIGHTS_FILE)
    save_file(
        weights | {f"{LAYER}.down": torch.zeros(2, 5), f"{LAYER}.up": torch.zeros(384, 2)},
        tmp_path / WEIGHTS_FILE,
    )
    with pytest.raises(EngineError, match="do not fit"):
        ClaimModel(tmp_path).read(SAID, [DROPOUT])
    save_file({"bias": torch.zeros(3)}, tmp_path / WEIGHTS_FILE)
    with pytest.raises(EngineError, match="do not fit"):
        ClaimModel(tmp_path).read(SAID, [DROPOUT])
