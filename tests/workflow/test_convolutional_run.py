"""A whole small run of networks of both kinds, trained from the pixels of the digits."""

from pathlib import Path

import numpy as np
from support import snakemake

import topoprint as tp
from topoprint.comparison.files import load_comparison, load_comparisons

CONFIG = """\
seeds: [1]
base: {kind: conv, channels: 2, depth: 2}
experiments:
  - name: residual
    networks: [{residual: false}, {residual: true}]
  - name: mlp
    networks: [{kind: mlp, layer_size: 8}]
training: {epochs: 1}
measures: [heat, number_of_edges]
evaluation: {measures: [heat_ranks, cka, predictions], nulls: [relinked, initial], repetitions: 1}
"""
NAMES = ("residual-false", "residual-true", "mlp-mlp_8")


def test_both_kinds_are_trained_compared_and_evaluated(tmp_path: Path) -> None:
    (tmp_path / "a_conv.yaml").write_text(CONFIG)
    result = snakemake(tmp_path)
    assert result.returncode == 0, result.stderr
    results = tmp_path / "results"
    networks = [
        tp.Network.load(results / f"digits/networks/{name}/seed1.safetensors") for name in NAMES
    ]
    assert [network.is_chain for network in networks] == [False, False, True]
    found = load_comparison(results / "digits/distances/seed1.h5")
    assert list(found.matrices) == ["heat", "number_of_edges", "heat_ranks", "cka", "predictions"]
    assert found.index == tuple(network.row for network in networks)
    diagrams = [tp.persistence(tp.to_graph(network)) for network in networks]
    expected = tp.distance_matrix(diagrams, "heat").values
    np.testing.assert_array_equal(found.matrices["heat"].values, expected)
    nulls = load_comparisons(results / "digits/distances/seed1_nulls.h5")
    assert [null.index[0].id.state for null in nulls] == ["relinked", "initial"]
    accuracy = (results / "tables/digits_accuracy.csv").read_text().splitlines()
    assert [line.split(",")[1] for line in accuracy[1:]] == list(NAMES)
    page = (results / "report.html").read_text()
    assert "residual-true" in page


def test_a_measure_that_cannot_do_them_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "a_conv.yaml").write_text(CONFIG.replace("[heat,", "[one_norm,"))
    result = snakemake(tmp_path)
    assert result.returncode != 0
    told = "measure 'one_norm' compares networks of dense layers alone; leave it out"
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "results/digits").exists()
