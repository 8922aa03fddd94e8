"""How much of the trained weights of a module is in its graph."""

from collections.abc import Mapping
from typing import Any

import torch

from topoprint.networks.tracing.values import Known


class Coverage:
    """Marks the elements of parameters that became weights of a map.

    Parameters
    ----------
    parameters : mapping of str to Tensor
        All parameters of the module by all of their names; the first name counts.
    told : mapping of str to str, optional
        What they are called instead.
    """

    def __init__(
        self, parameters: Mapping[str, torch.Tensor], told: Mapping[str, str] | None = None
    ) -> None:
        first: dict[int, str] = {}
        told = told or {}
        self.names = {
            name: first.setdefault(id(tensor), told.get(name, name))
            for name, tensor in parameters.items()
        }
        parameters = {self.names[name]: tensor for name, tensor in parameters.items()}
        self._sizes = {name: tensor.numel() for name, tensor in parameters.items()}
        self._shapes = {name: tuple(tensor.shape) for name, tensor in parameters.items()}
        self._whole: set[str] = set()
        self._parts: dict[str, torch.Tensor] = {}

    def mark(self, known: Known) -> None:
        """Say that these numbers are weights of a map now."""
        if known.moves is None or len(known.parameters) != 1:
            for name in known.parameters:
                self._whole.add(name)
                self._parts.pop(name, None)
            return
        (name,) = known.parameters
        if name in self._whole:
            return
        if known.tensor.numel() == self._sizes[name] and not known.moves:
            self._whole.add(name)
            self._parts.pop(name, None)
            return
        places = torch.arange(self._sizes[name]).reshape(self._shapes[name])
        for move in known.moves:
            places = move(places)
        mask = self._parts.setdefault(name, torch.zeros(self._sizes[name], dtype=torch.bool))
        mask[places.reshape(-1)] = True
        if bool(mask.all()):
            self._whole.add(name)
            del self._parts[name]

    def summary(self) -> dict[str, Any]:
        """Return ``coverage``, a share in [0, 1], and ``outside``, parameters that are in no map.

        The share is None of a module without parameters.
        """
        inside = sum(self._sizes[name] for name in self._whole)
        inside += sum(int(mask.sum()) for mask in self._parts.values())
        total = sum(self._sizes.values())
        outside = [name for name in self._sizes if name not in self._whole | self._parts.keys()]
        return {"coverage": inside / total if total else None, "outside": outside}
