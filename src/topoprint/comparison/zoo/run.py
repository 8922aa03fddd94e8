"""All stages of a zoo on one machine: many networks a process, resumed where it was left."""

import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from topoprint.comparison.zoo.blocks import make_blocks
from topoprint.comparison.zoo.costs import SECONDS_PAIR
from topoprint.comparison.zoo.gather import Zoo, check_parts, gather
from topoprint.comparison.zoo.parts import load_head, make_part
from topoprint.comparison.zoo.points import make_points
from topoprint.comparison.zoo.spec import ZooSpec, embedded
from topoprint.errors import InputError

# Networks of a part: a block of distances has as many rows and columns.
BLOCK = 1000
# Bytes of the files of a part, whose diagrams are held at once.
MOST = 1 << 28

# Hours that are told before they pass.
LONG = 0.2

Job = tuple[Callable[..., None], tuple[Any, ...]]


def parted(files: Sequence[str], block: int | None = None) -> list[list[str]]:
    """Part the files of a zoo, in their order.

    Parameters
    ----------
    files : sequence of path
    block : int, optional
        Networks of a part; by default 1000, fewer where their files are large.
    """
    if block is None:
        sizes = [os.path.getsize(file) for file in files if os.path.isfile(file)]
        mean = max(1, sum(sizes) // max(1, len(sizes)))
        block = max(1, min(BLOCK, MOST // mean))
    return [list(files[start : start + block]) for start in range(0, len(files), block)]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tell_time(spec: ZooSpec, count: int) -> None:
    """Say on standard error where grids of the pairs' own take long."""
    slow = [measure.name for measure in spec.summaries if not embedded(measure)]
    hours = SECONDS_PAIR * len(slow) * count * (count - 1) / 2 / 3600
    if hours > LONG:
        print(
            f"{', '.join(slow)}: each of {count * (count - 1) // 2:,} pairs has a grid of its own, "
            f"which takes about {hours:.1f} hours of one core; --grid shared takes minutes",
            file=sys.stderr,
        )


def compare_zoo(
    files: Sequence[str],
    spec: ZooSpec,
    output: Path,
    folder: Path,
    block: int | None = None,
    processes: int = 1,
    skip_unreadable: bool = False,
    groups: Mapping[str, str] | None = None,
) -> Zoo:
    """Compare all networks of a zoo with one another.

    Parameters
    ----------
    files : sequence of path
        Networks, graphs or diagrams, each once.
    spec : ZooSpec
    output : path
        File of distances to write.
    folder : path
        Where parts, points and blocks lie while it runs. What is there of the same files and
        parameters is taken over; the folder is removed at the end.
    block : int, optional
        Networks of a part; by default as many as fit.
    processes : int
        That work at once.
    skip_unreadable, groups
        As of :func:`topoprint.comparison.zoo.gather.check_parts`.

    Raises
    ------
    InputError
        As :func:`topoprint.comparison.zoo.gather.check_parts`; if a file stands twice.
    """
    if len(set(files)) < len(files):
        twice = next(file for file in files if list(files).count(file) > 1)
        raise InputError(f"{twice}: is given twice")
    some = parted(files, block)
    numbers = range(len(some))
    parts = [folder / f"diagrams-{number:05}.h5" for number in numbers]
    points = [folder / f"points-{number:05}.h5" for number in numbers]
    blocks = [folder / f"blocks-{number:05}.h5" for number in numbers]
    folder.mkdir(parents=True, exist_ok=True)
    with _Pool(processes) as pool:
        pool.do("diagrams", [(make_part, (some[n], spec, parts[n])) for n in numbers])
        check_parts([load_head(part, spec) for part in parts], skip_unreadable, groups)
        pool.do("points", [(make_points, (parts[n], parts, spec, points[n])) for n in numbers])
        pool.do("blocks", [(make_blocks, (n, parts, points, spec, blocks[n])) for n in numbers])
    zoo = gather(parts, blocks, spec, output, skip_unreadable, groups)
    for path in (*parts, *points, *blocks):
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        shutil.rmtree(folder)
    return zoo


class _Pool:
    """Processes that do jobs, and end with the one that started them; one alone is this one."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = (
            ProcessPoolExecutor(processes, context, initializer=_end_with_parent)
            if processes > 1
            else None
        )

    def __enter__(self) -> "_Pool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def do(self, what: str, jobs: Sequence[Job]) -> None:
        """Do jobs, and tell how many are done."""
        try:
            for done, _ in enumerate(self._each(jobs), 1):
                print(f"{what}: {done} of {len(jobs)} parts", file=sys.stderr, flush=True)
        except BrokenProcessPool as error:
            raise MemoryError(
                "a process was ended by the system, as when memory runs out: the same command "
                "goes on where it stopped; give it fewer --processes or a smaller --block"
            ) from error

    def _each(self, jobs: Sequence[Job]) -> Iterator[None]:
        if self._pool is None:
            for function, given in jobs:
                yield function(*given)
            return
        for future in as_completed(
            [self._pool.submit(function, *given) for function, given in jobs]
        ):
            yield future.result()


def _end_with_parent() -> None:
    """End this process when the one that started it has ended, however that was."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
