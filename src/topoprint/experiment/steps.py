"""Steps of training by RMSprop, on inputs that are dense, or mostly zero."""

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Tensor, nn

from topoprint.experiment.models import Training


@torch.no_grad()
def rmsprop_step(
    parameters: list[Tensor],
    gradients: tuple[Tensor, ...],
    squares: list[Tensor],
    training: Training,
) -> None:
    """One step of RMSprop, in place: Keras' and torch's rule without momentum.

    Written out because importing ``torch.optim`` loads torch's compiler, which takes longer
    than training a small network; a test holds it to ``torch.optim.RMSprop``.
    """
    torch._foreach_mul_(squares, training.rho)
    torch._foreach_addcmul_(squares, gradients, gradients, value=1 - training.rho)
    roots = torch._foreach_sqrt(squares)
    torch._foreach_add_(roots, training.epsilon)
    torch._foreach_addcdiv_(parameters, gradients, roots, value=-training.learning_rate)


class DenseStep:
    """A step of training.

    Parameters
    ----------
    model : nn.Module
        Trained in place.
    x : Tensor, shape (n, …)
    y : Tensor, int64, shape (n,)
    training : Training
    """

    def __init__(self, model: nn.Module, x: Tensor, y: Tensor, training: Training) -> None:
        self.model, self.x, self.y, self.training = model, x, y, training
        self.parameters: list[Tensor] = list(model.parameters())
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]

    def __call__(self, batch: Tensor) -> Tensor:
        """Train on the samples of these numbers, shape (b,), and return their mean loss."""
        loss = nn.functional.cross_entropy(self.model(self.x[batch]), self.y[batch])
        gradients = torch.autograd.grad(loss, self.parameters)
        rmsprop_step(self.parameters, gradients, self.squares, self.training)
        return loss.detach()

    def write_back(self) -> None:
        """Do nothing: the model has its weights."""


class SparseStep:
    """A step of training that visits the weights of the inputs that are not zero alone.

    The weights of an input that is zero in all samples of a batch have the gradient 0. RMSprop then
    leaves them as they are and multiplies their mean square by ρ. Both are made up for when the
    input is next not zero: after k steps the mean square is multiplied by ρᵏ at once. So all
    weights are those of dense training but for rounding, and random numbers are drawn in the same
    order.

    Parameters
    ----------
    model : nn.Sequential
        Its first module is dense; :meth:`write_back` gives it its trained weights.
    x : Tensor, shape (n, features)
        On the CPU.
    y : Tensor, int64, shape (n,)
    training : Training
    """

    def __init__(self, model: nn.Module, x: Tensor, y: Tensor, training: Training) -> None:
        if not isinstance(model, nn.Sequential) or not isinstance(model[0], nn.Linear):
            raise TypeError("a sparse first layer needs a model that begins with a dense layer")
        first, self.rest = model[0], model[1:]
        self.first, self.training = first, training
        self.inputs, self.labels = csr_array(x.numpy()), y
        self.weights = first.weight.detach().t().contiguous()  # a row an input
        self.squares = torch.zeros_like(self.weights)
        self.others: list[Tensor] = [first.bias, *self.rest.parameters()]
        self.squares_of_others = [torch.zeros_like(parameter) for parameter in self.others]
        self.updated = np.zeros(len(self.weights), np.int64)  # step of each row's last update
        self.step = 0

    def __call__(self, batch: Tensor) -> Tensor:
        """Train on the samples of these numbers, shape (b,), and return their mean loss."""
        self.step += 1
        inputs = self.inputs[batch.numpy()]
        sums = torch.from_numpy(inputs @ self.weights.numpy()) + self.first.bias.detach()
        sums.requires_grad_()
        loss = nn.functional.cross_entropy(self.rest(sums), self.labels[batch])
        of_sums, *of_rest = torch.autograd.grad(loss, [sums, *self.rest.parameters()])
        gradients = (of_sums.sum(dim=0), *of_rest)
        rmsprop_step(self.others, gradients, self.squares_of_others, self.training)
        self._update_weights(inputs, of_sums)
        return loss.detach()

    def write_back(self) -> None:
        """Give the model's first layer its weights."""
        with torch.no_grad():
            self.first.weight.copy_(self.weights.t())

    def _update_weights(self, inputs: csr_array, of_sums: Tensor) -> None:
        by_input = inputs.tocsc()
        used = np.flatnonzero(np.diff(by_input.indptr))
        starts = np.append(by_input.indptr[used], by_input.indptr[-1])
        transposed = csr_array(
            (by_input.data, by_input.indices, starts), shape=(len(used), len(of_sums))
        )
        gradients = torch.from_numpy(transposed @ of_sums.numpy())
        decay = self.training.rho ** (self.step - self.updated[used])
        self.updated[used] = self.step
        rows = torch.from_numpy(used)
        squares = self.squares.index_select(0, rows)
        squares.mul_(torch.from_numpy(decay).to(squares.dtype)[:, None])
        squares.addcmul_(gradients, gradients, value=1 - self.training.rho)
        self.squares.index_copy_(0, rows, squares)
        steps = gradients.div_(squares.sqrt_().add_(self.training.epsilon))
        self.weights.index_add_(0, rows, steps, alpha=-self.training.learning_rate)
