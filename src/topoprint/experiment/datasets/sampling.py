"""Which samples are taken, and in which order: drawn at random, stratified by label."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.errors import InputError
from topoprint.experiment.datasets.base import Sampled
from topoprint.experiment.datasets.samples import Labels, Samples


def stratified_order(labels: Labels, seed: int) -> NDArray[np.intp]:
    """Order of samples of which every beginning is stratified.

    The first n samples of it hold each label in the share that it has of all, and at least once
    if n is at least the number of labels; a shorter beginning is part of a longer one.

    Parameters
    ----------
    labels : ndarray, int64, shape (n,)
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray, intp, shape (n,)
        A permutation of 0 … n − 1.
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels[shuffled] == label)
        place[members] = np.arange(len(members)) / len(members)
    return shuffled[np.argsort(place, kind="stable")]


def take(samples: Samples, config: Sampled, shuffle: bool = False) -> Samples:
    """Take the samples that the config asks for.

    They stay in the order that they had; with ``shuffle`` the training samples come in
    :func:`stratified_order`, so that the last of them, kept for validation, hold every label.

    Raises
    ------
    InputError
        If there are fewer samples than asked for, or more labels than training samples.
    """
    if config.train_samples is not None and config.train_samples < len(samples.classes):
        raise InputError(
            f"data set {samples.name}: train_samples is {config.train_samples}, fewer than the "
            f"{len(samples.classes)} labels; raise it"
        )
    taken: dict[str, Any] = {}
    for part, number in (("train", config.train_samples), ("test", config.test_samples)):
        x, y = getattr(samples, f"x_{part}"), getattr(samples, f"y_{part}")
        if number is not None and number > len(y):
            raise InputError(
                f"data set {samples.name}: {part}_samples is {number}, but there are only "
                f"{len(y)}; lower it, or leave it out to take all"
            )
        mixed = shuffle and part == "train"
        if number is None and not mixed:
            continue
        order = stratified_order(y, config.sample_seed)[:number]
        order = order if mixed else np.sort(order)
        taken |= {f"x_{part}": x[order], f"y_{part}": y[order]}
    return replace(samples, **taken)
