"""What is trained of each kind of network: a torch module, its weights, and their network."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from topoprint.experiment.architectures import Architecture, Convolutional
from topoprint.experiment.dropout import Dropout
from topoprint.experiment.models import EVALUATED_AT_ONCE, Training
from topoprint.networks.convnet_module import ConvModule, units_of, weights_of, with_weights
from topoprint.networks.convnets import KEY, ConvNet
from topoprint.networks.network import Network

# Weights and biases by name, on the CPU.
Weights = dict[str, NDArray[np.float32]]


class Shape(ABC):
    """Networks of one architecture, which take samples (n, features)."""

    evaluated_at_once: ClassVar[int] = 4096

    @abstractmethod
    def module(self) -> nn.Module:
        """Make one on the CPU, with initial weights from torch's random stream."""

    @abstractmethod
    def weights(self, model: nn.Module) -> Weights:
        """Copy the weights and biases of one to the CPU."""

    @abstractmethod
    def network(self, weights: Weights, metadata: Mapping[str, Any]) -> Network:
        """Make the network of some weights; InputError if they are not finite."""


def shape_of(
    architecture: Architecture | Convolutional,
    sample: tuple[int, ...],
    outputs: int,
    training: Training,
) -> Shape:
    """Give the shape of an architecture, for samples that had a shape before they were flattened.

    Raises
    ------
    InputError
        If a convolutional network does not fit them.
    """
    if isinstance(architecture, Convolutional):
        return _Convolutions(architecture.shaped(sample, outputs), training)
    return _Perceptron(architecture, int(np.prod(sample)), outputs, training)


class _Perceptron(Shape):
    """Dense layers with ReLU, and dropout after each."""

    def __init__(
        self, architecture: Architecture, inputs: int, outputs: int, training: Training
    ) -> None:
        hidden = [architecture.layer_size] * architecture.number_of_layers
        self._sizes, self._training = [inputs, *hidden, outputs], training

    def module(self) -> nn.Module:
        training, last = self._training, len(self._sizes) - 2
        layers: list[nn.Module] = []
        for number, (before, size) in enumerate(pairwise(self._sizes)):
            layers.append(nn.Linear(before, size))
            if number < last:
                layers.append(nn.ReLU())
                if training.dropout > 0:
                    layers.append(Dropout(training.dropout, training.dropout_seed))
        initialise(layers)
        return nn.Sequential(*layers)

    def weights(self, model: nn.Module) -> Weights:
        return {
            f"{number}.{name}": one.detach().cpu().numpy().copy()
            for number, layer in enumerate(dense_layers(model))
            for name, one in layer.named_parameters()
        }

    def network(self, weights: Weights, metadata: Mapping[str, Any]) -> Network:
        count = len(self._sizes) - 1
        layers = [
            (weights[f"{number}.weight"], weights[f"{number}.bias"]) for number in range(count)
        ]
        return Network.from_layers(layers, metadata)


class _Convolutions(Shape):
    """Convolutions with ReLU, and dropout before the dense layer alone."""

    evaluated_at_once = EVALUATED_AT_ONCE

    def __init__(self, known: ConvNet, training: Training) -> None:
        self._known, self._training = known, training

    def module(self) -> nn.Module:
        training = self._training
        own = Dropout(training.dropout, training.dropout_seed) if training.dropout > 0 else None
        model = ConvModule(self._known, own)
        initialise(model.modules())
        return model

    def weights(self, model: nn.Module) -> Weights:
        return weights_of(model)

    def network(self, weights: Weights, metadata: Mapping[str, Any]) -> Network:
        return with_weights(self._units, weights, {**metadata, KEY: self._known.to_json()})

    @cached_property
    def _units(self) -> Network:
        return units_of(ConvModule(self._known))


def dense_layers(model: nn.Module) -> list[nn.Linear]:
    """Give the dense layers of a model in their order."""
    return [layer for layer in model.modules() if isinstance(layer, nn.Linear)]


def initialise(layers: Iterable[nn.Module]) -> None:
    """Glorot-uniform weights and zero biases, as in Keras, in the order of the layers."""
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
