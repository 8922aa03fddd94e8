"""Tasks: what networks learn of the same inputs, in place of the data set's own labels."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.experiment.datasets.samples import Inputs, Labels, Samples
from topoprint.experiment.models import Task
from topoprint.identity import stream


def relabelled(samples: Samples, task: Task) -> Samples:
    """Give samples the labels of a task.

    Parameters
    ----------
    samples : Samples
        Of all labels of the data set.
    task : Task

    Raises
    ------
    InputError
        If the partition names a label that there is not, or a label has no training sample.
    """
    if task.partition is not None:
        return _partitioned(samples, task.partition)
    if task.function is not None:
        made = _cut(samples, task)
    else:
        made = [
            np.random.default_rng(stream(samples.name, "task", task.number, part)).integers(
                task.parts, size=len(labels)
            )
            for part, labels in (("train", samples.y_train), ("test", samples.y_test))
        ]
    train, test = made
    classes = tuple(map(str, range(task.parts)))
    return replace(samples, y_train=train, y_test=test, classes=classes).validate()


def _partitioned(samples: Samples, partition: list[list[int]]) -> Samples:
    new = np.full(len(samples.classes), -1, np.int64)
    for number, part in enumerate(partition):
        for label in part:
            if not 0 <= label < len(new):
                raise InputError(
                    f"data set {samples.name} has no label {label}, which the task's partition "
                    f"names; its labels are 0 … {len(new) - 1}"
                )
            new[label] = number
    names = tuple("+".join(samples.classes[label] for label in part) for part in partition)
    train, test = new[samples.y_train], new[samples.y_test]
    return replace(
        samples,
        x_train=samples.x_train[train >= 0],
        y_train=train[train >= 0],
        x_test=samples.x_test[test >= 0],
        y_test=test[test >= 0],
        classes=names,
    ).validate()


def _cut(samples: Samples, task: Task) -> list[Labels]:
    """Parts of equally many training samples, by a number of each."""
    train, test = (_number(samples, task, x) for x in (samples.x_train, samples.x_test))
    edges = np.quantile(train, np.arange(1, task.parts) / task.parts)
    return [np.searchsorted(edges, values, side="right") for values in (train, test)]


def _number(samples: Samples, task: Task, inputs: Inputs) -> NDArray[np.float64]:
    found: NDArray[np.float64]
    if task.function == "mean":
        found = inputs.mean(axis=1, dtype=np.float64)
    elif task.function == "deviation":
        found = inputs.std(axis=1, dtype=np.float64)
    else:
        seed = stream(samples.name, "projection", task.number)
        found = inputs @ np.random.default_rng(seed).standard_normal(inputs.shape[1])
    return found
