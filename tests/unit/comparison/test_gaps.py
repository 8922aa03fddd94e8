"""Networks that a measure cannot compare have no distance by it, where that is asked for."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import named, random_network

from topoprint import InputError, Network, NetworkId, make_measure
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.measures.subject import Subject
from topoprint.networks.maps import LinearMap


def spec(*asked, **more):
    return DistancesSpec.model_validate({"measures": list(asked), **more})


def test_a_null_of_which_too_few_units_vary_is_compared_by_nothing_that_draws_them(
    tmp_path, capsys
):
    paths = []
    for n in range(3):
        made = random_network([5, 12, 3], n)
        dead = made.from_layers([(made.weights[0], np.full(12, -100.0)), (made.weights[1], None)])
        for variant, own in (("", made), ("random_labels", dead if n == 1 else made)):
            paths.append(tmp_path / f"{n}{variant}.safetensors")
            named(own, network=f"a-{n}", variant=variant, seed=1).save(paths[-1])
    draws = {"kind": "functional_h1", "units": 8, "mean": 0.0, "deviation": 1.0}
    (null,) = compare_files(paths, spec(draws, "heat", nulls=["random_labels"]))
    unknown = np.isnan(null.matrices["functional_h1"].values)
    assert unknown.tolist() == [[False, True, False], [True, False, True], [False, True, False]]
    assert np.isnan(null.own["functional_h1"]).tolist() == [False, True, False]
    assert np.isfinite(null.matrices["heat"].values).all()
    assert "random_labels: functional_h1 cannot compare 1 of 3" in capsys.readouterr().err
    named(dead, network="b", seed=1).save(tmp_path / "dead.safetensors")
    with pytest.raises(InputError, match="0 hidden units vary over the probes"):
        compare_files([paths[0], tmp_path / "dead.safetensors"], spec(draws))


def test_networks_that_are_no_chains_are_gaps_of_measures_of_chains(tmp_path):
    chains = [random_network([4, 6, 3], seed) for seed in (1, 2)]
    units = [(range(4), range(4, 10)), (range(10, 16), range(16, 19))]
    weights = zip(chains[0].weights, units, strict=True)
    parts = [LinearMap.dense("apart", weight, *joined) for weight, joined in weights]
    files = []
    of_chains = [Subject(str(n), lambda net=net: net) for n, net in enumerate(chains)]
    for number, network in enumerate([chains[0], Network.from_maps(19, parts), chains[1]]):
        identity = NetworkId("d", str(number), 1).to_json()
        files.append(tmp_path / f"{number}.safetensors")
        replace(network, metadata={"identity": identity}).save(files[-1])
    with pytest.raises(InputError, match="is no chain of dense layers"):
        compare_files(files, spec("frobenius_norm"))
    (found,) = compare_files(files, spec("heat", "frobenius_norm", "frobenius_aligned", gaps=True))
    assert np.isfinite(found.matrices["heat"].values).all()
    for name in ("frobenius_norm", "frobenius_aligned"):
        values = found.matrices[name].values
        assert values[0, 2] == make_measure(name).distances(of_chains)[0, 1]
        assert np.isnan(values[1, [0, 2]]).all()
    assert np.isnan(found.matrices["frobenius_norm"].own_norms).tolist() == [False, True, False]
    (null,) = compare_files(files, spec("heat", "one_norm", nulls=["relinked"], gaps=True))
    assert np.isnan(null.own["one_norm"]).tolist() == [False, True, False]
    assert np.isfinite(null.own["heat"]).all()
