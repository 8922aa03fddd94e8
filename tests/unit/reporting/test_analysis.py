import csv
import math
from pathlib import Path

import numpy as np
import pytest
from support import table_of

from topoprint import AveragedMatrix, InputError, Network
from topoprint.evaluation.statistics import GroupStatistics, group_spans, group_statistics
from topoprint.figures.style import FORMATS
from topoprint.reporting.figures import write_accuracies
from topoprint.reporting.heatmaps import write_heatmaps
from topoprint.reporting.report import write_report
from topoprint.reporting.tables import (
    Accuracy,
    load_accuracies,
    read_accuracies,
    write_distances,
    write_records,
    write_statistics,
)
from topoprint.reporting.times import stage_times

LABELS = ("size-1", "size-2", "size-3", "order-1", "order-2", "alone-1")
GROUPS = ("size", "size", "size", "order", "order", "alone")


@pytest.fixture
def matrix() -> AveragedMatrix:
    random = np.random.default_rng(0)
    runs = random.random((4, 6, 6))
    runs += runs.transpose(0, 2, 1)
    runs[:, range(6), range(6)] = 0
    return AveragedMatrix(runs, table_of(LABELS, GROUPS), (1, 2, 3, 4), "heat")


def test_group_statistics_by_hand() -> None:
    mean = np.array([[0.0, 2, 4, 8], [2, 0, 3, 8], [4, 3, 0, 8], [8, 8, 8, 0]])
    matrix = AveragedMatrix(
        mean[None], table_of(("a-1", "a-2", "a-3", "b-1"), ("a", "a", "a", "b")), (1,), "heat"
    )
    first, second = group_statistics(matrix)
    expected = [2 / 8, 4 / 8, 3 / 8]
    assert first == GroupStatistics("a", 3, np.mean(expected), np.std(expected))
    assert (second.group, second.networks) == ("b", 1)
    assert math.isnan(second.mean)


def test_group_statistics_of_equal_networks_are_zero() -> None:
    nothing = AveragedMatrix(
        np.zeros((1, 2, 2)), table_of(("a-1", "a-2"), ("a", "a")), (1,), "heat"
    )
    assert group_statistics(nothing) == [GroupStatistics("a", 2, 0.0, 0.0)]


def test_group_spans() -> None:
    assert group_spans(GROUPS) == [("size", 0, 3), ("order", 3, 5), ("alone", 5, 6)]


def test_tables_hold_what_the_matrices_hold(matrix: AveragedMatrix, tmp_path: Path) -> None:
    write_distances(tmp_path / "d.csv", [matrix])
    rows = list(csv.DictReader((tmp_path / "d.csv").open()))
    assert len(rows) == 15
    assert rows[0]["network"] == "size-1"
    assert float(rows[0]["mean"]) == matrix.mean[0, 1]
    assert float(rows[0]["std"]) == matrix.std[0, 1]
    write_statistics(tmp_path / "s.csv", [matrix])
    groups = [row["group"] for row in csv.DictReader((tmp_path / "s.csv").open())]
    assert groups == ["size", "order", "alone"]


def test_accuracies_from_networks_to_table_and_back(tmp_path: Path) -> None:
    identity = {"dataset": "d", "network": "size-1", "seed": 3}
    scores = {"identity": identity, "test_accuracy": 0.1 + 0.2, "test_loss": 1e-17}
    Network.from_layers([([[1.0]], None)], scores).save(tmp_path / "n.safetensors")
    found = read_accuracies([tmp_path / "n.safetensors"])
    assert found == [Accuracy("d", "size-1", 3, 0.1 + 0.2, 1e-17)]
    write_records(tmp_path / "a.csv", Accuracy, found)
    assert load_accuracies(tmp_path / "a.csv") == found


def test_networks_without_scores_and_other_tables_are_refused(tmp_path: Path) -> None:
    Network.from_layers([([[1.0]], None)]).save(tmp_path / "n.safetensors")
    with pytest.raises(InputError, match=r"n\.safetensors: says nothing"):
        read_accuracies([tmp_path / "n.safetensors"])
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"t\.csv: not a table of accuracies"):
        load_accuracies(tmp_path / "t.csv")


def test_figures_are_written_with_equal_bytes(matrix: AveragedMatrix, tmp_path: Path) -> None:
    scores = [Accuracy("d", label, seed, 0.9, 0.1) for label in LABELS for seed in (1, 2)]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_heatmaps(tmp_path / name, matrix)
        write_accuracies(tmp_path / name, scores)
    written = sorted(path.name for path in (tmp_path / "one").iterdir())
    stems = ("accuracy", "heat_mean", "heat_std")
    assert written == sorted(f"{stem}.{kind}" for stem in stems for kind in FORMATS)
    for name in written:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_report_shows_its_config_and_says_what_it_lacks(
    matrix: AveragedMatrix, tmp_path: Path
) -> None:
    write_report(tmp_path / "r.html", {"d": [matrix]}, [], {"a <key>": 1})
    page = (tmp_path / "r.html").read_text()
    assert "a &lt;key&gt;" in page
    assert "No benchmark files" in page


def test_stage_times_sum_the_benchmarks_of_the_networks_at_hand(
    matrix: AveragedMatrix, tmp_path: Path
) -> None:
    def benchmark(name: str, seconds: str, memory: str) -> None:
        file = tmp_path / f"{name}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:01\t{memory}\n")

    benchmark("train/d/size-1/seed1", "1.5", "10")
    for collection in ("seed1", "all_seeds", "seed2_nulls", "seed9", "seed9_nulls"):
        benchmark(f"distances/d/{collection}", "3", "20")
    benchmark("train/d/size-1/seed2", "2.5", "NA")
    benchmark("train/d/size-1/seed9", "100", "1000")  # of other configs
    benchmark("train/d/size-99/seed1", "100", "1000")
    benchmark("train/other/size-1/seed1", "100", "1000")
    (tmp_path / "train/d/size-1/seed3.tsv").write_text("")  # being written
    train, distances, *others = stage_times(tmp_path, {"d": [matrix]})
    assert (train.stage, train.jobs, train.seconds, train.longest) == ("train", 2, 4.0, 2.5)
    assert train.memory == 10
    assert (distances.stage, distances.jobs, distances.seconds) == ("distances", 3, 9.0)
    assert others == []
