"""RTD-lite and NTS, against trees grown edge by edge and against Rips persistence."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

from topoprint import make_measure
from topoprint.homology.rips import rips
from topoprint.measures.subject import Subject
from topoprint.responses.responses import Responses


def answers(seed, units=4, samples=30, ties=False):
    hidden = np.random.default_rng(seed).standard_normal((samples, units))
    return (np.round(hidden) if ties else hidden).astype(np.float32)


def distance(name, one, other):
    subjects = [Subject("one", responses=Responses(h, np.zeros(3, np.int64))) for h in (one, other)]
    return make_measure(name).distances(subjects)[0, 1]


def normalised(hidden):
    square = squareform(pdist(hidden.astype(np.float64)))
    return square / np.quantile(square, 0.9)


def grown(square):
    """Prim's tree: its edges, and the greatest distance on the path between each two samples."""
    heights = np.zeros_like(square)
    inside, edges = [0], set()
    while len(inside) < len(square):
        outside = [n for n in range(len(square)) if n not in inside]
        _, near, new = min((square[a, b], a, b) for a in inside for b in outside)
        edges.add((min(near, new), max(near, new)))
        for other in inside:
            heights[other, new] = heights[new, other] = max(heights[other, near], square[near, new])
        inside.append(new)
    return edges, heights


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_rtd_lite_is_the_length_of_trees_and_of_h0_bars(seed, ties):
    one, other = answers(seed, ties=ties), answers(seed + 9, units=6)
    a, b = normalised(one), normalised(other)
    trees = [sum(square[edge] for edge in grown(square)[0]) for square in (a, b, np.minimum(a, b))]
    found = distance("rtd_lite", one, other)
    assert found == pytest.approx((trees[0] + trees[1]) / 2 - trees[2])
    pytest.importorskip("gudhi")
    bars = [rips(square)[0].sum() for square in (a, b, np.minimum(a, b))]
    assert found == pytest.approx((bars[0] + bars[1]) / 2 - bars[2])


@pytest.mark.parametrize("seed", range(3))
def test_nts_is_the_rank_correlation_of_where_edges_merge(seed):
    one, other = answers(seed), answers(seed + 9, units=6)
    (edges, a), (more, b) = (grown(squareform(pdist(h.astype(float)))) for h in (one, other))
    union = tuple(np.array(sorted(edges | more)).T)
    expected = (1 - spearmanr(a[union], b[union]).statistic) / 2
    assert distance("nts", one, other) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["rtd_lite", "nts"])
def test_scale_and_rotation_do_not_count(name):
    one = answers(0)
    rotation, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))
    other = (3 * one @ rotation + 7).astype(np.float32)
    assert distance(name, one, other) < 1e-4
    assert distance(name, one, answers(1)) > 0.1
    assert distance(name, answers(0, ties=True), answers(0, ties=True)) < 1e-12
    assert np.isnan(distance(name, np.ones((30, 4), np.float32), one))
