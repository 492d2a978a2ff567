"""Holds every answer of the program against the oracle."""
import difflib, json
from oracle import DAY, Oracle, SECOND, spelled
from program import Violation, document, shown

MAX_AGE = DAY
SINCE = 9000 * DAY


def agree(program, root, now, rng, flags=("--no-reconcile",), is_settled=False, oracle=None):
    """Raises a violation where an answer is not the oracle's. Returns how many answers were compared.

    `oracle` is one of the moment `now`; without it the files below the root are read."""
    oracle = oracle or Oracle(root, now)
    ask = lambda *words: program.rows(root, *words, *flags, "--now", spelled(now))
    day = f"{MAX_AGE // SECOND}s"
    same(oracle.list(), ask("list")["rows"], "list")
    same(oracle.freshness(MAX_AGE), ask("freshness", "--max-age", day)["rows"], "freshness")
    same(oracle.stale(MAX_AGE), ask("stale", "--max-age", day)["rows"], "stale")
    same(oracle.failures(now - SINCE), ask("failures", "--since", "9000d", "--unfinished")["rows"], "failures")
    same(oracle.artifacts(), ask("artifacts")["rows"], "artifacts")
    problems(oracle.problems(), ask("problems")["rows"], is_settled)
    status(oracle.status(MAX_AGE), ask("status")["rows"][0])
    known = oracle.assets
    for asset in rng.sample(known, min(2, len(known))):
        same(oracle.runs(asset), ask("runs", asset.name, asset.id)["rows"], f"runs {asset.name}")
    every_run(oracle, program, root, flags)
    return 8 + min(2, len(known))


def list_agrees(program, root, now, oracle, flags):
    """Whether `list` and `failures` are those of an oracle, which may be of a tree of the past."""
    ask = lambda *words: program.rows(root, *words, *flags, "--now", spelled(now))["rows"]
    return (not differences(oracle.list(), ask("list"))
            and not differences(oracle.failures(now - SINCE), ask("failures", "--since", "9000d", "--unfinished")))


def every_run(oracle, program, root, flags):
    """All runs in one answer, by SQL and as NDJSON. The outcome there goes by the system's clock and is left out."""
    words = ["query", "SELECT asset_name, asset_id, run_id, started_at_us, materialized_us, duration_ms, error FROM runs",
             "--format", "ndjson", *flags]
    _, output, _ = program.run(root, *words, allowed={0, 1})
    try:
        found = [json.loads(line) for line in output.splitlines()]
    except ValueError:
        raise Violation(f"`{shown(words)}` ended well, but its answer is no NDJSON")
    wanted = [{"asset_name": asset.name, "asset_id": asset.id, "run_id": judged.run.id, "started_at_us": judged.run.started,
               "materialized_us": judged.materialized, "duration_ms": judged.run.duration, "error": judged.error}
              for asset in oracle.assets for judged in oracle.judged(asset)]
    order = lambda row: (row["asset_name"], row["asset_id"], row["run_id"])
    same(sorted(wanted, key=order), sorted(found, key=order), "query … FROM runs")


def differences(wanted, found):
    """Lines of a diff; only the keys that are wanted count."""
    keys = wanted[0].keys() if wanted else ()
    lines = lambda rows: [json.dumps({key: row.get(key) for key in keys or row}, ensure_ascii=False) for row in rows]
    wanted, found = lines(wanted), lines(found)
    return [line for line in difflib.unified_diff(wanted, found, "oracle", "program", n=0, lineterm="")] if wanted != found else []


def same(wanted, found, what):
    lines = differences(wanted, found)
    if lines:
        raise Violation(f"`{what}` is not what the files say:\n  " + "\n  ".join(lines[:12]))


def problems(wanted, rows, is_settled):
    """A file that does not parse may be called unsettled while it is fresh."""
    found = sorted((row["path"], row["kind"]) for row in rows)
    if not is_settled:
        kinds = dict(wanted)
        found = sorted((path, kinds.get(path, kind) if kind == "unsettled" else kind) for path, kind in found)
    if wanted != found:
        more, less = sorted(set(found) - set(wanted)), sorted(set(wanted) - set(found))
        raise Violation(f"`problems` is not what the files say: too much {more[:5]}, missing {less[:5]}")


def status(wanted, found):
    for key, value in wanted.items():
        answer = found[key]
        if isinstance(answer, dict):
            answer = {name: number for name, number in answer.items() if number}
            if key == "problems_by_kind":
                # Of these the sum counts: a fresh file is unsettled where a settled one is invalid.
                answer, value = sum(answer.values()), sum(value.values())
        if answer != value:
            raise Violation(f"`status` says {key} = {answer}, the files say {value}")
