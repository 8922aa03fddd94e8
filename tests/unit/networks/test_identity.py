"""What names a network, and tables of networks: JSON and HDF5 both ways."""

import json

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topoprint import Index, InputError, NetworkId
from topoprint.identity import UNKNOWN, Row, stream

# HDF5 keeps text up to a first zero, and no halves of characters.
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
identities = st.builds(
    NetworkId,
    dataset=text,
    network=text,
    seed=st.none() | st.integers(0, 2**62),
    step=st.none() | st.floats(0, 1e6),
    variant=text,
    repetition=st.integers(0, 9),
)
rows = st.builds(Row, identities, group=text, shape=text, edges=st.integers(0, 2**62))
SEEDED = NetworkId("digits", "layer_size-4", 3)


@given(identities)
def test_an_identity_goes_to_json_and_back(own):
    assert NetworkId.from_json(json.loads(json.dumps(own.to_json()))) == own


def test_json_holds_what_is_known_alone():
    assert UNKNOWN.to_json() == {}
    assert NetworkId(network="a", seed=0).to_json() == {"network": "a", "seed": 0}
    assert NetworkId(step=0.0, variant="x").to_json() == {"step": 0.0, "variant": "x"}


@pytest.mark.parametrize(
    "values",
    [{"seed": "3"}, {"seed": 1.5}, {"seed": None}, {"step": "0"}, {"network": 3}, {"name": "a"}],
)
def test_json_of_something_else_is_refused(values):
    ((name, value),) = values.items()
    with pytest.raises(ValueError, match=f"{name!r}: {value!r} is no part of a network's identity"):
        NetworkId.from_json(values)


@pytest.mark.parametrize("values", [["a"], "a", 3, None])
def test_json_that_is_no_mapping_is_refused(values):
    with pytest.raises(ValueError, match="is no network's identity"):
        NetworkId.from_json(values)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, ""),
        ({"step": 0.0}, "initial"),
        ({"step": 2.0}, "step_2"),
        ({"step": 0.5}, "step_0.5"),
        ({"variant": "gaussian", "repetition": 2}, "gaussian"),
        ({"variant": "random_labels", "step": 0.0}, "random_labels"),
    ],
)
def test_the_state_of_a_network_and_its_original(changes, state):
    own = NetworkId("digits", "layer_size-4", 3, **changes)
    assert own.state == state
    assert own.original == SEEDED
    assert own.original.state == ""


def test_streams_are_of_all_the_names():
    assert SEEDED.stream("gaussian", 0) == stream("digits", 3, "layer_size-4", "gaussian", 0)
    others = [
        SEEDED.stream("gaussian", 1),
        SEEDED.stream("resampled", 0),
        NetworkId("digits", "layer_size-4", 4).stream("gaussian", 0),
        NetworkId("digits", "layer_size-8", 3).stream("gaussian", 0),
        NetworkId("mnist", "layer_size-4", 3).stream("gaussian", 0),
        NetworkId("digits", "layer_size-4").stream("gaussian", 0),
    ]
    assert len({SEEDED.stream("gaussian", 0), *others}) == 7
    assert all(0 <= one < 2**63 for one in others)
    assert NetworkId(network="a").stream("x") == stream("", "", "a", "x")


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=4))
def test_a_table_comes_back_from_a_file(given_rows):
    index = Index(given_rows)
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        index.write(file)
        assert Index.read(file) == index
        assert type(Index.read(file)) is Index


def test_what_is_not_known_comes_back_as_none():
    given_rows = [Row(NetworkId(network="Größe/尺寸 🦉")), Row(NetworkId("d", "b", 0, 0.0), "é")]
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        Index(given_rows).write(file, "table")
        one, other = Index.read(file, "table")
        assert file["table"]["seed"].tolist() == [-1, 0]
        assert np.isnan(file["table"]["step"]).tolist() == [True, False]
        assert file["table"]["network"][0].decode() == "Größe/尺寸 🦉"
    assert (one.id.seed, one.id.step) == (None, None)
    assert (other.id.seed, other.id.step, other.group) == (0, 0.0, "é")


def table(*ids, group="g"):
    return Index(Row(NetworkId(*own), group) for own in ids)


def test_labels_tell_apart_what_differs():
    assert table(("d", "a", 1), ("d", "b", 1)).labels == ("a", "b")
    assert table(("d", "a", 1), ("e", "a", 1)).labels == ("d/a", "e/a")
    assert table(("d", "a", 1), ("d", "a", 2)).labels == ("a/seed1", "a/seed2")
    both = table(("d", "a", 1), ("e", "b", 2))
    assert both.labels == ("d/a/seed1", "e/b/seed2")
    assert table(("d", "a", None), ("d", "b", None)).labels == ("a", "b")
    assert Index.of_names(["x", "y/z"]).labels == ("x", "y/z")
    assert Index().labels == ()


def test_groups_are_experiments_or_data_sets():
    assert table(("d", "a"), ("d", "b")).groups == ("g", "g")
    assert table(("d", "a"), ("e", "b")).groups == ("d", "e")


def test_what_a_table_is_of():
    index = table(("d", "a", 2), ("e", "a", 1), ("d", "a", 1))
    assert index.datasets == ("d", "e")
    assert index.seeds == (2, 1)
    assert index.ids[1] == NetworkId("e", "a", 1)
    assert index.without_seeds() == table(("d", "a"), ("e", "a"), ("d", "a"))
    assert type(index.without_seeds()) is Index


def test_a_network_that_stands_twice_is_refused():
    table(("d", "a", 1), ("d", "a", 2), ("e", "a", 1)).check_distinct()
    with pytest.raises(InputError, match=r"^network 'a/seed1' is among the networks twice$"):
        table(("d", "a", 1), ("d", "a", 2), ("d", "a", 1)).check_distinct()
