"""Measures the figures side by side and prints them as Markdown; started by Scripts/bench."""

import argparse
import fnmatch
import os
import subprocess
import sys
from pathlib import Path

from bucket import Bucket
from figures import FIGURES
from machine import Machine, describe
from measure import Bench, Skipped
from objects import OBJECT_FIGURES
from table import Result, table
from trees import SizedTrees, Trees

# A manifest, and the metadata of three runs.
OBJECTS_OF_ASSET = 4


def main() -> int:
    parser = argparse.ArgumentParser(prog="Scripts/bench", description=__doc__)
    parser.add_argument("--assets", default="10000,100000", help="sizes of the trees, with commas (default: %(default)s)")
    parser.add_argument("--objects", action="store_true", help="measure trees in a bucket of a store that is started for it")
    parser.add_argument(
        "--object-counts", default="20000,200000", help="objects in the buckets, four an asset (default: %(default)s)")
    parser.add_argument(
        "--delay", type=int, default=30, help="milliseconds that each answer of the store comes later (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="pairs to take for each figure (default: %(default)s)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only the figures whose key matches, such as 'rebuild*'")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for a quiet machine before each figure")
    parser.add_argument("--list", action="store_true", help="print the keys of the figures and stop")
    parser.add_argument("--binaries", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--directory", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    figures = OBJECT_FIGURES if options.objects else FIGURES
    chosen = [figure for figure in figures if fnmatch.fnmatchcase(figure.key, options.only)]
    if options.list:
        print("\n".join(f"{figure.key:22} {figure.title}" for figure in chosen))
        return 0
    sizes = [int(size) for size in (options.object_counts if options.objects else options.assets).split(",")]
    least = OBJECTS_OF_ASSET if options.objects else 1
    if not chosen or options.repeat < 1 or options.delay < 0 or not all(size >= least for size in sizes):
        parser.error("no figure matches, or a number is not positive")

    machine = Machine(options.patience)
    bench = Bench(options.binaries, options.directory, options.repeat, machine)
    trees = Trees(options.directory / "trees", options.binaries / "generate")
    print(describe(options.directory, options.binaries, options.repeat), flush=True)
    is_whole = True
    for size in sizes:
        notes: list[str] = []
        if not options.objects:
            title, made = f"{size:,} assets", trees.of_size(size, notes)
            is_whole = measure(chosen, bench, made, title, notes) and is_whole
            continue
        tree = trees.of_size(size // OBJECTS_OF_ASSET, notes).full
        print(f"{size}: filling the bucket …", file=sys.stderr, flush=True)
        bucket = Bucket.fill(bench, tree, options.delay)
        try:
            notes.append(
                f"{os.environ['OBJECT_STORE']}; each answer {options.delay} ms later; filled with"
                f" {len(bucket.keys) / bucket.seconds_to_fill:,.0f} objects a second.")
            is_whole = measure(chosen, bench, bucket, f"{len(bucket.keys):,} objects in a bucket", notes) and is_whole
        finally:
            bucket.close()
    bench.clear()
    return 0 if is_whole else 1


def measure(chosen, bench: Bench, subject: SizedTrees | Bucket, title: str, notes: list[str]) -> bool:
    """Takes the figures of one size and prints them; whether none failed."""
    results: list[Result] = []
    is_whole = True
    for figure in chosen:
        print(f"{title}: {figure.key} …", file=sys.stderr, flush=True)
        bench.machine.wait_until_quiet()
        try:
            results += figure.measure(bench, subject)
        except Skipped as reason:
            notes.append(f"{figure.title}: skipped, {reason}.")
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            # The other figures took their time, too: they are shown all the same.
            is_whole = False
            notes.append(f"{figure.title}: **failed**, {error}.")
    print(f"\n### {title}\n\n{table(results)}")
    for note in notes + bench.machine.take_notes():
        print(f"\n- {note}")
    sys.stdout.flush()
    return is_whole


if __name__ == "__main__":
    sys.exit(main())
