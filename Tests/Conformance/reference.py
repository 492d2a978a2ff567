"""Cases for the reader of manifests and run metadata, and what mad_prefect's own models make of them.

Shared by `make_run_cases.py` and `differential_fuzz`. Needs `pip install mad-prefect==2.3.0`.
"""
import json, random, re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from mad_prefect.data_assets.asset_metadata import AssetManifest
from mad_prefect.data_assets.data_asset_run import DataAssetRun
from prefect.serializers import prefect_json_object_decoder

UTC = timezone.utc
RUN_CLASS = "mad_prefect.data_assets.data_asset_run.DataAssetRun"
MANIFEST_CLASS = "mad_prefect.data_assets.asset_metadata.AssetManifest"
MANIFEST_RUN_CLASS = "mad_prefect.data_assets.asset_metadata.AssetManifestRun"
RUN_KEYS = list(DataAssetRun.model_fields)
OUR_RUN_KEYS = ["status", "error", "artifacts"]
MANIFEST_KEYS = list(AssetManifest.model_fields)
MANIFEST_RUN_KEYS = ["id", "metadata_path", "materialized", "artifact_paths"]


# ---- What mad_prefect makes of a file

class Refusal(Exception):
    def __init__(self, kind, why):
        self.kind, self.why = kind, str(why)[:200].replace("\n", " ")


class Skip(Exception):
    """The case is one of the intended differences."""


@dataclass
class Wanted:
    bare: str        # what mad_prefect would write again
    full: str        # the same, with the unknown fields kept
    is_lossy: bool   # whether a value holds a lone surrogate


def lone_surrogates(text):
    return re.search("[\ud800-\udfff]", text) is not None


def clean(value):
    """The value with U+FFFD for each lone surrogate."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value


def python_json(raw, kind):
    """The document, once as Prefect's serializer loads it and once with numbers as marked texts."""
    try:
        text = raw.decode()
        spelled = json.loads(text, parse_int=mark, parse_float=mark, parse_constant=mark)
    except ValueError as error:
        raise Refusal("invalid_json", error)
    try:
        loaded = json.loads(text, object_hook=prefect_json_object_decoder)
    except Exception as error:
        if has_class_in_unknown_field(spelled):
            raise Skip
        raise Refusal(kind, error)
    return loaded, spelled


def has_class_in_unknown_field(document):
    """Whether `__class__` or `__exc_type__` stands where it has no meaning for the catalog."""
    def inside(value):
        if isinstance(value, list):
            return any(map(inside, value))
        return isinstance(value, dict) and ("__class__" in value or "__exc_type__" in value or any(map(inside, value.values())))

    if not isinstance(document, dict):
        return inside(document)
    for key, value in document.items():
        if key in ("last_run", "data") and isinstance(value, dict):
            if any(inside(item) for item in value.values() if item is not value.get("data")) or has_class_in_unknown_field(value):
                return True
        elif inside(value):
            return True
    return False


def mark(number):
    return f"\x01{number}\x01"


def dump(value):
    text = json.dumps(value, indent=4)
    return re.sub(r'"\\u0001(.*?)\\u0001"', r"\1", text)


def unwrap(spelled, name):
    if isinstance(spelled, dict) and spelled.get("__class__") == name:
        return spelled["data"]
    return spelled


def with_unknown(known, spelled, model_keys):
    return {**known, **{key: value for key, value in spelled.items() if key not in model_keys}}


def expected_manifest(raw):
    loaded, spelled = python_json(raw, "invalid_manifest")
    try:
        model = AssetManifest.model_validate(loaded)
    except Exception as error:
        raise Refusal("invalid_manifest", error)
    value = model.model_dump(mode="json")
    spelled = unwrap(spelled, MANIFEST_CLASS)
    if "updated_at" not in spelled:
        del value["updated_at"]  # made up by mad_prefect
    is_lossy = lone_surrogates(json.dumps(value, ensure_ascii=False))
    value = clean(value)
    full = dict(value)
    if value["last_run"] is not None:
        full["last_run"] = with_unknown(value["last_run"], unwrap(spelled["last_run"], MANIFEST_RUN_CLASS), MANIFEST_RUN_KEYS)
    return Wanted(dump(value), dump(with_unknown(full, spelled, MANIFEST_KEYS)), is_lossy)


def expected_run(raw):
    loaded, spelled = python_json(raw, "invalid_run")
    try:
        model = DataAssetRun.model_validate(loaded)
    except Exception as error:
        raise Refusal("invalid_run", error)
    value = model.model_dump()
    for key in ("runtime", "materialized"):
        try:
            value[key] = value[key] and print_time(value[key])
        except OverflowError as error:
            raise Refusal("invalid_run", error)
    if value["duration_miliseconds"] is not None and not -2**63 <= value["duration_miliseconds"] < 2**63:
        value["duration_miliseconds"] = None
    spelled = unwrap(spelled, RUN_CLASS)
    value |= our_fields(spelled)
    is_lossy = lone_surrogates(json.dumps(value, ensure_ascii=False))
    value = clean(value)
    full = with_unknown(value, spelled, RUN_KEYS + OUR_RUN_KEYS)
    return Wanted(*(dump({"__class__": RUN_CLASS, "data": data}) for data in (value, full)), is_lossy)


def print_time(moment):
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


def our_fields(spelled):
    """The catalog's own members of a run, read leniently: what is wrongly typed counts as absent."""
    result = {}
    text = lambda value: value if isinstance(value, str) and not value.startswith("\x01") else None
    if text(spelled.get("status")) in ("success", "failed", "unknown"):
        result["status"] = spelled["status"]
    if isinstance(spelled.get("error"), dict):
        error = {key: text(spelled["error"].get(key)) for key in ("type", "message", "traceback")}
        if any(item is not None for item in error.values()):
            error["message"] = error["message"] or ""
            result["error"] = {key: item for key, item in error.items() if item is not None}
    if isinstance(spelled.get("artifacts"), list):
        result["artifacts"] = [facts(item) for item in spelled["artifacts"] if isinstance(item, dict) and text(item.get("path")) is not None]
    return result


def facts(item):
    result = {}
    for key in ("path", "bytes", "modified", "format", "schema_hash", "row_count"):
        value = item.get(key)
        marked = isinstance(value, str) and value.startswith("\x01")
        if key in ("bytes", "row_count"):
            if marked and re.fullmatch("\x01-?[0-9]+\x01", value) and -2**63 <= int(value.strip("\x01")) < 2**63:
                result[key] = int(value.strip("\x01"))
        elif key == "modified":
            try:
                moment = DataAssetRun(runtime=json.loads(value.strip("\x01")) if marked else value).runtime
                if moment:
                    result[key] = print_time(moment)
            except Exception:
                pass
        elif isinstance(value, str) and not marked:
            result[key] = value
    return result


# ---- Cases

ALPHABET = ["a", "Z", "0", "-", ".", "{", "\"", "\\", "/", "\n", "\t", "\x08", "\x0c", "\r", "\x00", "\x1f", "\x7f", "\x80",
            "é", "e\u0301", "中", "\u2028", "\ufffd", "\uffff", "😀", "\U0010ffff", "\ud800", "\udc00", "\udbff\udc00", " "]


def text(rng):
    if rng.random() < 0.6:
        return rng.choice(["a.b", "c0ffee", "run-123", "success", "failed", "unknown", "1", "", "bronze/a.parquet", "null", "0" * 32])
    return "".join(rng.choice(ALPHABET) for _ in range(rng.choice([1, 2, 3, 8, 20, 60])))


def digits(rng, low, high, width=2):
    if rng.random() < 0.03:
        return rng.choice(["", "0", "00", "99", "9" * width, "-1", "٣٣", "1x", " 1", "0" * (width + 1)])
    return f"{rng.randint(low, high):0{width}}"


def offset(rng):
    if rng.random() < 0.25:
        return rng.choice(["", "Z", "z", " Z", "+00", "+0000", "-0000", "+00:00", "-00:00", "\u221205:30", "+24:00", "+23:59",
                           "-23:59", "+23:60", "+5:30", "+05:3", "+05:300", "+05::30", "UTC", "+", "-", "ZZ", "+0530", "−", "\u22120530",
                           "+05 30", "+05:30Z", "âˆ’05:30", "+99:99", "+1", "+123", "+12345"])
    return rng.choice(["Z", "Z", "", "+00:00", rng.choice("+-") + digits(rng, 0, 23) + rng.choice([":", ""]) + digits(rng, 0, 59)])


def time_text(rng):
    pick = rng.random()
    if pick < 0.15:
        return number_text(rng)
    year = rng.choice([1, 1, 2, 4, 99, 100, 400, 1582, 1600, 1900, 1969, 1970, 1999, 2000, 2023, 2024, 2038, 2100, 2999, 9998, 9999, 9999, 0])
    date = f"{year:04}" if rng.random() < 0.97 else digits(rng, 0, 9999, 4)
    separator = "-" if rng.random() < 0.98 else rng.choice(["", "/", ".", "−"])
    month, day = rng.choice([(digits(rng, 1, 12), digits(rng, 1, 31)), ("02", rng.choice(["28", "29", "30"])), ("01", "01"), ("12", "31"),
                             (digits(rng, 0, 13), digits(rng, 0, 32))])
    date += separator + month + separator + day
    if rng.random() < 0.06:
        result = date
    else:
        hour, minute = rng.choice([(digits(rng, 0, 23), digits(rng, 0, 59)), ("00", "00"), ("23", "59"), (digits(rng, 0, 25), digits(rng, 0, 61))])
        clock = hour + (":" if rng.random() < 0.98 else rng.choice(["", ".", "::"])) + minute
        if rng.random() < 0.9:
            clock += (":" if rng.random() < 0.98 else rng.choice(["", "."])) + rng.choice([digits(rng, 0, 59), "59", "00", digits(rng, 0, 61)])
            if rng.random() < 0.5:
                clock += rng.choice(".,.") + "".join(rng.choice("0123456789") for _ in range(rng.choice([0, 1, 2, 3, 5, 6, 6, 6, 7, 9, 12, 40])))
        result = date + rng.choice("TTTTTt_ ") + clock + offset(rng)
    return mangle(rng, result) if rng.random() < 0.12 else result


def mangle(rng, string):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        place = rng.randint(0, len(string))
        string = rng.choice([
            lambda: string[:place] + rng.choice("0123456789T:Z+-., _eE/x\u2212\u0000é\ud800") + string[place:],
            lambda: string[:place] + string[place + 1:],
            lambda: string[:place] + rng.choice("0123456789:-+.") + string[place + 1:],
            lambda: string[:place],
            lambda: " " + string, lambda: string + " "])()
    return string


def number_text(rng):
    base = rng.choice([0, 1, 1704153600, 20_000_000_000, 20_000_000_001, 1704153600000, 253402300799, 253402300799999, 253402300800000,
                       62135596800000, 62135596800001, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, rng.randint(0, 10**rng.randint(1, 22))])
    result = rng.choice(["", "", "", "-", "+"]) + str(base)
    if rng.random() < 0.4:
        result += "." + "".join(rng.choice("0123456789") for _ in range(rng.choice([0, 1, 2, 3, 4, 6, 7, 9, 20])))
    if rng.random() < 0.12:
        result += rng.choice("eE") + rng.choice(["", "+", "-"]) + rng.choice(["", "0", "1", "2", "10", "05", "400"])
    if rng.random() < 0.08:
        result = rng.choice([".5", "-.5", "+.5", "5.", ".", "-", "+", "", "00", "007", "-0", "0.0", "1_000", "1__0", "_1", "0_0.0", " 1 ", "\u20031\u2003",
                             "\x851", "\x1c1", "1\u200b", "+-1", "--1", "0x1", "1,5", "٣", "0-1", "00.00", "1.0_0", "1e3", "NaN", "inf", "Infinity", "-Infinity",
                             "9" * 30, "0" * 40, "0" * 39 + "1", "1" * 4300, "1" * 4301, "-" + "1" * 4300])
    return mangle(rng, result) if rng.random() < 0.1 else result


class Spelled(str):
    """A value that is written as it is spelled."""


def number(rng):
    pick = rng.random()
    if pick < 0.15:
        return Spelled(rng.choice(["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1E400", "-0", "-0.0", "0.0", "1e3", "1E+3", "1.5", "1e-7", "5e-324",
                                   "1.7976931348623157e308", "01", "1.", ".5", "+1", "-", "1e", "0x10", "1.0000000000000000000001", "9223372036854775807",
                                   "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9223372036854774784.0",
                                   "9223372036854775807.0", "-9223372036854775808.0", "123456789012345678901234567890"]))
    scale = 10 ** rng.randint(0, 17)
    if pick < 0.5:
        return Spelled(rng.choice(["", "-"]) + str(rng.choice([0, 1, 1704153600, 20_000_000_000, 20_000_000_001, 253402300799999, 253402300800000,
                                                               62135596800000, 62135596800001, rng.randint(0, scale)])))
    if pick < 0.75:
        return Spelled(repr(rng.uniform(-scale, scale)))
    sixteenths = rng.randint(-10**13, 10**13)
    return Spelled(repr(sixteenths / rng.choice([2, 16, 64, 128, 1000, 10**6])))


def anything(rng, depth=0):
    pick = rng.randint(0, 11 if depth < 3 else 8)
    if pick <= 2: return text(rng)
    if pick == 3: return time_text(rng)
    if pick == 4: return None
    if pick == 5: return rng.choice([True, False])
    if pick <= 7: return number(rng)
    if pick == 8: return number_text(rng)
    if pick == 9: return [anything(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return [(rng.choice(["a", "b", "", "é", "\ud800", "\udfff", text(rng)]), anything(rng, depth + 1)) for _ in range(rng.randint(0, 4))]


def time_value(rng):
    return rng.choice([time_text, time_text, time_text, time_text, time_text, number, number_text, anything])(rng)


def paths(rng):
    return anything(rng) if rng.random() < 0.2 else [text(rng) if rng.random() < 0.95 else anything(rng, 2) for _ in range(rng.choice([0, 1, 1, 2, 5]))]


def spell_text(rng, string, odd):
    out = ['"']
    for character in string:
        code = ord(character)
        if character in '"\\' or code < 0x20 or 0xD800 <= code < 0xE000 or rng.random() < odd:
            short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\x08": "\\b", "\x0c": "\\f", "\r": "\\r", "/": "\\/"}
            if character in short and rng.random() < 0.7:
                out.append(short[character])
                continue
            units = [code] if code < 0x10000 else [0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000 & 0x3FF)]
            out += [(f"\\u{unit:04x}" if rng.random() < 0.5 else f"\\u{unit:04X}") for unit in units]
        else:
            out.append(character)
    return "".join(out) + '"'


def spell(rng, value, style, level=0):
    """JSON text in one of several layouts; an object is a list of pairs, so that keys can come twice."""
    if isinstance(value, Spelled): return str(value)
    if value is None: return "null"
    if value is True: return "true"
    if value is False: return "false"
    if isinstance(value, str): return spell_text(rng, value, style["odd"])
    is_object = bool(value) and all(isinstance(item, tuple) for item in value) or isinstance(value, tuple)
    items = [(spell_text(rng, item[0], style["odd"]) + style["colon"] if is_object else "") + spell(rng, item[1] if is_object else item, style, level + 1) for item in value]
    brackets = "{}" if is_object or isinstance(value, tuple) else "[]"
    if not items: return brackets[0] + rng.choice(["", "", " "]) + brackets[1]
    if style["indent"] is None: return brackets[0] + style["comma"].join(items) + brackets[1]
    pad = style["indent"] * (level + 1)
    return brackets[0] + "\n" + pad + (",\n" + pad).join(items) + "\n" + style["indent"] * level + brackets[1]


def document(rng, members):
    style = {"odd": rng.choice([0, 0, 0.02, 0.3]), "colon": rng.choice([": ", ":", " : ", ":\t"]), "comma": rng.choice([",", ", ", " , ", ",\r\n"]),
             "indent": rng.choice(["    ", "    ", None, "\t", "  "])}
    raw = (rng.choice(["", "", "", "", "\n", " "]) + spell(rng, members, style) + rng.choice(["", "", "", "\n", " \n", "x", "\x00"] if rng.random() < 0.1 else [""])).encode(errors="surrogatepass")
    return mutate(rng, raw) if rng.random() < 0.2 else raw


def mutate(rng, raw):
    raw = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 4])):
        place = rng.randint(0, len(raw))
        pick = rng.randint(0, 6)
        if pick == 0: raw[place:place + 1] = bytes([rng.randint(0, 255)])
        elif pick == 1: raw[place:place] = rng.choice([b'"', b",", b":", b"{", b"}", b"[", b"]", b"\\", b"\\u", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80",
                                                       b"\xe2\x88\x92", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b"\x00", b"\x1f", b"\x7f", b"0", b"-", b"e", b".", b" ", b"\n", b"null", b"NaN", b"//", b"\xff"])
        elif pick == 2: del raw[place:place + rng.choice([1, 1, 2, 8, 40])]
        elif pick == 3: raw[place:place] = raw[place:place + rng.randint(1, 30)]
        elif pick == 4: del raw[place:]
        elif pick == 5 and len(raw) > 1: raw[place % len(raw)] ^= 1 << rng.randint(0, 7)
        else: raw[place:place] = raw[:rng.randint(0, 20)]
    return bytes(raw)


def shuffle(rng, members):
    if rng.random() < 0.3: rng.shuffle(members)
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        if members and rng.random() < 0.5: members.pop(rng.randrange(len(members)))
        else: members.insert(rng.randint(0, len(members)), (rng.choice(["extra", "extra2", "owner", "data", "é", "\ud800", "asset_namE", text(rng)]), anything(rng)))
    if members and rng.random() < 0.1:
        key, _ = rng.choice(members)
        members.insert(rng.randint(0, len(members)), (key, anything(rng)))
    return members


def wrap(rng, members, name):
    """The object as Prefect's serializer wraps it, or nearly so."""
    pair = [("__class__", name), ("data", members)]
    pick = rng.random()
    if pick < 0.3: pair.reverse()
    if 0.3 < pick < 0.4: pair.insert(rng.randint(0, 2), rng.choice([("id", 5), ("x", None), ("asset_name", 1), ("data", 1), ("data", members), ("__class__", name), ("__exc_type__", "x")]))
    if 0.4 < pick < 0.5: pair[0] = ("__class__", rng.choice([RUN_CLASS, MANIFEST_CLASS, MANIFEST_RUN_CLASS, "no.such.Thing", "", None, 1, [], name + "x", name.upper()]))
    if 0.5 < pick < 0.55: pair = [pair[0]]
    if 0.55 < pick < 0.6: pair = [("data", anything(rng)), *pair]
    return [(key, Spelled("5") if value == 5 and value is not True else Spelled("1") if value == 1 and value is not True else value) for key, value in pair]


def time_field(rng, chance=0.5):
    return time_value(rng) if rng.random() < chance else rng.choice(["2024-01-02T00:00:00Z", "2024-01-02T00:00:00.500000+00:00", None])


def manifest_case(rng):
    focus = rng.randint(0, 9)
    clock = [0.9 if rng.random() < 0.5 and index == rng.randint(0, 2) else 0.02 for index in range(3)]
    odd = lambda index, good: anything(rng) if focus == index and rng.random() < 0.5 else good
    run = [("id", odd(0, text(rng))), ("metadata_path", odd(0, text(rng))), ("materialized", time_field(rng, clock[0])), ("artifact_paths", odd(1, paths(rng)) if focus == 1 else ["bronze/a.parquet"])]
    if focus == 2: run = shuffle(rng, run)
    if rng.random() < 0.02: run = wrap(rng, run, MANIFEST_RUN_CLASS)
    if rng.random() < 0.02: run = anything(rng)
    if rng.random() < 0.2: run = None
    members = [("manifest_version", odd(3, "1") if focus != 4 else rng.choice(["1", "2", "1 ", "01", Spelled("1"), Spelled("1.0"), True, None, "\ud800"])),
               ("asset_name", odd(3, text(rng))), ("asset_id", odd(3, text(rng))), ("asset_signature", odd(5, text(rng))),
               ("last_materialized", time_field(rng, clock[1])), ("last_run", run),
               ("last_status", odd(5, rng.choice(["success", "failed", "unknown"])) if focus != 6 else rng.choice(["SUCCESS", "running", "", "success ", None, True, "\ud800"])),
               ("last_error", odd(6, rng.choice([None, text(rng)]))), ("last_artifacts", paths(rng) if focus == 7 else ["bronze/a.parquet"]),
               ("updated_at", time_field(rng, clock[2]) or "2024-01-02T00:00:01.500000Z")]
    if focus in (2, 8): members = shuffle(rng, members)
    if rng.random() < 0.03: members = wrap(rng, members, MANIFEST_CLASS)
    if rng.random() < 0.005: members = [*members, ("__exc_type__", "x")]
    if rng.random() < 0.005: members = anything(rng)
    return document(rng, members)


def run_case(rng):
    odd = lambda good: anything(rng) if rng.random() < 0.04 else good
    maybe = lambda: rng.choice([None, text(rng), text(rng)])
    members = [("id", odd(maybe())), ("runtime", time_field(rng, 0.3)), ("materialized", time_field(rng, 0.3)),
               ("duration_miliseconds", rng.choice([None, None, Spelled(str(rng.randint(0, 10**7))), Spelled("61000"), number(rng), number_text(rng), rng.choice([True, False]), odd(None)])),
               ("asset_id", odd(maybe())), ("asset_name", odd(maybe())), ("asset_path", odd(maybe())), ("parameters", odd(maybe()))]
    if rng.random() < 0.25:
        members += [("status", odd(rng.choice(["success", "failed", "unknown", "running", None]))),
                    ("error", odd([(key, odd(maybe())) for key in ("type", "message", "traceback", "x") if rng.random() < 0.7])),
                    ("artifacts", odd([odd([("path", odd(text(rng))), ("bytes", number(rng)), ("modified", time_field(rng)), ("format", odd("csv")), ("schema_hash", maybe()), ("row_count", odd(number(rng)))][:rng.randint(1, 6)]) for _ in range(rng.randint(0, 3))]))]
    if rng.random() < 0.3: members = shuffle(rng, members)
    if rng.random() < 0.8: members = wrap(rng, members, RUN_CLASS) if rng.random() < 0.3 else [("__class__", RUN_CLASS), ("data", members)]
    if rng.random() < 0.005: members = [*members, ("__exc_type__", "x")]
    return document(rng, members)
