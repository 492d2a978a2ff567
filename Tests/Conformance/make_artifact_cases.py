#!/usr/bin/env python3
"""Writes Tests/Fixtures/artifacts: small files by pyarrow, DuckDB, pandas and Python, and what is true of them.

Every file bears the label of its schema. Files with one label must get one schema hash, files with different labels
different ones, and no label means no hash. Rows are counted by pyarrow or DuckDB, where they are counted at all.

Some Parquet files have a footer made here, in spellings that neither library writes; pyarrow must read each of them as
the schema that it stands for.

Usage: Tests/Conformance/make_artifact_cases.py      (needs pyarrow, duckdb and pandas; run with pyarrow 26.0.1 and duckdb 1.4.5)
"""

import csv
import datetime
import decimal
import io
import json
import pathlib
import shutil
import struct
import uuid

import duckdb
import pandas
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/Fixtures/artifacts"
cases: dict[str, dict] = {}
con = duckdb.connect()


def note(name: str, label: str | None, rows: int | None, **more):
    assert name not in cases, name
    cases[name] = {"label": label, "rows": rows, **more}


# Parquet -----------------------------------------------------------------------------------------------------------


def arrow(name: str, label: str, table: pa.Table, **options):
    path = FOLDER / f"{name}.parquet"
    pq.write_table(table, path, **options)
    note(path.name, label, pq.ParquetFile(path).metadata.num_rows)


def duck(name: str, label: str, query: str, options: str = ""):
    path = FOLDER / f"{name}.parquet"
    con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet{options})")
    note(path.name, label, pq.ParquetFile(path).metadata.num_rows)


def people():
    """One schema, written in every way that must not count."""
    label = "people"
    plain = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int64()),
            "name": pa.array(["Ann", None, "Zoë"], pa.string()),
            "score": pa.array([0.5, 1.5, None], pa.float64()),
        }
    )
    arrow("people-arrow", label, plain)
    for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
        arrow(f"people-arrow-{codec}", label, plain, compression=codec)
    for version in ["1.0", "2.4", "2.6"]:
        arrow(f"people-arrow-{version}", label, plain, version=version)
    arrow("people-arrow-pages-v2", label, plain, data_page_version="2.0")
    arrow("people-arrow-row-groups", label, plain, row_group_size=1)
    arrow("people-arrow-many-row-groups", label, pa.concat_tables([plain] * 20), row_group_size=4)
    arrow("people-arrow-empty", label, plain.slice(0, 0))
    arrow("people-arrow-no-dictionary", label, plain, use_dictionary=False, write_statistics=False)
    arrow("people-arrow-no-arrow-schema", label, plain, store_schema=False)
    arrow("people-arrow-key-values", label, plain.replace_schema_metadata({"owner": "finance", "pandas": "{}"}))
    arrow("people-arrow-byte-stream", label, plain, use_dictionary=False, column_encoding={"score": "BYTE_STREAM_SPLIT"})
    arrow("people-arrow-dictionary-type", label, plain.set_column(1, "name", plain["name"].dictionary_encode()))
    arrow("people-arrow-large-string", label, plain.set_column(1, "name", plain["name"].cast(pa.large_string())))
    arrow("people-arrow-page-index", label, plain, write_page_index=True, write_page_checksum=True)
    ids = [field.with_metadata({"PARQUET:field_id": str(40 + index)}) for index, field in enumerate(plain.schema)]
    arrow("people-arrow-field-ids", label, plain.cast(pa.schema(ids)))
    required = pa.schema([field.with_nullable(False) for field in plain.schema])
    arrow("people-arrow-required", label, pa.table([[1], ["Ann"], [0.5]], schema=required))
    frame = pandas.DataFrame({"id": [1, 2], "name": ["Ann", "Bo"], "score": [0.5, 1.5]})
    path = FOLDER / "people-pandas.parquet"
    frame.to_parquet(path)
    note(path.name, label, 2)

    rows = "SELECT i::BIGINT AS id, 'n' || i AS name, i::DOUBLE AS score FROM range({}) t(i)"
    duck("people-duckdb", label, rows.format(3))
    duck("people-duckdb-empty", label, rows.format(0))
    for codec in ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"]:
        duck(f"people-duckdb-{codec}", label, rows.format(3), f", COMPRESSION {codec}")
    duck("people-duckdb-v2", label, rows.format(3), ", PARQUET_VERSION V2")
    duck("people-duckdb-row-groups", label, rows.format(5000).replace("i::", "7::").replace("|| i", "|| 7"),
         ", ROW_GROUP_SIZE 2048")  # fmt: skip
    duck("people-duckdb-key-values", label, rows.format(3), ", KV_METADATA {owner: 'finance'}")
    duck("people-duckdb-field-ids", label, rows.format(3), ", FIELD_IDS {id: 7, name: 8, score: 9}")
    duck(
        "people-duckdb-enum",
        label,
        "SELECT 1::BIGINT AS id, 'Ann'::ENUM('Ann', 'Bo') AS name, 0.5::DOUBLE AS score",
    )

    # What must count, each by both writers.
    for what, columns in {
        "renamed": [("id", "BIGINT"), ("names", "VARCHAR"), ("score", "DOUBLE")],
        "other-case": [("id", "BIGINT"), ("Name", "VARCHAR"), ("score", "DOUBLE")],
        "reordered": [("name", "VARCHAR"), ("id", "BIGINT"), ("score", "DOUBLE")],
        "narrower": [("id", "INTEGER"), ("name", "VARCHAR"), ("score", "DOUBLE")],
        "single": [("id", "BIGINT"), ("name", "VARCHAR"), ("score", "FLOAT")],
        "blob": [("id", "BIGINT"), ("name", "BLOB"), ("score", "DOUBLE")],
        "longer": [("id", "BIGINT"), ("name", "VARCHAR"), ("score", "DOUBLE"), ("x", "BOOLEAN")],
        "shorter": [("id", "BIGINT"), ("name", "VARCHAR")],
        "strange-names": [("id\n0 field int64 2:id", "BIGINT"), ("näme", "VARCHAR"), (" ", "DOUBLE")],
        "composed": [("\u00e9", "BIGINT")],
        "decomposed": [("e\u0301", "BIGINT")],
    }.items():
        types = {
            "BIGINT": pa.int64(), "INTEGER": pa.int32(), "VARCHAR": pa.string(), "BLOB": pa.binary(),
            "DOUBLE": pa.float64(), "FLOAT": pa.float32(), "BOOLEAN": pa.bool_(),
        }  # fmt: skip
        fields = pa.schema([(name, types[kind]) for name, kind in columns])
        arrow(f"people-{what}-arrow", f"people {what}", fields.empty_table())
        select = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns)
        duck(f"people-{what}-duckdb", f"people {what}", f"SELECT {select}")
    nested = pa.struct([("id", pa.int64()), ("name", pa.string()), ("score", pa.float64())])
    arrow("people-in-struct", "people in struct", pa.schema([("p", nested)]).empty_table())


def types():
    """One column of each type: a label for each, shared by the writers that have it."""
    utc, us = "UTC", "us"
    for label, kind, sql in [
        ("boolean", pa.bool_(), "BOOLEAN"),
        ("int8", pa.int8(), "TINYINT"),
        ("int16", pa.int16(), "SMALLINT"),
        ("int32", pa.int32(), "INTEGER"),
        ("int64", pa.int64(), "BIGINT"),
        ("uint8", pa.uint8(), "UTINYINT"),
        ("uint16", pa.uint16(), "USMALLINT"),
        ("uint32", pa.uint32(), "UINTEGER"),
        ("uint64", pa.uint64(), "UBIGINT"),
        ("float16", pa.float16(), None),
        ("float32", pa.float32(), "FLOAT"),
        ("float64", pa.float64(), "DOUBLE"),
        ("string", pa.string(), "VARCHAR"),
        ("binary", pa.binary(), "BLOB"),
        ("fixed 3", pa.binary(3), None),
        ("fixed 4", pa.binary(4), None),
        ("uuid", pa.uuid(), "UUID"),
        ("json", pa.json_(), "JSON"),
        ("null", pa.null(), None),
        ("date", pa.date32(), "DATE"),
        ("time ms", pa.time32("ms"), None),
        ("time us", pa.time64(us), "TIME"),
        ("time us utc", None, "TIMETZ"),
        ("time ns", pa.time64("ns"), None),
        ("timestamp ms", pa.timestamp("ms"), "TIMESTAMP_MS"),
        ("timestamp us", pa.timestamp(us), "TIMESTAMP"),
        ("timestamp ns", pa.timestamp("ns"), "TIMESTAMP_NS"),
        ("timestamp ms utc", pa.timestamp("ms", utc), None),
        ("timestamp us utc", pa.timestamp(us, utc), "TIMESTAMPTZ"),
        ("interval", None, "INTERVAL"),
        ("decimal 5 2", pa.decimal128(5, 2), "DECIMAL(5, 2)"),
        ("decimal 5 3", pa.decimal128(5, 3), "DECIMAL(5, 3)"),
        ("decimal 6 2", pa.decimal128(6, 2), "DECIMAL(6, 2)"),
        ("decimal 18 4", pa.decimal128(18, 4), "DECIMAL(18, 4)"),
        ("decimal 38 4", pa.decimal128(38, 4), "DECIMAL(38, 4)"),
        ("decimal 50 4", pa.decimal256(50, 4), None),
        ("list int32", pa.list_(pa.int32()), "INTEGER[]"),
        ("list int64", pa.list_(pa.int64()), "BIGINT[]"),
        ("list string", pa.list_(pa.string()), "VARCHAR[]"),
        ("list list int32", pa.list_(pa.list_(pa.int32())), "INTEGER[][]"),
        ("list list list int32", pa.list_(pa.list_(pa.list_(pa.int32()))), "INTEGER[][][]"),
        ("struct", pa.struct([("a", pa.int32()), ("b", pa.string())]), "STRUCT(a INTEGER, b VARCHAR)"),
        ("struct reordered", pa.struct([("b", pa.string()), ("a", pa.int32())]), "STRUCT(b VARCHAR, a INTEGER)"),
        ("struct one", pa.struct([("a", pa.int32())]), "STRUCT(a INTEGER)"),
        ("struct struct", pa.struct([("a", pa.struct([("b", pa.string())]))]), "STRUCT(a STRUCT(b VARCHAR))"),
        ("list struct", pa.list_(pa.struct([("a", pa.int32()), ("b", pa.string())])), "STRUCT(a INTEGER, b VARCHAR)[]"),
        ("list struct one", pa.list_(pa.struct([("a", pa.int32())])), "STRUCT(a INTEGER)[]"),
        ("struct list", pa.struct([("a", pa.list_(pa.int32()))]), "STRUCT(a INTEGER[])"),
        ("map", pa.map_(pa.string(), pa.int32()), "MAP(VARCHAR, INTEGER)"),
        ("map int64", pa.map_(pa.string(), pa.int64()), "MAP(VARCHAR, BIGINT)"),
        ("map of lists", pa.map_(pa.string(), pa.list_(pa.int32())), "MAP(VARCHAR, INTEGER[])"),
        ("list map", pa.list_(pa.map_(pa.string(), pa.int32())), "MAP(VARCHAR, INTEGER)[]"),
        ("map struct",
         pa.map_(pa.int64(), pa.struct([("key", pa.date32()), ("value", pa.decimal128(10, 2))])),
         'MAP(BIGINT, STRUCT("key" DATE, "value" DECIMAL(10, 2)))'),
    ]:  # fmt: skip
        name = "type-" + label.replace(" ", "-")
        if kind is not None:
            arrow(f"{name}-arrow", label, pa.schema([("v", kind)]).empty_table())
        if sql is not None:
            duck(f"{name}-duckdb", label, f"SELECT NULL::{sql} AS v")

    # Other spellings of the same.
    def again(name, label, kind, **options):
        arrow(f"type-{name}", label, pa.schema([("v", kind)]).empty_table(), **options)

    again("list-int32-item", "list int32", pa.list_(pa.int32()), use_compliant_nested_type=False)
    again("list-struct-item", "list struct one", pa.list_(pa.struct([("a", pa.int32())])), use_compliant_nested_type=False)
    again("list-list-item", "list list int32", pa.list_(pa.list_(pa.int32())), use_compliant_nested_type=False)
    again("list-large", "list int32", pa.large_list(pa.int32()))
    again("list-fixed", "list int32", pa.list_(pa.int32(), 2))
    again("list-required", "list int32", pa.list_(pa.field("element", pa.int32(), nullable=False)))
    again("decimal-as-integer", "decimal 5 2", pa.decimal128(5, 2), store_decimal_as_integer=True)
    again("timestamp-s", "timestamp ms", pa.timestamp("s"))
    again("timestamp-berlin", "timestamp us utc", pa.timestamp("us", "Europe/Berlin"))
    again("timestamp-ns-old", "timestamp us", pa.timestamp("ns"), version="2.4", coerce_timestamps="us")
    again("timestamp-int96", "int96", pa.timestamp("ns"), use_deprecated_int96_timestamps=True)
    again("dictionary-int32", "int32", pa.int32())
    duck("type-array-duckdb", "list int32", "SELECT [1, 2]::INTEGER[2] AS v")

    rows = [
        {"v": [{"a": 1, "b": "x"}, {"a": None, "b": None}]},
        {"v": []},
        {"v": None},
    ]
    arrow("type-list-struct-with-rows", "list struct", pa.Table.from_pylist(
        rows, schema=pa.schema([("v", pa.list_(pa.struct([("a", pa.int32()), ("b", pa.string())])))])))  # fmt: skip
    arrow("type-decimal-with-rows", "decimal 18 4", pa.table(
        {"v": pa.array([decimal.Decimal("1.5000"), None], pa.decimal128(18, 4))}))  # fmt: skip
    arrow("type-uuid-with-rows", "uuid", pa.table({"v": pa.array([uuid.UUID(int=7).bytes], pa.uuid())}))
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
    arrow("type-timestamp-with-rows", "timestamp us utc", pa.table({"v": pa.array([moment], pa.timestamp("us", "UTC"))}))
    wide = pa.table({f"column_{index}": pa.array([index], pa.int32()) for index in range(100)})
    arrow("wide", "wide", wide, compression="zstd", write_statistics=False, store_schema=False)


# Footers made here --------------------------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def compact(value) -> tuple[int, bytes]:
    """The type and the bytes of a value: bool, int (i32), ('i64', n), ('i8', n), text, list of dicts, dict of fields."""
    match value:
        case bool():
            return (1 if value else 2), b""
        case int():
            return 5, varint(value << 1 if value >= 0 else (-value << 1) - 1)
        case ("i64", number):
            return 6, varint(number << 1)
        case ("i8", number):
            return 3, bytes([number])
        case str():
            return 8, varint(len(value.encode())) + value.encode()
        case list():
            head = bytes([len(value) << 4 | 12]) if len(value) < 15 else bytes([0xFC]) + varint(len(value))
            return 9, head + b"".join(compact(item)[1] for item in value)
        case dict():
            out, last = b"", 0
            for number, member in sorted(value.items()):
                kind, content = compact(member)
                out += bytes([number - last << 4 | kind]) if number - last < 16 else bytes([kind]) + varint(number << 1)
                out += content
                last = number
            return 12, out + b"\0"
    raise TypeError(value)


REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED = range(8)


def leaf(name, physical, repetition=OPTIONAL, converted=None, logical=None, **more):
    fields = {1: physical, 3: repetition, 4: name, 6: converted, 10: logical}
    fields |= {2: more.get("length"), 7: more.get("scale"), 8: more.get("precision"), 9: more.get("field_id")}
    return [{number: value for number, value in fields.items() if value is not None}]


def group(name, *children, repetition=OPTIONAL, converted=None, logical=None):
    fields = {3: repetition, 4: name, 5: len(children), 6: converted, 10: logical}
    return [{number: value for number, value in fields.items() if value is not None}] + sum(children, [])


def shape(kind: pa.DataType):
    """A type without nullability, and without the names inside lists and maps."""
    if pa.types.is_map(kind):
        return "map", shape(kind.key_type), shape(kind.item_type)
    if pa.types.is_list(kind):
        return "list", shape(kind.value_type)
    if pa.types.is_struct(kind):
        return "struct", [(field.name, shape(field.type)) for field in kind]
    return str(kind)


def footer(name, label, *columns, means: pa.DataType | None = None, rows=0, root="schema", magic=b"PAR1"):
    """A file without row groups. It must mean to pyarrow what it is meant to mean."""
    elements = [{4: root, 5: len(columns)}] + sum(columns, [])
    metadata = compact({1: 1, 2: elements, 3: ("i64", rows), 4: []})[1]
    path = FOLDER / f"made-{name}.parquet"
    path.write_bytes(magic + metadata + struct.pack("<I", len(metadata)) + magic)
    if means is not None:
        field = pq.read_schema(path).field(0)
        assert shape(field.type) == shape(means), (name, field.type)
    note(path.name, label, rows if label else None)


def made():
    int32, string = pa.int32(), pa.string()
    pair = pa.struct([("a", int32), ("b", string)])
    a, b = leaf("a", INT32), leaf("b", BYTE_ARRAY, converted=0)
    # Only the older spelling of a type.
    for label, column, means in [
        ("string", leaf("v", BYTE_ARRAY, converted=0), string),
        ("int8", leaf("v", INT32, converted=15), pa.int8()),
        ("int16", leaf("v", INT32, converted=16), pa.int16()),
        ("int32", leaf("v", INT32, converted=17), int32),
        ("int64", leaf("v", INT64, converted=18), pa.int64()),
        ("uint8", leaf("v", INT32, converted=11), pa.uint8()),
        ("uint16", leaf("v", INT32, converted=12), pa.uint16()),
        ("uint32", leaf("v", INT32, converted=13), pa.uint32()),
        ("uint64", leaf("v", INT64, converted=14), pa.uint64()),
        ("date", leaf("v", INT32, converted=6), pa.date32()),
        ("time us utc", leaf("v", INT64, converted=8), pa.time64("us")),
        ("timestamp ms utc", leaf("v", INT64, converted=9), pa.timestamp("ms", "UTC")),
        ("timestamp us utc", leaf("v", INT64, converted=10), pa.timestamp("us", "UTC")),
        ("json", leaf("v", BYTE_ARRAY, converted=19), None),
        ("interval", leaf("v", FIXED, converted=21, length=12), None),
        ("decimal 5 2", leaf("v", INT32, converted=5, precision=5, scale=2), pa.decimal128(5, 2)),
        ("decimal 38 4", leaf("v", BYTE_ARRAY, converted=5, precision=38, scale=4), pa.decimal128(38, 4)),
    ]:
        footer("converted-" + label.replace(" ", "-"), label, column, means=means)
    # Only the newer spelling.
    local_us = {1: False, 2: {2: {}}}
    for label, column, means in [
        ("string", leaf("v", BYTE_ARRAY, logical={1: {}}), string),
        ("int8", leaf("v", INT32, logical={10: {1: ("i8", 8), 2: True}}), pa.int8()),
        ("uint64", leaf("v", INT64, logical={10: {1: ("i8", 64), 2: False}}), pa.uint64()),
        ("timestamp us", leaf("v", INT64, logical={8: local_us}), pa.timestamp("us")),
        ("time us", leaf("v", INT64, logical={7: local_us}), pa.time64("us")),
        ("decimal 5 2", leaf("v", INT64, logical={5: {1: 2, 2: 5}}), pa.decimal128(5, 2)),
        ("enum", leaf("v", BYTE_ARRAY, logical={4: {}}), None),
        ("bson", leaf("v", BYTE_ARRAY, logical={13: {}}), None),
        ("geometry", leaf("v", BYTE_ARRAY, logical={17: {}}), None),
        ("geometry 4326", leaf("v", BYTE_ARRAY, logical={17: {1: "EPSG:4326"}}), None),
        ("geography", leaf("v", BYTE_ARRAY, logical={18: {}}), None),
        ("geography vincenty", leaf("v", BYTE_ARRAY, logical={18: {2: 1}}), None),
        ("of the future", leaf("v", BYTE_ARRAY, logical={30: {1: "x"}}), None),
    ]:
        footer("logical-" + label.replace(" ", "-"), label, column, means=means)
    footer("logical-bson-old", "bson", leaf("v", BYTE_ARRAY, converted=20))
    footer("logical-enum-old", "enum", leaf("v", BYTE_ARRAY, converted=4))
    crs84 = leaf("v", BYTE_ARRAY, logical={17: {1: "OGC:CRS84"}})
    footer("geometry-default-spelled", "geometry", crs84)
    # Both spellings, the newer one decides.
    footer("timestamp-both", "timestamp us", leaf("v", INT64, converted=10, logical={8: local_us}),
           means=pa.timestamp("us"))  # fmt: skip
    footer("root-name", "int32", leaf("v", INT32, field_id=70_000), root="spark_schema", means=int32)
    footer("rows", "int32", leaf("v", INT32), rows=5_000_000_000)

    # Lists, by the rules of the specification.
    def old_list(name, label, *inside, means=None, **more):
        footer(f"list-{name}", label, group("v", *inside, converted=3, **more), means=means)

    old_list("rule-1", "list int32", leaf("element", INT32, REPEATED), means=pa.list_(int32))
    old_list("rule-2", "list struct", group("element", a, b, repetition=REPEATED), means=pa.list_(pair))
    inner = group("array", leaf("array", INT32, REPEATED), repetition=REPEATED, converted=3)
    one = pa.list_(pa.struct([("a", int32)]))
    old_list("rule-3", "list list int32", inner, means=pa.list_(pa.list_(int32)))
    old_list("rule-4-array", "list struct one", group("array", a, repetition=REPEATED), means=one)
    old_list("rule-4-tuple", "list struct one", group("v_tuple", a, repetition=REPEATED), means=one)
    old_list("rule-5", "list int32", group("bag", leaf("array_element", INT32), repetition=REPEATED),
             means=pa.list_(int32))  # fmt: skip
    old_list("required", "list int32", group("list", leaf("element", INT32, REQUIRED), repetition=REPEATED),
             repetition=REQUIRED)  # fmt: skip
    footer("list-logical", "list int32",
           group("v", group("list", leaf("element", INT32), repetition=REPEATED), logical={3: {}}))  # fmt: skip
    footer("list-bare", "list int32", leaf("v", INT32, REPEATED), means=pa.list_(int32))
    footer("list-bare-struct", "list struct", group("v", a, b, repetition=REPEATED), means=pa.list_(pair))
    old_list("of-maps", "list map", group("array", group("map", leaf("key", BYTE_ARRAY, REQUIRED, converted=0), leaf("value", INT32),
             repetition=REPEATED), repetition=REPEATED, converted=1), means=pa.list_(pa.map_(string, int32)))  # fmt: skip

    # Maps.
    def entries(name, key="key", value="value", repetition=REPEATED, **more):
        return group(name, leaf(key, BYTE_ARRAY, REQUIRED, converted=0), leaf(value, INT32), repetition=repetition, **more)

    footer("map-entries", "map", group("v", entries("entries", "keys", "values"), logical={2: {}}),
           means=pa.map_(string, int32))  # fmt: skip
    footer("map-old", "map", group("v", entries("map", converted=2), converted=1), means=pa.map_(string, int32))
    footer("map-wrong", "map", group("v", entries("map"), converted=2), means=pa.map_(string, int32))
    footer("map-set", "set", group("v", group("key_value", leaf("key", BYTE_ARRAY, REQUIRED, converted=0),
           repetition=REPEATED), converted=1))  # fmt: skip
    footer("map-not-annotated", "struct with entries", group("v", entries("key_value")))
    metadata = [leaf("metadata", BYTE_ARRAY, REQUIRED), leaf("value", BYTE_ARRAY, REQUIRED)]
    footer("variant", "variant", group("v", *metadata, logical={16: {1: ("i8", 1)}}))
    footer("variant-shredded", "variant", group("v", *metadata, leaf("typed_value", INT64), logical={16: {1: ("i8", 1)}}))
    footer("variant-not-annotated", "struct of two", group("v", *metadata))

    # Files that tell nothing, or less.
    footer("encrypted-footer", None, leaf("v", INT32), magic=b"PARE")
    footer("no-columns", None)
    cases["made-no-columns.parquet"]["rows"] = 0
    footer("column-with-children", None, [{1: INT32, 3: OPTIONAL, 4: "v", 5: 1}], leaf("w", INT32))
    cases["made-column-with-children.parquet"]["rows"] = 0
    deep = leaf("v", INT32)
    for _ in range(200):
        deep = group("v", deep)
    footer("too-deep", None, deep)
    cases["made-too-deep.parquet"]["rows"] = 0


# Text --------------------------------------------------------------------------------------------------------------


def raw(name: str, label: str | None, content: str | bytes, rows: int | None = None, **more):
    content = content.encode() if isinstance(content, str) else content
    (FOLDER / name).write_bytes(content)
    note(name, label, rows, **more)


def delimited():
    label = "csv id,name,note"
    rows = [(1, "Ann", 'says "hi"'), (2, "Bo", "two\nlines"), (3, "Cy", "a, b; c")]
    names = ["id", "name", "note"]
    table = pa.table([list(column) for column in zip(*rows)], names=names)
    sink = io.BytesIO()
    pacsv.write_csv(table, sink)
    raw("csv-arrow.csv", label, sink.getvalue(), 3)
    assert pacsv.read_csv(
        io.BytesIO(sink.getvalue()), parse_options=pacsv.ParseOptions(newlines_in_values=True)
    ).num_rows == 3  # fmt: skip
    frame = pandas.DataFrame(rows, columns=names)
    raw("csv-pandas.csv", label, frame.to_csv(index=False), 3)
    raw("csv-pandas-semicolon.csv", label, frame.to_csv(index=False, sep=";"), 3)
    raw("csv-pandas-bom.csv", label, frame.to_csv(index=False).encode("utf-8-sig"), 3)
    raw("csv-pandas-crlf.csv", label, frame.to_csv(index=False, lineterminator="\r\n"), 3)
    raw("csv-pandas-cr.csv", label, "id,name,note\r1,Ann,x\r2,Bo,y\r", 2)
    raw("csv-pandas.tsv", label, frame.to_csv(index=False, sep="\t"), 3)
    raw("csv-pandas-pipe.csv", label, frame.to_csv(index=False, sep="|"), 3)
    con.register("frame", frame)
    for name, options in [("csv-duckdb", ""), ("csv-duckdb-quoted", ", FORCE_QUOTE *"), ("csv-duckdb-tab", ", DELIM '\t'")]:
        path = FOLDER / f"{name}.csv"
        con.execute(f"COPY frame TO '{path}' (HEADER{options})")
        note(path.name, label, con.execute(f"SELECT count(*) FROM read_csv('{path}')").fetchone()[0])
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([names, *rows])
    raw("csv-python.csv", label, text.getvalue(), 3)
    raw("csv-no-rows.csv", label, "id,name,note\n", 0)
    raw("csv-no-line-break.csv", label, "id,name,note", 0)
    raw("csv-no-last-line-break.csv", label, "id,name,note\n1,Ann,x", 1)
    raw("csv-blank-lines.csv", label, "id,name,note\n\n1,Ann,x\n\n2,Bo,y\n\n", 2)

    raw("csv-reordered.csv", "csv name,id,note", "name,id,note\n", 0)
    raw("csv-renamed.csv", "csv id,names,note", "id,names,note\n", 0)
    raw("csv-longer.csv", "csv id,name,note,", "id,name,note,\n", 0)
    raw("csv-quoted-names.csv", "csv strange", '"a,b","say ""hi""","two\nlines"\n1,2,3\n', 1)
    raw("csv-quoted-names-2.csv", "csv strange", '"a,b";"say ""hi""";"two\nlines"\n1;2;3\n', 1)
    raw("csv-spaces.csv", "csv spaces", "id, name, note\n", 0)
    raw("csv-latin.csv", "csv latin", "größe,b\n1,2\n".encode("latin-1"), 1)
    raw("csv-utf8.csv", "csv utf8", "größe,b\n1,2\n", 1)
    raw("csv-one-column.csv", "csv one", "id\n1\n2\n", 2)
    raw("csv-one-column-quoted.csv", "csv one", '"id"\n1\n""\n2\n', 3)
    raw("csv-one-column-blank.csv", "csv one", "id\n1\n\n2\n", None)
    raw("csv-large.csv", label, "id,name,note\n" + "1,Ann,x\n" * 2, 2)

    raw("csv-empty.csv", None, b"")
    raw("csv-only-bom.csv", None, b"\xef\xbb\xbf")
    raw("csv-blank.csv", None, "\n\n")
    raw("csv-open-quote.csv", None, '"id,name\n1,2\n')
    raw("csv-open-quote-in-rows.csv", "csv id,name", 'id,name\n1,"x\n')
    raw("csv-utf16.csv", None, "id,name\n1,x\n".encode("utf-16"))
    raw("csv-starts-like-parquet.csv", "csv PAR1", "PAR1,b\n1,2\n", 1)


def notation():
    label = "json id,name,tags"
    rows = [
        {"id": 1, "name": "Ann", "tags": ["a", "b"]},
        {"id": 2, "name": None, "tags": []},
        {"id": 3, "name": "Zoë \U0001f600", "tags": None},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    raw("json-lines.json", label, lines, 3, sampled=3)
    raw("json-lines.jsonl", label, lines, 3, sampled=3)
    raw("json-lines.ndjson", label, lines, 3, sampled=3)
    raw("json-lines-crlf.jsonl", label, lines.replace("\n", "\r\n"), 3, sampled=3)
    raw("json-lines-no-last-line-break.jsonl", label, lines.rstrip("\n"), 3, sampled=3)
    raw("json-lines-bom.jsonl", label, lines.encode("utf-8-sig"), 3, sampled=3)
    raw("json-lines-utf8.jsonl", label, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), 3, sampled=3)
    raw("json-array.json", label, json.dumps(rows), 3, sampled=3)
    raw("json-array-indented.json", label, json.dumps(rows, indent=2), 3, sampled=3)
    raw("json-array.jsonl", label, json.dumps(rows) + "\n", 3, sampled=3)
    raw("json-object.json", label, json.dumps(rows[0], indent=4), 1, sampled=1)
    raw("json-null-row.jsonl", label, lines + "null\n", 4, sampled=4)
    raw("json-escaped-keys.json", label, '{"\\u0069d": 1, "n\\u0061me": "x", "tags": ["y"]}', 1, sampled=1)
    frame = pandas.DataFrame(rows)
    raw("json-pandas.json", label, frame.to_json(orient="records"), 3, sampled=3)
    raw("json-pandas.jsonl", label, frame.to_json(orient="records", lines=True), 3, sampled=3)
    for name, options in [("json-duckdb", ""), ("json-duckdb-array", ", ARRAY true")]:
        path = FOLDER / f"{name}.json"
        con.execute(f"COPY (SELECT 1 AS id, 'Ann' AS name, ['a'] AS tags FROM range(4)) TO '{path}' (FORMAT json{options})")
        note(path.name, label, con.execute(f"SELECT count(*) FROM read_json('{path}')").fetchone()[0], sampled=4)

    def lines_of(name, label, *rows):
        raw(f"json-{name}.jsonl", label, "".join(json.dumps(row) + "\n" for row in rows), len(rows), sampled=len(rows))

    lines_of("reordered", "json reordered", {"name": "Ann", "id": 1, "tags": ["a"]})
    lines_of("renamed", "json renamed", {"id": 1, "names": "Ann", "tags": ["a"]})
    lines_of("other-type", "json other type", {"id": "1", "name": "Ann", "tags": ["a"]})
    lines_of("other-element", "json other element", {"id": 1, "name": "Ann", "tags": [1]})
    lines_of("longer", "json longer", {"id": 1, "name": "Ann", "tags": ["a"], "x": 1})
    lines_of("float", "json float", {"v": 1.5})
    lines_of("integer-and-float", "json float", {"v": 1}, {"v": None}, {"v": 2.5}, {"v": 3})
    lines_of("not-a-number", "json float", {"v": float("nan")}, {"v": float("-inf")})
    lines_of("exponent", "json float", {"v": 1e300})
    lines_of("integer", "json integer", {"v": 1}, {"v": 2**80})
    lines_of("null", "json null", {"v": None})
    lines_of("boolean", "json boolean", {"v": True}, {"v": False})
    lines_of("integer-and-string", "json integer|string", {"v": 1}, {"v": "1"})
    lines_of("string-and-integer", "json integer|string", {"v": "1"}, {"v": None}, {"v": 1})
    lines_of("object", "json object", {"v": {"a": 1, "b": {"c": "x"}}})
    lines_of("object-merged", "json object", {"v": {"a": 1}}, {"v": {"b": {}}}, {"v": {"b": {"c": "x"}}})
    lines_of("object-flat", "json object flat", {"v": {"a": 1, "b": "x"}})
    lines_of("array-of-objects", "json array of objects", {"v": [{"a": 1}, {"b": "x"}]})
    lines_of("array-of-arrays", "json array of arrays", {"v": [[1], [2.5], []]})
    lines_of("array-and-object", "json array and object", {"v": [1]}, {"v": {"": 1}})
    lines_of("numbers", "json numbers", 1, 2, 3)
    raw("json-numbers.json", "json numbers", "[1, 2, 3]", 3, sampled=3)
    lines_of("arrays", "json arrays", [1], [2, 3])
    raw("json-array-of-arrays.json", "json arrays", "[[1], [2, 3]]", 2, sampled=2)
    lines_of("many-members", "json many members", *[{f"m{(i + j) % 40}": j for j in range(30)} for i in range(40)])
    lines_of("many-members-2", "json many members", {f"m{i}": i for i in range(40)})
    row = '{"id":1,"name":"","tags":[""]}\n'
    raw("json-many-rows.jsonl", label, row * 1000 + '{"late": 1}\n' * 5, 1005, sampled=1000)
    raw("json-many-rows-then-damage.jsonl", label, row * 1000 + "{", None, sampled=1000)

    raw("json-empty.json", None, "")
    raw("json-empty.jsonl", None, "", 0, sampled=0)
    raw("json-empty-array.json", None, "[]", 0, sampled=0)
    raw("json-truncated.json", None, lines[:-9])
    raw("json-truncated-array.json", None, json.dumps(rows)[:-1])
    raw("json-damaged-line.jsonl", None, lines + "oops\n" + lines)
    raw("json-text.json", None, "Not found")
    raw("json-html.json", None, "<html></html>")
    raw("json-not-utf8.json", None, b'{"a": "\xff"}')
    raw("json-too-deep.json", None, "[" * 100 + "]" * 100)


def others():
    raw("others.csv.gz", None, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\0" * 10)
    raw("others.gz", None, b"\x1f\x8b\x08\x00")
    raw("others-really-gzip.csv", None, b"\x1f\x8b\x08\x00\x00")
    raw("others-really-zstd.json", None, b"\x28\xb5\x2f\xfd\x00")
    raw("others-really-parquet.data", "int32", (FOLDER / "type-int32-arrow.parquet").read_bytes(), 0)
    raw("others-really-parquet.csv", "int32", (FOLDER / "type-int32-arrow.parquet").read_bytes(), 0)
    raw("others-not-parquet.parquet", None, "id,name\n1,x\n")
    raw("others-empty.parquet", None, b"")
    raw("others-only-magic.parquet", None, b"PAR1PAR1")
    raw("others-half.parquet", None, (FOLDER / "people-arrow.parquet").read_bytes()[:600])
    raw("others.xlsx", None, b"PK\x03\x04")
    raw("others.unknown", None, b"?")
    raw("no-suffix", None, b"?")


FORMATS = {
    "others.csv.gz": "csv.gz", "others.gz": "gz", "others-really-gzip.csv": "csv.gz",
    "others-really-zstd.json": "json.zst", "others-really-parquet.data": "parquet",
    "others-really-parquet.csv": "parquet", "others.unknown": None, "no-suffix": None,
}  # fmt: skip


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for write in [people, types, made, delimited, notation, others]:
        write()
    for name, case in cases.items():
        suffix = name.rpartition(".")[2]
        case["format"] = FORMATS.get(name, {"ndjson": "jsonl"}.get(suffix, suffix)) if name in FORMATS or "." in name else None
    (FOLDER / "cases.json").write_text(json.dumps(cases, indent=0, ensure_ascii=True, sort_keys=True) + "\n")
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(cases)} files, {size} bytes, {len({case['label'] for case in cases.values()})} labels")
    for path in sorted(FOLDER.iterdir(), key=lambda path: -path.stat().st_size)[:12]:
        print(path.stat().st_size, path.name)


if __name__ == "__main__":
    main()
