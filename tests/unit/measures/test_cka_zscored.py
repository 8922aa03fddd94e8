"""CKA of units of one scale, beside its formula."""

import numpy as np
import pytest

from topoprint import InputError, make_measure
from topoprint.measures.subject import Subject
from topoprint.responses.responses import Responses


def answers(seed, units, samples=30):
    hidden = np.random.default_rng(seed).standard_normal((samples, units)).astype(np.float32)
    hidden[:, 0] = 2  # constant
    return hidden


def angle(name, one, other, own=((), ())):
    labels = np.zeros(3, np.int64)
    both = zip((one, other), own, strict=True)
    subjects = [Subject("one", responses=Responses(hidden, labels, kept)) for hidden, kept in both]
    return make_measure(name).distances(subjects)[0, 1]


def expected(one, other):
    x, y = ((a[:, 1:] - a[:, 1:].mean(axis=0)) / a[:, 1:].std(axis=0) for a in (one, other))
    cka = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    return np.arccos(cka)


def test_it_is_cka_of_standardised_units_whatever_their_scale():
    one, other = answers(0, 5), answers(1, 8)
    assert angle("cka_zscored", one, other) == pytest.approx(expected(one, other), rel=1e-5)
    scales = np.exp2(np.arange(8) - 4).astype(np.float32)
    assert angle("cka_zscored", other, other * scales) < 1e-6
    assert angle("cka", other, other * scales) > 0.1


def test_unpaired_takes_the_last_layer_of_each_network_s_own_inputs():
    shared = answers(5, 4)
    layers = [(answers(9, 3), answers(0, 5)), (answers(8, 3), answers(1, 8))]
    found = angle("cka_unpaired", shared, shared, layers)
    assert found == pytest.approx(expected(layers[0][-1], layers[1][-1]), rel=1e-5)
    with pytest.raises(InputError, match="own inputs are 30 and 29"):
        angle("cka_unpaired", shared, shared, (layers[0], (answers(1, 8, 29),)))
    dead = np.ones((30, 4), np.float32)
    assert np.isnan(angle("cka_zscored", dead, shared))
