"""The subcommand that shows what a file holds, and what of it is the network."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from topoprint.cli.help import YOURS
from topoprint.cli.options import AsJson, Layers, app
from topoprint.networks.files import known_of
from topoprint.networks.readers.choice import split_names
from topoprint.networks.readers.plan import Plan, plan_file
from topoprint.networks.readers.tensors import Tensor
from topoprint.networks.written import has_maps, maps_of


@app.command(rich_help_panel=YOURS)
def layers(
    file: Annotated[
        Path, typer.Argument(help="File or folder of a network; FILE::KEY or FILE::GLOB for parts.")
    ],
    layers: Layers = None,
    as_json: AsJson = False,
) -> None:
    """List the tensors of a file: what is taken for the network, in which order, and what is not.

    Read are safetensors (sharded too), torch files by weights_only, TorchScript, npz, ONNX and
    Keras, told by their content; of the weights nothing is read here.
    """
    known = known_of(file)
    if has_maps(known) and layers is None:
        _print_maps(file, known, as_json)
        return
    plan = plan_file(file, split_names(layers) or known.get("layers"))
    if as_json:
        print(json.dumps(_as_json(plan), indent=2))
        return
    how = "a chain of dense layers, in this order" if plan.is_chain else "maps side by side"
    print(f"{file}: {plan.kind}; {plan.n_weights} weights are taken, {how}")
    _table((name, tensor, _use(tensor)) for name, tensor in plan.taken.items())
    if plan.left:
        print("left out")
        _table((name, tensor, why) for name, (tensor, why) in plan.left.items())


def _print_maps(file: Path, known: dict[str, Any], as_json: bool) -> None:
    """Show a network that the project wrote with its units and wires, all of which is taken."""
    units, maps, wires, _, _ = maps_of(file, known)
    n_wires = sum(some.n_edges for some in wires)
    if as_json:
        rows = [
            {
                "name": one.name,
                "shape": list(one.weight.shape),
                "bias": one.is_bias,
                "edges": one.n_edges,
            }
            for one in maps
        ]
        print(json.dumps({"units": units, "wires": n_wires, "maps": rows}, indent=2))
        return
    n_edges = sum(one.n_edges for one in maps)
    print(f"{file}: a whole network of {units} units, {n_edges} edges and {n_wires} wires")
    width = max(len(one.name) for one in maps)
    for one in maps:
        shape = "×".join(map(str, one.weight.shape))
        kind = "biases" if one.is_bias else "weights"
        print(f"  {one.name:{width}}  {shape:>16}  {one.n_edges} edges of {kind}")


def _table(rows: Any) -> None:
    texts = [(name, tensor.dtype, _shape(tensor), why) for name, tensor, why in rows]
    widths = [max(len(row[at]) for row in texts) for at in range(3)]
    for name, dtype, shape, why in texts:
        print(f"  {name:{widths[0]}}  {dtype:{widths[1]}}  {shape:{widths[2]}}  {why}")


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "scalar"


def _use(tensor: Tensor) -> str:
    """Say what a tensor becomes."""
    if tensor.role == "bias":
        return f"bias of {tensor.partner}" if tensor.partner else "bias"
    if tensor.role == "gain":
        return f"gain of {tensor.size} units"
    n_out, n_in = tensor.matrix_shape
    return f"{n_in} → {n_out}"


def _as_json(plan: Plan) -> dict[str, Any]:
    def row(name: str, tensor: Tensor) -> dict[str, Any]:
        return {"name": name, "dtype": tensor.dtype, "shape": list(tensor.shape)}

    return {
        "kind": plan.kind,
        "chain": plan.is_chain,
        "weights": plan.n_weights,
        "taken": [
            {**row(name, tensor), "role": tensor.role, "bias_of": tensor.partner}
            for name, tensor in plan.taken.items()
        ],
        "left": [{**row(name, tensor), "why": why} for name, (tensor, why) in plan.left.items()],
    }
