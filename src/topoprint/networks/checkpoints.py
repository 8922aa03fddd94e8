"""Reads the dense tensors of a torch checkpoint, admitting nothing but tensors."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from topoprint.errors import InputError


def read_state_dict(path: Path) -> dict[str, NDArray[Any]]:
    """Read a ``.pt`` or ``.pth`` state dict with ``weights_only``, as arrays by name."""
    try:
        import torch
    except ImportError as error:
        raise InputError(
            f"{path}: reading it needs torch (pip install '.[train]' in its sources), or save "
            "the weights as safetensors"
        ) from error
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a file that it does not take
        raise InputError(
            f"{path}: torch cannot read it with weights_only; save model.state_dict() alone"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(v, torch.Tensor) for v in state.values()):
        raise InputError(f"{path}: not a state dict of tensors; save model.state_dict() alone")
    for name, tensor in state.items():
        if not isinstance(name, str) or tensor.layout != torch.strided or tensor.is_complex():
            raise InputError(
                f"{path}: entry {name!r} is no dense tensor of real numbers with a name"
            )
    return {name: tensor.detach().to(torch.float32).numpy() for name, tensor in state.items()}
