"""Transformers of scikit-learn."""

import pickle

import numpy as np
import pytest
from helpers import fingerprints, random_network

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.cluster import AgglomerativeClustering
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils import estimator_checks as checks

from topoprint import Diagram, InputError, distance_matrix, make_measure, persistence, to_graph
from topoprint.sklearn import DiagramDistance, DiagramKernel, DiagramVectors, NetworkToDiagram
from topoprint.summaries.distances import Discretisation

NETWORKS = [random_network([6, size, 3], size) for size in (4, 5, 6, 7)]
DIAGRAMS = [persistence(to_graph(network)) for network in NETWORKS]
ALL = [
    (NetworkToDiagram(max_dimension=1), NETWORKS),
    *((kind(measure), DIAGRAMS) for kind in (DiagramVectors, DiagramDistance, DiagramKernel)
      for measure in ("betti", "heat", "landscape", "silhouette")),
    (DiagramDistance("bottleneck"), DIAGRAMS),
    (DiagramDistance("wasserstein"), DIAGRAMS),
]  # fmt: skip
# Checks of scikit-learn that take no data; all others give matrices.
WITHOUT_DATA = [
    checks.check_no_attributes_set_in_init,
    checks.check_parameters_default_constructible,
    checks.check_get_params_invariance,
    checks.check_set_params,
    checks.check_estimator_get_tags_default_keys,
]


def told(found):
    """What can be compared of a result."""
    if isinstance(found, list):
        return [diagram.bars(q).tolist() for diagram in found for q in (0, 1)]
    return found.tolist()


@pytest.mark.parametrize("check", WITHOUT_DATA)
@pytest.mark.parametrize("kind", [NetworkToDiagram, DiagramVectors, DiagramDistance, DiagramKernel])
def test_checks_of_scikit_learn_without_data(kind, check):
    subject = kind if check is checks.check_parameters_default_constructible else kind()
    check(kind.__name__, kind() if subject is kind else subject)


@pytest.mark.parametrize(("estimator", "data"), ALL)
def test_checks_of_scikit_learn_on_lists(estimator, data):
    parameters, asked = estimator.get_params(), clone(estimator)
    with pytest.raises(NotFittedError):
        asked.transform(data)
    assert asked.fit(data, [0, 1, 0, 1]) is asked
    assert asked.get_params() == parameters
    found = told(asked.transform(data))
    assert told(asked.transform(data)) == found
    assert told(clone(estimator).fit_transform(data)) == found
    assert told(asked.fit(data).transform(data)) == found  # fitted again
    assert told(pickle.loads(pickle.dumps(asked)).transform(data)) == found
    rows = asked.transform(data)
    each = [told(asked.transform([one])) for one in data]
    assert told(rows) == [part for one in each for part in one]
    assert told(asked.transform(data[::-1])) == [p for one in each[::-1] for p in one]
    assert all(name.endswith("_") or name.startswith("_") for name in vars(asked).keys()
               - parameters.keys())  # fmt: skip


@pytest.mark.parametrize("measure", ["betti", "heat", "landscape", "silhouette"])
def test_distances_and_inner_products_are_those_of_the_summaries(measure):
    some = [*fingerprints(), *DIAGRAMS]
    reached = Discretisation("shared").extents(some)[:, 0]
    limits = (float(reached["first_birth"].min()), float(reached["last_death"].max()))
    expected = distance_matrix(some, measure, grid="shared", dimensions=(0,)).values
    of_h0 = {"kind": measure, "dimensions": [0]}
    found = DiagramDistance(of_h0, limits).fit(some).transform(some)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    found = DiagramDistance(measure).fit(some).transform(some)
    points = DiagramVectors(measure).fit_transform(some)
    np.testing.assert_allclose(
        np.linalg.norm(points[:, None] - points[None], axis=2), found, rtol=1e-9, atol=1e-12
    )
    gram = DiagramKernel(measure).fit_transform(some)
    np.testing.assert_allclose(gram, points @ points.T, rtol=1e-9)
    assert np.linalg.eigvalsh(gram).min() > -1e-9 * np.linalg.eigvalsh(gram).max()


def test_the_heat_kernel_is_that_of_its_paper():
    """Of points (p, q) in the plane (Reininghaus et al. 2015, equation 10), summed by hand."""
    one, other = [[0.25, 0.75], [0.5, 0.625]], [[0.25, 0.625], [0.375, 0.875]]
    both = [Diagram.from_bars([[], bars]) for bars in (one, other)]
    sigma = 0.1
    measure = {"kind": "heat", "sigma": sigma, "bins": 801}
    found = DiagramKernel(measure, (-1, 2)).fit_transform(both)

    def kernel(first, second):
        def part(p, q):
            return np.exp(-np.sum(np.subtract(p, q) ** 2) / (4 * sigma**2))

        total = sum(part(p, q) - part(p, q[::-1]) for p in first for q in second)
        return 2 * total / (4 * np.pi * sigma**2)

    expected = [[kernel(a, b) for b in (one, other)] for a in (one, other)]
    np.testing.assert_allclose(found, expected, rtol=0.01)


def test_matchings_are_those_of_the_measures():
    for name in ("bottleneck", "wasserstein"):
        values = distance_matrix_of(name)
        found = DiagramDistance(name).fit(DIAGRAMS[:3]).transform(DIAGRAMS)
        np.testing.assert_array_equal(found, values[:, :3])


def distance_matrix_of(name):
    from topoprint import compare

    return compare(DIAGRAMS, [name])[name].values


def test_networks_to_diagrams_are_those_of_the_library(tmp_path):
    path = tmp_path / "n.safetensors"
    NETWORKS[0].save(path)
    given = [path, NETWORKS[0], to_graph(NETWORKS[0]), DIAGRAMS[0]]
    first, *others = NetworkToDiagram(max_dimension=2).fit_transform(given)
    assert first.id.network == "n"
    assert first.parameters == {"zeta": 1e-6, "bias": True, "engine": "auto"}
    assert [one.max_dimension for one in others] == [2, 2, 3]
    for one in (first, *others):
        np.testing.assert_array_equal(one.bars(1), DIAGRAMS[0].bars(1))
    plain = NetworkToDiagram(bias=False, zeta=0.5).fit_transform(NETWORKS[:1])[0]
    np.testing.assert_array_equal(
        plain.bars(1), persistence(to_graph(NETWORKS[0], 0.5, False)).bars(1)
    )


def test_pipelines_learn():
    networks = [random_network([6, size, 3], seed) for size in (4, 12) for seed in range(5)]
    sizes = [0] * 5 + [1] * 5
    model = make_pipeline(NetworkToDiagram(), DiagramKernel("betti"), SVC(kernel="precomputed"))
    assert (model.fit(networks, sizes).predict(networks) == sizes).all()
    found = make_pipeline(
        NetworkToDiagram(), DiagramDistance("wasserstein"),
        AgglomerativeClustering(2, metric="precomputed", linkage="average"),
    ).fit_predict(networks)  # fmt: skip
    assert len(set(found[:5])) == len(set(found[5:])) == 1


@pytest.mark.parametrize(
    ("estimator", "data", "new", "sentence"),
    [
        (NetworkToDiagram(), 3, None, "a int is no list of networks"),
        (DiagramVectors("bottleneck"), DIAGRAMS, None, "'bottleneck' gives no points; take betti"),
        (DiagramVectors(limits=(1, 0)), DIAGRAMS, None, "limits are .* not two rising numbers"),
        (DiagramVectors(limits=(0, 0.5)), DIAGRAMS, None, "beyond the limits"),
        (DiagramVectors(), NETWORKS, None, "a Network is given, where a diagram"),
        (DiagramDistance("cka"), DIAGRAMS, None, "'cka' gives no points"),
        (DiagramVectors(), [], None, "no diagrams to compare"),
        (DiagramVectors(), DIAGRAMS, [Diagram.from_bars([[]])], "max_dimension 0, those of fit 3"),
        (DiagramVectors(), [Diagram.from_bars([[], [[0, 1]]])],
         [Diagram.from_bars([[[0, 1], [0, 1]], []])], "bars in H0, where no diagram of fit"),
        (DiagramVectors(), [Diagram.from_bars([[], [[0.5, 1]]])],
         [Diagram.from_bars([[], [[0.25, 1]]])], r"other births than 0\.5"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(estimator, data, new, sentence):
    with pytest.raises(InputError, match=sentence):
        estimator.fit(data).transform(new)
    make_measure("heat")
