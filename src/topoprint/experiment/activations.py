"""Trained network + test samples → what it answers, for the measures that look at that."""

import numpy as np
import torch

from topoprint.errors import InputError
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.design import Cell, NetworkSpec
from topoprint.experiment.training import in_order, one_reproducible_thread
from topoprint.networks.network import Network
from topoprint.responses.responses import Activations

# Test samples whose hidden outputs are kept, evenly spaced among all.
SAMPLES = 200


@torch.no_grad()
def respond(network: Network, samples: Samples, device: str = "cpu") -> Activations:
    """Let a network of the experiment answer the test samples, its inputs in its own order.

    Parameters
    ----------
    network : Network
        That ``topoprint train`` wrote: its metadata say how its inputs are ordered.
    samples : Samples
        Of all labels of its data set.
    device : str
        A torch device.

    Raises
    ------
    InputError
        If the network is of another data set, or does not say what it is.
    """
    identity = network.identity
    if not {"dataset", "network", "seed"} <= identity.keys() or "spec" not in network.metadata:
        raise InputError("the network does not say how it was trained; give one of this experiment")
    if identity["dataset"] != samples.name:
        raise InputError(
            f"the network is of data set {identity['dataset']!r}, the samples of {samples.name!r}"
        )
    cell = Cell(identity["dataset"], identity["network"], int(identity["seed"]))
    spec = NetworkSpec.model_validate(network.metadata["spec"])
    inputs = in_order(cell, spec, torch.from_numpy(samples.x_test))
    chosen = np.linspace(0, len(inputs) - 1, min(SAMPLES, len(inputs))).round().astype(np.int64)
    with one_reproducible_thread():
        outputs = inputs.to(device)
        hidden = outputs
        last = len(network.weights) - 1
        for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            outputs = torch.nn.functional.linear(
                outputs,
                torch.from_numpy(weight).to(device),
                None if bias is None else torch.from_numpy(bias).to(device),
            )
            if layer < last:
                hidden = outputs = outputs.relu()
        return Activations(
            hidden[torch.from_numpy(chosen)].cpu().numpy(), outputs.argmax(dim=1).cpu().numpy()
        )
