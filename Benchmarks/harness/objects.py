"""The figures of a tree in a bucket: what is run, what it is compared with, and what must be reached."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from bucket import Bucket, output_of
from figures import compared
from measure import Bench, Sample, Skipped, median_seconds, processor_ratio, processor_seconds, ratios
from table import Result

# Connections of the bare client: the best of these counts.
CONNECTIONS = (64, 128, 256)
# Manifests that mad_prefect loads one after the other; all of them would take an hour.
LOADED = 200
# Above this many objects, the peers take longer than anybody waits.
MOST_FOR_PEERS = 20_000
# DuckDB's readers block, so that many need as many threads.
DUCKDB_THREADS = 64


@dataclass
class ObjectFigure:
    key: str
    title: str
    measure: Callable[[Bench, Bucket], list[Result]]


def index_of(bench: Bench, bucket: Bucket) -> Path:
    # The same bucket at another endpoint is another tree.
    endpoint = os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[-1]
    return bench.indexes / f"{bucket.name}-{endpoint}.sqlite"


def command(bench: Bench, bucket: Bucket, *arguments: object) -> list[object]:
    return [bench.ours, *arguments, "--root", bucket.root, "--index", index_of(bench, bucket), "--quiet"]


def objects_reconcile(bench: Bench, bucket: Bucket) -> list[Result]:
    bench.run(*command(bench, bucket, "reconcile"))
    ours, floor = bench.in_turn(
        lambda: bench.run(*command(bench, bucket, "reconcile")),
        lambda: bench.run(bench.floor("BareListing"), bucket.root, "_asset_metadata/"))
    return [compared("reconcile, nothing changed", ours, floor, "bare listing, same client", 1.15)]


def objects_rebuild(bench: Bench, bucket: Bucket) -> list[Result]:
    bench.run(*command(bench, bucket, "reconcile"))
    bucket.write_targets()
    return rebuild_beside_bare(bench, bucket, bucket.port, "")


def objects_rebuild_far(bench: Bench, bucket: Bucket) -> list[Result]:
    with bucket.remembered() as port:
        bucket.write_targets(port)
        # Both kinds of requests are to be known.
        bench.run(*command(bench, bucket, "reconcile"))
        bench.run(bench.floor("objects"), "get", port, CONNECTIONS[0], bucket.targets)
        return rebuild_beside_bare(bench, bucket, port, ", the store's answers remembered")


def rebuild_beside_bare(bench: Bench, bucket: Bucket, port: int, which: str) -> list[Result]:
    ours, listing, *bare = bench.in_turn(
        lambda: bench.run(*command(bench, bucket, "rebuild")),
        lambda: bench.run(bench.floor("BareListing"), bucket.root, "_asset_metadata/"),
        *(lambda connections=count: bench.run(
            bench.floor("objects"), "get", port, connections, bucket.targets) for count in CONNECTIONS))
    place = min(range(len(bare)), key=lambda place: median_seconds(bare[place]))
    floor = bare[place]
    keys = len(bucket.keys)

    def rate(samples: list[Sample]) -> str:
        return f"{keys / median_seconds(samples):,.0f}/s, CPU {processor_seconds(samples)}"

    return [
        Result(
            f"requests a second of a rebuild, listing and all{which}", ratios(floor, ours), must=0.85, at_least=True,
            ours=f"{rate(ours)} ({processor_ratio(ours, floor):.1f} ×)",
            other=f"bare client, {CONNECTIONS[place]} connections, {rate(floor)}"),
        Result(
            "↳ the same, beside a bare client that has listed before",
            [(one.seconds + two.seconds) / three.seconds for one, two, three in zip(floor, listing, ours, strict=True)],
            ours="", other=f"and a bare listing, {median_seconds(listing):.2f} s"),
        Result("peak resident memory of it", [sample.peak_kb / 1024 for sample in ours], unit="MiB", must=200),
    ]


def objects_peers(bench: Bench, bucket: Bucket) -> list[Result]:
    if len(bucket.keys) > MOST_FOR_PEERS:
        raise Skipped(f"they would take hours with more than {MOST_FOR_PEERS:,} objects")
    peers = Path(__file__).parent.parent / "peers"
    python = Path(sys.prefix).parent / ".venv-bench-objects/bin/python"
    if not python.exists():
        raise Skipped("the peers are not installed")
    bench.run(*command(bench, bucket, "reconcile"))
    ours, s3fs, duckdb = bench.in_turn(
        lambda: bench.run(*command(bench, bucket, "rebuild")),
        lambda: bench.run(python, peers / "objects_s3fs.py", bucket.root),
        lambda: bench.run(python, peers / "objects_duckdb.py", bucket.root, DUCKDB_THREADS), repeat=min(3, bench.repeat))
    way = subprocess.run(
        [python, peers / "objects_duckdb.py", "--way"], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
    loading = output_of([python, peers / "objects_mad_prefect.py", LOADED])
    # One request for each file, and those of the listing.
    ours_each = median_seconds(ours) / len(bucket.keys)
    theirs_each = loading["loading"] / loading["loaded"]
    return [
        compared("s3fs, all files at once, manifests into mad_prefect's model", s3fs, ours, "our rebuild of the same files"),
        compared(f"DuckDB, `read_json` by {way}, the manifests alone", duckdb, ours, "our rebuild, four times the files"),
        Result(
            "mad_prefect, `load_asset_manifest`, for each manifest", [theirs_each / ours_each],
            ours=f"{theirs_each * 1000:.0f} ms each, after {loading['finding']:.1f} s to find all",
            other=f"our rebuild, {ours_each * 1000:.2f} ms for each file"),
    ]


OBJECT_FIGURES = [
    ObjectFigure("objects-reconcile", "reconcile of a bucket, nothing changed", objects_reconcile),
    ObjectFigure("objects-rebuild", "rebuild of a bucket", objects_rebuild),
    ObjectFigure("objects-rebuild-far", "rebuild of a bucket whose store has other processors", objects_rebuild_far),
    ObjectFigure("objects-peers", "peers that read a bucket", objects_peers),
]
