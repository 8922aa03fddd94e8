"""Tasks: labels of one's own for the same inputs."""

import numpy as np
import pytest

from topoprint import InputError
from topoprint.experiment.config import parse_config
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.design import networks, tasks
from topoprint.experiment.models import Task
from topoprint.experiment.tasks import relabelled


def samples(name: str = "d") -> Samples:
    rng = np.random.default_rng(0)
    y_train, y_test = (np.arange(n, dtype=np.int64) % 4 for n in (400, 80))
    x_train, x_test = (rng.random((n, 6), dtype=np.float32) for n in (400, 80))
    return Samples(name, x_train, y_train, x_test, y_test, ("a", "b", "c", "d"), (6,))


def test_a_partition_joins_labels_and_leaves_out_those_it_does_not_name() -> None:
    given = samples()
    made = relabelled(given, Task(partition=[[3, 0], [1]]))
    assert made.classes == ("d+a", "b")
    kept = given.y_train != 2
    np.testing.assert_array_equal(made.x_train, given.x_train[kept])
    np.testing.assert_array_equal(made.y_train, np.array([0, 1, -1, 0])[given.y_train[kept]])
    assert len(made.y_test) == 60


@pytest.mark.parametrize("function", ["mean", "deviation", "projection"])
def test_a_function_is_cut_into_parts_of_equally_many_training_samples(function: str) -> None:
    given = samples()
    made = relabelled(given, Task.model_validate({"function": function, "parts": 5}))
    assert np.bincount(made.y_train).tolist() == [80] * 5
    assert made.classes == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(made.x_train, given.x_train)
    if function != "projection":
        number = given.x_train.mean(axis=1) if function == "mean" else given.x_train.std(axis=1)
        order = np.argsort(number)
        assert (np.diff(made.y_train[order]) >= 0).all()
    # Nothing depends on other samples of the test part.
    fewer = Samples(given.name, given.x_train, given.y_train, given.x_test[:9], given.y_test[:9],
                    given.classes, given.shape)  # fmt: skip
    again = relabelled(fewer, Task.model_validate({"function": function}))
    np.testing.assert_array_equal(again.y_test, made.y_test[:9])


def test_projections_and_random_labels_are_those_of_their_number() -> None:
    given = samples()
    for kind in ({"function": "projection"}, {"random": True}):
        first, same, other = (
            relabelled(given, Task.model_validate({**kind, "number": number})).y_train
            for number in (0, 0, 1)
        )
        np.testing.assert_array_equal(first, same)
        assert (first == other).mean() < 0.5
    labels = relabelled(given, Task(random=True)).y_train
    assert (labels == given.y_train).mean() < 0.4


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "one of partition, function and random"),
        ({"random": True, "function": "mean"}, "one of partition, function and random"),
        ({"partition": [[0, 1]]}, "two parts"),
        ({"partition": [[0], []]}, "two parts at least, none of them empty"),
        ({"partition": [[0], [1, 0]]}, "stands twice"),
    ],
)
def test_what_is_no_task_is_refused(values: dict[str, object], told: str) -> None:
    experiments = [{"name": "one", "task": values, "networks": [{"layer_size": 8}]}]
    datasets = [{"name": "d", "type": "digits"}]
    with pytest.raises(InputError, match=told):
        parse_config({"datasets": datasets, "experiments": experiments})


def test_a_label_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="has no label 4, which the task's partition names"):
        relabelled(samples(), Task(partition=[[0, 1], [4]]))


def test_networks_of_an_experiment_are_told_its_task_and_others_of_none() -> None:
    task = {"partition": [[0, 1], [2]]}
    experiments = [
        {"name": "joined", "task": task, "networks": [{"layer_size": 8}]},
        {"name": "plain", "networks": [{"layer_size": 8}]},
    ]
    config = parse_config({"datasets": [{"name": "d", "type": "digits"}],
                           "experiments": experiments})  # fmt: skip
    assert list(networks(config, "d")) == ["joined-8", "plain-8"]
    assert tasks(config, "d") == {"joined": Task.model_validate(task)}
    assert networks(config, "d")["joined-8"].told["task"]["partition"] == [[0, 1], [2]]
    assert "task" not in networks(config, "d")["plain-8"].told
