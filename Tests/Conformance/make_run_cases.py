#!/usr/bin/env python3
"""make_run_cases.py: writes Tests/Fixtures/run-cases.json, run metadata files and what mad_prefect's DataAssetRun loads.

Needs a Python with `pip install mad-prefect==2.3.0`. Each case holds the bytes of a file, and either the kind of refusal or
the file as the catalog must write it again: values as `DataAssetRun` loads them with times in UTC, then the catalog's own
members, then the unknown fields. Seeded: running it again writes the same file.
"""
import base64, json, pathlib, random

import reference
from reference import RUN_CLASS, Refusal, Skip, expected_run

GOOD = {"id": "r1", "runtime": "2024-01-01T00:00:00Z", "materialized": "2024-01-01T00:01:01.000005Z", "duration_miliseconds": 61000,
        "asset_id": "a1", "asset_name": "a.b", "asset_path": "a.parquet", "parameters": None}
OWN = {"status": "failed", "error": {"type": "ValueError", "message": "bad \u00e9", "traceback": "at line 3\n"},
       "artifacts": [{"path": "a.parquet", "bytes": 12, "modified": "2024-01-01T00:01:00Z", "format": "parquet", "schema_hash": "h", "row_count": 0}]}


def wrapped(data, **more):
    return {"__class__": RUN_CLASS, "data": data, **more}


def by_hand():
    dump = lambda value: json.dumps(value, indent=4).encode()
    yield "as written", dump(wrapped(GOOD))
    yield "unfinished", dump(wrapped({**GOOD, "materialized": None, "duration_miliseconds": None}))
    yield "bare", dump(GOOD)
    yield "bare, empty", b"{}"
    yield "bare, only unknown fields", b'{"data": {"id": "x"}, "x": 1}'
    yield "wrapped, empty", dump(wrapped({}))
    yield "foreign class", dump({"__class__": "mad_prefect.data_assets.asset_metadata.AssetManifest", "data": GOOD})
    yield "class that does not exist", dump({"__class__": "no.such.Thing", "data": GOOD})
    yield "class is null", dump({"__class__": None, "data": GOOD})
    yield "class comes last", dump({"data": GOOD, "__class__": RUN_CLASS})
    yield "class escaped", dump(wrapped(GOOD)).replace(b"DataAssetRun", b"\\u0044ataAssetRun")
    yield "class twice, last foreign", b'{"__class__": "%s", "data": {}, "__class__": "x"}' % RUN_CLASS.encode()
    yield "class twice, last right", b'{"__class__": "x", "data": {}, "__class__": "%s"}' % RUN_CLASS.encode()
    yield "data twice", b'{"__class__": "%s", "data": {"id": "a", "x": 1}, "data": {"asset_id": "b"}}' % RUN_CLASS.encode()
    yield "data twice, last null", b'{"__class__": "%s", "data": {"id": "a"}, "data": null}' % RUN_CLASS.encode()
    yield "data missing", dump({"__class__": RUN_CLASS})
    yield "data missing, fields beside", dump({"__class__": RUN_CLASS, **GOOD})
    yield "fields beside data", dump(wrapped({"id": "inner"}, id=5, asset_id="outer", x=1))
    yield "data is an array", dump(wrapped([GOOD]))
    yield "exception", b'{"__exc_type__": "builtins.ValueError", "message": "x"}'
    for raw in (b"[]", b"null", b"1", b'"x"', b"", b" ", b"\xef\xbb\xbf{}", b"{} x", b"{}\n", b"{}\x00"):
        yield "document " + repr(raw), raw
    for key in GOOD:
        for value in (None, "x", "", 1, 1.5, True, [], {}, "\u00e9\x00\ud800"):
            yield f"{key} = {value!r}", dump(wrapped({**GOOD, key: value}))
    for text in ("2024-01-02", "2024-01-02T00:00", "2024-01-02 10:00:00+10", "2024-01-02_10:00:00,5+1000", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999999",
                 "9999-12-31T23:59:59-00:01", "2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "1704153600", "-1.25", "20000000000.5", "1.5e3", "1e3", "0000-12-31T23:59:59-00:01"):
        yield f"runtime {text}", dump(wrapped({**GOOD, "runtime": text}))
    for text in ("1", "-0", " 7 ", "+7", "1_000", "1__0", "007", "0__1", "0-1", "7.00", "7.5", "7e1", "\u20037\u2003", "9" * 18, "9" * 19, "9" * 30, "1" * 4300, "1" * 4301):
        yield f"duration {text[:40]!r}", dump(wrapped({**GOOD, "duration_miliseconds": text}))
    for spelled in ("1.0", "1e2", "-0.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "9223372036854774784.0", "9223372036854775807.0", "1e999", "NaN", "-Infinity"):
        yield f"duration {spelled}", dump(wrapped({**GOOD, "duration_miliseconds": 4711})).replace(b"4711", spelled.encode())
    yield "the catalog's own fields", dump(wrapped({**GOOD, **OWN, "owner": "x"}))
    yield "the catalog's own fields first", dump(wrapped({**OWN, **GOOD}))
    for key, values in {"status": ["success", "running", 1, None, {}], "error": ["x", {}, {"message": "m"}, {"type": "T"}, {"message": 1}, {"type": 1, "message": "m", "traceback": []}, []],
                        "artifacts": ["x", {}, [], [1, None, {}], [{"path": 1}], [{"path": "p", "bytes": "1", "modified": "x", "format": 1}],
                                      [{"path": "p", "bytes": 2**63, "row_count": 1.5, "modified": 1704153600}], [{"path": "p", "modified": "2024-01-02T01:00:00+01:00", "x": 1}]]}.items():
        for value in values:
            yield f"{key} = {value!r}", dump(wrapped({**GOOD, key: value}))
    yield "unknown fields", b'{"__class__": "%s", "data": {"z": {"b":[1.50,{"x":1,"y":2,"x":3}],"a":{}}, "id": "r", "\\ud800": NaN, "z2": 1, "z": [ ]}}' % RUN_CLASS.encode()


def main():
    rng = random.Random(2024)
    made = list(by_hand())
    while len(made) < 450:
        raw = reference.run_case(rng)
        if len(raw) < 2000:
            made.append(("random", raw))
    result = []
    for label, raw in made:
        case = {"label": label, "raw_base64": base64.b64encode(raw).decode()}
        try:
            wanted = expected_run(raw)
        except Skip:
            continue
        except Refusal as refusal:
            case["refused_as"] = refusal.kind
        else:
            case |= {"written_again": wanted.full, "is_lossy": wanted.is_lossy}
        result.append(case)
    place = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "run-cases.json"
    place.write_text(json.dumps(result, indent=0))
    print(f"{len(result)} cases, {sum('written_again' in case for case in result)} accepted")


main()
