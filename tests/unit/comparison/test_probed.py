"""Networks compared by what they answer to probes that a user gives."""

import numpy as np
import pytest
from helpers import random_network

from topoprint import InputError, compare
from topoprint.networks.twins import twin_of

NETWORKS = [random_network([5, 30, 30, 4], seed) for seed in range(2)]
RNG = np.random.default_rng(0)
PROBES = RNG.normal(size=(60, 5))
FEW = {"units": 20, "draws": 2}
UNITS = {"kind": "functional_h1", **FEW}


def test_measures_of_units_look_at_probes_unless_noise_is_described():
    noise = {**UNITS, "mean": 0.5, "name": "noise"}
    found = compare(NETWORKS, [UNITS, noise], probes=PROBES)
    assert found["functional_h1"].parameters["probes"] == "data"
    assert found["noise"].parameters["probes"] == "gaussian"
    alone = compare(NETWORKS, [noise])["noise"]
    np.testing.assert_array_equal(found["noise"].values, alone.values)
    other = compare(NETWORKS, [UNITS], probes=PROBES + 1)["functional_h1"]
    assert other.values[0, 1] != found["functional_h1"].values[0, 1]


def test_rescaled_twins_are_at_no_distance_on_probes():
    twin = twin_of(NETWORKS[0], "rescaled", 0).network
    for matrix in compare([NETWORKS[0], twin], [UNITS, "cka_zscored"], probes=PROBES).values():
        assert matrix.values[0, 1] < 1e-6


def test_each_network_may_have_probes_of_its_own():
    own = [PROBES, RNG.normal(size=(80, 5))]
    found = compare(NETWORKS, [UNITS, "silhouette"], probes=own)
    assert found["functional_h1"].values[0, 1] > 0
    with pytest.raises(InputError, match="'cka' compares answers to the same inputs"):
        compare(NETWORKS, ["cka"], probes=own)
    with pytest.raises(InputError, match="2 sets of probes for 3 networks"):
        compare([*NETWORKS, NETWORKS[0]], [UNITS], probes=own)
    with pytest.raises(InputError, match="the probes of network 1 hold a NaN"):
        compare(NETWORKS, [UNITS], probes=[PROBES, np.full((4, 5), np.nan)])


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match=r"0: the network takes 5 inputs, .* shape \(60, 4\)"):
        compare(NETWORKS, ["cka"], probes=PROBES[:, :4])
    with pytest.raises(InputError, match="0: 0 hidden units vary over the probes"):
        compare(NETWORKS, [UNITS], probes=1 + 1e-9 * PROBES)
    with pytest.raises(InputError, match="the probes are all the same"):
        compare(NETWORKS, ["cka"], probes=np.ones((10, 5)))
    with pytest.raises(InputError, match="'cka' needs its responses, which are not given; give"):
        compare(NETWORKS, ["cka"])
    kernels = {f"conv{k}.weight": np.ones((2, 3, 3, k), np.float32) for k in (2, 3)}
    with pytest.raises(InputError, match=r"1: what a network .* give the torch module"):
        compare([NETWORKS[0], kernels], ["cka"], probes=PROBES)
