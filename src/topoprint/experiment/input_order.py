"""The order in which a network sees its inputs, or its samples (paper, section 3.2)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topoprint.experiment.datasets.samples import Inputs, Samples
from topoprint.experiment.models import NetworkSpec
from topoprint.identity import stream


def in_order(samples: Samples, spec: NetworkSpec, inputs: Inputs, seed: int | None) -> NDArray[Any]:
    """Put inputs (n, features) as the network of a seed sees them, permuted if it asks for it."""
    if spec.architecture.input_order and spec.training.permute == "features":
        return inputs[:, permutation_of(samples, spec, inputs.shape[1], seed or 0)]
    return inputs


def permutation_of(
    samples: Samples, spec: NetworkSpec, length: int, seed: int
) -> NDArray[np.int64]:
    """Permutation k of a data set: the same for every seed, or one of the seed's own."""
    own = (seed,) if spec.training.permutation == "each_seed" else ()
    drawn_from = stream(samples.name, "input_order", spec.architecture.input_order, *own)
    return np.random.default_rng(drawn_from).permutation(length)
