"""Files of networks and of their null models, against the same distances computed one by one."""

import random

import numpy as np
import pytest
from helpers import COLLECTION, RESPONSES, Collection, named

from topoprint import Index, InputError, Network, NetworkId, make_measure
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.comparison.files import load_comparisons, save_comparisons
from topoprint.homology.files import DiagramSpec
from topoprint.measures.registry import measures
from topoprint.measures.subject import Subject
from topoprint.networks.nulls import null_network
from topoprint.networks.twins import TWINS
from topoprint.responses.activations import activations
from topoprint.responses.responses import Responses, save_responses
from topoprint.validation import parse_json

ALL = [name for name, known in measures().items() if "units" not in known.needs]
OF_WEIGHTS = [name for name in ALL if "responses" not in measures()[name].needs]
each = pytest.mark.parametrize("measure", ALL)


def spec(*asked, **more):
    return DistancesSpec.model_validate({"measures": list(asked) or ALL, **more})


def subjects(networks, responses=None):
    return [
        Subject(str(n), lambda net=net: net, responses=None if responses is None else responses[n])
        for n, net in enumerate(networks)
    ]


def shuffled(repetition):
    null = "shuffled_layers"
    streams = [NetworkId("d", f"a-{n}", 1).stream(null, repetition) for n in range(3)]
    return [null_network(net, null, seed) for net, seed in zip(COLLECTION, streams, strict=True)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return Collection(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def real(files):
    (made,) = compare_files([*files.networks, *files.diagrams, files.responses], spec())
    return made


@pytest.fixture(scope="module")
def nulls(files):
    everything = [*files.networks, *files.diagrams, *files.same, files.responses]
    return compare_files(everything, spec(nulls=["shuffled_layers", "same"], repetitions=2))


@each
def test_distances_are_those_of_each_measure_by_itself(real, nulls, measure):
    alone = make_measure(measure)
    ours = subjects(COLLECTION, RESPONSES)
    np.testing.assert_array_equal(real.matrices[measure].values, alone.distances(ours))
    norms = alone.own_norms(ours)
    found = real.matrices[measure].own_norms
    assert (found is None) == (norms is None)
    if norms is not None:
        np.testing.assert_array_equal(found, norms)
    if measure in OF_WEIGHTS:
        for repetition in (0, 1):
            found = nulls[repetition]
            made = subjects(shuffled(repetition))
            np.testing.assert_array_equal(found.matrices[measure].values, alone.distances(made))
            for n in range(3):
                pair = alone.distances([ours[n], made[n]])
                np.testing.assert_array_equal(found.own[measure][n], pair[0, 1])


def test_each_comparison_says_what_it_is_of(real, nulls):
    assert real.index.ids == tuple(NetworkId("d", f"a-{n}", 1) for n in range(3))
    assert [row.shape for row in real.index] == ["4-6-3", "4-6-3", "4-8-8-3"]
    assert [row.edges for row in real.index] == [51, 51, 139]
    assert real.index.groups == ("a", "a", "a")
    assert real.own == {}
    states = [(made.index[0].id.state, made.index[0].id.repetition) for made in nulls]
    assert states == [("shuffled_layers", 0), ("shuffled_layers", 1), ("same", 0)]
    for made in nulls:
        assert tuple(own.original for own in made.index.ids) == real.index.ids
        assert [row.edges for row in made.index] == [51, 51, 139]


def test_nulls_that_answer_nothing_are_not_compared_by_their_answers(real, nulls, files):
    assert list(real.matrices) == ALL
    assert list(nulls[0].matrices) == list(nulls[0].own) == OF_WEIGHTS
    assert list(nulls[2].matrices) == list(nulls[2].own) == ALL
    with pytest.raises(InputError, match=r"0\.safetensors: measure 'cka' needs its responses"):
        compare_files(files.networks, spec("heat", "cka"))


@each
def test_a_null_that_loses_nothing_changes_nothing(real, nulls, measure):
    same = nulls[2]
    np.testing.assert_array_equal(same.matrices[measure].values, real.matrices[measure].values)
    np.testing.assert_allclose(same.own[measure], 0, atol=3e-8)  # the arccos of nearly 1


@pytest.mark.parametrize("max_dimension", [0, 1, 2, 4])
def test_null_models_have_diagrams_of_the_dimensions_of_their_networks(tmp_path, max_dimension):
    low = Collection(tmp_path, DiagramSpec(max_dimension=max_dimension))
    asked = ["heat", "heat_ranks", "silhouette_h0", "persistence_image"]
    asked += ["bottleneck", "betti"] if max_dimension else []
    everything = [*low.networks, *low.diagrams, *low.same]
    (found,) = compare_files(everything, spec(*asked))
    made, same = compare_files(everything, spec(*asked, nulls=["shuffled_layers", "same"]))
    up_to = {"max_dimension": max_dimension}
    ours = [Subject(str(n), lambda net=net: net, **up_to) for n, net in enumerate(COLLECTION)]
    theirs = [Subject(str(n), lambda net=net: net, **up_to) for n, net in enumerate(shuffled(0))]
    for name in asked:
        alone = make_measure(name)
        np.testing.assert_array_equal(found.matrices[name].values, alone.distances(ours))
        np.testing.assert_array_equal(made.matrices[name].values, alone.distances(theirs))
        pairs = [alone.distances(pair)[0, 1] for pair in zip(ours, theirs, strict=True)]
        np.testing.assert_array_equal(made.own[name], pairs)
        np.testing.assert_array_equal(same.own[name], 0)


def test_matching_needs_diagrams_of_h1(tmp_path):
    low = Collection(tmp_path, DiagramSpec(max_dimension=0))
    with pytest.raises(InputError, match=r"0\.safetensors: .* are of H0 and H1; compute its"):
        compare_files([*low.networks, *low.diagrams], spec("bottleneck"))


def test_size_and_histogram_do_not_see_a_shuffle_within_layers(real, nulls):
    for measure in ("number_of_edges", "weight_histogram"):
        for made in nulls[:2]:
            assert (made.own[measure] == 0).all()
            values = made.matrices[measure].values
            np.testing.assert_array_equal(values, real.matrices[measure].values)
    assert (nulls[0].own["silhouette_h0"] > 0).all()


def test_files_say_themselves_what_they_are_in_any_order(files, tmp_path):
    asked = spec("heat", "cka", nulls=["gaussian", "same"])
    beside = [*files.diagrams, *files.same, files.responses]
    save_comparisons(tmp_path / "a.h5", compare_files([*files.networks, *beside], asked))
    for number in range(5):
        shuffle = random.Random(number)
        mixed = shuffle.sample(beside, len(beside))
        for network in reversed(files.networks):  # in their order, anywhere among the others
            last = min([mixed.index(path) for path in files.networks if path in mixed], default=7)
            mixed.insert(shuffle.randint(0, last), network)
        save_comparisons(tmp_path / "b.h5", compare_files(mixed, asked))
        assert (tmp_path / "b.h5").read_bytes() == (tmp_path / "a.h5").read_bytes()


def test_networks_are_rows_in_the_order_of_their_files(files):
    (made,) = compare_files(files.networks[::-1], spec("heat"))
    assert [own.network for own in made.index.ids] == ["a-2", "a-1", "a-0"]


def test_known_diagrams_change_no_number(files, real):
    (made,) = compare_files(files.networks, spec(*OF_WEIGHTS))
    for name, matrix in made.matrices.items():
        np.testing.assert_array_equal(matrix.values, real.matrices[name].values)


def test_files_of_anybody_are_called_by_their_paths(tmp_path):
    for number, network in enumerate(COLLECTION):
        network.save(tmp_path / f"{number}.safetensors")
    paths = sorted(tmp_path.glob("*.safetensors"))
    (made,) = compare_files(paths, spec("heat"))
    assert made.index.labels == tuple(map(str, paths))


def test_parameters_are_those_of_the_measure_of_networks_and_of_null_models(files, tmp_path):
    asked = spec({"kind": "heat", "sigma": 0.5}, "silhouette_h1", {"kind": "one_norm", "zeta": 0.1})
    null = asked.model_copy(update={"nulls": ["resampled", "same"]})
    save_comparisons(tmp_path / "real.h5", compare_files(files.networks, asked))
    save_comparisons(tmp_path / "null.h5", compare_files([*files.networks, *files.same], null))
    stored = [
        {name: dict(matrix.parameters) for name, matrix in made.matrices.items()}
        for path in ("real.h5", "null.h5")
        for made in load_comparisons(tmp_path / path)
    ]
    expected = {measure.name: measure.parameters for measure in asked.measures}
    assert stored == [expected] * 3
    assert expected["heat"]["sigma"] == 0.5


def refused(files, sentence, *asked, **more):
    with pytest.raises(InputError, match=sentence) as caught:
        compare_files(files, spec(*asked or ["heat"], **more))
    assert "\n" not in str(caught.value)


def test_no_network_is_refused(files):
    refused([], "^no trained network is among the files$")
    refused([*files.diagrams, files.responses], "^no trained network is among the files$")
    refused(files.same, "^no trained network is among the files$")


def test_a_diagram_of_another_zeta_is_refused(tmp_path):
    files = Collection(tmp_path, DiagramSpec(zeta=1e-3))
    everything = [*files.networks, *files.diagrams]
    made_with = r"0\.safetensors: its diagram was made with zeta 0\.001, the measure asks for 1e-06"
    refused(everything, made_with)
    compare_files(everything, spec({"kind": "heat", "zeta": 1e-3}))
    refused(everything, "bias True, the measure asks for False",
            {"kind": "heat", "zeta": 1e-3, "bias": False})  # fmt: skip


def test_responses_to_other_inputs_are_refused(files, tmp_path):
    other = Collection(tmp_path, inputs="ffff")
    sentence = f"^{other.responses}: its responses are to other inputs than those of the files bef"
    refused([*files.networks, files.responses, other.responses], sentence, "cka")


def test_the_same_network_twice_is_refused(files, tmp_path):
    again = tmp_path / "again.safetensors"
    again.write_bytes(files.networks[1].read_bytes())
    refused([*files.networks, again], f"^{again} and {files.networks[1]} are the same network$")
    other = tmp_path / "again.h5"
    other.write_bytes(files.diagrams[1].read_bytes())
    refused(
        [*files.networks, *files.diagrams, other],
        f"^{other} and {files.diagrams[1]} are of the same network$",
    )


def test_null_models_without_files_are_refused(files):
    sentence = (
        r"^null model 'random_labels': no file is that of .*0\.safetensors; known without files "
        "are shuffled_layers, .*, relinked, renumbered, rescaled, split_neuron, identity_layer$"
    )
    refused([*files.networks, *files.same], sentence, nulls=["random_labels"])
    refused(
        [*files.networks, *files.same[:2]],
        r"^null model 'same': no file is that of .*2\.safetensors",
        nulls=["gaussian", "same"],
    )
    # Null models that are asked for need the networks that they are of.
    refused([*files.networks[:2], *files.same[2:]], "^null model 'same': no file", nulls=["same"])


def test_files_that_are_nothing_of_the_kind_are_refused(files, tmp_path):
    strange = tmp_path / "strange.txt"
    strange.write_text("hello")
    refused([*files.networks, strange], f"^{strange}: is text, not weights")
    refused([*files.networks, tmp_path / "no"], f"^{tmp_path / 'no'}: ")
    save_comparisons(tmp_path / "d.h5", compare_files(files.networks, spec("heat")))
    refused([*files.networks, tmp_path / "d.h5"], "a topoprint distances file is not compared")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"measures": []}', "measures: list should have at least 1 item"),
        ('{"measures": ["heat"], "nulls": []}', "nulls: list should have at least 1 item"),
        ('{"measures": ["heat", {"kind": "heat", "sigma": 1}]}', "measures .* stand twice: heat"),
        ('{"measures": ["warmth"]}', r"measures\.0: measure 'warmth' is not known"),
        ('{"measures": [3]}', r"measures\.0: 3 is no measure"),
        ('{"measures": ["heat"], "repetitions": 0}', "repetitions: .* not 0"),
        ('{"measures": ["heat"], "null": ["gaussian"]}', "null is not a known key; .* 'nulls'"),
    ],
)
def test_what_cannot_be_asked_is_refused(text, sentence):
    with pytest.raises(InputError, match=f"^--spec: .*{sentence}") as caught:
        parse_json(DistancesSpec, text, "--spec")
    assert "\n" not in str(caught.value)


def test_what_is_asked_goes_to_json_and_back():
    asked = spec("heat_h0", {"kind": "cka"}, {"kind": "heat", "name": "w", "sigma": 2}, nulls=["x"])
    assert parse_json(DistancesSpec, asked.model_dump_json(), "--spec") == asked


def test_a_step_of_the_training_is_a_null_model(tmp_path):
    files = Collection(tmp_path)
    steps = []
    for step in (0.0, 2.5):
        for number, network in enumerate(COLLECTION):
            half = Network.from_layers(
                (w / 2 + step, b) for w, b in zip(network.weights, network.biases, strict=True)
            )
            steps.append(tmp_path / f"{number}-{step}.safetensors")
            named(half, dataset="d", network=f"a-{number}", seed=1, step=step).save(steps[-1])
    asked = spec("heat", nulls=["initial", "step_2.5"])
    early, late = compare_files([*files.networks, *steps], asked)
    assert (early.index[0].id.step, late.index[0].id.step) == (0.0, 2.5)
    assert early.own["heat"].tolist() != late.own["heat"].tolist()


@pytest.mark.parametrize("twin", TWINS)
def test_twins_are_made_here_and_answer_as_their_networks_do(files, twin, tmp_path):
    inputs = np.random.default_rng(0).standard_normal((20, 4))
    answers = []
    for network in COLLECTION:
        own = tuple(layer.astype(np.float32) for layer in activations(network, inputs))
        answers.append(Responses(own[-1], np.arange(9) % 3, own))
    rows = Index(Network.load(path).row for path in files.networks)
    save_responses(tmp_path / "answers.h5", rows, answers, {"samples": 20})
    asked = ["weight_product", "predictions", "cka_zscored", "number_of_edges"]
    given = [*files.networks, tmp_path / "answers.h5"]
    (made,) = compare_files(given, spec(*asked, nulls=[twin]))
    (real,) = compare_files(given, spec(*asked))
    assert made.index[0].id == NetworkId("d", "a-0", 1, variant=twin)
    assert list(made.matrices) == asked
    for name in ("weight_product", "predictions"):
        np.testing.assert_allclose(made.own[name], 0, atol=1e-7)
        np.testing.assert_allclose(
            made.matrices[name].values, real.matrices[name].values, atol=1e-7, rtol=1e-9
        )
    if twin != "split_neuron":
        np.testing.assert_allclose(made.own["cka_zscored"], 0, atol=1e-6)
    grown = twin in ("split_neuron", "identity_layer")
    assert (made.own["number_of_edges"] > 0).all() == grown
