"""Older files of ``torch.save``, of which the numbers of a tensor are read when asked for.

Such a file is a stream: pickles, then all storages one after another. torch reads it from any
object that has the methods of a file; this one passes storages over and notes where they lie.
"""

import sys
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np

from topoprint.errors import InputError

# Storages of fewer bytes are read at once, and so is what stands between them.
LEAST = 1 << 16


class PassedOver:
    """A file whose large storages are passed over: torch's memory for them is left untouched.

    Parameters
    ----------
    path : Path
    file : BufferedReader
        What is open at that path.
    """

    def __init__(self, path: Path, file: BufferedReader) -> None:
        self._path, self._file = path, file
        self._size = path.stat().st_size
        # By the address of the memory: where in the file its bytes are, and how many.
        self._places: dict[int, tuple[int, int]] = {}

    def read(self, size: int = -1) -> bytes:
        """Read bytes, of a pickle."""
        return self._file.read(size)

    def readline(self) -> bytes:
        """Read a line, of a pickle."""
        return self._file.readline()

    def seek(self, *where: int) -> int:
        """Go to a place."""
        return self._file.seek(*where)

    def tell(self) -> int:
        """Say where the next byte is."""
        return self._file.tell()

    def readinto(self, memory: Any) -> int:
        """Read into memory; or, where that is a large storage, pass its bytes over."""
        view = memoryview(memory)
        start = self._file.tell()
        native = sys.byteorder == "little"  # else torch turns the bytes round on the way
        if not native or view.nbytes < LEAST or start + view.nbytes > self._size:
            return self._file.readinto(view)
        self._places[np.frombuffer(view, np.uint8).ctypes.data] = start, view.nbytes
        self._file.seek(view.nbytes, 1)
        return view.nbytes

    def filling(self, value: Any, read: Callable[[], Any]) -> Callable[[], Any]:
        """Let what reads a tensor of torch first read its storage from the file.

        Raises
        ------
        RuntimeError
            If the tensor is quantised: it stands for other numbers, which were not read either.
        """
        if value.is_quantized:
            raise RuntimeError("a quantised tensor is read whole")

        def filled() -> Any:
            self._fill(value.untyped_storage())
            return read()

        return filled

    def _fill(self, storage: Any) -> None:
        import torch

        first = storage.data_ptr()
        parts = [at for at in self._places if first <= at < first + storage.nbytes()]
        if not parts:
            return
        memory = torch.empty(0, dtype=torch.uint8).set_(storage).numpy()
        with open(self._path, "rb") as file:
            for at in parts:
                start, length = self._places[at]
                file.seek(start)
                if file.readinto(memory.data[at - first : at - first + length]) < length:
                    raise InputError(f"{self._path}: was changed while it was read; try again")
