"""What networks answer, and distances of it, against other ways to them."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes

import topoprint as tp
from topoprint.identity import Row
from topoprint.responses.responses import (
    Responses,
    centred_gram,
    cka_angle,
    disagreement,
    load_responses,
    principal_parts,
    procrustes_angle,
    save_responses,
)


def answers_of(seed, n=40, neurons=6):
    rng = np.random.default_rng(seed)
    return Responses(rng.standard_normal((n, neurons)).astype(np.float32), rng.integers(0, 3, 10))


def centred(answer):
    hidden = answer.hidden.astype(np.float64)
    return hidden - hidden.mean(axis=0)


def test_cka_is_that_of_kornblith():
    one, other = answers_of(0), answers_of(1, neurons=9)
    x, y = centred(one), centred(other)
    cka = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    found = cka_angle(centred_gram(one), centred_gram(other))
    assert np.cos(found) == pytest.approx(cka)


def test_procrustes_is_what_the_best_rotation_leaves():
    one, other = answers_of(0), answers_of(1)
    x, y = (centred(a) / np.linalg.norm(centred(a)) for a in (one, other))
    rotation, _ = orthogonal_procrustes(y, x)
    left = np.linalg.norm(x - y @ rotation)
    found = procrustes_angle(principal_parts(one), principal_parts(other))
    assert 2 - 2 * np.cos(found) == pytest.approx(left**2)


def test_rotated_and_scaled_answers_are_the_same():
    one = answers_of(0)
    rotation, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((6, 6)))
    other = Responses((3 * one.hidden @ rotation + 7).astype(np.float32), one.predictions)
    assert cka_angle(centred_gram(one), centred_gram(other)) == pytest.approx(0, abs=2e-3)
    parts = principal_parts(one), principal_parts(other)
    assert procrustes_angle(*parts) == pytest.approx(0, abs=2e-3)


def test_constant_answers_cannot_be_compared():
    dead = Responses(np.ones((40, 6), np.float32), np.zeros(10, np.int64))
    assert np.isnan(cka_angle(centred_gram(dead), centred_gram(answers_of(0))))
    assert np.isnan(procrustes_angle(principal_parts(dead), principal_parts(answers_of(0))))


def test_disagreement():
    one = Responses(np.zeros((1, 1), np.float32), np.array([0, 1, 2, 2]))
    other = Responses(np.zeros((1, 1), np.float32), np.array([0, 1, 1, 0]))
    assert disagreement(one, other) == 0.5
    with pytest.raises(tp.InputError, match="different numbers"):
        disagreement(one, answers_of(0))


def test_a_file_gives_back_the_responses(tmp_path):
    ids = [tp.NetworkId("d", "a-1", 2), tp.NetworkId("d", "a-1", 2, step=0.0)]
    given_responses = [answers_of(0), answers_of(1)]
    asked = {"samples": 40, "inputs": "0af3"}
    save_responses(tmp_path / "a.h5", tp.Index(map(Row, ids)), given_responses, asked)
    found, parameters = load_responses(tmp_path / "a.h5")
    assert parameters == asked
    assert list(found) == ids
    for own, response in zip(ids, given_responses, strict=True):
        np.testing.assert_array_equal(found[own].hidden, response.hidden)
        np.testing.assert_array_equal(found[own].predictions, response.predictions)
