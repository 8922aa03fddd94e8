"""Linear operators: products of matrices, convolutions, attention."""

from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812

from topoprint.networks.onnx_graph.operators import (
    Call,
    Value,
    integers,
    serves,
    tensor,
    trained_or_none,
)
from topoprint.networks.onnx_graph.windows import Windows

CONVOLUTIONS: Any = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED: Any = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


@serves("MatMul")
def matmul(call: Call, a: Value, b: Value) -> torch.Tensor:
    """Multiply matrices."""
    return torch.matmul(tensor(a), tensor(b))


@serves("Gemm")
def gemm(call: Call, a: Value, b: Value, c: Value = None) -> torch.Tensor:
    """Multiply matrices, scale, and add."""
    x = tensor(a).t() if call.get("transA", 0) else tensor(a)
    weight = tensor(b) if call.get("transB", 0) else tensor(b).t()
    alpha, beta, added = call.get("alpha", 1.0), call.get("beta", 1.0), trained_or_none(c)
    weight = weight if alpha == 1 else weight * alpha
    if added is None or beta == 0:
        return F.linear(x, weight)
    added = added if beta == 1 else added * beta
    if added.numel() == len(weight) and added.shape[-1] == len(weight):
        return F.linear(x, weight, added.reshape(-1))
    return F.linear(x, weight) + added


@serves("Einsum")
def einsum(call: Call, *given: Value) -> torch.Tensor:
    """Multiply and sum as an equation says."""
    equation = call.get("equation")
    return torch.einsum(equation, *map(tensor, given))


@serves("Conv")
def conv(call: Call, x: Value, w: Value, b: Value = None) -> torch.Tensor:
    """Convolve; unequal paddings are added before."""
    given, weight, bias = tensor(x), tensor(w), trained_or_none(b)
    windows = Windows.of(call, tuple(given.shape[2:]), tuple(weight.shape[2:]))
    given, padding = windows.padded(given)
    found: torch.Tensor = CONVOLUTIONS[weight.dim() - 2](
        given, weight, bias, windows.strides, padding, windows.dilations, call.get("group", 1)
    )
    return found


@serves("ConvTranspose")
def conv_transpose(call: Call, x: Value, w: Value, b: Value = None) -> torch.Tensor:
    """Convolve transposed, and cut off what the paddings say."""
    given, weight, bias = tensor(x), tensor(w), trained_or_none(b)
    windows = Windows.of(call, tuple(given.shape[2:]), tuple(weight.shape[2:]))
    pads, more = windows.cut(call, tuple(given.shape[2:]))
    # torch cuts off the same at both ends, and gives more at the end alone.
    beyond = [low - high + extra for (low, high), extra in zip(pads, more, strict=True)]
    found: torch.Tensor = TRANSPOSED[len(windows.kernel)](
        given, weight, bias, windows.strides, [low for low, _ in pads],
        [max(extra, 0) for extra in beyond], call.get("group", 1), windows.dilations,
    )  # fmt: skip
    for axis, extra in enumerate(beyond, start=2):
        found = found.narrow(axis, 0, found.shape[axis] + min(extra, 0))
    return found


@serves("Attention")
def attention(
    call: Call, q: Value, k: Value, v: Value, mask: Value = None, *more: Value
) -> torch.Tensor:
    """Attend: queries, keys and values of (batch, heads, tokens, size) or with heads together."""
    if any(one is not None for one in more) or call.outputs > 1 or call.get("softcap", 0.0):
        raise ValueError("only queries, keys, values and a mask are known here")
    queries, keys, values = tensor(q), tensor(k), tensor(v)
    together = queries.dim() == 3
    if together:
        queries = _by_head(queries, call.get("q_num_heads"))
        keys, values = (_by_head(one, call.get("kv_num_heads")) for one in (keys, values))
    found = F.scaled_dot_product_attention(
        queries,
        keys,
        values,
        attn_mask=trained_or_none(mask),
        is_causal=bool(call.get("is_causal", 0)),
        scale=call.get("scale"),
        enable_gqa=queries.shape[1] != keys.shape[1],
    )
    return found.transpose(1, 2).flatten(2) if together else found


def _by_head(given: torch.Tensor, heads: int) -> torch.Tensor:
    return given.reshape(*given.shape[:2], heads, -1).transpose(1, 2)


@serves("Gather")
def gather(call: Call, x: Value, indices: Value) -> torch.Tensor:
    """Pick rows: of an embedding by tokens, of a tensor at known places."""
    given = tensor(x)
    axis = call.get("axis", 0) % given.dim()
    if isinstance(indices, torch.Tensor):
        if axis == 0 and given.dim() == 2:
            return F.embedding(indices, given)
        raise ValueError("places that depend on the input are known of rows of a matrix alone")
    size, places = given.shape[axis], integers(indices)
    found = [place % size for place in places]
    if indices is not None and indices.ndim == 0:
        return given.select(axis, found[0])
    picked = given.index_select(axis, torch.tensor(found))
    shape = () if indices is None else indices.shape
    return picked.reshape(*given.shape[:axis], *shape, *given.shape[axis + 1 :])
