"""Angles of what networks answer: exactly 0 where it is the same, and precise near 0."""

import numpy as np
import pytest
from scipy.linalg import expm

from topoprint.measures.registry import measures
from topoprint.measures.subject import Subject
from topoprint.responses.responses import (
    Responses,
    centred_gram,
    cka_angle,
    principal_parts,
    procrustes_angle,
)

ANGLES = {"cka": (centred_gram, cka_angle), "procrustes": (principal_parts, procrustes_angle)}
angles = pytest.mark.parametrize("name", ANGLES)
SEEDS = range(100)
ROUNDING = 1e-13


def angle(name, one, other):
    keep, between = ANGLES[name]
    return between(*(keep(Responses(hidden, np.zeros(1, np.int64))) for hidden in (one, other)))


def answers_of(seed):
    """Outputs of hidden neurons, some of them dead, some duplicates; every other time rounded."""
    rng = np.random.default_rng(seed)
    samples, neurons = rng.integers(3, 40), rng.integers(2, 30)
    hidden = np.maximum(rng.standard_normal((samples, neurons)), 0)
    hidden = hidden[:, rng.integers(0, neurons, neurons)]
    hidden[:, rng.random(neurons) < 0.3] = 0
    hidden[0, 0], hidden[1, 0] = 1, 0  # not constant
    return (np.round(2 * hidden) if seed % 2 else hidden).astype(np.float32)


@angles
def test_equal_answers_have_angle_0(name):
    for seed in SEEDS:
        assert angle(name, answers_of(seed), answers_of(seed)) == 0


@angles
def test_arrays_that_are_equal_have_angle_0_whatever_made_them(name):
    keep, between = ANGLES[name]
    for seed in SEEDS:
        kept = keep(Responses(answers_of(seed), np.zeros(1, np.int64)))
        assert between(kept, kept) == 0
        assert between(kept, np.asfortranarray(kept)) == 0


@angles
def test_reordered_neurons_leave_rounding(name):
    for seed in SEEDS:
        hidden, rng = answers_of(seed), np.random.default_rng(seed)
        assert angle(name, hidden, rng.permutation(hidden, axis=1)) < ROUNDING
        turned = np.where(rng.random(hidden.shape[1]) < 0.5, -4, 4) * hidden
        both = angle(name, hidden, turned.astype(np.float32))
        assert both < ROUNDING


@angles
def test_dead_neurons_count_for_nothing(name):
    for seed in SEEDS:
        hidden, other = answers_of(seed), answers_of(seed + 1000)
        other = np.resize(other, (len(hidden), other.shape[1]))
        with_dead = np.insert(hidden, [0, 1, 1, hidden.shape[1]], 0.5, axis=1)
        assert angle(name, hidden, with_dead) < ROUNDING
        expected = angle(name, hidden, other)
        assert angle(name, with_dead, other) == pytest.approx(expected, abs=ROUNDING, nan_ok=True)


@angles
def test_the_order_of_two_networks_does_not_matter(name):
    for seed in SEEDS:
        one, other = answers_of(seed), answers_of(seed + 1000)
        other = np.resize(other, (len(one), other.shape[1]))
        there, back = angle(name, one, other), angle(name, other, one)
        assert there == pytest.approx(back, abs=ROUNDING, nan_ok=True)
        assert np.isnan(there) or 0 <= there <= np.pi / 2


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9, 1e-12])
def test_small_angles_are_precise(size):
    """Two orthogonal patterns of one answer, by shares that make the angle known."""
    rng = np.random.default_rng(0)
    one, other = np.linalg.qr(rng.standard_normal((20, 2)))[0].T
    near = np.cos(size) * one + np.sin(size) * other
    # Along one axis, the rotation has nothing to turn; Gram matrices have the squared cosine.
    assert procrustes_angle(one[:, None], near[:, None]) == pytest.approx(size, rel=1e-3)
    grams = np.outer(one, one), np.outer(near, near)
    assert cka_angle(*grams) == pytest.approx(np.arctan2(*_sides(size)), rel=1e-3)


def _sides(size):
    """Opposite and adjacent side of the angle whose cosine is cos²(size)."""
    sine, cosine = np.sin(size), np.cos(size)
    return sine * np.sqrt(1 + cosine**2), cosine**2


@pytest.mark.parametrize("neurons", [(5, 5), (5, 9), (9, 5)])
def test_small_angles_of_rotated_answers_are_those_before(neurons):
    rng = np.random.default_rng(0)
    for size in (1e-2, 1e-5, 1e-8):
        one, other = np.zeros((30, neurons[0])), np.zeros((30, neurons[1]))
        one[:, :5] = rng.standard_normal((30, 5))
        one /= np.linalg.norm(one)
        # A symmetric stretch of the rotated answers, which no rotation takes back.
        stretch = rng.standard_normal((5, 5))
        stretched = one[:, :5] @ expm(size * (stretch + stretch.T))
        other[:, :5] = stretched / np.linalg.norm(stretched)
        rotation = np.linalg.qr(rng.standard_normal((neurons[1], neurons[1])))[0]
        plain = procrustes_angle(one, other)
        assert 0.1 * size < plain < 10 * size
        assert procrustes_angle(one, other @ rotation) == pytest.approx(plain, abs=ROUNDING)
        assert procrustes_angle(other @ rotation, one) == pytest.approx(plain, abs=ROUNDING)


def test_large_angles_are_the_arccos():
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        one, other = (rng.standard_normal((12, rng.integers(1, 9))) for _ in range(2))
        x, y = (a - a.mean(axis=0) for a in (one, other))
        cka = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
        nuclear = np.linalg.norm(x.T @ y, "nuc") / np.linalg.norm(x) / np.linalg.norm(y)
        found = [angle(name, one.astype(np.float64), other) for name in ("cka", "procrustes")]
        np.testing.assert_allclose(found, np.arccos([cka, nuclear]), rtol=1e-9)


@angles
def test_copies_in_a_matrix_of_distances_have_distance_0(name):
    response = Responses(answers_of(0), np.zeros(1, np.int64))
    same = [Subject(str(number), responses=response) for number in range(3)]
    values = measures()[name].distances(same)
    np.testing.assert_array_equal(values, 0)
