"""What tests of tracing share: modules to trace, and what must hold of their graphs."""

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.linalg import splu
from torch import nn

from topoprint import Graph, Network
from topoprint.networks.tracing.modules import trace

ZETA = 1e-6


class Apply(nn.Module):
    """A function of modules and of the input."""

    def __init__(self, function, *modules):
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(modules)

    def forward(self, *inputs):
        return self.function(*self.parts, *inputs)


def example(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape)).float()


def edges(network):
    """Source, target and weight of each edge; the weight of a wire is NaN."""
    parts = [one.laid_out() for one in network.maps]
    parts += [(*one.laid_out(), np.full(one.n_edges, np.nan)) for one in network.wires]
    return tuple(np.concatenate(ends) for ends in zip(*parts, strict=True))


def laid_out(network):
    """The graph of equation 1, edge by edge: wires enter at ζ and do not count in max|W|."""
    sources, targets, weights = edges(network)
    wire = np.isnan(weights)
    magnitude = np.abs(np.where(wire, 0, weights).astype(np.float64))
    scale = max(float(np.abs(one.weight.astype(np.float64)).max()) for one in network.maps)
    values = np.where(wire, ZETA, np.maximum(1 - magnitude / scale, ZETA)).astype(np.float32)
    backward = ~wire & (weights <= 0)
    from_, to = np.where(backward, targets, sources), np.where(backward, sources, targets)
    return Graph.from_edges(network.n_units, from_, to, values)


def computed(found, *inputs):
    """What a network of sums alone gives: over all paths, the products of the weights on them."""
    sources, targets, weights = edges(found)
    matrix = sparse.coo_matrix(
        (np.where(np.isnan(weights), 1.0, weights), (targets, sources)), shape=(found.n_units,) * 2
    ).tocsc()
    values = np.zeros(found.n_units)
    flat = np.concatenate([one.detach().numpy().ravel() for one in inputs])
    values[: len(flat)] = flat  # units of the inputs are the first
    for one in found.maps:
        if one.is_bias:
            values[one.inputs.ravel()] = 1
    values = splu(sparse.eye(found.n_units, format="csc") - matrix).solve(values)
    return [np.where(units >= 0, values[units], 0) for units in found.outputs]


def check_computes(module, *inputs):
    """The traced graph of a module of sums computes what the module does, and no two edges join the
    same units; returns what was traced."""
    found = trace(module, inputs)
    given = module.eval()(*inputs)
    wanted = given if isinstance(given, tuple) else (given,)
    for one, other in zip(computed(found, *inputs), wanted, strict=True):
        np.testing.assert_allclose(one, other.detach().numpy(), rtol=1e-4, atol=1e-5)
    sources, targets, _ = edges(found)
    assert len(np.unique(np.stack([sources, targets]), axis=1).T) == len(sources)
    assert laid_out(found).is_triangle_free()
    return found


def counts(module, *inputs):
    """Units, edges of weights and of biases, and wires of a traced module."""
    network = Network.from_torch(module, inputs)
    weights = sum(one.n_edges for one in network.maps if not one.is_bias)
    biases = sum(one.n_edges for one in network.maps if one.is_bias)
    return network.n_units, weights, biases, sum(one.n_edges for one in network.wires)
