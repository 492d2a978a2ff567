"""Measures the figures side by side and prints them as Markdown; started by Scripts/bench."""

import argparse
import fnmatch
import subprocess
import sys
from pathlib import Path

from figures import FIGURES
from machine import Machine, describe
from measure import Bench, Skipped
from table import Result, table
from trees import Trees


def main() -> int:
    parser = argparse.ArgumentParser(prog="Scripts/bench", description=__doc__)
    parser.add_argument("--assets", default="10000,100000", help="sizes of the trees, with commas (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="pairs to take for each figure (default: %(default)s)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only the figures whose key matches, such as 'rebuild*'")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for a quiet machine before each figure")
    parser.add_argument("--list", action="store_true", help="print the keys of the figures and stop")
    parser.add_argument("--binaries", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = [figure for figure in FIGURES if fnmatch.fnmatchcase(figure.key, options.only)]
    if options.list:
        print("\n".join(f"{figure.key:22} {figure.title}" for figure in chosen))
        return 0
    sizes = [int(size) for size in options.assets.split(",")]
    if not chosen or options.repeat < 1 or not all(size > 0 for size in sizes):
        parser.error("no figure matches, or a number is not positive")

    machine = Machine(options.patience)
    bench = Bench(options.binaries, options.directory, options.repeat, machine)
    trees = Trees(options.directory / "trees", options.binaries / "generate")
    print(describe(options.directory, options.binaries, options.repeat), flush=True)
    failed = False
    for size in sizes:
        results: list[Result] = []
        notes: list[str] = []
        made = trees.of_size(size, notes)
        for figure in chosen:
            print(f"{size}: {figure.key} …", file=sys.stderr, flush=True)
            machine.wait_until_quiet()
            try:
                results += figure.measure(bench, made)
            except Skipped as reason:
                notes.append(f"{figure.title}: skipped, {reason}.")
            except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                # The other figures took their time, too: they are shown all the same.
                failed = True
                notes.append(f"{figure.title}: **failed**, {error}.")
        print(f"\n### {size:,} assets\n\n{table(results)}")
        for note in notes + machine.take_notes():
            print(f"\n- {note}")
        sys.stdout.flush()
    bench.clear()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
