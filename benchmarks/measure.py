"""Seconds and peak memory of a task in a fresh process."""

import gc
import multiprocessing
import resource
import statistics
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """What a task took.

    Attributes
    ----------
    seconds : float
        Median over the repetitions after the first call, or the first call if there is none.
    first : float
        Seconds of the first call in its process.
    grown : int
        Bytes by which the first call raised the peak of resident memory above what was resident
        before it, that is: the memory of the task beyond its input.
    peak : int
        Bytes of the whole process at its peak, interpreter, libraries and input included.
    """

    seconds: float
    first: float
    grown: int
    peak: int


def fresh(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call a function of a module in a new process and return what it returns."""
    with workers(1) as pool:
        return pool.submit(function, *args, **kwargs).result()


def workers(number: int) -> ProcessPoolExecutor:
    """Make a pool of new processes, which share no memory with this one."""
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"))


def watch(
    task: Callable[[], Result], least: int = 0, most: int = 7, enough: float = 10.0
) -> tuple[Result, Cost]:
    """Call a task, once and then again, and return its first result and its cost.

    Parameters
    ----------
    task : callable
        What is measured; its input is in memory already.
    least, most : int
        Repetitions after the first call.
    enough : float
        Seconds after which no repetition beyond ``least`` begins.
    """
    gc.collect()
    _forget_peak()
    before = resident()
    start = perf_counter()
    result = task()
    first = perf_counter() - start
    peak = peak_resident()
    times: list[float] = []
    while len(times) < least or (len(times) < most and first + sum(times) < enough):
        start = perf_counter()
        task()
        times.append(perf_counter() - start)
    seconds = statistics.median(times) if times else first
    return result, Cost(seconds, first, max(peak - before, 0), peak)


def peak_resident() -> int:
    """Bytes of the most physical memory that this process has held at once.

    ``ru_maxrss`` only ever rises: it covers all that the process has done, not the last call.
    Pages that are mapped but were never touched do not count, libraries that are in use do.
    """
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # kilobytes on Linux


def resident() -> int:
    """Bytes of physical memory that this process holds now (elsewhere than on Linux: its peak)."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return peak_resident()
    return int(statm.read_text().split()[1]) * resource.getpagesize()


def _forget_peak() -> None:
    """Let the peak start again from what is resident now, where the kernel can do that.

    Where it cannot, a peak of making the input may hide the task's own: too much is reported,
    never too little.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return
