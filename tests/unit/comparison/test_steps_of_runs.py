"""Networks at all steps of their trainings, against the same distances computed one by one."""

import numpy as np
import pytest
from helpers import named, random_network

import topoprint as tp
from topoprint import InputError
from topoprint.comparison.collection import DistancesSpec, compare_files
from topoprint.measures.registry import make_measures

STEPS = (0.0, 0.5, None)


@pytest.fixture(scope="module")
def along(tmp_path_factory):
    """Files of two trainings at three steps, and of one on random labels."""
    folder = tmp_path_factory.mktemp("steps")
    files = []
    for seed in (1, 2):
        for number, step in enumerate(STEPS):
            own = named(random_network([4, 5, 3], 10 * seed + number),
                        dataset="d", network="a-5", seed=seed, step=step)  # fmt: skip
            files.append(folder / f"{seed}.{number}.safetensors")
            own.save(files[-1])
    own = named(random_network([4, 5, 3], 99), dataset="d", network="a-5", seed=1,
                variant="random_labels")  # fmt: skip
    files.append(folder / "random.safetensors")
    own.save(files[-1])
    return files


def test_all_steps_of_trainings_are_compared(along):
    spec = DistancesSpec(measures=make_measures(["heat", "weights_norm"]), steps=True)
    (found,) = compare_files(along, spec)
    assert [row.id.step for row in found.index] == [*STEPS, *STEPS, None]
    assert found.index.labels[1] == "a-5/seed1/step0.5"
    assert found.index.labels[-1] == "a-5/seed1/random_labels"
    expected = tp.compare(along, ["heat", "weights_norm"])
    for measure, matrix in found.matrices.items():
        np.testing.assert_array_equal(matrix.values, expected[measure].values)


def test_nulls_of_steps_are_of_each_step(along):
    spec = DistancesSpec(
        measures=make_measures(["weight_histogram", "weights_norm"]),
        nulls=["shuffled_layers", "untrained"],
        repetitions=2,
        steps=True,
    )
    *shuffled, untrained = compare_files(along, spec)
    assert [one.index[0].id.repetition for one in shuffled] == [0, 1]
    assert [row.id.step for row in untrained.index] == [*STEPS, *STEPS]
    assert {row.id.variant for row in untrained.index} == {"untrained"}
    real = tp.compare(along[:-1], ["weight_histogram", "weights_norm"])
    # A shuffle keeps what is compared; a network before its training is its own null.
    np.testing.assert_allclose(
        shuffled[0].matrices["weight_histogram"].values, real["weight_histogram"].values, atol=1e-12
    )
    np.testing.assert_allclose(
        untrained.matrices["weights_norm"].values, real["weights_norm"].values, atol=1e-6
    )
    np.testing.assert_allclose(untrained.own["weight_histogram"][[0, 3]], 0, atol=1e-12)
    assert untrained.own["weight_histogram"][[1, 2, 4, 5]].min() > 0


def test_an_untrained_null_needs_the_network_before_its_training(along):
    spec = DistancesSpec(measures=make_measures(["heat"]), nulls=["untrained"], steps=True)
    with pytest.raises(InputError, match=r"no file is .* before its training \(step 0\)"):
        compare_files(along[1:3], spec)
