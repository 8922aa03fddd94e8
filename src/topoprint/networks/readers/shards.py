"""Models that lie in several files, and folders of models."""

import json
import re
from pathlib import Path

from topoprint.errors import InputError

# Files of weights in a folder, and the files that say in which of several each tensor lies.
INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
WHOLE = ("model.safetensors", "pytorch_model.bin")
WEIGHTS = (
    ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".npz", ".onnx", ".keras", ".h5", ".jit",
)  # fmt: skip


def index_of_shard(path: Path) -> Path | None:
    """Find the index of the model that a file is a part of; None for a file that is whole.

    Raises
    ------
    InputError
        If it is one of several and no index is beside it.
    """
    shard = re.fullmatch(r"(.+?)[-_.](\d+)[-_]of[-_](\d+)(\.\w+)", path.name)
    if shard is None or int(shard[3]) < 2:
        return None
    index = path.with_name(f"{shard[1]}{shard[4]}.index.json")
    if not index.is_file():
        raise InputError(
            f"{path}: is part {int(shard[2])} of {int(shard[3])} of a model, and {index.name}, "
            "which says where the others are, is not beside it; get the whole folder and name that"
        )
    return index


def read_index(path: Path) -> dict[str, Path]:
    """Read in which file each tensor lies.

    Raises
    ------
    InputError
        If it is no such index, or a file that it names is missing.
    """
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no complete JSON ({error}); get it again") from error
    where = told.get("weight_map") if isinstance(told, dict) else None
    if not isinstance(where, dict) or not where:
        raise InputError(
            f"{path}: is JSON, but no index of a model (it has no 'weight_map'); name the file of "
            "the weights"
        )
    for name in where.values():
        if not isinstance(name, str) or name != Path(name).name:
            raise InputError(f"{path}: names {name!r}, which is no file beside it")
    missing = sorted({name for name in where.values() if not (path.parent / name).exists()})
    if missing:
        raise InputError(
            f"{path}: {len(missing)} of the {len(set(where.values()))} files that it names are not "
            f"there ({missing[0]}); get the whole folder"
        )
    return {tensor: path.parent / name for tensor, name in where.items()}


def file_of_folder(folder: Path) -> Path:
    """Find what holds the weights of a folder, such as one of Hugging Face.

    Raises
    ------
    InputError
        If nothing does, or which of several is not told.
    """
    for name in (*INDEXES[:1], *WHOLE[:1], *INDEXES[1:], *WHOLE[1:]):
        if (folder / name).is_file():
            return folder / name
    if (folder / "saved_model.pb").exists():
        raise InputError(
            f"{folder}: is a SavedModel of TensorFlow, which is not read; save it as .keras, .h5 "
            "or ONNX"
        )
    files = sorted(path for path in folder.iterdir() if path.is_file())
    found = [path for path in files if path.name.endswith(".index.json")]
    found = found or [path for path in files if path.suffix.lower() in WEIGHTS]
    if len(found) == 1:
        return found[0]
    told = ", ".join(path.name for path in found[:5]) + (", …" if len(found) > 5 else "")
    raise InputError(
        f"{folder}: is a folder of several files of weights ({told}); name one of them"
        if found
        else f"{folder}: is a folder without a file of weights that is known; name the file to read"
    )
