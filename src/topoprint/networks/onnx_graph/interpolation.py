"""Interpolation of images and sequences."""

from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import Call, Value, integers, serves, tensor

MODES: dict[tuple[str, int], str] = {
    ("linear", 1): "linear", ("linear", 2): "bilinear", ("linear", 3): "trilinear",
    ("cubic", 2): "bicubic",
}  # fmt: skip
CORNERS = {"half_pixel": False, "pytorch_half_pixel": False, "align_corners": True}


@serves("Resize", "Upsample")
def resize(call: Call, x: Value, *given: Value) -> torch.Tensor:
    """Interpolate space, where torch does it the same."""
    image = tensor(x)
    old, new = tuple(image.shape), _sizes(call, tuple(image.shape), given)
    versioned = call.kind == "Resize" and call.opset >= 11
    how = call.get("coordinate_transformation_mode", "half_pixel" if versioned else "asymmetric")
    mode = call.get("mode", "nearest")
    known: Any = MODES.get((mode, len(old) - 2))
    if new[:2] != list(old[:2]) or call.get("antialias") or call.get("axes"):
        known = None
    elif mode == "nearest":
        floors = call.get("nearest_mode", "round_prefer_floor" if versioned else "floor")
        whole = all(size % before == 0 for size, before in zip(new, old, strict=True))
        same = (how, floors) == ("asymmetric", "floor") or (
            whole and how == "half_pixel" and floors.startswith("round")
        )
        if same:
            return F.interpolate(image, new[2:], mode="nearest")
    if known is None or how not in CORNERS:
        raise ValueError(f"torch has no such interpolation ({mode}, {how})")
    return F.interpolate(image, new[2:], mode=known, align_corners=CORNERS[how])


def _sizes(call: Call, shape: tuple[int, ...], given: tuple[Value, ...]) -> list[int]:
    """Return the new shape: given, or by its scales."""
    if call.kind == "Resize" and len(given) > 2 and given[2] is not None:
        return integers(given[2])
    scales = call.get("scales")
    if scales is None:
        found = given[1 if call.kind == "Resize" and call.opset >= 11 else 0]
        if found is None or isinstance(found, torch.Tensor):
            raise ValueError("its scales depend on the input")
        scales = [float(one) for one in found]
    return [int(size * scale) for size, scale in zip(shape, scales, strict=True)]
