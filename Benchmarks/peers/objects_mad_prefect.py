"""Reads all manifests of a bucket as mad_prefect does: its file system finds them, and its functions load each into its model.

Usage: objects_mad_prefect.py COUNT     FILESYSTEM_URL names the root, as for mad_prefect itself.

It loads one after the other and blocks, so that COUNT of them, evenly from all, must do. Prints how many were loaded, and the
seconds for finding all and for loading these.
"""

import asyncio
import logging
import re
import sys
import time

logging.disable(logging.CRITICAL)

from mad_prefect.data_assets import ASSET_METADATA_LOCATION  # noqa: E402
from mad_prefect.data_assets.asset_metadata import load_asset_manifest  # noqa: E402
from mad_prefect.filesystems import get_fs  # noqa: E402

PARTS = re.compile(r"asset_name=([^/]*)/asset_id=([^/]*)/manifest\.json$")


async def measure(count: int) -> None:
    begin = time.monotonic()
    fs = await get_fs()
    found = (PARTS.search(path) for path in fs.glob(f"{ASSET_METADATA_LOCATION}/*/*/manifest.json"))
    assets = [match.groups() for match in found if match]
    middle = time.monotonic()
    chosen = assets[:: max(1, len(assets) // count)]
    loaded = sum([await load_asset_manifest(*asset) is not None for asset in chosen])
    end = time.monotonic()
    print(f'{{"found": {len(assets)}, "loaded": {loaded}, "finding": {middle - begin}, "loading": {end - middle}}}')


asyncio.run(measure(int(sys.argv[1])))
