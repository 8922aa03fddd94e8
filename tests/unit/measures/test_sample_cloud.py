"""Samples in the last hidden layer, beside another way to the same numbers."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from topoprint import InputError, make_measure
from topoprint.homology.rips import rips
from topoprint.measures.subject import Subject
from topoprint.responses.responses import Responses


def subject(own):
    return Subject("one", responses=Responses(own[-1], np.zeros(3, np.int64), own))


def layers(seed, units=5, samples=40):
    rng = np.random.default_rng(seed)
    first, last = (rng.standard_normal((samples, n)).astype(np.float32) for n in (3, units))
    last[:, 0] = 2  # constant
    return first, last


def between(own, count):
    last = own[-1][:count, 1:].astype(np.float64)
    last = (last - last.mean(axis=0)) / last.std(axis=0) / np.sqrt(2 * last.shape[1])
    return cdist(last, last)


def distance(name, *own, samples=30):
    measure = make_measure(name, samples=samples)
    return measure.distances([subject(some) for some in own])[0, 1]


def test_h1_and_the_histogram_are_of_the_first_samples():
    one, other = layers(0), layers(1, units=9)
    first, second = between(one, 30), between(other, 30)
    grid = np.linspace(0, 3, 100_001)[:-1]
    curves = []
    for square in (first, second):
        bars = rips((square + square.T) / 2)[1]
        assert len(bars) > 2
        curves.append(((bars[:, :1] <= grid) & (grid < bars[:, 1:])).sum(axis=0) / 30)
    expected = 3 * np.abs(curves[0] - curves[1]).mean()
    assert distance("sample_cloud", one, other) == pytest.approx(expected, abs=1e-3)
    upper = np.triu_indices(30, k=1)
    expected = np.abs(np.sort(first[upper]) - np.sort(second[upper])).mean()
    assert distance("sample_histogram", one, other) == pytest.approx(expected)


def test_the_scale_of_a_unit_does_not_count():
    one = layers(0)
    other = (one[0], one[1] * np.float32([1, 4, 0.5, 2, 8]))
    for name in ("sample_cloud", "sample_histogram"):
        assert distance(name, one, other) < 1e-9
        assert distance(name, one, layers(1)) > 1e-3


def test_too_few_samples_and_constant_answers_are_refused():
    with pytest.raises(InputError, match="40 samples are the network's own, fewer than the 41"):
        distance("sample_cloud", layers(0), layers(1), samples=41)
    with pytest.raises(InputError, match="answers all samples alike"):
        distance("sample_cloud", layers(0), (np.ones((40, 3), np.float32),))
