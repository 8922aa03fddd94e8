"""``python -m benchmarks``: measure, print one table, write it as JSON and draw the figure."""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import networks
from benchmarks.table import Row, save, to_text

PARTS = (
    "homology",
    "rips",
    "architectures",
    "distances",
    "files",
    "tracing",
    "recording",
    "paper",
    "scaling",
)


def main() -> int:
    """Run the benchmark; 1 if anything disagrees with its reference, however long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("results/bench.json"), help="JSON")
    parser.add_argument(
        "--figures", type=Path, default=Path("docs/figures"), help="folder of the figure"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, for agreement alone; no figure"
    )
    parser.add_argument("--part", choices=PARTS, action="append", help="this part alone (repeat)")
    parser.add_argument("--draw", action="store_true", help="only draw the figure of --output")
    options = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may know few characters
        sys.stdout.reconfigure(errors="backslashreplace")
    if not options.draw:
        agrees = _measure(options.output, options.quick, options.part or PARTS)
        if options.quick or "scaling" not in (options.part or PARTS):
            return 0 if agrees else 1
    else:
        agrees = True
    from benchmarks.figure import draw

    for path in draw(options.output, options.figures):
        print(f"wrote {path}")
    return 0 if agrees else 1


def _measure(output: Path, quick: bool, wanted: tuple[str, ...] | list[str]) -> bool:
    from benchmarks import machine, scaling

    rows: list[Row] = []
    curve: list[scaling.Point] = []

    def write() -> None:
        save(output, machine.describe(), [networks.WEIGHTS], rows, curve)

    for part, measure in _parts(quick).items():
        if part in wanted:
            print(f"{part} …", file=sys.stderr)
            for row in measure():
                rows.append(row)
                print(f"  {row.size}: {row.task}, {row.seconds:.3g} s", file=sys.stderr)
                write()
    if "scaling" in wanted and not quick:
        print("scaling …", file=sys.stderr)
        curve += scaling.points(rows)
    write()
    print(to_text(rows))
    print(f"\n{networks.WEIGHTS}\nwrote {output}")
    wrong = [row for row in rows if row.agrees is False]
    for row in wrong:
        print(f"{row.size}, {row.task}: {row.agreement} ({row.reference})", file=sys.stderr)
    return not wrong


def _parts(quick: bool) -> dict[str, Callable[[], Iterator[Row]]]:
    from benchmarks import (
        architectures,
        distances,
        files,
        homology,
        paper,
        recording,
        rips,
        tracing,
    )

    if quick:
        return {
            "homology": lambda: homology.rows(homology.QUICK),
            "rips": lambda: rips.rows(rips.QUICK),
            "architectures": lambda: architectures.rows(architectures.QUICK),
            "distances": distances.quick_rows,
            "files": lambda: files.rows(files.QUICK),
            "tracing": lambda: tracing.rows(tracing.QUICK),
            "recording": lambda: recording.rows(recording.QUICK),
            "paper": lambda: paper.rows("two small data sets", networks.SMALL, seeds=2),
        }
    return {
        "homology": lambda: homology.rows(homology.FULL),
        "rips": lambda: rips.rows(rips.FULL),
        "architectures": lambda: architectures.rows(architectures.FULL),
        "distances": distances.full_rows,
        "files": lambda: files.rows(files.FULL),
        "tracing": lambda: tracing.rows(tracing.FULL),
        "recording": lambda: recording.rows(recording.FULL),
        "paper": lambda: paper.rows("the paper", networks.PAPER, seeds=5),
    }


if __name__ == "__main__":
    sys.exit(main())
