"""The Mantel test against scipy's Spearman and by enumeration, and matrices read from outside."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from support import table_of

from topoprint import AveragedMatrix, InputError
from topoprint.comparison.files import save_average
from topoprint.evaluation.mantel import mantel, spearman
from topoprint.paper.reproduction import agreement, group_means, pair_up

LABELS = ("size-1", "size-2", "size-3", "order-1", "order-2", "order-3")
INDEX = table_of(LABELS, ("size",) * 3 + ("order",) * 3)


def distances(seed, count=6):
    values = np.random.default_rng(seed).random((count, count))
    values = np.triu(values, k=1)
    return values + values.T


def averaged(runs, measure="heat"):
    return AveragedMatrix(np.asarray(runs), INDEX, tuple(range(len(runs))), measure)


@pytest.fixture
def ours():
    return {"mnist": [averaged([distances(seed) for seed in (1, 2)])]}


@pytest.fixture
def published(tmp_path):
    """Save matrices as the authors do, and give the folder."""

    def save(runs, name="MNIST", measure="heat"):
        folder = tmp_path / "published" / name
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{measure}_distance_matrices.npy", runs, allow_pickle=False)
        return folder.parent

    return save


@given(st.integers(0, 2**32 - 1), st.integers(3, 8), st.booleans())
@settings(max_examples=50, deadline=None)
def test_spearman_is_scipys(seed, count, tied):
    one, other = distances(seed, count), distances(seed + 1, count)
    if tied:
        one, other = one.round(1), other.round(1)
    upper = np.triu_indices(count, k=1)
    if len(set(one[upper])) > 1 and len(set(other[upper])) > 1:
        expected = spearmanr(one[upper], other[upper]).statistic
        assert spearman(one, other) == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_p_value_of_few_networks_is_that_of_all_permutations(seed):
    one, other = distances(seed, 5), distances(seed + 1, 5)
    observed = spearman(one, other)
    shuffled = [spearman(one[np.ix_(p, p)], other) for p in map(list, permutations(range(5)))]
    expected = np.mean([value >= observed - 1e-12 for value in shuffled])
    assert mantel(one, other).p_value == pytest.approx(expected)


def test_mantel_sees_equal_matrices_and_not_unrelated_ones():
    one = distances(3, 12)
    assert mantel(one, one**3).correlation == pytest.approx(1)
    assert mantel(one, one).p_value == pytest.approx(1 / 10_000)
    assert mantel(one, distances(4, 12)).p_value > 0.05
    assert mantel(one, distances(4, 12)) == mantel(one, distances(4, 12))
    assert np.isnan(mantel(one, np.ones((12, 12))).p_value)


def test_agreement_with_itself_is_perfect(ours, published):
    (pair,) = pair_up(published(2 * ours["mnist"][0].runs), ours)
    found = agreement(pair)
    assert (found.dataset, found.measure, found.published_runs) == ("mnist", "heat", 2)
    assert found.spearman == pytest.approx(1)
    assert found.scale == 0.5
    assert found.within_published == pytest.approx(found.within_ours)
    assert found.between == pytest.approx((1 + found.within_ours) / 2)
    assert [row.group for row in group_means(pair)] == ["size", "order"]
    assert all(row.difference == pytest.approx(0) for row in group_means(pair))


def test_folders_of_ours_and_theirs_at_any_depth(ours, published, capsys):
    runs = ours["mnist"][0].runs
    published(runs, "deep/er/MNIST")
    published(runs, "deep/other")
    folder = published(runs, "mnist", "landscape")
    assert [pair.dataset for pair in pair_up(folder, ours)] == ["mnist"]
    skipped = capsys.readouterr().err
    assert "other/heat_distance_matrices.npy: skipped" in skipped
    assert "no landscape matrix of mnist" in skipped


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (np.zeros((5, 19, 19)), "ours compares 6 networks"),
        (np.zeros((6, 6)), "expected numbers of shape"),
        (np.zeros((0, 6, 6)), "has the shape"),
        (np.zeros((2, 6, 6), dtype="U3"), "expected numbers"),
        (np.triu(np.ones((1, 6, 6))), "not symmetric"),
        (np.full((1, 6, 6), np.nan), "NaN"),
    ],
)
def test_files_that_are_no_such_matrices_are_refused(runs, message, ours, published):
    with pytest.raises(InputError, match=message):
        pair_up(published(runs), ours)


def test_pickles_and_nonsense_are_refused(ours, published, tmp_path):
    folder = published(np.zeros((1, 6, 6)))
    path = folder / "MNIST/heat_distance_matrices.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no readable"):
        pair_up(folder, ours)
    path.write_bytes(b"\x93NUMPY")
    with pytest.raises(InputError, match="no readable"):
        pair_up(folder, ours)
    path.unlink()
    with pytest.raises(InputError, match="nothing to compare"):
        pair_up(folder, ours)
    with pytest.raises(InputError, match="is no folder"):
        pair_up(tmp_path / "nowhere", ours)


def test_the_command_writes_tables_and_figures(ours, published, tmp_path, topoprint):
    folder = published(ours["mnist"][0].runs * 3)
    (tmp_path / "run/mnist").mkdir(parents=True)
    index = table_of([f"mnist/{label}" for label in LABELS], ours["mnist"][0].groups)
    matrices = [replace(matrix, index=index) for matrix in ours["mnist"]]
    save_average(tmp_path / "run/mnist/matrices.h5", matrices)
    for name in ("one", "two"):
        result = topoprint(
            "reproduce", folder, "--results", tmp_path / "run", "-o", tmp_path / name
        )
        assert result.returncode == 0, result.stderr
    assert "mnist                  heat           1.000" in result.stdout
    names = {path.name for path in (tmp_path / "one").iterdir()}
    assert names == {"agreement.csv", "group_means.csv", "heat.svg", "heat.pdf", "heat.png"}
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    refused = topoprint("reproduce", folder, "--results", tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "run the experiment first" in refused.stderr
