"""object_interop.py PROGRAM ROOT: mad_prefect (through s3fs) and asset-catalog write and read one bucket in turns.

Called by Scripts/object_interop, at a store that Scripts/object_servers started. ROOT is s3://BUCKET/PREFIX. Prints what was
checked, and ends with 1 at the first check that fails.
"""
import asyncio
import json
import logging
import os
import subprocess
import sys

PROGRAM, ROOT = sys.argv[1], sys.argv[2]
BUCKET = ROOT.removeprefix("s3://").split("/")[0]
os.environ["FILESYSTEM_URL"] = ROOT
logging.disable(logging.CRITICAL)

import s3fs  # noqa: E402

STORE = s3fs.S3FileSystem()
if not STORE.exists(BUCKET):
    STORE.mkdir(BUCKET)

from mad_prefect.data_assets import asset  # noqa: E402
from mad_prefect.data_assets.asset_metadata import load_asset_manifest  # noqa: E402


def catalog(*arguments, status=0):
    run = subprocess.run([PROGRAM, *arguments, "--root", ROOT], capture_output=True, text=True)
    allowed = status if isinstance(status, tuple) else (status,)
    assert run.returncode in allowed, f"{arguments}: {run.returncode}: {run.stderr[:500]}{run.stdout[:500]}"
    return run.stdout


def rows(*arguments):
    catalog("reconcile", "--accept-root")
    return json.loads(catalog(*arguments, "--format", "json", status=(0, 1)))["rows"]


def manifest(name, asset_id):
    STORE.invalidate_cache()
    with STORE.open(f"{ROOT}/_asset_metadata/asset_name={name}/asset_id={asset_id}/manifest.json") as file:
        return json.load(file)


@asset("silver/customers.parquet", name="silver.customers")
async def customers():
    return [{"id": 7, "name": "Ann"}]


async def turns():
    for turn in range(4):
        # mad_prefect writes, asset-catalog answers.
        await customers()
        name, asset_id = "silver.customers", customers.id
        found = {row["asset_name"]: row for row in rows("list")}[name]
        theirs = manifest(name, asset_id)
        assert found["last_run_id"] == theirs["last_run"]["id"], (found, theirs)
        assert found["last_status"] == theirs["last_status"]
        # asset-catalog writes, mad_prefect reads.
        run = f"ours-{turn}"
        answer = catalog(
            "record", "success", "--name", name, "--id", asset_id, "--run", run, "--artifact", "silver/customers.parquet")
        STORE.invalidate_cache()
        loaded = await load_asset_manifest(name, asset_id)
        assert loaded.last_run.id == run and loaded.last_status.value == "success", loaded
        assert list(loaded.last_artifacts) == ["silver/customers.parquet"], loaded
        assert loaded.asset_signature == theirs["asset_signature"], loaded
        metadata = json.loads(STORE.cat(f"{ROOT}/{json.loads(answer)['metadata_path']}"))["data"]
        facts = metadata["artifacts"][0]
        assert facts["format"] == "parquet" and facts["row_count"] == 1, facts
        # A failure keeps the last materialization.
        catalog("record", "failure", "--name", name, "--id", asset_id, "--run", f"bad-{turn}", "--error", "é broke")
        STORE.invalidate_cache()
        failed = await load_asset_manifest(name, asset_id)
        assert failed.last_status.value == "failed" and failed.last_error == "é broke", failed
        assert failed.last_materialized == loaded.last_materialized
        # A claim stands in the manifest, which mad_prefect loads all the same.
        subprocess.run(
            [PROGRAM, "exec", "--if-running", "skip", "--name", name, "--id", asset_id, "--root", ROOT, "--", "true"],
            check=True)
        assert "asset_catalog_claim" in manifest(name, asset_id)
        STORE.invalidate_cache()
        assert (await load_asset_manifest(name, asset_id)).last_status.value == "success"
        catalog("reconcile")
        catalog("check")
    assert len(rows("runs", "silver.customers")) == 4 * 4
    print("mad_prefect and asset-catalog write and read one bucket in turns")


asyncio.run(turns())
