"""When a training is looked at, and how well its network did then."""

import math
from dataclasses import dataclass

from topoprint.errors import InputError
from topoprint.experiment.models import Training


@dataclass(frozen=True)
class Score:
    """How well a network does at a moment of its training, in inference.

    Attributes
    ----------
    dataset, network : str
    seed : int
    variant : str
        ``random_labels`` where it was trained on these; else empty.
    step : float
        Epochs of its training; that of the last network is the number of all.
    train_loss, test_loss : float
        Mean cross-entropy in nats, of the samples and labels that it is trained on, and of the
        test samples.
    train_accuracy, test_accuracy : float
        Shares.
    """

    dataset: str
    network: str
    seed: int
    variant: str
    step: float
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float


def steps_between(training: Training, samples: int) -> dict[int, float]:
    """Find the steps of training after which a network is kept, between the first and the last.

    Parameters
    ----------
    training : Training
    samples : int
        That are trained on.

    Returns
    -------
    dict of int to float
        Epochs by the number of steps: the nearest whole number of batches.

    Raises
    ------
    InputError
        If a snapshot is nearer to another, or to the untrained or the trained network, than a step.
    """
    each = math.ceil(samples / training.batch_size)
    taken = {0: 0.0, each * training.epochs: float(training.epochs)}
    for epoch in training.snapshots:
        number = round(epoch * each)
        if taken.setdefault(number, epoch) != epoch:
            raise InputError(
                f"snapshots {taken[number]:g} and {epoch:g} are the same step of training: an "
                f"epoch has {each} steps; leave one out, or give it a smaller batch_size"
            )
    return {number: epoch for number, epoch in taken.items() if 0 < epoch < training.epochs}
