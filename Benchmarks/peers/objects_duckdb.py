"""Reads all manifests of a bucket with DuckDB's read_json, into a table.

Usage: objects_duckdb.py ROOT THREADS
       objects_duckdb.py --way    Only says by what it would read.

By its own extension httpfs where it is installed as a package, or can be downloaded; else through fsspec's s3fs.
"""

import importlib.resources
import os
import sys
from urllib.parse import urlsplit

import duckdb


def load_extension(database: duckdb.DuckDBPyConnection) -> bool:
    try:
        package = importlib.resources.files("duckdb_extension_httpfs")
        (file,) = package.glob(f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension")
        database.execute(f"LOAD {quoted(str(file))}")
    except (ModuleNotFoundError, ValueError):
        try:
            database.execute("INSTALL httpfs")
            database.execute("LOAD httpfs")
        except duckdb.Error:
            return False
    return True


def connect_to_store(database: duckdb.DuckDBPyConnection) -> str:
    if not load_extension(database):
        import s3fs

        database.register_filesystem(s3fs.S3FileSystem())
        return "s3fs"
    address = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    database.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID {quoted(os.environ['AWS_ACCESS_KEY_ID'])},"
        f" SECRET {quoted(os.environ['AWS_SECRET_ACCESS_KEY'])}, REGION 'us-east-1', ENDPOINT {quoted(address.netloc)},"
        f" URL_STYLE 'path', USE_SSL {'true' if address.scheme == 'https' else 'false'})")
    return "httpfs"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def main() -> None:
    database = duckdb.connect()
    way = connect_to_store(database)
    if sys.argv[1:] == ["--way"]:
        print(way)
        return
    root, threads = sys.argv[1:]
    # Its readers block; without it, there are as many as processors.
    database.execute(f"SET threads = {int(threads)}")
    database.execute("SET preserve_insertion_order = false")
    database.execute(
        "CREATE TABLE asset AS SELECT asset_name, asset_id, asset_signature, last_materialized, last_status, last_error,"
        " last_run, updated_at FROM read_json(?, maximum_object_size = 1048576)",
        [f"{root}/_asset_metadata/*/*/manifest.json"],
    )
    print(database.execute("SELECT count(*) FROM asset").fetchone()[0])


main()
