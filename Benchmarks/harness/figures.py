"""The figures: what is run, what it is compared with, and what must be reached."""

import filecmp
import itertools
import json
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from measure import Bench, Sample, Skipped, median_seconds, processor_ratio, processor_seconds, ratios
from table import Result
from trees import SizedTrees, Tree

# The clock of the generated trees, and the same in microseconds.
NOW, NOW_US = "2026-11-23T12:00:00Z", 1_795_435_200_000_000
# Longer than the time for which the catalog distrusts the stamps of a file that was just written.
SETTLED = 2.5


@dataclass
class Figure:
    key: str
    title: str
    measure: Callable[[Bench, SizedTrees], list[Result]]


def compared(
    title: str, ours: list[Sample], other: list[Sample], what: str, must: float | None = None, aim: float | None = None
) -> Result:
    """A row of ratios."""
    return Result(
        title, ratios(ours, other), must=must, aim=aim,
        ours=f"{median_seconds(ours):.3f} s, CPU {processor_seconds(ours)} ({processor_ratio(ours, other):.2f} ×)", other=f"{what} {median_seconds(other):.3f} s")


def index_of(bench: Bench, tree: Tree) -> Path:
    return bench.indexes / f"{tree.name}.sqlite"


def command(bench: Bench, tree: Tree, *arguments: object) -> list[object]:
    return [bench.ours, *arguments, "--root", tree.root, "--index", index_of(bench, tree), "--quiet"]


def settle(bench: Bench, tree: Tree) -> None:
    """Makes an index that trusts every file and every folder of the tree."""
    bench.run(*command(bench, tree, "reconcile"))
    time.sleep(SETTLED)
    bench.run(*command(bench, tree, "reconcile"))


# MARK: Rebuild


def rebuild_bare(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.bare
    settle(bench, tree)
    runs = [
        lambda: bench.run(*command(bench, tree, "rebuild")),
        lambda: bench.run(bench.floor("read"), tree.metadata, "m"),
    ]
    peers = python_peers(bench, tree) if tree.assets <= 100_000 else []
    ours, floor, *others = bench.in_turn(*runs, *(run for _, run in peers))
    results = [compared("rebuild, warm, manifests only", ours, floor, "floor", 1.3, 0.9)]
    for (name, _), samples in zip(peers, others):
        results.append(compared(f"↳ {name}", samples, floor, "floor"))
    return results


def python_peers(bench: Bench, tree: Tree) -> list[tuple[str, Callable[[], Sample]]]:
    peers = Path(__file__).parent.parent / "peers"
    python = Path(sys.prefix) / "bin" / "python"
    probe = subprocess.run([python, "-c", "import duckdb, pydantic"], stderr=subprocess.DEVNULL)
    if probe.returncode != 0:
        return []
    return [
        ("Python: pydantic and sqlite3",
         lambda: bench.run(python, peers / "rebuild_python.py", tree.metadata, bench.scratch / "python.sqlite")),
        ("DuckDB: read_json", lambda: bench.run(python, peers / "rebuild_duckdb.py", tree.metadata)),
    ]


def rebuild_full(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    ours, floor = bench.in_turn(
        lambda: bench.run(*command(bench, tree, "rebuild")), lambda: bench.run(bench.floor("read"), tree.metadata, "r"))
    size = index_of(bench, tree).stat().st_size / tree.assets
    limits = {"must": 1536, "aim": 1024} if tree.runs == 3 else {}
    plural = "run" if tree.runs == 1 else "runs"
    return [
        compared(f"rebuild, warm, × {tree.runs} {plural}", ours, floor, "floor", 1.3, 0.9),
        Result(
            f"peak resident memory, rebuild × {tree.runs}", [sample.peak_kb / 1024 for sample in ours], unit="MiB",
            must=200, aim=100),
        Result(f"index size per asset with {tree.runs} {plural}", [size], unit="bytes", **limits),
    ]


def rebuild_cold(bench: Bench, trees: SizedTrees) -> list[Result]:
    if not bench.machine.can_drop_caches():
        raise Skipped("the caches can only be dropped by root")
    tree = trees.bare
    if tree.assets > 100_000:
        raise Skipped("it would take hours at this size")
    settle(bench, tree)
    ours, floor = bench.in_turn(
        lambda: bench.run(*command(bench, tree, "rebuild")), lambda: bench.run(bench.floor("read"), tree.metadata, "m"),
        before=bench.machine.drop_caches)
    return [compared("rebuild, caches dropped, manifests only", ours, floor, "floor, dropped", 0.45, 0.3)]


# MARK: Reconcile


def reconcile_unchanged(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    ours, floor, find = bench.in_turn(
        lambda: bench.run(*command(bench, tree, "reconcile")), lambda: bench.run(bench.floor("read"), tree.metadata, "s"),
        lambda: bench.run("find", tree.metadata, "-name", "*.json", "-newer", index_of(bench, tree)))
    return [
        compared("reconcile, nothing changed", ours, floor, "floor", 1.0, 0.6),
        compared("↳ find -newer", find, floor, "floor"),
    ]


def reconcile_changed(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    listed = subprocess.run(
        command(bench, tree, "list", "--format", "json", "--no-reconcile"), stdout=subprocess.PIPE, check=True)
    manifests = [tree.root / row["manifest_path"] for row in json.loads(listed.stdout)["rows"] if row["manifest_path"]]
    chance = random.Random(1)
    unchanged, changed = [], []
    for _ in range(bench.repeat):
        unchanged.append(bench.run(*command(bench, tree, "reconcile")))
        for path in chance.sample(manifests, 100):
            rewrite(path)
        changed.append(bench.run(*command(bench, tree, "reconcile")))
        time.sleep(SETTLED)
        bench.run(*command(bench, tree, "reconcile"))
    return [compared("reconcile, 100 assets changed", changed, unchanged, "nothing changed", 1.1, 1.05)]


def rewrite(path: Path) -> None:
    """Overwrites a manifest in place, as mad_prefect does, with another last digit of its times."""
    text = path.read_bytes()
    place = text.rindex(b'Z"') - 1
    digit = b"0123456789"[(text[place] - 48 + 1) % 10 : (text[place] - 48 + 1) % 10 + 1]
    with open(path, "r+b") as file:
        file.truncate()
        file.write(text[:place] + digit + text[place + 1 :])


# MARK: Questions


def freshness(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    ask = command(bench, tree, "freshness", "--no-reconcile", "--format", "json", "--now", NOW)
    floor = [bench.floor("rows"), index_of(bench, tree), tree.root, NOW_US, 86400]
    for words, name in ((ask, "ours"), (floor, "floor")):
        with open(bench.scratch / f"{name}.json", "wb") as file:
            subprocess.run([str(word) for word in words], stdout=file)
    if not filecmp.cmp(bench.scratch / "ours.json", bench.scratch / "floor.json", shallow=False):
        raise RuntimeError("the freshness report and its floor differ")
    ours, other = bench.in_turn(lambda: bench.run(*ask, accept=(0, 1)), lambda: bench.run(*floor))
    return [compared("freshness of all to JSON", ours, other, "C SQLite", 2.0, 1.3)]


def show(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    name = next(path.name.removeprefix("asset_name=") for path in tree.metadata.iterdir() if path.name[0] != ".")
    ask = command(bench, tree, "show", name, "--max-lag", "1d")
    samples = [bench.run(*ask, first_byte=True) for _ in range(max(21, bench.repeat))]
    return [
        Result("command start to first byte, `show`", [1000 * (sample.first_byte or 0) for sample in samples], unit="ms",
               must=15, aim=8)
    ]


def latencies(bench: Bench, trees: SizedTrees) -> list[Result]:
    tree = trees.full
    settle(bench, tree)
    done = subprocess.run(
        [bench.floor("AnswerLatency"), tree.root, index_of(bench, tree), str(NOW_US), "5000"],
        stdout=subprocess.PIPE, check=True)
    results = []
    for row in json.loads(done.stdout):
        limits = {"must": 1.0, "aim": 0.3} if row["is_bounded"] else {}
        results.append(
            Result(f"{row['question']}, p99", [row["p99_ms"]], unit="ms", **limits,
                   ours=f"p50 {row['p50_ms']:.3f} ms, max {row['max_ms']:.3f} ms", other=f"{row['rows']} rows"))
    return results


# MARK: Record

# Records of one sample, and the assets they are spread over; writers that work at the same time.
RECORDS, RECORDED_ASSETS, WRITERS = 1000, 20, 8


def record(bench: Bench, trees: SizedTrees) -> list[Result]:
    root, folder = recorded_root(bench), bench.scratch / "commits"
    folder.mkdir(exist_ok=True)
    sample = recording(bench, root)
    rows = bench.in_turn(
        lambda: sample("single"), lambda: bench.run(bench.floor("commit"), folder, RECORDS), lambda: sample("batch"),
        lambda: sample("batch", RECORDS), lambda: together(bench, root))
    single, floor, batch, spread, writers = rows
    return [
        compared(f"`recordRun`, {RECORDS:,} in turn", single, floor, "two bare commits each", 1.5, 1.2),
        compared(f"{WRITERS} processes together, each as many", writers, single, f"one process, {WRITERS} times", 1.0)
        .scaled(1 / WRITERS),
        compared(f"batch of {RECORDS:,} records of {RECORDED_ASSETS} assets", batch, single, "one at a time", 0.3, 0.1),
        compared(f"batch of {RECORDS:,} records of as many assets", spread, single, "one at a time", 0.3, 0.1),
    ]


def recorded_root(bench: Bench) -> Path:
    """A tree of its own with an index that was filled, so that records are mirrored."""
    root = bench.fresh_folder("recorded")
    (root / "_asset_metadata").mkdir()
    bench.run(bench.ours, "reconcile", "--root", root, "--quiet")
    return root


def recording(bench: Bench, root: Path) -> Callable[..., Sample]:
    numbers = itertools.count()

    def sample(mode: str, assets: int = RECORDED_ASSETS) -> Sample:
        process = bench.start_recording(root, f"{mode}{next(numbers)}", assets, RECORDS, mode)
        return bench.finish_recording(process)

    return sample


def together(bench: Bench, root: Path) -> Sample:
    begin = time.monotonic()
    writers = [
        bench.start_recording(root, f"writer{number}.{begin}", RECORDED_ASSETS, RECORDS, "single")
        for number in range(WRITERS)]
    return bench.finish_recording(*writers)


def record_command(bench: Bench, trees: SizedTrees) -> list[Result]:
    root, folder = recorded_root(bench), bench.scratch / "commits"
    folder.mkdir(exist_ok=True)
    number = itertools.count()

    def one() -> Sample:
        return bench.run(
            bench.ours, "record", "success", "--root", root, "--name", "bench.record", "--id", "a1", "--run",
            f"r{next(number)}", "--quiet")

    one()
    ours, floor, start = bench.in_turn(
        one, lambda: bench.run(bench.floor("commit"), folder, 1), lambda: bench.run(bench.ours, "--version"),
        repeat=max(21, bench.repeat))
    started = statistics.median(sample.seconds for sample in start)
    row = compared(f"`asset-catalog record`, whole process ({1000 * started:.1f} ms are its start)", ours, floor, "two bare commits")
    return [row]


FIGURES = [
    Figure("rebuild-bare", "rebuild, warm, manifests only", rebuild_bare),
    Figure("rebuild-full", "rebuild, warm, with runs; peak memory; index size", rebuild_full),
    Figure("rebuild-cold", "rebuild, caches dropped", rebuild_cold),
    Figure("reconcile-unchanged", "reconcile, nothing changed", reconcile_unchanged),
    Figure("reconcile-changed", "reconcile, 100 assets changed", reconcile_changed),
    Figure("freshness", "freshness of all to JSON", freshness),
    Figure("show", "command start to first byte", show),
    Figure("latencies", "questions in the library", latencies),
    Figure("record", "records in the library: single, together, batch", record),
    Figure("record-command", "the command `record`", record_command),
]
