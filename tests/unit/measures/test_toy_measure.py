"""A measure is added in one file: a package brings it, and every way to measures knows it."""

import json
import os

import numpy as np
import pytest
from helpers import named, random_network

from topoprint import load_distances

TOY = '''\
"""A measure that looks at the weights of the first layer alone."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from topoprint.measures.base import Pairwise
from topoprint.validation import Name, Positive


@dataclass(frozen=True)
class FirstOf:
    """Mean magnitude of the first layer's weights."""

    def of(self, subject):
        return float(np.abs(subject.network.weights[0].astype(np.float64)).mean())


class Toy(Pairwise):
    """Difference of the mean magnitudes of the first layers."""

    invariances: ClassVar = frozenset({"inputs", "signs"})

    kind: Literal["toy"] = "toy"
    name: Name = "toy"
    factor: Positive = 1.0

    @property
    def feature(self):
        return FirstOf()

    def distance(self, one, other):
        return self.factor * abs(one - other)


MEASURES = (Toy(), Toy(name="toy_twice", factor=2.0))
'''


@pytest.fixture
def brought(tmp_path, topoprint):
    """The command, where a package is installed that brings a measure."""
    site = tmp_path / "site"
    told = site / "toy_measures-1.0.dist-info"
    told.mkdir(parents=True)
    (site / "toy_measures.py").write_text(TOY)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-measures\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text("[topoprint.measures]\ntoy = toy_measures\n")
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))

    def run(*arguments, code=0):
        result = topoprint(*arguments, PYTHONPATH=path)
        assert result.returncode == code, result.stderr
        return result.stderr if code else result.stdout

    return run


NETWORKS = [random_network([4, 5, 3], 0), random_network([4, 7, 3], 1)]


@pytest.fixture
def files(tmp_path):
    paths = []
    for number, network in enumerate(NETWORKS):
        paths.append(tmp_path / f"{number}.safetensors")
        named(network, network=f"a-{number}", seed=1).save(paths[-1])
    return paths


def apart(factor):
    one, other = (np.abs(net.weights[0].astype(np.float64)).mean() for net in NETWORKS)
    return factor * abs(one - other)


def test_it_is_listed(brought, topoprint):
    rows = {row["measure"]: row for row in json.loads(brought("measures", "--json"))}
    assert list(rows)[-2:] == ["toy", "toy_twice"]
    assert rows["toy"]["what it is"] == "Difference of the mean magnitudes of the first layers"
    assert rows["toy"]["invariant under"] == "inputs, signs"
    assert rows["toy_twice"]["parameters of its own"] == "factor: 2.0"
    assert "toy_twice" in brought("measures")
    assert "toy" not in topoprint("measures").stdout  # where the package is not installed


def test_a_config_may_name_it(brought, topoprint, tmp_path):
    pytest.importorskip("yaml")
    path = tmp_path / "config.yaml"
    path.write_text(
        "datasets: [{name: digits, type: digits}]\n"
        "experiments: [{name: layer_size, networks: [{layer_size: 8}, {layer_size: 12}]}]\n"
        "control: null\n"
        "seeds: [1]\n"
        "measures: [toy, {kind: toy, name: toy_of_mine, factor: 0.5}, heat]\n"
    )
    assert "valid, 2 networks" in brought("config", path)
    refused = topoprint("config", path)
    assert refused.returncode == 2
    assert "measures.0: measure 'toy' is not known" in refused.stderr
    path.write_text(path.read_text().replace("0.5", "-0.5"))
    sentence = "measures.1: measure toy: factor: input should be greater than 0, not -0.5"
    assert sentence in brought("config", path, code=2)
    assert '"toy_twice"' in brought("config", "--schema")


def test_networks_are_compared_by_it(brought, files):
    found = json.loads(
        brought("compare", *files, "--json", "--measure", "toy:factor=0.5,name=half",
                "--measure", "toy_twice")
    )["measures"]  # fmt: skip
    assert found["half"]["parameters"] == {"kind": "toy", "factor": 0.5, "version": 1}
    for name, factor in (("half", 0.5), ("toy_twice", 2.0)):
        assert found[name]["distances"][0][1] == pytest.approx(apart(factor))


def test_the_stage_of_distances_computes_it_of_networks_and_null_models(brought, files, tmp_path):
    measures = ["toy", {"kind": "toy", "name": "half", "factor": 0.5}]
    for name, more in (("real", {}), ("nulls", {"nulls": ["gaussian"]})):
        spec = json.dumps({"measures": measures, **more})
        brought("distances", *files, "--spec", spec, "-o", tmp_path / f"{name}.h5")
    found = load_distances(tmp_path / "real.h5")
    for name, factor in (("toy", 1.0), ("half", 0.5)):
        assert found[name].parameters == {"kind": "toy", "factor": factor, "version": 1}
        assert found[name].values[0, 1] == pytest.approx(apart(factor))
    of_nulls = load_distances(tmp_path / "nulls.h5")
    assert [matrix.parameters for matrix in of_nulls.values()] == [
        matrix.parameters for matrix in found.values()
    ]
    assert of_nulls["toy"].values[0, 1] != found["toy"].values[0, 1]
