"""Trains networks of one shape at once, each from its own random stream, as a GPU does best."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from topoprint.devices import one_reproducible_thread
from topoprint.errors import InputError
from topoprint.experiment.datasets.samples import Samples
from topoprint.experiment.dropout import draw
from topoprint.experiment.models import NetworkSpec, Training
from topoprint.experiment.progress import Progress
from topoprint.experiment.shapes import dense_layers
from topoprint.experiment.steps import rmsprop_step
from topoprint.experiment.training import Run, Trained
from topoprint.identity import NetworkId


class AtOnce:
    """Networks of one spec that are trained together when the first of them is asked for.

    Parameters are those of :func:`train_together`.
    """

    def __init__(
        self,
        cells: Sequence[NetworkId],
        spec: NetworkSpec,
        samples: Samples,
        device: str = "cpu",
        random_labels: bool = False,
    ) -> None:
        self._cells, self._told = cells, (spec, samples, device, random_labels)
        self._made: dict[NetworkId, Trained | InputError] = {}

    def __call__(self, cell: NetworkId) -> Trained:
        """Give one of the networks; InputError if its training diverged."""
        if not self._made:
            self._made = dict(
                zip(self._cells, train_together(self._cells, *self._told), strict=True)
            )
        result = self._made[cell]
        if isinstance(result, InputError):
            raise result
        return result


def train_together(
    cells: Sequence[NetworkId],
    spec: NetworkSpec,
    samples: Samples,
    device: str = "cpu",
    random_labels: bool = False,
) -> list[Trained | InputError]:
    """Train perceptrons of one spec at once: one batched matrix product for each layer of all.

    Each has its own weights, order of samples and dropout masks, from its own random stream, so
    that on a CPU it is the network of :func:`~topoprint.experiment.training.train` but for
    rounding. On a GPU initial weights and orders are those of the CPU, and the masks are the
    GPU's own; a network does not depend on those beside it but for rounding.

    Parameters
    ----------
    cells : sequence of NetworkId
        One at least; networks of one data set.
    spec, samples, device, random_labels
        As for one network. A sparse first layer is trained densely.

    Returns
    -------
    list of Trained or InputError
        In the order of the cells; an error for each whose training diverged.

    Raises
    ------
    InputError
        If too few samples are left to train or test on.
    """
    training = spec.training
    with one_reproducible_thread(), torch.random.fork_rng():
        runs, models, streams = [], [], []
        for cell in cells:
            run = Run(cell, spec, samples, device, random_labels)
            runs.append(run)
            models.append(run.start())
            streams.append(Stream(device))
        taking = [run.taking(model) for run, model in zip(runs, models, strict=True)]

        def take(epoch: float) -> None:
            for one in taking:
                one(epoch)

        first = cells[0]
        seeds = ", ".join(str(cell.seed) for cell in cells)
        progress = Progress(f"{first.dataset} {first.network} seeds {seeds}", training.epochs)
        fitted = [run.fitted for run in runs]
        for epoch, loss in enumerate(
            epochs_together(models, fitted, training, streams, runs[0].stops, take), 1
        ):
            progress.after(epoch, loss)
        made: list[Trained | InputError] = []
        for run, model in zip(runs, models, strict=True):
            try:
                made.append(run.finish(model))
            except InputError as error:
                made.append(error)
    return made


class Stream:
    """Random numbers of one network from where torch's own stand: orders, and a device's masks."""

    def __init__(self, device: str) -> None:
        self.orders = self.masks = torch.Generator()
        self.orders.set_state(torch.get_rng_state())
        if torch.device(device).type != "cpu":
            self.masks = torch.Generator(device).manual_seed(torch.initial_seed())


def epochs_together(
    models: Sequence[nn.Module],
    fitted: Sequence[tuple[Tensor, Tensor]],
    training: Training,
    streams: Sequence[Stream],
    stops: Mapping[int, float] | None = None,
    take: Callable[[float], None] | None = None,
) -> Iterator[float]:
    """Train models of equal layers in place, an epoch for each mean loss that is taken.

    Parameters
    ----------
    models : sequence of nn.Module
        Dense layers, between them ReLU and dropout.
    fitted : sequence of tuple of Tensor
        Inputs (n, features) and labels (n,) of each; all have the same shapes.
    training : Training
    streams : sequence of Stream
        One for each model.
    stops : mapping of int to float, optional
        Epochs by the number of steps after which ``take`` is called with them; the models have
        their weights of then, and are put back into training.
    """
    stack = _Stack(models, training, streams)
    squares = [torch.zeros_like(parameter) for parameter in stack.parameters]
    inputs, labels = zip(*fitted, strict=True)
    count, done = len(labels[0]), 0
    for _ in range(training.epochs):
        total = torch.zeros((), device=labels[0].device)
        orders = torch.stack([torch.randperm(count, generator=own.orders) for own in streams])
        for batch in torch.split(orders.to(labels[0].device), training.batch_size, dim=1):
            x = torch.stack([one[rows] for one, rows in zip(inputs, batch, strict=True)])
            y = torch.stack([one[rows] for one, rows in zip(labels, batch, strict=True)])
            losses = nn.functional.cross_entropy(
                stack(x).flatten(0, 1), y.flatten(), reduction="none"
            )
            loss = losses.view(y.shape).mean(dim=1).sum()  # the gradients of each are its own
            gradients = torch.autograd.grad(loss, stack.parameters)
            rmsprop_step(stack.parameters, gradients, squares, training)
            total += loss.detach() * batch.shape[1]
            done += 1
            if take and stops and done in stops:
                stack.write_back()
                take(stops[done])
        stack.write_back()
        yield float(total) / (count * len(models))


class _Stack:
    """Models of equal layers as one, whose weights have an axis more."""

    def __init__(
        self, models: Sequence[nn.Module], training: Training, streams: Sequence[Stream]
    ) -> None:
        self._layers = [dense_layers(model) for model in models]
        self._rate, self._streams = training.dropout, streams
        with torch.no_grad():
            by_layer = list(zip(*self._layers, strict=True))
            weights = [torch.stack([layer.weight for layer in layers]) for layers in by_layer]
            biases = [torch.stack([layer.bias for layer in layers]) for layers in by_layer]
        self._weights = [weight.requires_grad_() for weight in weights]
        self._biases = [bias.requires_grad_() for bias in biases]
        self.parameters = [*self._weights, *self._biases]
        hidden = len(by_layer) - 1
        self._shared = [
            torch.Generator(weights[0].device).manual_seed(training.dropout_seed)
            for _ in range(hidden)
            if training.dropout_seed is not None
        ]

    def __call__(self, x: Tensor) -> Tensor:
        """Give outputs (models, samples, labels) in training, for inputs of each model."""
        last = len(self._weights) - 1
        for number, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            x = torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))
            if number < last:
                x = torch.relu(x)
                x = x * self._mask(number, x) if self._rate > 0 else x
        return x

    @torch.no_grad()
    def write_back(self) -> None:
        """Give the models their weights."""
        for number, layers in enumerate(self._layers):
            for layer, weight, bias in zip(layers, self._weights, self._biases, strict=True):
                layer.weight.copy_(weight[number])
                layer.bias.copy_(bias[number])

    @torch.no_grad()
    def _mask(self, number: int, x: Tensor) -> Tensor:
        """Dropout of a layer: 0, or 1 divided by the share that is kept."""
        if self._shared:
            mask = x.new_empty(x.shape[1:])
            return draw(mask, self._rate, self._shared[number])
        mask = torch.empty_like(x)
        for own, one in zip(self._streams, mask, strict=True):
            draw(one, self._rate, own.masks)
        return mask
