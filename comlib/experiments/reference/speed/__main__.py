"""Print the timings: ``python -m benchmarks [--quick | --full]``."""

import argparse
import functools

from comlib import Table, record
from .report import growth
from .suite import FULL, QUICK, Config, run


def print_table(table: Table) -> None:
    """Print all rows below the names of the columns.

    Args:
        table: what to print.
    """
    columns = []
    for name in table.columns:
        cells = [value if isinstance(value, str) else f"{value:.3g}"
                 for value in table[name].tolist()]
        width = max(map(len, [name, *cells]))
        columns.append([cell.rjust(width) for cell in [name, *cells]])
    print(*map("  ".join, zip(*columns)), sep="\n")


def print_progress(row: dict) -> None:
    """Print one line about a row that has been timed.

    Args:
        row: values by column.
    """
    sizes = ", ".join(f"{name} {row[name]}" for name in ("m", "length", "copies"))
    print(f"{row['workload']}, {sizes}: x{row['ratio']:.3g}", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Time, print, and record if asked to.

    Args:
        arguments: of the command line (default: those of this process).
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes")
    size.add_argument("--full", action="store_true", help="all widths, up to 256")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--out", metavar="NAME", help="store the table as a record")
    given = parser.parse_args(arguments)
    chosen = QUICK if given.quick else FULL if given.full else {}
    config = Config(**chosen, threads=given.threads, device=given.device)
    timed = functools.partial(run, show=print_progress)
    if given.out:
        stored = record(given.out, timed, config, given.device)
        print(stored)
        table = stored.table
    else:
        table = timed(config)
    print()
    print_table(table)
    print("\ngrowth: slopes of log time against log size")
    print_table(growth(table))


if __name__ == "__main__":
    main()
