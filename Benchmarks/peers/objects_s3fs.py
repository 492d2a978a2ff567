"""Reads all files of a bucket's metadata folder with s3fs, many at once, and parses each manifest with mad_prefect's model.

Usage: objects_s3fs.py ROOT
"""

import sys

import s3fs
from mad_prefect.data_assets.asset_metadata import AssetManifest


def main() -> None:
    store = s3fs.S3FileSystem()
    paths = store.glob(f"{sys.argv[1]}/_asset_metadata/**/*.json")
    manifests = 0
    # By parts, since all the bytes of a large tree would not fit.
    for start in range(0, len(paths), 10_000):
        for path, contents in store.cat(paths[start : start + 10_000]).items():
            if path.endswith("/manifest.json"):
                AssetManifest.model_validate_json(contents)
                manifests += 1
    print(manifests)


main()
