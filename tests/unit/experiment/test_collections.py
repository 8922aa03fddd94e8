"""Networks that were trained elsewhere: their files, names, groups and seeds."""

from pathlib import Path
from typing import Any

import pytest

from topoprint import InputError
from topoprint.experiment.collections import CollectionConfig, find, names_in, seeds_in
from topoprint.experiment.config import parse_config


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("a/m1.pt", "a/m2.pt", "b/m 1.pt", "b/deep/m1.pt")):
        path = tmp_path / "zoo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * 9)
    return tmp_path


def collection(**values: Any) -> CollectionConfig:
    config = {"collections": [{"name": "mine", "files": "zoo/**/*.pt", **values}]}
    return parse_config(config).collections[0]


def table(folder: Path, *rows: str, head: str = "file,group") -> str:
    (folder / "groups.csv").write_text("\n".join([head, *rows]) + "\n")
    return "groups.csv"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ("zoo/**/*.pt", ["a-m1", "a-m2", "b-deep-m1", "b-m_1"]),
        ("./zoo//*/m*.pt", ["a-m1", "a-m2", "b-m_1"]),
        ("*/*/m1.pt", None),
        ("*/a/*", ["zoo-a-m1.pt", "zoo-a-m2.pt"]),
        (["zoo/a/m1.pt", "zoo/b/deep/m1.pt"], ["a", "b-deep"]),
        (["zoo/a/*.pt", "zoo/a/m1.pt"], ["m1", "m2"]),
        (["zoo/a/m1.pt::state_dict", "zoo/a/m2.pt"], ["m1", "m2"]),
    ],
)
def test_names_are_what_the_globs_leave_open(
    zoo: Path, files: str | list[str], names: list[str] | None
) -> None:
    if names is None:
        with pytest.raises(InputError, match=r"collection 'mine': files: names one file \(zoo/a"):
            find(collection(files=files))
        return
    found = find(collection(files=files))
    assert names_in(found) == names
    assert {(one.id.dataset, one.id.seed, one.group) for one in found} == {("mine", 1, "mine")}
    chosen = [one for one in found if one.path.endswith("::state_dict")]
    assert [one.files for one in chosen] == [["zoo/a/m1.pt"]] * len(chosen)


def test_names_stay_what_they_are_when_files_are_added(zoo: Path) -> None:
    before = names_in(find(collection(files="zoo/a/*.pt")))
    (zoo / "zoo/a/other.pt").write_bytes(b"other")
    assert names_in(find(collection(files="zoo/a/*.pt"))) == [*before, "other"]


def test_networks_stand_by_group_in_the_order_of_the_table(zoo: Path) -> None:
    rows = ("b/m 1.pt,late", "a/m2.pt,early", "b/deep/m1.pt,late", "zoo/a/m1.pt,early")
    groups = table(zoo, *(f"zoo/{row}" if row[0] != "z" else row for row in rows))
    found = find(collection(groups=groups))
    assert names_in(found) == ["b-deep-m1", "b-m_1", "a-m1", "a-m2"]
    assert [one.group for one in found] == ["late", "late", "early", "early"]


def test_a_table_names_configurations_and_their_seeds(zoo: Path) -> None:
    head = "file,group,network,seed"
    rows = ["zoo/a/m1.pt,a,one,7", "zoo/a/m2.pt,a,one,3", "zoo/b/m 1.pt,b,two/2,3",
            "zoo/b/deep/m1.pt,b,two/2,7"]  # fmt: skip
    found = find(collection(groups=table(zoo, *rows, head=head)))
    assert (names_in(found), seeds_in(found)) == (["one", "two_2"], [3, 7])
    assert {(one.path, one.id.seed) for one in found} >= {("zoo/a/m1.pt", 7), ("zoo/a/m2.pt", 3)}


@pytest.mark.parametrize(
    ("head", "change", "told"),
    [
        ("file,group,network,seed", ",b,two,7", "network 'two' has the seeds 7, others have 3, 7"),
        ("file,group,network,seed", ",b,two,x", "groups.csv: seed 'x' of b-deep-m1 is no whole"),
        ("file,group,network,seed", ",b,one,3", "are both network 'one', seed 3; tell them apart"),
        ("file,group,network,seed", ",b,one,9", "network 'one' stands in the groups 'a' and 'b'"),
        ("file,group", ",b", "zoo/b/deep/m1.pt stands twice"),
    ],
)
def test_tables_that_do_not_fit_together(zoo: Path, head: str, change: str, told: str) -> None:
    rows = [f"zoo/a/m1.pt,a{',one,3' * (head.count(',') > 1)}",
            f"zoo/a/m2.pt,a{',one,7' * (head.count(',') > 1)}"]  # fmt: skip
    rows += [f"zoo/b/deep/m1.pt{change}"] * (1 if head.count(",") > 1 else 2)
    files = ["zoo/a/*.pt", "zoo/b/deep/*.pt"]
    with pytest.raises(InputError, match=told):
        find(collection(files=files, groups=table(zoo, *rows, head=head)))


def test_files_that_are_no_collection(zoo: Path) -> None:
    for files, told in (
        ("nowhere/*.pt", "files: nowhere/\\*.pt names no file"),
        (["zoo/a/*.pt", "zoo/a/*.onnx"], r"zoo/a/\*.onnx names no file"),
        (["zoo/a/*.pt", "zoo/a/m1.pt::ema"], "m1.pt is named with several choices of its keys"),
    ):
        with pytest.raises(InputError, match=told):
            find(collection(files=files))
    (zoo / "zoo/b/m_1.pt").write_bytes(b"another")
    with pytest.raises(InputError, match=r"m 1\.pt and zoo/b/m_1\.pt are both network 'b-m_1'"):
        find(collection())
    (zoo / "zoo/b/m_1.pt").write_bytes(bytes([0]) * 9)
    with pytest.raises(InputError, match=r"zoo/a/m1\.pt and zoo/b/m_1\.pt have the same content"):
        find(collection(files=["zoo/a/*.pt", "zoo/b/m_1.pt"]))


def test_probes_that_are_not_there_are_told(zoo: Path) -> None:
    with pytest.raises(InputError, match=r"inputs\.npy"):
        find(collection(probes="inputs.npy"))


def test_one_part_of_a_network_is_refused_for_its_index(zoo: Path) -> None:
    for number in (1, 2):
        (zoo / f"zoo/a/model-0000{number}-of-00002.safetensors").write_bytes(bytes([number]))
    index = zoo / "zoo/a/model.safetensors.index.json"
    parts = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    index.write_text(f'{{"weight_map": {{"x": "{parts[0]}", "y": "{parts[1]}"}}}}')
    with pytest.raises(InputError, match=r"one of several parts .* name their index, zoo/a/model"):
        find(collection(files="zoo/a/*.safetensors"))
    found = find(collection(files=["zoo/a/*.json", "zoo/a/m1.pt"]))
    assert found[1].files == ["zoo/a/model.safetensors.index.json", *(f"zoo/a/{p}" for p in parts)]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"files": []}, "name files of networks"),
        ({"files": ""}, "name files of networks"),
        ({"model": "resnet18"}, "'resnet18' is no torchvision:NAME, as in torchvision:resnet18"),
        ({"model": "torchvision:resnet18", "input_shape": [3, 32]}, "at least 3 items"),
        ({"model": "torchvision:resnet18", "probes": "x.npy"}, "leave probes or model out"),
        ({"input_shape": [3, 32, 32]}, "input_shape is that of a model's example"),
        ({"name": "control"}, "a collection cannot be named 'control'"),
        ({"name": "Mine"}, "pattern"),
        ({"layers": "fc"}, "layers is not a known key"),
    ],
)
def test_collections_that_the_config_refuses(values: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        collection(**values)
