"""What Snakemake leaves as text on its command line, and what it would take for a wildcard."""

from typing import Any

import pytest

pytest.importorskip("snakemake")

from snakemake.cli import parse_config

from topoprint import InputError
from topoprint.workflow.given import refuse_wildcards, typed


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("seeds=[1]", [1]),
        ("seeds=[1, 20]", [1, 20]),
        ("seeds=3", 3),
        ("training={epochs: 3, learning_rate: 1e-4}", {"epochs": 3, "learning_rate": 1e-4}),
        ("graph={zeta: 0.5, bias: false}", {"zeta": 0.5, "bias": False}),
        ("graph={zeta: -.5e-3}", {"zeta": -0.5e-3}),
        ("control=null", None),
        ("control=input_order", "input_order"),
        ("measures=[heat, {kind: heat, sigma: 2, name: wide}]",
         ["heat", {"kind": "heat", "sigma": 2, "name": "wide"}]),
        ("base={number_of_labels: all}", {"number_of_labels": "all"}),
        ("data={root: 3d/data}", {"root": "3d/data"}),
        ("data={root: nan}", {"root": "nan"}),
        ("data={root: '-'}", {"root": "-"}),
        ("a_=True", True),
    ],
)  # fmt: skip
def test_values_of_the_command_line_are_what_a_file_would_say(written: str, meant: Any) -> None:
    (value,) = typed(parse_config([written])).values()
    assert value == meant
    assert repr(value) == repr(meant)  # 1 and 1.0 and True are not the same


def test_a_name_in_braces_is_refused() -> None:
    for path in ("a/b{c}.npz", "{dataset}/d.npz", "a{"):
        with pytest.raises(InputError, match=r"data set d: .*: Snakemake takes braces for"):
            refuse_wildcards(path, "data set d")
    refuse_wildcards("a/b (c) [d].npz", "data set d")
