"""Matrices read from outside beside ours."""

from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import table_of

from topoprint import AveragedMatrix, InputError
from topoprint.comparison.files import find_averages, load_average, save_average
from topoprint.evaluation.mantel import spearman
from topoprint.identity import Index
from topoprint.paper.published import (
    CONTROL_FOLDER,
    CONTROL_ORDER,
    FOLDERS,
    Published,
    authors_networks,
    parse_orders,
    read_published,
)
from topoprint.paper.reproduction import DATASETS, agreement, group_means, norm_means, pair_up
from topoprint.reporting import heatmaps
from topoprint.reporting.words import agreement_in_words

NETWORKS = list(authors_networks("mnist"))


def distances(seed, count=19):
    values = np.random.default_rng(seed).random((count, count))
    values = np.triu(values, k=1)
    return values + values.T


def averaged(runs, names=NETWORKS, dataset="mnist", measure="heat", norms=None):
    groups = [name.rpartition("-")[0] for name in names]
    index = table_of([f"{dataset}/{name}" if dataset else name for name in names], groups)
    return AveragedMatrix(
        np.asarray(runs), index, tuple(range(len(runs))), measure, own_norms=norms
    )


def reordered(matrix, order):
    """Our matrix with its rows in another order."""
    runs = matrix.runs[:, order][:, :, order]
    norms = None if matrix.own_norms is None else matrix.own_norms[:, order]
    index = Index(matrix.index[place] for place in order)
    return replace(matrix, runs=runs, index=index, own_norms=norms)


def the_control(datasets=DATASETS, measure="heat", each=5):
    """A control across data sets, ours; of norms NaN between data sets."""
    names = [f"{dataset}/input_order-{k}" for dataset in datasets for k in range(1, each + 1)]
    runs = np.stack([distances(seed, len(names)) for seed in (1, 2)])
    norms = None
    if measure.endswith("norm"):
        across = np.array([[a.split("/")[0] != b.split("/")[0] for b in names] for a in names])
        runs[:, across] = np.nan
        norms = np.random.default_rng(0).random((2, len(names)))
    return averaged(runs, names, "", measure, norms)


@pytest.fixture
def ours():
    return {"mnist": [averaged([distances(seed) for seed in (1, 2)])]}


@pytest.fixture
def published(tmp_path):
    """Save matrices as the authors do, and give the folder."""

    def save(runs, name="MNIST", measure="heat", kind="distance"):
        folder = tmp_path / "published" / name
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"{measure}_{kind}_matrices.npy", runs, allow_pickle=False)
        return tmp_path / "published"

    return save


def paired(folder, ours, **orders):
    return pair_up(read_published(folder, orders), ours)


def test_agreement_with_itself_is_perfect(ours, published):
    (pair,) = paired(published(2 * ours["mnist"][0].runs), ours)
    found = agreement(pair)
    assert (found.dataset, found.measure, found.published_runs) == ("mnist", "heat", 2)
    assert found.networks == 19
    assert found.spearman == pytest.approx(1)
    assert found.p_value == pytest.approx(0.0001)
    assert found.scale == 0.5
    assert found.within_published == pytest.approx(found.within_ours)
    assert found.between == pytest.approx((1 + found.within_ours) / 2)
    groups = ["layer_size", "number_of_layers", "input_order", "number_of_labels"]
    assert [row.group for row in group_means(pair)] == groups
    assert all(row.difference == pytest.approx(0) for row in group_means(pair))


def test_correlation_between_sources_is_freed_of_the_noise_of_each(published):
    random = np.random.default_rng(0)
    truth = distances(0)

    def noisy(strength):
        noise = strength * random.normal(size=(3, 19, 19))
        return np.abs(truth + noise + noise.transpose(0, 2, 1))

    ours, theirs = averaged(noisy(0.05)), noisy(0.1)
    (pair,) = paired(published(theirs), {"mnist": [ours]})
    found = agreement(pair)
    within = [
        np.mean([spearman(a, b) for a, b in combinations(runs, 2)]) for runs in (theirs, ours.runs)
    ]
    between = np.mean([spearman(a, b) for a, b in product(theirs, ours.runs)])
    assert found.noise_corrected == pytest.approx(between / np.sqrt(within[0] * within[1]))
    assert found.between < 0.9
    assert found.noise_corrected == pytest.approx(1, abs=0.05)
    (pair,) = paired(published(theirs[:1]), {"mnist": [ours]})
    assert np.isnan(agreement(pair).noise_corrected)
    assert "–" in agreement_in_words([agreement(pair)])


@given(st.permutations(range(19)))
@settings(max_examples=10, deadline=None)
def test_rows_are_matched_by_name_whatever_our_order(order):
    runs = np.stack([distances(seed) for seed in (1, 2)])
    moved = reordered(averaged(runs), order)
    one = Published(Path("x"), "mnist", "heat", runs, tuple(("mnist", n) for n in NETWORKS))
    (pair,) = pair_up([one], {"mnist": [moved]})
    assert pair.ours.labels == moved.labels
    np.testing.assert_array_equal(pair.published.runs, pair.ours.runs)


def test_the_controls_data_sets_are_in_the_authors_order(published):
    ours = the_control()
    theirs = reordered(ours, [ours.groups.index(d) + k for d in CONTROL_ORDER for k in range(5)])
    assert theirs.groups != ours.groups
    folder = published(theirs.runs, CONTROL_FOLDER)
    (pair,) = paired(folder, {"control": [ours]})
    assert pair.ours.groups == ours.groups
    np.testing.assert_array_equal(pair.published.runs, ours.runs)


def test_an_order_that_cannot_be_known_is_asked_for(published, ours):
    control = the_control()
    folder = published(control.runs, "control")
    with pytest.raises(InputError, match=r"order of its data sets cannot be known.*--order"):
        read_published(folder)
    (pair,) = paired(folder, {"control": [control]}, control=DATASETS)
    np.testing.assert_array_equal(pair.published.runs, control.runs)
    with pytest.raises(InputError, match="25 networks, which are not equally many of 4 data sets"):
        read_published(folder, {"control": DATASETS[:4]})
    with pytest.raises(InputError, match="no matrices of mnist"):
        read_published(folder, {"control": DATASETS, "mnist": NETWORKS})


def test_rows_of_another_order_are_named(published, ours):
    moved = NETWORKS[::-1]
    folder = published(ours["mnist"][0].runs[:, ::-1, ::-1])
    (pair,) = paired(folder, ours, mnist=moved)
    np.testing.assert_array_equal(pair.published.runs, ours["mnist"][0].runs)
    with pytest.raises(InputError, match="has 19 networks, --order names 2"):
        read_published(folder, {"mnist": NETWORKS[:2]})
    with pytest.raises(InputError, match=r"ours has 0 of its 19 networks.*--order mnist:"):
        paired(folder, ours, mnist=[f"net-{k}" for k in range(19)])


@pytest.mark.parametrize(
    "asked", [["mnist"], ["mnist:a,,b"], ["mnist:a,a"], ["a:b", "a:c"], [":a"]]
)
def test_orders_of_another_form_are_refused(asked):
    with pytest.raises(InputError, match="--order"):
        parse_orders(asked)
    assert parse_orders(["mnist: a, b"]) == {"mnist": ("a", "b")}


def test_norms_and_own_norms_of_the_control(published, capsys):
    ours = the_control(measure="one_norm")
    order = [ours.groups.index(d) + k for d in CONTROL_ORDER for k in range(5)]
    theirs = reordered(ours, order)
    folder = published(np.nan_to_num(2 * theirs.runs), CONTROL_FOLDER, "1")
    published(4 * theirs.own_norms, CONTROL_FOLDER, "1", "autodistance")
    published(theirs.own_norms, CONTROL_FOLDER, "frobenius", "autodistance")
    files = read_published(folder)
    (pair,) = pair_up(files, {"control": [ours]})
    np.testing.assert_array_equal(pair.published.runs, 2 * ours.runs)
    found = agreement(pair)
    assert (found.spearman, found.scale) == (pytest.approx(1), 0.5)
    assert np.isnan(found.p_value)
    rows = norm_means(files, {"control": [ours]})
    assert [row.dataset for row in rows] == list(DATASETS)
    assert all(row.scale == pytest.approx(0.25) for row in rows)
    assert rows[4].ours == pytest.approx(ours.own_norms[:, 20:].mean())
    assert "skipped; no own frobenius_norm of control of ours" in capsys.readouterr().err
    published(np.nan_to_num(reordered(ours, np.roll(order, 1)).runs), CONTROL_FOLDER, "1")
    with pytest.raises(InputError, match="compares networks of different data sets"):
        read_published(folder)


def test_networks_without_counterpart_are_left_out_and_told(published, capsys):
    whole = averaged([distances(seed) for seed in (1, 2)])
    some = reordered(whole, [3, 0, 7, 12])
    (pair,) = paired(published(whole.runs), {"mnist": [some]})
    np.testing.assert_array_equal(pair.published.runs, some.runs)
    assert "4 networks are compared, of 19 published and 4 of ours" in capsys.readouterr().err
    with pytest.raises(InputError, match="ours has 2 of its 19 networks"):
        paired(published(whole.runs), {"mnist": [reordered(whole, [0, 1])]})


def test_two_copies_are_refused(ours, published):
    runs = ours["mnist"][0].runs
    folder = published(runs, "one/MNIST")
    published(runs, "two/mnist")
    with pytest.raises(InputError, match=r"one/MNIST.*two/mnist.*are both the heat of mnist"):
        read_published(folder)


def test_all_files_of_the_authors_are_read_and_come_in_the_papers_order(published):
    ours = {}
    for theirs, name in reversed(FOLDERS.items()):
        names = list(authors_networks(name))
        ours[name] = [averaged([distances(1)], names, name, m) for m in ("landscape", "heat")]
        for measure in ("silhouette", "landscape", "heat"):
            folder = published(np.stack([distances(1)] * 5), f"basic_properties/{theirs}", measure)
    assert list(authors_networks("reuters"))[-5:] == [
        f"number_of_labels-{k}" for k in (2, 6, 12, 23, 46)
    ]
    assert list(authors_networks("language_identification"))[-1] == "number_of_labels-7"
    pairs = paired(folder, ours)
    expected = [(m, d) for m in ("heat", "landscape") for d in DATASETS]
    assert [(pair.ours.measure, pair.dataset) for pair in pairs] == expected
    assert DATASETS[3:] == ("language_identification", "reuters")


def test_folders_of_ours_and_theirs_at_any_depth(ours, published, capsys):
    runs = ours["mnist"][0].runs
    published(runs, "deep/er/MNIST")
    published(runs, "deep/other")
    folder = published(runs, "mnist", "landscape")
    assert [pair.dataset for pair in paired(folder, ours)] == ["mnist"]
    skipped = capsys.readouterr().err
    assert "other/heat_distance_matrices.npy: skipped" in skipped
    assert "no matrix of landscape of mnist" in skipped
    assert [one.dataset for one in read_published(folder / "deep/er/MNIST")] == ["mnist"]
    with pytest.raises(InputError, match="nothing to compare: ours are matrices of digits"):
        paired(folder, {"digits": ours["mnist"]})


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (np.zeros((5, 6, 6)), "has 6 networks, the authors have 19"),
        (np.zeros((6, 6)), "expected numbers of shape"),
        (np.zeros((0, 6, 6)), "has the shape"),
        (np.zeros((2, 6, 5)), "has the shape"),
        (np.zeros((2, 6, 6), dtype="U3"), "expected numbers"),
        (np.triu(np.ones((1, 6, 6))), "not symmetric"),
        (np.full((1, 6, 6), np.nan), "NaN"),
    ],
)
def test_files_that_are_no_such_matrices_are_refused(runs, message, published):
    with pytest.raises(InputError, match=message):
        read_published(published(runs))


def test_pickles_and_nonsense_are_refused(published, tmp_path):
    folder = published(np.zeros((1, 19, 19)))
    path = folder / "MNIST/heat_distance_matrices.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no readable"):
        read_published(folder)
    path.write_bytes(b"\x93NUMPY")
    with pytest.raises(InputError, match="no readable"):
        read_published(folder)
    path.unlink()
    with pytest.raises(InputError, match="nothing to compare"):
        read_published(folder)
    with pytest.raises(InputError, match="is no folder"):
        read_published(tmp_path / "nowhere")


def test_nothing_covers_anything_in_a_figure_of_many_rows(published, monkeypatch, tmp_path):
    names = {name: list(authors_networks(name)) for name in DATASETS}
    ours = {name: [averaged([distances(1), distances(2)], names[name], name)] for name in DATASETS}
    for theirs in FOLDERS:
        folder = published(np.stack([distances(1), distances(3)]), theirs)
    pairs = paired(folder, ours)
    drawn = []
    monkeypatch.setattr(heatmaps, "save_figure", lambda figure, stem: drawn.append(figure))
    heatmaps.write_reproduction(tmp_path, pairs, [agreement(pair) for pair in pairs])
    (figure,) = drawn
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    assert len(boxes) == 16
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    for box in boxes:
        assert -2 < box.x0 < box.x1 < figure.bbox.x1 + 2  # pixels
        assert -2 < box.y0 < box.y1 < figure.bbox.y1 + 2


def test_the_command_writes_tables_and_figures(ours, published, tmp_path, topoprint):
    folder = published(ours["mnist"][0].runs * 3)
    (tmp_path / "run/mnist").mkdir(parents=True)
    save_average(tmp_path / "run/mnist/matrices.h5", ours["mnist"])
    for name in ("one", "two"):
        result = topoprint(
            "reproduce", folder, "--results", tmp_path / "run", "-o", tmp_path / name
        )
        assert result.returncode == 0, result.stderr
    assert "mnist                   heat              1.000" in result.stdout
    assert "1 of 1 published files are compared" in result.stdout
    assert "corrected: between / √(theirs × ours)" in result.stdout
    names = {path.name for path in (tmp_path / "one").iterdir()}
    assert names == {"agreement.csv", "group_means.csv", "heat.svg", "heat.pdf", "heat.png"}
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    refused = topoprint("reproduce", folder, "--results", tmp_path / "one")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "run the experiment first" in refused.stderr


def test_matrices_kept_in_this_repository_are_read(published):
    folder = published(np.stack([distances(1)] * 2))
    kept = Path(__file__).parents[3] / "docs/reproduction/mnist"
    for results in (kept, kept / "matrices", kept / "matrices/mnist.h5"):
        (path,) = find_averages(results)
        assert path.name == "mnist.h5"
    (pair,) = paired(folder, {"mnist": load_average(path)})
    assert agreement(pair).networks == 19
    with pytest.raises(InputError, match="run the experiment first"):
        find_averages(folder)
