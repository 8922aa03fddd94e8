"""Files of weights of a known architecture: torchvision's is built, filled and followed.

Nothing is downloaded, and nothing of the file is run: its tensors are read, and put into the
architecture by their names.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from topoprint.costs import Cost
from topoprint.errors import InputError
from topoprint.networks.network import Network
from topoprint.networks.readers.choice import choose_group, split_path
from topoprint.networks.readers.kinds import open_file
from topoprint.networks.readers.parameters import parameters
from topoprint.networks.readers.tensors import Tensor, as_numbers
from topoprint.validation import Count, Strict

LIBRARY = "torchvision"
# Reading a file and writing its network, of each weight; with an architecture, torch comes on top.
READ = Cost(mb=120, minutes=2, bytes_each=14, seconds_each=1e-7)
FOLLOW = Cost(mb=2000, minutes=5, bytes_each=30, seconds_each=1e-6)

# Names of parameters that a message tells at most of each kind.
TOLD = 3


def _of_library(model: str) -> str:
    if not re.fullmatch(rf"{LIBRARY}:[a-z][a-z0-9_]*", model):
        raise ValueError(f"{model!r} is no {LIBRARY}:NAME, as in {LIBRARY}:resnet18")
    return model


ModelName = Annotated[str, AfterValidator(_of_library)]
Shape = Annotated[list[Count], Field(min_length=3, max_length=3)]


class Model(Strict):
    """An architecture, and the example on which it is followed.

    Attributes
    ----------
    model : str
        ``torchvision:NAME``, a classifier of torchvision.
    input_shape : list of int, or None
        Channels, height and width of the example; by default those of torchvision's own weights.
    """

    model: ModelName
    input_shape: Shape | None = None

    @property
    def name(self) -> str:
        """Its name in the library."""
        return self.model.partition(":")[2]


@dataclass(frozen=True)
class _Expected:
    """Parameters and buffers of an architecture: shapes by name, and the classifier's weights."""

    shapes: Mapping[str, tuple[int, ...]]
    last: str


def check_known(model: Model) -> None:
    """Refuse an architecture that torchvision has not; InputError names those like it."""
    known = _library().list_models(module=_library())
    if model.name not in known:
        near = get_close_matches(model.name, known, n=3)
        told = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
        raise InputError(f"model {model.model!r} is no classifier of torchvision; {told}")


def load_with(
    path: str | os.PathLike[str], model: Model | None, layers: Sequence[str] | None = None
) -> Network:
    """Read a network from a file, with its architecture where one is given.

    Parameters
    ----------
    path : path
        As of :meth:`topoprint.Network.load`.
    model : Model or None
        Its architecture: the file's tensors fill it by their names, all of them and no others, and
        it is followed on an example of zeros (:meth:`topoprint.Network.from_torch`). Wrappers'
        prefixes such as ``module.`` are dropped. The number of labels is that of the file.
    layers : sequence of str, optional
        Without an architecture, what to take.

    Raises
    ------
    InputError
        If the file cannot be read, or its tensors are not those of the architecture: the first
        that do not fit are named.
    """
    if model is None:
        return Network.load(path, layers)
    if layers is not None:
        raise InputError("with a model all weights are taken; leave layers out")
    check_known(model)
    file, chosen = split_path(path)
    contents = open_file(file)
    try:
        group, names = choose_group(contents, chosen)
        if names:
            raise InputError("with a model all weights are taken; name the file, or FILE::KEY")
        return _filled(model, _named(parameters(group)))
    except InputError as error:
        told = str(error)
        raise InputError(told if told.startswith(str(path)) else f"{path}: {told}") from error


def _library() -> Any:
    try:
        from torchvision import models
    except ImportError as error:
        raise InputError(
            "an architecture of torchvision needs it: pip install 'topoprint[data,train]'"
        ) from error
    return models


def _named(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Names as torchvision's modules have them today; its own files of DenseNets are older."""
    return {
        re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12])\.", r"\1\2.", name): tensor
        for name, tensor in tensors.items()
    }


def _filled(model: Model, tensors: dict[str, Tensor]) -> Network:
    """Build an architecture, fill it, and follow it."""
    import torch

    shape = model.input_shape or _usual_shape(model.name)
    options = _options(model, tensors)
    with torch.random.fork_rng(devices=[]):
        module = _built(model.name, options)
        expected = _expected(module)
        tensors = _without_prefix(tensors, expected)
        usual, *rest = expected.shapes[expected.last]
        own = tensors[expected.last].shape if expected.last in tensors else ()
        if len(own) == 1 + len(rest) and own[0] not in (0, usual):  # other labels
            module = _built(model.name, {**options, "num_classes": int(own[0])})
            expected = _expected(module)
    _check_fit(model, tensors, expected)
    # Counters of batches, which some files lack, have no part in inference.
    state = module.state_dict()
    state.update({name: torch.from_numpy(_numbers(one)) for name, one in tensors.items()})
    module.load_state_dict(state)
    return Network.from_torch(module, torch.zeros(1, *shape))


def _built(name: str, options: Mapping[str, Any]) -> Any:
    try:
        return _library().get_model(name, weights=None, **options)
    except (ValueError, TypeError, AssertionError) as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"torchvision cannot build {name} so: {reason}") from error


def _options(model: Model, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """Arguments of a builder, beside the number of labels, that follow from file and example."""
    if model.name in ("googlenet", "inception_v3"):
        auxiliary = any(re.search(r"(^|\.)(aux\d|AuxLogits)\.", name) for name in tensors)
        return {"aux_logits": auxiliary, "init_weights": False}
    if model.input_shape and model.name.startswith("vit_"):
        return {"image_size": model.input_shape[-1]}
    if model.input_shape and model.name.startswith("maxvit_"):
        return {"input_size": tuple(model.input_shape[1:])}
    return {}


def _usual_shape(name: str) -> list[int]:
    """Shape of the images that torchvision's own weights were evaluated on."""
    weights = _library().get_model_weights(name).DEFAULT
    (size,) = weights.transforms().crop_size
    return [3, size, size]


def _expected(module: Any) -> _Expected:
    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    matrices = [name for name, shape in shapes.items() if len(shape) > 1]
    return _Expected(shapes, matrices[-1])


def _without_prefix(tensors: dict[str, Tensor], expected: _Expected) -> dict[str, Tensor]:
    """Drop a prefix that all names have, as those of a module that was part of another."""
    first = next(iter(expected.shapes))
    ends = [name for name in tensors if name.endswith(f".{first}")]
    prefix = ends[0].removesuffix(first) if len(ends) == 1 else ""
    if not all(name.startswith(prefix) for name in tensors):
        return tensors
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}


def _check_fit(model: Model, tensors: Mapping[str, Tensor], expected: _Expected) -> None:
    """Refuse tensors that are not those of an architecture."""
    missing = [name for name in expected.shapes
               if name not in tensors and not name.endswith("num_batches_tracked")]  # fmt: skip
    more = [name for name in tensors if name not in expected.shapes]
    other = [
        f"{name} of {tuple(tensors[name].shape)}, not {shape}"
        for name, shape in expected.shapes.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    kinds = {"lacks": missing, "has besides": more, "has": other}
    told = [f"{what} {_first(names)}" for what, names in kinds.items() if names]
    if told:
        raise InputError(f"is no {model.model}: it {'; it '.join(told)}")


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more


def _numbers(tensor: Tensor) -> NDArray[Any]:
    return np.array(as_numbers(tensor.read()), dtype=np.float32, copy=True)
