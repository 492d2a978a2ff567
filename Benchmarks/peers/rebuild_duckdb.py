"""Reads all manifests of a tree with DuckDB's read_json, as mad_prefect asks its metadata, into a table.

Usage: rebuild_duckdb.py TREE
"""

import sys

import duckdb


def main() -> None:
    tree = sys.argv[1]
    database = duckdb.connect()
    # Without it DuckDB runs out of memory on a tree of this size on a small machine.
    database.execute("SET preserve_insertion_order = false")
    database.execute(
        "CREATE TABLE asset AS SELECT asset_name, asset_id, asset_signature, last_materialized, last_status, last_error,"
        " last_run, updated_at FROM read_json(?, maximum_object_size = 1048576)",
        [f"{tree}/*/*/manifest.json"],
    )
    print(database.execute("SELECT count(*) FROM asset").fetchone()[0])


main()
