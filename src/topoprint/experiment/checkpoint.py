"""The state of a training after an epoch, in a file from which the training goes on."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from topoprint.experiment.dropout import Dropout
from topoprint.experiment.steps import DenseStep
from topoprint.storage import write_bytes


class Checkpoint:
    """What a training needs to go on as if it had not been interrupted.

    That is its weights, the squares of RMSprop, and the states of all random streams.

    Parameters
    ----------
    path : Path
        Of its file, which is of this training alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, epoch: int, model: nn.Module, step: DenseStep) -> None:
        """Keep the state after an epoch, in the place of an earlier one."""
        held = {name: one.cpu().contiguous() for name, one in _held(model, step).items()}
        random = {name: made.get_state() for name, made in _generators(model, step).items()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(self._path, save({**held, **random, "epoch": torch.tensor(epoch)}))

    def restore(self, model: nn.Module, step: DenseStep) -> int:
        """Put what was kept in its places, and give the epochs that are done; 0 if nothing was."""
        try:
            kept = load(self._path.read_bytes())
        except (FileNotFoundError, SafetensorError):
            return 0
        with torch.no_grad():
            for name, one in _held(model, step).items():
                one.copy_(kept[name])
        for name, made in _generators(model, step).items():
            made.set_state(kept[name])
        return int(kept["epoch"])


def _held(model: nn.Module, step: DenseStep) -> dict[str, Tensor]:
    squares = {f"square.{number}": square for number, square in enumerate(step.squares)}
    return {**{f"model.{name}": one for name, one in model.state_dict().items()}, **squares}


def _generators(model: nn.Module, step: DenseStep) -> dict[str, torch.Generator]:
    """Random streams that are drawn from: torch's own, and those of dropout layers."""
    device = step.x.device
    found = {"random.cpu": torch.default_generator}
    if device.type == "cuda":
        found["random.cuda"] = torch.cuda.default_generators[device.index or 0]
    for name, module in model.named_modules():
        own = module.random(device) if isinstance(module, Dropout) else None
        found |= {f"random.{name}": own} if own else {}
    return found
