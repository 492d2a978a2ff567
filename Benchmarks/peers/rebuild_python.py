"""Indexes all manifests of a tree as one would in Python: Pydantic's model over the bytes, rows into SQLite.

Usage: rebuild_python.py TREE DATABASE
"""

import os
import sqlite3
import sys
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel


class Run(BaseModel):
    id: str
    metadata_path: str
    materialized: AwareDatetime | None = None
    artifact_paths: list[str] = []


class Manifest(BaseModel):
    manifest_version: Literal["1"] = "1"
    asset_name: str
    asset_id: str
    asset_signature: str | None = None
    last_materialized: AwareDatetime | None = None
    last_run: Run | None = None
    last_status: Literal["success", "failed", "unknown"] = "unknown"
    last_error: str | None = None
    last_artifacts: list[str] = []
    updated_at: AwareDatetime | None = None


def microseconds(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1_000_000)


def rows(tree: str):
    for name in os.scandir(tree):
        if not name.name.startswith("asset_name="):
            continue
        for asset in os.scandir(name.path):
            path = asset.path + "/manifest.json"
            try:
                with open(path, "rb") as file:
                    status = os.fstat(file.fileno())
                    manifest = Manifest.model_validate_json(file.read())
            except FileNotFoundError:
                continue
            yield (
                manifest.asset_name, manifest.asset_id, manifest.asset_signature, microseconds(manifest.last_materialized),
                manifest.last_status, manifest.last_error, manifest.last_run.id if manifest.last_run else None,
                microseconds(manifest.updated_at), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino,
            )


def main() -> None:
    tree, path = sys.argv[1:]
    if os.path.exists(path):
        os.remove(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute(
        "CREATE TABLE asset (name TEXT, id TEXT, signature TEXT, materialized INTEGER, status TEXT, error TEXT, run TEXT,"
        " updated INTEGER, size INTEGER, mtime INTEGER, ctime INTEGER, inode INTEGER)"
    )
    database.executemany("INSERT INTO asset VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows(tree))
    database.execute("CREATE UNIQUE INDEX identity ON asset (name, id)")
    database.execute("CREATE INDEX age ON asset (materialized)")
    database.commit()
    print(database.execute("SELECT count(*) FROM asset").fetchone()[0])


main()
