"""Frozen features of images: what the convolutional layers of a network make of them.

The paper compares perceptrons alone; for CIFAR-10 and Fashion-MNIST they see images through the
convolutional layers of one network, trained once a data set and the same for all of them.
"""

import math
import sys

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from topoprint.devices import one_reproducible_thread
from topoprint.errors import InputError
from topoprint.experiment.checkpoint import Checkpoint
from topoprint.experiment.datasets.base import FeatureSettings
from topoprint.experiment.datasets.samples import Inputs, Samples
from topoprint.experiment.dropout import Dropout
from topoprint.experiment.models import Training
from topoprint.experiment.shapes import initialise
from topoprint.experiment.training import epochs
from topoprint.identity import stream

CHANNELS = (32, 64, 128)  # of two convolutions each, before a pooling that halves the image
DENSE = (128, 64)
SMALLEST = 2 ** len(CHANNELS)
EVALUATION_BATCH = 512


def extract(
    samples: Samples,
    settings: FeatureSettings,
    device: str = "cpu",
    kept: Checkpoint | None = None,
) -> tuple[Samples, dict[str, NDArray[np.float32]]]:
    """Train a convolutional network on images, and give what its convolutional layers make of them.

    The network is trained on the training samples, but for its validation part, from the random
    stream of the data set's name, which is no other network's: on the CPU the result is
    reproducible to the bit.

    Parameters
    ----------
    samples : Samples
        Images: one sample of shape (channels, height, width), at least 8 × 8 pixels.
    settings : FeatureSettings
        How the network is trained.
    device : str
        A torch device.
    kept : Checkpoint, optional
        Of a training of the same, from which it goes on; its state is kept after each epoch.

    Returns
    -------
    features : Samples
        float32; one sample of shape (128, height // 8, width // 8), flattened in that order.
    weights : dict of str to ndarray, float32
        Parameters of the whole network by name, ``convolutions.…`` and ``classifier.…``.

    Raises
    ------
    InputError
        If samples are no images, or training diverges.
    """
    if len(samples.shape) != 3 or min(samples.shape[1:]) < SMALLEST:
        raise InputError(
            f"data set {samples.name}: one sample has the shape {samples.shape}; convolutional "
            f"features need (channels, height, width), at least {SMALLEST} × {SMALLEST} pixels"
        )
    samples = samples.as_float()
    target = torch.device(device)
    with one_reproducible_thread(), torch.random.fork_rng():
        torch.manual_seed(stream(samples.name, "features"))
        model = _Network(samples.shape, len(samples.classes), settings)
        model.to(target, memory_format=torch.channels_last)  # type: ignore[call-overload]
        _fit(model, samples, settings, target, kept)
        train, _ = _apply(model, samples, samples.x_train, target)
        test, scores = _apply(model, samples, samples.x_test, target)
    accuracy = np.mean(scores.argmax(axis=1) == samples.y_test)
    print(f"{samples.name} features: test accuracy {accuracy:.4f}", file=sys.stderr)
    features = Samples(
        samples.name,
        train,
        samples.y_train,
        test,
        samples.y_test,
        samples.classes,
        shape=_feature_shape(samples.shape),
    )
    weights = {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}
    return features, weights


def _feature_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (CHANNELS[-1], *(length // SMALLEST for length in shape[1:]))


class _Network(nn.Module):
    """Convolutions and dense layers with ReLU."""

    def __init__(self, shape: tuple[int, ...], classes: int, settings: FeatureSettings) -> None:
        super().__init__()
        convolutions: list[nn.Module] = []
        width = shape[0]
        for channels in CHANNELS:
            for _ in range(2):
                convolutions += [nn.Conv2d(width, channels, 3, padding=1), nn.ReLU()]
                width = channels
            convolutions.append(nn.MaxPool2d(2))
        dense: list[nn.Module] = []
        width = math.prod(_feature_shape(shape))
        for size in DENSE:
            dense += [
                nn.Linear(width, size),
                nn.ReLU(),
                Dropout(settings.dropout, settings.dropout_seed),
            ]
            width = size
        dense.append(nn.Linear(width, classes))
        initialise(convolutions + dense)
        self.convolutions = nn.Sequential(*convolutions)
        self.classifier = nn.Sequential(*dense)

    def features(self, images: Tensor) -> Tensor:
        """Features (n, features) of images (n, channels, height, width)."""
        laid_out = images.contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.convolutions(laid_out)
        return maps.flatten(1)

    def forward(self, images: Tensor) -> Tensor:
        """Scores (n, classes) of images."""
        scores: Tensor = self.classifier(self.features(images))
        return scores


def _fit(
    model: nn.Module,
    samples: Samples,
    settings: FeatureSettings,
    device: torch.device,
    kept: Checkpoint | None,
) -> None:
    """Train in place on the training samples, but for the validation part."""
    n_fit = math.floor(len(samples.y_train) * (1 - settings.validation_fraction))  # as Keras splits
    if n_fit < 1:
        raise InputError(f"data set {samples.name} has no samples left to train its features on")
    x = torch.from_numpy(samples.x_train[:n_fit]).view(-1, *samples.shape).to(device)
    y = torch.from_numpy(samples.y_train[:n_fit]).to(device)
    training = Training(**settings.model_dump())
    for loss in epochs(model, x, y, training, f"{samples.name} features", kept=kept):
        if not math.isfinite(loss):
            raise InputError(
                f"training of the features of {samples.name} diverged; try a smaller learning_rate"
            )


@torch.no_grad()
def _apply(
    model: _Network, samples: Samples, inputs: Inputs, device: torch.device
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Features (n, features) and scores of the labels (n, classes) of flat images."""
    model.eval()
    features = np.empty((len(inputs), math.prod(_feature_shape(samples.shape))), np.float32)
    scores = np.empty((len(inputs), len(samples.classes)), np.float32)
    for start in range(0, len(inputs), EVALUATION_BATCH):
        rows = slice(start, start + EVALUATION_BATCH)
        images = torch.from_numpy(inputs[rows]).view(-1, *samples.shape).to(device)
        outputs = model.features(images)
        features[rows] = outputs.cpu().numpy()
        scores[rows] = model.classifier(outputs).cpu().numpy()
    return features, scores
