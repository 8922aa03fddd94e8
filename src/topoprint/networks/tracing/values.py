"""What stands for the tensors of a computation while it is traced."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from topoprint.networks.tracing.recorder import NOTHING

Move = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Known:
    """A tensor that does not depend on the input.

    Attributes
    ----------
    tensor : Tensor
    parameters : tuple of str
        Names of the parameters that it was computed of; none if it is fixed.
    moves : tuple of callables, or None
        What takes the one parameter to the elements that are here, if they are its own;
        None where they were computed.
    """

    tensor: torch.Tensor
    parameters: tuple[str, ...] = ()
    moves: tuple[Move, ...] | None = None

    @property
    def trained(self) -> bool:
        """Whether a parameter is in it."""
        return bool(self.parameters)

    @property
    def name(self) -> str:
        """Return the names of its parameters."""
        return " + ".join(self.parameters)

    def moved(self, move: Move) -> "Known":
        """Return elements of it, as a view or an index takes them."""
        moves = None if self.moves is None else (*self.moves, move)
        return Known(move(self.tensor), self.parameters, moves)

    def turned(self) -> "Known":
        """Return its matrices with rows and columns exchanged."""
        return self.moved(lambda tensor: tensor.transpose(-2, -1))


@dataclass(frozen=True, eq=False)
class Statistic:
    """That units are a mean, a norm or the like of others, by which those may be normalised.

    Attributes
    ----------
    source : Tensor, int64
        The numbers that were reduced.
    kept : Tensor, int64, of the same shape
        At each of them, the smallest number of those that it was reduced with.
    labels : Tensor, int64
        In the place of each statistic, the smallest number of those that it is of.
    """

    source: torch.Tensor
    kept: torch.Tensor
    labels: torch.Tensor

    def normalises(self, numbers: torch.Tensor) -> bool:
        """Whether units of these numbers would each meet the statistic of its own set."""
        if numbers.shape != self.source.shape or not torch.equal(numbers, self.source):
            return False
        try:
            labels = self.labels.expand(numbers.shape)
        except RuntimeError:
            return False
        return torch.equal(labels, self.kept)


@dataclass(frozen=True, eq=False)
class Units:
    """An activation: the number of the unit in each place of a tensor.

    Attributes
    ----------
    shape : tuple of int
    number : callable
        Gives the numbers, and makes the units when it is asked first: what nobody asks for is
        no unit, such as the scores of attention.
    values : Tensor, optional
        The whole numbers or truths of the example that stand here: tokens, masks.
    product : bool
        Whether it is a matrix product of two activations, such as the scores of attention.
    mixes : bool
        Whether it went through a softmax: such numbers are no units where they mix others.
    closed : Tensor of bool, optional
        Where a mask makes such a weight zero.
    statistic : Statistic, optional
    """

    shape: tuple[int, ...]
    number: Callable[[], torch.Tensor]
    values: torch.Tensor | None = None
    product: bool = False
    mixes: bool = False
    closed: torch.Tensor | None = None
    statistic: Statistic | None = None

    @classmethod
    def of(cls, numbers: torch.Tensor) -> "Units":
        """Return units that are there already."""
        return cls(tuple(numbers.shape), lambda: numbers)

    @cached_property
    def numbers(self) -> torch.Tensor:
        """Return the numbers of the units, int64; NOTHING where no unit is."""
        return self.number()

    def moved(self, shape: tuple[int, ...], move: Move, numbers: Move | None = None) -> "Units":
        """Return units of it, as a view or an index takes them to a new shape.

        ``numbers`` moves the numbers, where that is not the same (a padding with what is no unit).
        """
        of_numbers = move if numbers is None else numbers
        statistic = self.statistic
        if statistic is not None and numbers is None:
            statistic = replace(statistic, labels=move(statistic.labels))
        return Units(
            shape,
            lambda: of_numbers(self.numbers),
            None if self.values is None else move(self.values),
            self.product,
            self.mixes,
            None if self.closed is None else move(self.closed),
            statistic if numbers is None else None,
        )

    def turned(self) -> "Units":
        """Return its matrices with rows and columns exchanged."""
        shape = (*self.shape[:-2], self.shape[-1], self.shape[-2])
        return self.moved(shape, lambda tensor: tensor.transpose(-2, -1))

    def masked(self, closed: torch.Tensor) -> "Units":
        """Return the same where a mask leaves them, and nothing elsewhere."""
        shape = tuple(np.broadcast_shapes(self.shape, closed.shape))
        closed = closed.expand(shape)
        before = None if self.closed is None else self.closed.expand(shape)
        return replace(
            self,
            shape=shape,
            number=lambda: self.numbers.expand(shape).masked_fill(closed, NOTHING),
            values=None,
            closed=closed if before is None else before | closed,
            statistic=None,
        )


@dataclass(frozen=True)
class Unserved:
    """A part of a result for which there are no units: an error only if it is used."""

    what: str


Value = Known | Units | Unserved
