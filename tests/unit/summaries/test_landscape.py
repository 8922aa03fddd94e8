"""Landscapes by hand, and of more bars than are laid on a grid at once."""

import numpy as np
import pytest
from helpers import EMPTY, TENT, assert_engines_agree, distance_of

from topoprint import Diagram
from topoprint.summaries import landscape


def test_two_equal_bars_fill_two_layers():
    twice = Diagram.from_bars([[], [[0, 1], [0, 1]]])
    assert distance_of(twice, EMPTY, "landscape", bins=2001) == pytest.approx(TENT, rel=1e-5)
    assert distance_of(twice, EMPTY, "landscape", bins=2001, layers=2) == pytest.approx(
        np.sqrt(2) * TENT, rel=1e-5
    )


def test_landscapes_of_many_bars_are_giotto(monkeypatch):
    monkeypatch.setattr(landscape, "TENTS_AT_ONCE", 7)
    bars = np.sort(np.random.default_rng(0).integers(0, 64, (2, 300, 2)) / 64, axis=2)
    several = [Diagram.from_bars([[], of_one]) for of_one in bars]
    for layers in (1, 5, 40):
        assert_engines_agree(several, "landscape", bins=50, layers=layers)
