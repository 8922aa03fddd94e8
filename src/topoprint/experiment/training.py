"""Trains one network as the paper's authors did (section 3.2; docs/method.md)."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from topoprint.devices import one_reproducible_thread
from topoprint.errors import InputError
from topoprint.experiment.checkpoint import Checkpoint
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.input_order import in_order, permutation_of
from topoprint.experiment.models import NetworkSpec, Training
from topoprint.experiment.progress import Progress
from topoprint.experiment.shapes import Weights, shape_of
from topoprint.experiment.snapshots import Score, steps_between
from topoprint.experiment.steps import DenseStep, SparseStep
from topoprint.experiment.tasks import relabelled
from topoprint.identity import NetworkId, stream
from topoprint.networks.network import Network


@dataclass(frozen=True)
class Trained:
    """A network after and before its training, and along it.

    Attributes
    ----------
    trained, initial : Network
    snapshots : dict of float to Network
        By epoch, those that were asked for between the first step and the last.
    scores : list of Score
        Before, at each snapshot and after; none where no snapshots were asked for.
    """

    trained: Network
    initial: Network
    snapshots: dict[float, Network] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)


def train(
    cell: NetworkId,
    spec: NetworkSpec,
    samples: Samples,
    device: str = "cpu",
    random_labels: bool = False,
) -> Trained:
    """Train one network from its own random stream.

    Parameters
    ----------
    cell : NetworkId
        Data set, network and seed; with ``spec`` they determine every random number.
    spec : NetworkSpec
        Architecture and training settings.
    samples : Samples
        Of the labels that the network is to know.
    device : str
        A torch device. On the CPU the result is reproducible to the bit; a GPU's is not the same.
    random_labels : bool
        Whether the labels of the training samples are put in random order first (a null model:
        Zhang et al., "Understanding deep learning requires rethinking generalization", ICLR
        2017). The network starts from the same weights.

    Raises
    ------
    InputError
        If too few samples are left to train or test on, or training diverges.
    """
    with one_reproducible_thread(), torch.random.fork_rng():
        run = Run(cell, spec, samples, device, random_labels)
        model = run.start()
        for _ in epochs(model, *run.fitted, spec.training, run.told, run.stops, run.taking(model)):
            pass
        return run.finish(model)


class Run:
    """The training of one network: what it sees, and what is kept of it.

    Parameters are those of :func:`train`.

    Attributes
    ----------
    fitted : tuple of Tensor
        Inputs (n, features) and labels (n,) that are trained on, on the device.
    stops : dict of int to float
        Epochs by the number of steps after which the network is kept.
    told : str
        What is trained, for messages.
    """

    def __init__(
        self, cell: NetworkId, spec: NetworkSpec, samples: Samples, device: str, random_labels: bool
    ) -> None:
        samples = relabelled(samples, spec.task) if spec.task else samples
        training, seed = spec.training, cell.seed or 0
        x = torch.from_numpy(in_order(samples, spec, samples.x_train, seed))
        y = torch.from_numpy(samples.y_train)
        if spec.architecture.input_order and training.permute == "samples":
            order = torch.from_numpy(permutation_of(samples, spec, len(y), seed))
            x, y = x[order], y[order]
        if random_labels:
            own = stream(cell.dataset, cell.network, seed, "random_labels")
            y = y[torch.from_numpy(np.random.default_rng(own).permutation(len(y)))]
        n_fit = math.floor(len(y) * (1 - training.validation_fraction))  # as Keras splits
        if n_fit < 1 or len(samples.y_test) < 1:
            raise InputError(f"data set {cell.dataset} has no samples left to train or test on")
        x, y = x.to(device), y.to(device)
        self.fitted = x[:n_fit], y[:n_fit]
        x_test = torch.from_numpy(in_order(samples, spec, samples.x_test, seed))
        self._scored = {"test": (x_test.to(device), torch.from_numpy(samples.y_test).to(device))}
        if n_fit < len(y):
            self._scored["validation"] = x[n_fit:], y[n_fit:]
        outputs = len(samples.classes)
        self._shape = shape_of(spec.architecture, samples.shape, outputs, training)
        self._spec, self._device = spec, device
        self._cell = replace(cell, variant="random_labels" if random_labels else "")
        self.stops = steps_between(training, n_fit)
        self.told = f"{cell.dataset} {cell.network} seed {cell.seed}"
        self._kept: dict[float, Weights] = {}
        self._along: list[Score] = []

    def start(self) -> nn.Module:
        """Seed torch's random numbers, and make the network before its training."""
        cell = self._cell
        torch.manual_seed(stream(cell.dataset, cell.network, cell.seed or 0))
        model = self._shape.module()
        model.to(self._device)
        self.taking(model)(0.0)
        return model

    def taking(self, model: nn.Module) -> Callable[[float], None]:
        """Keep the network as it is after so many epochs, when that is called."""

        def take(epoch: float) -> None:
            self._kept[epoch] = self._shape.weights(model)
            if self._spec.training.snapshots:
                parts = {"train": self.fitted, "test": self._scored["test"]}
                of = self._scores(model, parts)
                own, seed = self._cell, self._cell.seed or 0
                score = Score(own.dataset, own.network, seed, own.variant, epoch, **of)
                self._along.append(score)

        return take

    def finish(self, model: nn.Module) -> Trained:
        """Keep the network after its training, and score it.

        Raises
        ------
        InputError
            If training diverged.
        """
        last = float(self._spec.training.epochs)
        self.taking(model)(last)
        scores = self._scores(model, self._scored)
        cell = self._cell
        initial = replace(cell, variant="", step=0.0)
        try:
            return Trained(
                self._network(last, cell, scores),
                self._network(0.0, initial, {}),
                {step: self._network(step, replace(cell, step=step), {})
                 for step in self.stops.values()},
                self._along,
            )  # fmt: skip
        except InputError as error:
            raise InputError(
                f"training of {cell.network} seed {cell.seed} on {cell.dataset} diverged "
                f"({error}); try a smaller learning_rate"
            ) from error

    def _scores(
        self, model: nn.Module, parts: Mapping[str, tuple[Tensor, Tensor]]
    ) -> dict[str, float]:
        batch = self._shape.evaluated_at_once
        return {
            f"{part}_{name}": value
            for part, (x, y) in parts.items()
            for name, value in _evaluate(model, x, y, batch)
        }

    def _network(self, epoch: float, cell: NetworkId, results: Mapping[str, float]) -> Network:
        known = {"group": self._spec.group, "spec": self._spec.made_by}
        told = {**known, "identity": cell.to_json(), **results}
        return self._shape.network(self._kept[epoch], told)


def epochs(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    training: Training,
    told: str,
    stops: Mapping[int, float] | None = None,
    take: Callable[[float], None] | None = None,
    kept: Checkpoint | None = None,
) -> Iterator[float]:
    """Train in place on labelled inputs, an epoch for each mean loss that is taken.

    stderr is told of the epochs, and that they are of ``told``. Where a sparse first layer is asked
    for, a network on a GPU, or that begins with a convolution, has a dense one all the same.
    ``take`` is called with the epochs of ``stops`` after so many steps; it may evaluate the model,
    and must draw no random number. Without a sparse first layer a training goes on from what is
    ``kept`` of it, and keeps its state after each epoch, once the next one is asked for.
    """
    is_dense = isinstance(model, nn.Sequential) and isinstance(model[0], nn.Linear)
    sparse = training.first_layer == "sparse" and is_dense and x.device.type == "cpu"
    step = (SparseStep if sparse else DenseStep)(model, x, y, training)
    model.train()
    first = kept.restore(model, step) if kept and isinstance(step, DenseStep) else 0
    progress = Progress(told, training.epochs, first)
    done = first * math.ceil(len(x) / training.batch_size)
    for epoch in range(first + 1, training.epochs + 1):
        total = torch.zeros((), device=x.device)
        for batch in torch.split(torch.randperm(len(x)).to(x.device), training.batch_size):
            total += step(batch) * len(batch)
            done += 1
            if take and stops and done in stops:
                step.write_back()
                take(stops[done])
                model.train()
        step.write_back()
        mean = float(total) / len(x)
        progress.after(epoch, mean)
        yield mean
        if kept and isinstance(step, DenseStep):
            kept.save(epoch, model, step)


@torch.no_grad()
def _evaluate(model: nn.Module, x: Tensor, y: Tensor, batch: int) -> list[tuple[str, float]]:
    model.eval()
    outputs = torch.cat([model(part) for part in torch.split(x, batch)])
    accuracy = (outputs.argmax(dim=1) == y).double().mean()
    return [
        ("accuracy", float(accuracy)),
        ("loss", float(nn.functional.cross_entropy(outputs.double(), y))),
    ]
