"""interop.py PROGRAM ROOT: each check writes with one of mad_prefect and asset-catalog, and reads with the other.

Called by Scripts/interop. Prints what was checked, and ends with 1 at the first check that fails.
"""
import asyncio
import json
import logging
import multiprocessing
import os
import pathlib
import re
import subprocess
import sys
import time
import traceback
from datetime import datetime, timedelta, timezone

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
ROOT.mkdir(parents=True, exist_ok=True)
os.environ["FILESYSTEM_URL"] = f"file://{ROOT}"
logging.disable(logging.CRITICAL)

import duckdb  # noqa: E402
from mad_prefect.data_assets import asset  # noqa: E402
from mad_prefect.data_assets.asset_metadata import (  # noqa: E402
    ManifestRunStatus, get_asset_metadata, load_asset_manifest, upsert_asset_manifest_from_run)
from mad_prefect.data_assets.data_asset_run import DataAssetRun  # noqa: E402

UTC = timezone.utc
META = ROOT / "_asset_metadata"
# How long the two write at the same time.
SECONDS = float(os.environ.get("INTEROP_SECONDS", "6"))

HOSTILE = ['say "no"', "line\nbreak\r\n\ttab", "a\u0000b", "\u001b[31mred\u007f\u0080", "é e\u0301 中文", "😀 \U0001F468\u200D\U0001F469",
           "\u2028\u202e\ufeff\uffff", "\\back/slash", "", "x" * (1 << 20), "ü😀\n" * 60_000]


def catalog(*arguments, status=0, stdin=None, root=True):
    """Runs asset-catalog, and gives its standard output."""
    # Bytes, since text would have its line ends changed.
    run = subprocess.run([PROGRAM, *arguments, *(["--root", str(ROOT)] if root else [])], capture_output=True,
                         input=None if stdin is None else stdin.encode())
    run.stdout, run.stderr = run.stdout.decode(), run.stderr.decode()
    allowed = status if isinstance(status, tuple) else (status,)
    assert run.returncode in allowed, f"asset-catalog {' '.join(arguments)[:200]}: {run.returncode}: {run.stderr[:500]}{run.stdout[:2000]}"
    return run.stdout


def rows(*arguments):
    return json.loads(catalog(*arguments, "--format", "json", status=(0, 1)))["rows"]


def batch(event, **fields):
    """Records one report, of any length and with any characters, by `record batch`."""
    answer = json.loads(catalog("record", "batch", "-", stdin=json.dumps({"event": event, **fields}) + "\n"))
    assert answer["recorded"], answer
    return answer


OPTIONS = {"asset_name": "name", "asset_id": "id", "run_id": "run", "started_at": "started", "ended_at": "ended"}


def single(event, error=None, artifacts=None, **fields):
    """Records the same by `record start`, `success` or `failure`; an error comes from standard input."""
    options = []
    for key, value in fields.items():
        if value is not None:
            # As two words: an empty value behind '=' counts as missing.
            options += [f"--{OPTIONS.get(key, key).replace('_', '-')}", value]
    options += ["--no-artifacts"] if artifacts == [] else [f"--artifact={path}" for path in artifacts or []]
    if isinstance(error, dict):
        options += [f"--error-{key}={value}" if key == "type" else f"--{key}={value}" for key, value in error.items()
                    if key != "message"]
        error = error["message"]
    if error is not None:
        options.append("--error-file=-")
    return json.loads(catalog("record", event, *options, stdin=error))


def record(event, **fields):
    """Records by a single command what fits on a command line, else by a batch; only that takes artifacts of a failure."""
    fits = all("\0" not in text and len(text) < 100_000 for text in fields.values() if isinstance(text, str))
    fits = fits and not (event == "failure" and fields.get("artifacts"))
    return (single if fits else batch)(event, **fields)


def execute(*arguments, script, status=0):
    """Runs a script of a shell, in the storage root, as a run of an asset."""
    return catalog("exec", *arguments, "--root", str(ROOT), "--", "sh", "-c", f"cd '{ROOT}' && {script}", status=status,
                   root=False)


def folder(name, asset_id):
    return META / f"asset_name={name}" / f"asset_id={asset_id}"


def agree():
    catalog("reconcile")
    catalog("check")


# 1. mad_prefect writes, asset-catalog answers


@asset("bronze/orders_{region}.parquet|csv", name="bronze.orders {region}")
async def orders(region: str):
    yield [{"id": 1, "region": region}, {"id": 2, "region": region}]


@asset("silver/customers.parquet", name="silver.customers")
async def customers():
    return [{"id": 7, "name": "Ann"}]


@asset("bronze/broken.parquet", name="bronze.broken")
async def broken():
    raise RuntimeError("upstream returned 503")


async def answers():
    await orders("eu")
    await customers()
    try:
        await broken()
    except RuntimeError:
        pass
    found = {row["asset_name"]: row for row in rows("list")}
    for definition, name in ((orders.with_arguments("eu"), "bronze.orders_eu"), (customers, "silver.customers")):
        manifest = await load_asset_manifest(name, definition.id)
        row = found[name]
        assert row["asset_id"] == definition.id == row["asset_signature"]
        assert datetime.fromisoformat(row["last_materialized"]) == manifest.last_materialized
        assert (row["last_status"], row["last_run_id"]) == (manifest.last_status.value, manifest.last_run.id)
        assert datetime.fromisoformat(row["updated_at"]) == manifest.updated_at
    assert [row["outcome"] for row in rows("runs", "bronze.broken")] == ["running"]
    produced = {(row["asset_name"], row["path"], row["exists"]) for row in rows("artifacts")}
    assert ("silver.customers", "silver/customers.parquet", True) in produced
    assert ("bronze.orders_eu", "bronze/orders_eu.csv", True) in produced
    agree()


# 2. asset-catalog writes, mad_prefect reads


async def reads(record, name):
    materialized = datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
    record("start", asset_name=name, asset_id="a1", run_id="r1", started_at="2024-05-06T07:00:00Z", asset_path="ours.csv")
    assert await load_asset_manifest(name, "a1") is None
    (ROOT / "ours.csv").write_text("a,b\n1,2\n")
    record("success", asset_name=name, asset_id="a1", run_id="r1", materialized=materialized.isoformat(),
           artifacts=["ours.csv", "gone.parquet"], signature="s1", parameters="{'a': 1}")
    manifest = await load_asset_manifest(name, "a1")
    assert (manifest.asset_name, manifest.asset_id, manifest.asset_signature) == (name, "a1", "s1")
    assert manifest.last_materialized == manifest.last_run.materialized == materialized
    assert manifest.last_artifacts == manifest.last_run.artifact_paths == ("ours.csv", "gone.parquet")
    assert (manifest.last_status, manifest.last_error, manifest.last_run.id) == (ManifestRunStatus.SUCCESS, None, "r1")
    assert json.loads((ROOT / manifest.last_run.metadata_path).read_text())["data"]["asset_name"] == name
    run = DataAssetRun.model_validate(json.loads((ROOT / manifest.last_run.metadata_path).read_text())["data"])
    assert run == DataAssetRun(id="r1", runtime=datetime(2024, 5, 6, 7, tzinfo=UTC), materialized=materialized,
                               duration_miliseconds=489_000, asset_id="a1", asset_name=name, asset_path="ours.csv",
                               parameters="{'a': 1}")
    record("failure", asset_name=name, asset_id="a1", run_id="r2", error={"type": "E", "message": "m", "traceback": "t"})
    manifest = await load_asset_manifest(name, "a1")
    assert (manifest.last_status, manifest.last_error) == (ManifestRunStatus.FAILED, "E: m")
    assert (manifest.last_materialized, manifest.last_artifacts) == (materialized, ("ours.csv", "gone.parquet"))

    # The fallback that mad_prefect has where a manifest gives no time: DuckDB over all JSON files of the asset.
    asset_metadata = await get_asset_metadata(name, "a1")
    found = duckdb.sql("SELECT id, asset_path, duration_miliseconds FROM asset_metadata WHERE id IS NOT NULL ORDER BY id").fetchall()
    assert found[0] == ("r1", "ours.csv", 489_000) and found[1][0] == "r2"
    latest = duckdb.sql("SELECT max(CAST(materialized AS VARCHAR)) FROM asset_metadata").fetchone()[0]
    assert datetime.fromisoformat(latest).replace(tzinfo=UTC) == materialized
    assert asset_metadata is not None


async def reads_both():
    await reads(batch, "ours.batch")
    await reads(single, "ours.single")


async def texts():
    for number, text in enumerate(HOSTILE):
        record("failure", asset_name="texts", asset_id=str(number), run_id="r1", error=text, signature=text or None)
        manifest = await load_asset_manifest("texts", str(number))
        # What colours an error on a terminal is taken out of it.
        words = text.replace("\u001b[31m", "")
        assert manifest.last_error == words
        assert manifest.asset_signature == (text or None)
        found = json.loads((ROOT / manifest.last_run.metadata_path).read_text())
        assert found["data"]["error"] == {"message": words}
    for name in ["q\"uote's", "new\nline", "emoji😀", "e\u0301", "é", "with space", "%s", "\u001b[31m"]:
        record("success", asset_name=name, asset_id="1", run_id=name)
        manifest = await load_asset_manifest(name, "1")
        assert (manifest.asset_name, manifest.last_run.id) == (name, name)
    for name in ["{asset_id}", "a{b", "}", "a/b", "..", ""]:
        answer = refusal(event="success", asset_name=name, asset_id="1")
        assert f"'{name}'" in answer["error"]


def refusal(**fields):
    answer = json.loads(catalog("record", "batch", "-", status=64, stdin=json.dumps(fields) + "\n"))
    assert (answer["recorded"], answer["kind"]) == (False, "invalid"), answer
    return answer


# 3. The ids and the commands of assets without arguments


async def ids():
    for name, path, artifacts_dir in [
        ("plain.name-1_x", "a.json", ""), ("daily sales", "gold/daily sales.json", "gold/é"), ("é/x\ny\U0001F600", "b.parquet", "d"),
        ("a:b", "c:d", "e:f"), ("'quoted\"", "q.csv", ""), (" ", "", ""),
    ]:
        @asset(path, name=name, artifacts_dir=artifacts_dir)
        async def definition():
            return []
        place = {"asset_path": path, "artifacts_dir": artifacts_dir}
        if definition.name != name:
            # The asset that is asked for is not another one without a word.
            assert f"'{definition.name}'" in refusal(event="success", asset_name=name, **place)["error"]
        for record in (batch, single):
            assert record("success", asset_name=definition.name, **place)["asset_id"] == definition.id, name
        assert (await load_asset_manifest(definition.name, definition.id)).asset_signature == definition.id


EXECUTED = []


@asset("executed/table.json", name="executed.table", cache_expiration=timedelta(hours=1))
async def executed():
    EXECUTED.append(1)
    return [{"id": 1}]


async def execs():
    asset_options = ["--name", "executed.table", "--asset-path", "executed/table.json"]
    output = execute(*asset_options, "--run", "r1", "--artifact", "executed/table.json",
                     script="mkdir executed && printf '[{\"id\":1}]' > executed/table.json && "
                            "echo $ASSET_CATALOG_RUN_ID $ASSET_CATALOG_ASSET_ID")
    assert output == f"r1 {executed.id}\n"
    manifest = await load_asset_manifest("executed.table", executed.id)
    assert (manifest.last_status, manifest.last_run.id) == (ManifestRunStatus.SUCCESS, "r1")
    assert manifest.last_artifacts == ("executed/table.json",)
    run = DataAssetRun.model_validate(json.loads((ROOT / manifest.last_run.metadata_path).read_text())["data"])
    assert (run.materialized, run.asset_path) == (manifest.last_materialized, "executed/table.json")
    await executed()
    assert not EXECUTED, "mad_prefect did not take a run of exec for a materialization"

    execute(*asset_options, "--run", "r2", script="echo 'no answer é😀' >&2; exit 3", status=3)
    failed = await load_asset_manifest("executed.table", executed.id)
    assert (failed.last_status, failed.last_error) == (ManifestRunStatus.FAILED, "ExitStatus: 3: no answer é😀")
    assert (failed.last_materialized, failed.last_artifacts) == (manifest.last_materialized, manifest.last_artifacts)
    execute(*asset_options, "--run", "r3", script="kill -TERM $$", status=-15)
    ours = without_update(folder("executed.table", executed.id) / "manifest.json")
    assert (await load_asset_manifest("executed.table", executed.id)).last_error == "Signal: SIGTERM"
    # What mad_prefect makes of the same facts has the same bytes.
    await upsert_asset_manifest_from_run(
        asset_name="executed.table", asset_id=executed.id, run_id="r3", status=ManifestRunStatus.FAILED,
        metadata_path=f"_asset_metadata/asset_name=executed.table/asset_id={executed.id}/asset_run_id=r3/metadata.json",
        materialized=None, artifact_paths=None, asset_signature=executed.id, error="Signal: SIGTERM")
    assert without_update(folder("executed.table", executed.id) / "manifest.json") == ours
    outcomes = [row["outcome"] for row in rows("runs", "executed.table") if row["run_id"] in ("r1", "r2", "r3")]
    assert sorted(outcomes) == ["failed", "failed", "succeeded"], outcomes
    agree()


# 4. The lines of the article "Recording" by which a failure is known at once

ARTICLES = pathlib.Path(__file__).resolve().parents[2] / "Sources/AssetCatalog/AssetCatalog.docc"


def examples(article):
    """The examples in Python of an article, as they stand there."""
    found = re.findall(r"(?ms)^```python\n(.*?)^```", (ARTICLES / f"{article}.md").read_text())
    assert found, f"the article {article} has no example in Python"
    return found


(HOOK,) = examples("Recording")
assert HOOK.count('["asset-catalog", ') == 1, HOOK
# The program under test in the place of an installed one, which finds the root in FILESYSTEM_URL.
exec(compile(HOOK.replace('["asset-catalog", ', "[PROGRAM, "), "Recording.md", "exec"), globals())
materialize = globals()["materialize"]


@asset("hooked/fails_{region}.json", name="hooked.fails {region}")
async def hooked_fails(region: str):
    await asyncio.sleep(0.3)
    raise RuntimeError(f"upstream of {region} returned 503 é😀")


@asset("hooked/works.json", name="hooked.works", cache_expiration=timedelta(hours=1))
async def hooked_works():
    return [{"id": 1}]


@asset("hooked/late.json", name="hooked.late")
async def hooked_late():
    """Fails in the first of two calls at once, and only once the second has begun, which ends after that."""
    if not FIRST_BEGAN.is_set():
        FIRST_BEGAN.set()
        await asyncio.wait_for(SECOND_BEGAN.wait(), 60)
        raise KeyError("first")
    SECOND_BEGAN.set()
    await asyncio.wait_for(FIRST_FAILED.wait(), 60)
    return [{"id": 2}]


FIRST_BEGAN, SECOND_BEGAN, FIRST_FAILED = asyncio.Event(), asyncio.Event(), asyncio.Event()


async def fails(definition):
    try:
        await materialize(definition)
    except Exception:
        return
    raise AssertionError("the asset did not fail")


async def hook():
    region = hooked_fails.with_arguments("eu")
    assert (region.name, len(region.id)) == ("hooked.fails_eu", 32)
    await fails(region)
    found = [row for row in rows("failures", "--since", "1h") if row["asset_name"] == "hooked.fails_eu"]
    assert [(row["outcome"], row["asset_id"], row["error"]) for row in found] == [
        ("failed", region.id, "RuntimeError: upstream of eu returned 503 é😀")], found
    # Only one run, the one that mad_prefect began.
    assert len(list(folder("hooked.fails_eu", region.id).glob("*/metadata.json"))) == 1
    manifest = await load_asset_manifest("hooked.fails_eu", region.id)
    assert (manifest.last_status, manifest.last_materialized) == (ManifestRunStatus.FAILED, None)

    # One that works, then comes from the cache: nothing is recorded beside what mad_prefect does.
    for _ in range(2):
        await materialize(hooked_works)
    assert [row["outcome"] for row in rows("runs", "hooked.works")] == ["succeeded"]

    # Two at once with different arguments: each failure is that of its own configuration.
    both = [hooked_fails.with_arguments(region) for region in ("us", "apac")]
    await asyncio.gather(*(fails(each) for each in both))
    for each, name in zip(both, ("us", "apac")):
        assert [(row["outcome"], row["error"]) for row in rows("runs", each.name)] == [
            ("failed", f"RuntimeError: upstream of {name} returned 503 é😀")]

    # Two at once of one configuration: the one that fails is the one that began first.
    first = asyncio.create_task(fails(hooked_late))
    await asyncio.wait_for(FIRST_BEGAN.wait(), 60)
    second = asyncio.create_task(materialize(hooked_late))
    await first
    FIRST_FAILED.set()
    await second
    assert [(row["outcome"], row["error"]) for row in rows("runs", "hooked.late")] == [
        ("succeeded", None), ("failed", "KeyError: 'first'")], rows("runs", "hooked.late")

    # Where nothing is unfinished, the failure is recorded as a run of its own.
    class Refusing:
        name, id = "hooked.works", hooked_works.id

        async def __call__(self):
            raise ConnectionError("no route")
    await fails(Refusing())
    assert [(row["outcome"], row["error"]) for row in rows("runs", "hooked.works")][0] == ("failed", "ConnectionError: no route")
    agree()


# 5. The cache, by asset-catalog's record


CALLS = []


@asset("cached/table.json", name="cached.table", cache_expiration=timedelta(hours=1))
async def cached():
    CALLS.append(1)
    return [{"id": 1}]


async def cache():
    assert json.loads(catalog("record", "success", "--name", "cached.table", "--asset-path", "cached/table.json",
                              "--artifact", "cached/table.json"))["asset_id"] == cached.id
    await cached()
    # The record is fresh, but the artifact is missing: mad_prefect runs the asset.
    assert CALLS == [1]
    (folder("cached.table", cached.id) / "manifest.json").unlink()
    record("success", asset_name="cached.table", asset_path="cached/table.json", artifacts=["cached/table.json"])
    await cached()
    assert CALLS == [1], "mad_prefect did not take asset-catalog's record for a materialization"
    record("success", asset_name="cached.table", asset_path="cached/table.json", run_id="old",
           materialized=(datetime.now(UTC) - timedelta(hours=2)).isoformat())
    await cached()
    assert CALLS == [1, 1]
    agree()


# 6. In turns


async def persist(name, asset_id, run_id, materialized, error=None, artifacts=None, runtime=None):
    run = DataAssetRun(id=run_id, asset_id=asset_id, asset_name=name, asset_path="p",
                       runtime=runtime or materialized or datetime.now(UTC), materialized=materialized, duration_miliseconds=1)
    await run.persist(status=ManifestRunStatus.FAILED if error else None, error=error, artifact_paths=artifacts,
                      asset_signature="theirs")


async def turns():
    expected = None
    for number in range(30):
        moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number, microseconds=number)
        failed = number % 5 == 4
        artifacts = [f"t/{number}"] if number % 3 else None
        if number % 2:
            await persist("turns", "1", f"r{number}", None if failed else moment, "theirs" if failed else None,
                          artifacts, runtime=moment)
        else:
            # The newest run by its start is the one that answers tell of.
            more = {"error": "ours", "started_at": moment.isoformat()} if failed else {"materialized": moment.isoformat()}
            record("failure" if failed else "success", asset_name="turns", asset_id="1", run_id=f"r{number}",
                   **({"artifacts": artifacts} if artifacts else {}), **more)
        before = expected
        manifest = await load_asset_manifest("turns", "1")
        expected = {
            "run": f"r{number}", "materialized": before["materialized"] if failed and before else moment,
            "artifacts": tuple(artifacts) if artifacts else before["artifacts"] if before else (),
        }
        assert (manifest.last_run.id, manifest.last_materialized, manifest.last_artifacts) == tuple(expected.values())
        row = rows("show", "turns", "--no-reconcile" if number % 2 == 0 and number else "--limit=1")[0]
        assert row["last_run_id"] == f"r{number}", row
    assert len(rows("runs", "turns")) == 30
    agree()


# 7. The same bytes


def without_update(path):
    return re.sub(rb'"updated_at": "[^"]*"', b'"updated_at": ""', path.read_bytes())


async def same_bytes(record, name):
    moment = datetime(2024, 2, 3, 4, 5, 6, 700_000, tzinfo=UTC)
    steps = [
        dict(status="success", materialized=moment, artifacts=["a é.parquet", "b"], error=None, signature="s"),
        dict(status="failed", materialized=None, artifacts=None, error='E: "é😀\u0000\r\n', signature=None),
        dict(status="success", materialized=moment.replace(microsecond=0), artifacts=[], error=None, signature="t"),
    ]
    for number, step in enumerate(steps):
        for asset_id in ("theirs", "ours__"):
            if asset_id == "theirs":
                await upsert_asset_manifest_from_run(
                    asset_name=name, asset_id=asset_id, run_id=f"r{number}",
                    metadata_path=f"_asset_metadata/asset_name={name}/asset_id={asset_id}/asset_run_id=r{number}/metadata.json",
                    materialized=step["materialized"], status=ManifestRunStatus(step["status"]),
                    artifact_paths=step["artifacts"], asset_signature=step["signature"], error=step["error"])
            elif step["status"] == "success":
                record("success", asset_name=name, asset_id=asset_id, run_id=f"r{number}",
                       materialized=step["materialized"].isoformat(), artifacts=step["artifacts"], signature=step["signature"])
            else:
                record("failure", asset_name=name, asset_id=asset_id, run_id=f"r{number}", error=step["error"])
        theirs = without_update(folder(name, "theirs") / "manifest.json")
        ours = without_update(folder(name, "ours__") / "manifest.json").replace(b"ours__", b"theirs")
        assert ours == theirs, f"{ours.decode()}\nis not\n{theirs.decode()}"
    # A run that has only begun is byte for byte what mad_prefect writes.
    run = DataAssetRun(id="begun", asset_id="theirs", asset_name=name, asset_path="p", runtime=moment)
    await run.persist(update_manifest=False)
    record("start", asset_name=name, asset_id="ours__", run_id="begun", asset_path="p", started_at=moment.isoformat())
    theirs = (folder(name, "theirs") / "asset_run_id=begun/metadata.json").read_bytes()
    assert (folder(name, "ours__") / "asset_run_id=begun/metadata.json").read_bytes().replace(b"ours__", b"theirs") == theirs


async def same_bytes_both():
    await same_bytes(batch, "bytes.batch")
    await same_bytes(single, "bytes.single")


# 8. At the same time


def write_theirs(ids, deadline, count):
    async def loop():
        while time.time() < deadline:
            for asset_id in ids:
                await persist("both", asset_id, f"theirs-{count.value}", datetime.now(UTC), artifacts=["x"])
            count.value += 1
    asyncio.run(loop())


def watch_ours(deadline, reads, failures):
    """Reads with mad_prefect what only asset-catalog writes: it is never empty, cut or missing."""
    async def loop():
        while time.time() < deadline:
            if (folder("both", "ours") / "manifest.json").exists():
                failures.value += await load_asset_manifest("both", "ours") is None
                reads.value += 1
    asyncio.run(loop())


async def together():
    ids = ["both1", "both2"]
    deadline = time.time() + SECONDS
    context = multiprocessing.get_context("fork")
    count, seen, failures = (context.Value("i", 0) for _ in range(3))
    theirs = context.Process(target=write_theirs, args=(ids, deadline, count))
    watcher = context.Process(target=watch_ours, args=(deadline, seen, failures))
    theirs.start()
    watcher.start()
    writer = subprocess.Popen([PROGRAM, "record", "batch", "-", "--root", str(ROOT)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    number, reconciles = 0, 0
    while time.time() < deadline:
        for asset_id in [*ids, "ours"]:
            line = {"event": "success", "asset_name": "both", "asset_id": asset_id, "run_id": f"ours-{number}", "artifacts": ["y"]}
            writer.stdin.write(json.dumps(line) + "\n")
            writer.stdin.flush()
            answer = json.loads(writer.stdout.readline())
            # Where mad_prefect rewrites a manifest all the time, a record may give up; it must not say that it is made.
            assert answer["recorded"] or "all the time" in answer["error"], answer
        number += 1
        if number % 5 == 0:
            catalog("reconcile", "--full" if number % 10 == 0 else "--quiet")
            catalog("list", "--format", "ndjson")
            reconciles += 1
    writer.stdin.close()
    assert writer.wait() in (0, 75)
    theirs.join()
    watcher.join()
    assert theirs.exitcode == watcher.exitcode == 0
    assert count.value > 0 and number > 0 and seen.value > 0
    assert failures.value == 0, "mad_prefect could not read a manifest that only asset-catalog writes"

    for asset_id in ids:
        runs = {path.parent.name.removeprefix("asset_run_id="): path for path in folder("both", asset_id).glob("*/metadata.json")}
        missing = [run for run in (f"theirs-{n}" for n in range(count.value)) if run not in runs]
        missing += [run for run in (f"ours-{n}" for n in range(number)) if run not in runs]
        assert not missing, f"lost: {missing}"
        for path in runs.values():
            DataAssetRun.model_validate(json.loads(path.read_text())["data"])
        # Whoever came last; what mad_prefect overwrites in place it can also tear, but only against itself.
        manifest = await load_asset_manifest("both", asset_id)
        assert manifest is not None and manifest.last_run.id in runs
    assert (await load_asset_manifest("both", "ours")).last_run.id == f"ours-{number - 1}"
    assert not list(META.glob("**/.m.*.tmp"))
    agree()
    return f"{count.value} runs of theirs and {number} of ours of each asset, {reconciles} reconciles, {seen.value} reads"


async def sql_examples():
    """The examples of the article "SQL" run, and leave the index as it is."""
    catalog("reconcile")
    index = META / ".index/catalog.sqlite"
    found = examples("SQL")
    assert [any(f"import {module}" in example for example in found) for module in ("pandas", "duckdb")] == [True, True]
    before = catalog("list", "--no-reconcile", "--format", "csv")
    for example in found:
        assert example.count("file:/srv/storage/") == 1 and "mode=ro" in example, example
        run = subprocess.run(
            [sys.executable, "-I", "-c", example.replace("file:/srv/storage/", f"file:{ROOT}/")], capture_output=True, text=True)
        assert run.returncode == 0 and "hooked.fails_eu" in run.stdout, f"{example}\n{run.stdout}{run.stderr}"
    assert index.exists() and before == catalog("list", "--no-reconcile", "--format", "csv")
    return f"{len(found)} examples"


CHECKS = [
    ("mad_prefect writes, asset-catalog answers", answers),
    ("asset-catalog writes, mad_prefect's models and DuckDB read it back", reads_both),
    ("names and errors with quotes, newlines, NUL, emoji and a MiB of text", texts),
    ("the names and ids of assets are those that mad_prefect makes", ids),
    ("mad_prefect takes the runs of exec, and what it records of them has mad_prefect's bytes", execs),
    ("the failure of an asset is recorded at once by the lines of the article", hook),
    ("Python, pandas and DuckDB read the index as the article says", sql_examples),
    ("mad_prefect's cache takes asset-catalog's records", cache),
    ("both write the same asset in turns", turns),
    ("the bytes of a manifest are the same but for updated_at", same_bytes_both),
    ("both write, reconcile and read at the same time", together),
]


async def main():
    for description, check in CHECKS:
        began = time.time()
        try:
            details = await check()
        except Exception:
            print(f"FAILED: {description}", file=sys.stderr)
            traceback.print_exc()
            return 1
        print(f"ok ({time.time() - began:.1f} s): {description}" + (f" ({details})" if details else ""), flush=True)
    return 0


sys.exit(asyncio.run(main()))
