#!/usr/bin/env python3
"""make_upsert_cases.py OUTPUT: what mad_prefect's own upsert_asset_manifest_from_run makes of sequences of runs.

Writes a JSON list of cases {"initial": text or null, "steps": [{"run": {...}, "manifest": text}]}: the bytes of the manifest
before the first step and after each. Needs `pip install mad-prefect==2.3.0`. The same seed gives the same cases but for
`updated_at`.
"""
import asyncio
import json
import os
import pathlib
import random
import sys
import tempfile
from datetime import datetime, timedelta, timezone

CASES = 320
SEED = 20240611

scratch = tempfile.TemporaryDirectory()
root = pathlib.Path(scratch.name)
os.environ["FILESYSTEM_URL"] = f"file://{root}"

from mad_prefect.data_assets.asset_metadata import ManifestRunStatus, upsert_asset_manifest_from_run  # noqa: E402

rng = random.Random(SEED)

TEXTS = [
    "", " ", "a", "ValueError: bad row 17", 'say "no"', "back\\slash", "tab\there", "line\nbreak\r\n", "nul\u0000", "\u001b[31m",
    "\u007f\u0080\u009f", "\u2028\u2029", "é", "e\u0301", "中文", "😀 \U0001F468\u200D\U0001F469", "\ufeff", "\uffff",
    "/", "</script>", "\u00ad", "x" * 300,
]
NAMES = ["bronze.orders", "a", "näme-中.asset_01", "with space", "quote'\"s", "line\nbreak", "é", "e\u0301", "😀", "-", "...", "a=b"]
IDS = ["a1", "0" * 32, "id with space", "ü", "x.y"]
RUNS = ["r1", "r2", "e65aba8fe2ffd9c6b213044affb35eae", "rün", "run 3", "{x}"]


def moment():
    kind = rng.randrange(6)
    if kind == 0:
        return None
    base = datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=rng.randrange(-10**9, 10**9))
    if kind == 1:
        return base
    if kind == 2:
        return base.replace(microsecond=rng.choice([1, 10, 999999, 500000, 120000]))
    if kind == 3:
        return base.astimezone(timezone(timedelta(minutes=rng.randrange(-14 * 60, 14 * 60))))
    if kind == 4:
        return rng.choice([datetime(1, 1, 2, tzinfo=timezone.utc), datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc)])
    return base.replace(microsecond=rng.randrange(10**6))


def paths():
    kind = rng.randrange(5)
    if kind == 0:
        return None
    if kind == 1:
        return []
    return [rng.choice(["bronze/a.parquet", "/lead", "./dot", "中/é.csv", "a b", 'q"', ""]) for _ in range(rng.randrange(1, 4))]


def initial(name, asset_id):
    """A manifest as another program may have left it, in any order and with fields missing."""
    if rng.randrange(4):
        return None
    fields = {"asset_name": name, "asset_id": asset_id}
    options = {
        "manifest_version": lambda: "1",
        "asset_signature": lambda: rng.choice([None, "", "sig", "ü"]),
        "last_materialized": lambda: rng.choice([None, "2024-01-02T00:00:00+00:00", "2024-01-02T03:04:05.678+05:30", 1700000000, "1700000000.5"]),
        "last_run": lambda: rng.choice([
            None,
            {"id": "r1", "metadata_path": "p"},
            {"id": "r0", "metadata_path": "p", "materialized": "2023-05-06T07:08:09.000001Z", "artifact_paths": ["old/run.csv"]},
        ]),
        "last_status": lambda: rng.choice(["success", "failed", "unknown"]),
        "last_error": lambda: rng.choice([None, *TEXTS]),
        "last_artifacts": lambda: rng.choice([[], ["old/a"], ["old/a", "old/b", "old/a"]]),
        "updated_at": lambda: "2024-01-02T00:00:01.500000+00:00",
    }
    chosen = rng.sample(sorted(options), rng.randrange(len(options) + 1))
    for key in chosen:
        fields[key] = options[key]()
    kind = rng.randrange(8)
    if kind == 0:
        # What mad_prefect cannot load counts as absent.
        return rng.choice(["", "{", "[]", "null", '{"asset_name": 1, "asset_id": "a"}', json.dumps({**fields, "manifest_version": "2"})])
    return json.dumps(fields, indent=rng.choice([None, 4]), ensure_ascii=bool(rng.randrange(2)))


async def main(output):
    cases = []
    for number in range(CASES):
        name, asset_id = rng.choice(NAMES), rng.choice(IDS)
        folder = root / "_asset_metadata" / f"asset_name={name}" / f"asset_id={asset_id}"
        path = folder / "manifest.json"
        folder.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        before = initial(name, asset_id)
        if before is not None:
            path.write_bytes(before.encode())
        steps = []
        for _ in range(rng.randrange(1, 4)):
            run_id, materialized = rng.choice(RUNS), moment()
            run = {
                "asset_name": name, "asset_id": asset_id, "run_id": run_id,
                "metadata_path": f"_asset_metadata/asset_name={name}/asset_id={asset_id}/asset_run_id={run_id}/metadata.json",
                "status": rng.choice(["success", "failed", "unknown"]), "artifact_paths": paths(),
                "asset_signature": rng.choice([None, None, "", "sig", "sig2", "ü"]), "error": rng.choice([None, *TEXTS]),
            }
            await upsert_asset_manifest_from_run(
                **{**run, "status": ManifestRunStatus(run["status"]), "materialized": materialized})
            steps.append({
                "run": {**run, "materialized": materialized and materialized.isoformat()},
                "manifest": path.read_bytes().decode(),
            })
        cases.append({"initial": before, "steps": steps})
    pathlib.Path(output).write_text(json.dumps(cases, indent=1) + "\n")


if len(sys.argv) != 2:
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1]))
