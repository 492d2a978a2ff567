"""What the questions must answer, by reading every file of a tree: slowly, and from the specification alone.

Where the files lie is the affair of what is given to it: `LocalFiles` here, and `StoredFiles` for a bucket.

Shares nothing with the program. Knows the files that `tree.py` and the program itself write, not every file that mad_prefect
might accept: those are the affair of the tests of the reader. It remembers what it is told to: a file that cannot be read, and of
which no memory is given, counts as one that never could.
"""
import json, os, re, stat
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND = 1_000_000
DAY = 86_400 * SECOND
TOLERANCE = 300 * SECOND
METADATA = "_asset_metadata"
FAR = 1 << 62


def microseconds(text):
    """A time with an offset, in microseconds since 1970."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return (moment - EPOCH) // timedelta(microseconds=1)


def spelled(time):
    """The same as answers give it."""
    if time is None:
        return None
    moment = EPOCH + timedelta(microseconds=time)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{moment.microsecond:06d}" if moment.microsecond else "") + "Z"


@dataclass
class Run:
    id: str
    written: int
    is_bad: bool = False
    started: int = None
    materialized: int = None
    duration: int = None
    status: str = None
    error: str = None
    beat: int = None
    interval: int = None
    has_metadata: bool = False


@dataclass
class Judged:
    """A run as the questions see it at a moment."""
    run: Run
    begun: int
    materialized: int
    error: str
    says_failed: bool
    recorded_failure: int
    told: int
    beat: int
    outcome: str = ""
    failure: int = None

    @property
    def ended(self):
        if self.materialized is not None:
            return self.materialized
        return self.recorded_failure if self.says_failed else None


@dataclass
class Asset:
    name: str
    id: str
    standing: str = "absent"
    manifest: dict = None
    written: int = 0
    runs: list = field(default_factory=list)

    @property
    def key(self):
        return (self.name.encode(), self.id.encode())


class Refusal(Exception):
    def __init__(self, kind):
        self.kind = kind


def read_document(raw):
    try:
        return json.loads(raw.decode())
    except ValueError:
        raise Refusal("invalid_json")


def read_manifest(raw):
    document = read_document(raw)
    try:
        if not isinstance(document, dict) or document["manifest_version"] != "1":
            raise ValueError
        if document.get("last_status", "unknown") not in ("success", "failed", "unknown"):
            raise ValueError
        last = document.get("last_run")
        result = {
            "name": text_of(document["asset_name"]), "id": text_of(document["asset_id"]),
            "signature": None if document.get("asset_signature") is None else text_of(document["asset_signature"]), "status": document.get("last_status", "unknown"),
            "error": document.get("last_error"), "updated": time_of(document["updated_at"]),
            "materialized": time_of(document.get("last_materialized")), "artifacts": list(document.get("last_artifacts") or []),
            "run": None, "run_materialized": None, "run_artifacts": []}
        if last is not None:
            result["run"] = text_of(last["id"])
            result["run_materialized"] = time_of(last.get("materialized"))
            result["run_artifacts"] = list(last.get("artifact_paths") or [])
        if result["materialized"] is None:
            result["materialized"] = result["run_materialized"]
        return result
    except (KeyError, TypeError, ValueError):
        raise Refusal("invalid_manifest")


def text_of(value):
    if not isinstance(value, str):
        raise ValueError
    return value


def time_of(value):
    return None if value is None else microseconds(text_of(value))


def read_run(raw, run):
    document = read_document(raw)
    try:
        if not isinstance(document, dict):
            raise ValueError
        data = document["data"] if "__class__" in document else document
        run.started, run.materialized = time_of(data.get("runtime")), time_of(data.get("materialized"))
        run.duration, run.status = data.get("duration_miliseconds"), data.get("status")
        error = data.get("error")
        if error is not None:
            run.error = f'{error["type"]}: {error["message"]}' if error.get("type") else error["message"]
        run.beat, run.interval = time_of(data.get("heartbeat_at")), data.get("heartbeat_seconds")
        run.has_metadata = True
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refusal("invalid_run")


class LocalFiles:
    """Files below a folder, by their paths relative to it."""

    def __init__(self, root):
        self.root = root

    def full(self, path):
        return os.path.join(self.root, path)

    def members(self, folder, prefix):
        """What the folders of a folder are called whose names begin so, without what they begin with."""
        if not os.path.isdir(self.full(folder)):
            return []
        return [name[len(prefix):] for name in sorted(os.listdir(self.full(folder)))
                if name.startswith(prefix) and stat.S_ISDIR(os.lstat(self.full(f"{folder}/{name}")).st_mode)]

    def written(self, path):
        """When it was written; `None` if there is no such file."""
        try:
            return os.lstat(self.full(path)).st_mtime_ns // 1000
        except FileNotFoundError:
            return None

    def read(self, path):
        with open(self.full(path), "rb") as file:
            return file.read()

    def exists(self, path):
        """Whether there is a file or a folder."""
        return os.path.exists(self.full(path))


class Oracle:
    """The truth of a tree when it was read, asked at a moment."""

    def __init__(self, files, now, memory=None):
        """`memory` has the last good bytes of files that could be read once, by their paths."""
        self.files = LocalFiles(files) if isinstance(files, str) else files
        self.now, self.memory, self.good = now, memory or {}, {}
        self.folders, self.found = [], list(getattr(self.files, "odd", ()))
        for name in self.files.members(METADATA, "asset_name="):
            for id in self.files.members(f"{METADATA}/asset_name={name}", "asset_id="):
                self.folders.append(self.read_asset(name, id))
        self.assets = sorted((asset for asset in self.folders if self.is_known(asset)), key=lambda asset: asset.key)

    # ---- Reading

    def read_asset(self, name, id):
        folder = f"{METADATA}/asset_name={name}/asset_id={id}"
        asset, path = Asset(name, id), f"{folder}/manifest.json"
        written = self.files.written(path)
        if written is not None:
            asset.written = written
            try:
                asset.manifest = self.remembering(path, read_manifest)
                asset.standing = "current"
                if (asset.manifest["name"], asset.manifest["id"]) != (name, id):
                    self.found.append((path, "misplaced"))
            except Refusal as refusal:
                asset.standing = "damaged"
                if path in self.good:
                    asset.manifest = read_manifest(self.good[path])
                self.found.append((path, refusal.kind))
        for run_id in self.files.members(folder, "asset_run_id="):
            path = f"{folder}/asset_run_id={run_id}/metadata.json"
            written = self.files.written(path)
            if written is None:
                asset.runs.append(Run(run_id, 0))
                continue
            run = Run(run_id, written)
            try:
                self.remembering(path, lambda raw: read_run(raw, run))
            except Refusal as refusal:
                run = Run(run_id, run.written, is_bad=True)
                if path in self.good:
                    read_run(self.good[path], run)
                self.found.append((path, refusal.kind))
            asset.runs.append(run)
        return asset

    def remembering(self, path, reader):
        """Reads a file, and notes in `good` what is the last that could be read of it."""
        raw = self.files.read(path)
        if path in self.memory:
            self.good[path] = self.memory[path]
        result = reader(raw)
        self.good[path] = raw
        return result

    def is_known(self, asset):
        return (asset.manifest is not None or asset.standing == "damaged" or any(run.is_bad for run in asset.runs)
                or bool(self.judged(asset)))

    # ---- Rules

    def is_ahead(self, time, now=None):
        return time - (self.now if now is None else now) > TOLERANCE

    def last_materialized(self, asset, now=None):
        """The newest time that is not ahead of the clock, and who says so."""
        manifest = asset.manifest or {}
        told = [manifest.get("materialized"), manifest.get("run_materialized")]
        seen = [run.materialized for run in asset.runs]
        told, seen = ([time for time in times if time is not None and not self.is_ahead(time, now)] for times in (told, seen))
        if told and (not seen or max(told) >= max(seen)):
            return max(told), "manifest"
        return (max(seen), "runs") if seen else (None, None)

    def is_unknown(self, asset):
        if self.last_materialized(asset)[0] is not None:
            return False
        if self.last_materialized(asset, FAR)[0] is not None:
            return True
        # What could be read once tells what it told then.
        return (asset.standing == "damaged" and asset.manifest is None
                or any(run.is_bad and not run.has_metadata for run in asset.runs))

    def judged(self, asset, now=None):
        """The runs of an asset, newest first: by start, then by id; a run without a start is older than any other."""
        now = self.now if now is None else now
        runs, manifest = list(asset.runs), asset.manifest
        if (manifest and manifest["run"] is not None and manifest["status"] == "failed"
                and manifest["run_materialized"] is None and all(run.id != manifest["run"] for run in runs)):
            runs.append(Run(manifest["run"], asset.written))
        result = [judged for judged in (self.plain(run, asset, now) for run in runs) if judged]
        for judged in result:
            self.judge(judged, result, now)
        # Newest first: first by the lesser criterion.
        result.sort(key=lambda judged: judged.run.id.encode(), reverse=True)
        result.sort(key=lambda judged: -FAR if judged.begun is None else judged.begun, reverse=True)
        return result

    def plain(self, run, asset, now):
        manifest = asset.manifest or {}
        is_last = manifest.get("run") == run.id
        # A manifest that was written before this attempt began tells of another one.
        if is_last and run.started is not None and run.started > manifest["updated"]:
            is_last = False
        blamed = is_last and manifest["status"] == "failed"
        if not run.has_metadata and not blamed:
            return None

        def counted(time):
            return time if time is None or not self.is_ahead(time, now) else min(time, run.written)

        end = None if run.started is None or run.duration is None else run.started + run.duration * 1000
        told = manifest["updated"] if is_last else None
        recorded = next(time for time in (end, told, run.started, run.written) if time is not None)
        materialized = run.materialized
        if materialized is None and is_last and run.has_metadata:
            materialized = manifest["run_materialized"]
        error = run.error if run.error is not None or not is_last else manifest["error"]
        return Judged(run, counted(run.started), materialized, error, run.status == "failed" or blamed, recorded, told,
                      counted(run.beat))

    def judge(self, judged, others, now):
        if judged.materialized is not None:
            judged.outcome = "succeeded"
            return
        if judged.says_failed:
            judged.outcome, judged.failure = "failed", judged.recorded_failure
            return
        begun = judged.begun
        if judged.beat is not None and judged.run.interval is not None and not self.is_ahead(judged.beat, now):
            end = max(judged.beat, judged.beat if begun is None else begun) + 3 * judged.run.interval * SECOND
        elif begun is not None:
            later = [other.ended for other in others if other.ended is not None
                     and (other.begun if other.begun is not None else other.ended) > begun]
            end = min([begun + DAY, *later])
        else:
            ends = [other.ended for other in others if other.ended is not None]
            judged.outcome = "interrupted"
            judged.failure = min(ends) if ends else judged.told if judged.told is not None else judged.run.written
            return
        if end <= now:
            judged.outcome, judged.failure = "interrupted", end
            return
        judged.outcome = "running"
        limit = slow_from(judged, others) if begun is not None else None
        if limit is not None and begun + limit * 1000 <= now:
            judged.outcome, judged.failure = "overrun", begun + limit * 1000

    def standing(self, asset):
        """Status, run and error of the newest run that ended, from whichever file tells more."""
        manifest = asset.manifest
        own = (manifest["status"], manifest["run"], manifest["error"]) if manifest else (None, None, None)
        ended = [judged for judged in self.judged(asset, FAR)
                 if judged.run.has_metadata and (judged.materialized is not None or judged.says_failed)]
        if not ended:
            return own
        newest = ended[0]
        status = "success" if newest.materialized is not None else "failed"
        theirs = (status, newest.run.id, newest.run.error)
        if not manifest:
            return theirs
        if manifest["run"] == newest.run.id:
            if manifest["status"] == status and (status == "success" or manifest["error"] is not None or newest.run.error is None):
                return own
            error = newest.run.error if newest.run.error is not None else manifest["error"] if status == "failed" else None
            return (status, newest.run.id, error)
        if manifest["status"] == "unknown" or any(judged.run.id == manifest["run"] for judged in ended):
            return theirs
        times = (manifest["run_materialized"], manifest["updated"], manifest["materialized"])
        time = next((time for time in times if time is not None), None)
        least = next((t for t in (newest.ended, newest.run.started) if t is not None), -FAR)
        return own if time is not None and time >= least else theirs

    def artifacts_of(self, asset):
        manifest = asset.manifest
        if not manifest:
            return []
        return list(dict.fromkeys(manifest["artifacts"] + manifest["run_artifacts"]))

    # ---- Answers: rows of the keys that programs rely on

    def list(self):
        rows = []
        for asset in self.assets:
            status, run, error = self.standing(asset)
            time, source = self.last_materialized(asset)
            manifest = asset.manifest or {}
            folder = f"{METADATA}/asset_name={asset.name}/asset_id={asset.id}"
            rows.append({
                "asset_name": asset.name, "asset_id": asset.id, "last_materialized": spelled(time), "last_status": status,
                "last_run_id": run, "last_error": error, "asset_signature": manifest.get("signature"),
                "updated_at": spelled(manifest.get("updated")), "source": source, "run_count": len(self.judged(asset)),
                "manifest_path": None if asset.standing == "absent" else f"{folder}/manifest.json",
                "damaged": asset.standing == "damaged"})
        return rows

    def freshness(self, max_age, states=None):
        rows = []
        for asset in self.assets:
            time, source = self.last_materialized(asset)
            age = None if time is None else self.now - time
            state = ("unknown" if self.is_unknown(asset) else "never") if age is None else "fresh" if age < max_age else "stale"
            if states and state not in states:
                continue
            status, run, _ = self.standing(asset)
            order = (state != "unknown", -FAR if time is None else time, asset.key)
            rows.append((order, {
                "asset_name": asset.name, "asset_id": asset.id, "state": state, "last_materialized": spelled(time),
                "age_seconds": None if age is None else age / SECOND, "max_age_seconds": max_age // SECOND,
                "last_status": status, "last_run_id": run, "source": source, "damaged": asset.standing == "damaged"}))
        return [row for _, row in sorted(rows, key=lambda row: row[0])]

    def stale(self, max_age):
        return self.freshness(max_age, ("unknown", "never", "stale"))

    def failures(self, since):
        rows = []
        for asset in self.assets:
            for judged in self.judged(asset):
                if judged.outcome not in ("failed", "interrupted", "overrun", "running"):
                    continue
                if judged.outcome != "running" and (judged.failure is None or judged.failure < since):
                    continue
                path = f"{METADATA}/asset_name={asset.name}/asset_id={asset.id}/asset_run_id={judged.run.id}/metadata.json"
                time = next((t for t in (judged.failure, judged.run.started) if t is not None), -FAR)
                rows.append(((-time, asset.key, judged.run.id.encode()), {
                    "asset_name": asset.name, "asset_id": asset.id, "run_id": judged.run.id, "outcome": judged.outcome,
                    "started_at": spelled(judged.run.started), "failed_at": spelled(judged.failure), "error": judged.error,
                    "metadata_path": path}))
        return [row for _, row in sorted(rows, key=lambda row: row[0])]

    def runs(self, asset):
        return [{"asset_name": asset.name, "asset_id": asset.id, "run_id": judged.run.id, "outcome": judged.outcome,
                 "started_at": spelled(judged.run.started), "materialized": spelled(judged.materialized),
                 "duration_ms": judged.run.duration, "error": judged.error} for judged in self.judged(asset)]

    def artifacts(self):
        return [{"asset_name": asset.name, "asset_id": asset.id, "path": path,
                 "exists": self.files.exists(path)}
                for asset in self.assets for path in self.artifacts_of(asset)]

    def due(self, max_age):
        """What `due --all` says under the policy that nobody wrote: no older than `max_age`. In the order of the assets."""
        rows = []
        for asset in self.assets:
            last, judged = self.last_materialized(asset)[0], self.judged(asset)
            opens = None if last is None else last + max_age
            since_success = []
            for run in judged:
                if run.outcome == "succeeded":
                    break
                if run.outcome in ("failed", "interrupted"):
                    since_success.append(run)
            failures = [run.failure for run in since_success
                        if run.outcome == "failed" and run.failure is not None and (opens is None or run.failure >= opens)]
            why, not_before = None, None
            if any(run.outcome in ("running", "overrun") for run in judged):
                why = "running"
            elif opens is not None and self.now < opens:
                why = "fresh"
            elif failures:
                not_before = max(failures) + min(300 * SECOND << min(len(failures) - 1, 30), 6 * 3600 * SECOND)
                why = "backing_off" if self.now < not_before else None
            rows.append({"asset_name": asset.name, "asset_id": asset.id, "due": why is None, "due_since": spelled(opens),
                         "deadline": spelled(opens), "missed": 0, "consecutive_failures": len(since_success),
                         "not_before": spelled(not_before), "why_not": why})
        return rows

    def show(self, name):
        """What `show NAME` says, as far as other questions do not."""
        facts, rows = {(row["asset_name"], row["asset_id"]): row for row in self.list()}, []
        problems = self.problems()
        for asset in self.assets:
            if asset.name != name:
                continue
            folder = f"{METADATA}/asset_name={asset.name}/asset_id={asset.id}/"
            runs = self.runs(asset)
            outcomes = [run["outcome"] for run in runs]
            rows.append({
                **facts[asset.name, asset.id], "summary": {"count": len(runs), **{
                    outcome: outcomes.count(outcome) for outcome in ("succeeded", "failed", "interrupted", "running", "overrun")}},
                "artifacts": [{"path": path, "exists": self.files.exists(path)} for path in self.artifacts_of(asset)],
                "runs": [{key: value for key, value in run.items() if not key.startswith("asset_")} for run in runs[:10]],
                "problems": [list(problem) for problem in problems if problem[0].startswith(folder)]})
        return rows

    def problems(self):
        """(path, kind), sorted."""
        found = list(self.found)
        for asset in self.assets:
            folder = f"{METADATA}/asset_name={asset.name}/asset_id={asset.id}"
            manifest = asset.manifest or {}
            if any(time is not None and self.is_ahead(time)
                   for time in (manifest.get("materialized"), manifest.get("run_materialized"))):
                found.append((f"{folder}/manifest.json", "future_time"))
            for run in asset.runs:
                if any(time is not None and self.is_ahead(time) for time in (run.started, run.materialized)):
                    found.append((f"{folder}/asset_run_id={run.id}/metadata.json", "future_time"))
            time, source = self.last_materialized(asset, FAR)
            if asset.manifest and source == "runs" and not self.is_ahead(time):
                found.append((f"{folder}/manifest.json", "manifest_behind"))
        return sorted(found)

    def status(self, max_age):
        outcomes, states, statuses = {}, {}, {}
        for asset in self.assets:
            for judged in self.judged(asset):
                count(outcomes, judged.outcome)
            count(statuses, self.standing(asset)[0] or "none")
        for row in self.freshness(max_age):
            count(states, row["state"])
        problems = {}
        for _, kind in self.problems():
            count(problems, kind)
        return {"assets": len(self.assets), "runs": sum(outcomes.values()), "assets_by_state": states,
                "assets_by_status": statuses, "runs_by_outcome": outcomes, "problems_by_kind": problems,
                "artifacts": sum(len(self.artifacts_of(asset)) for asset in self.assets)}


def count(counts, key):
    counts[key] = counts.get(key, 0) + 1


def slow_from(judged, others):
    """The least duration in milliseconds that is slow for this run by its asset's past; POLICY (e)."""
    def is_before(other):
        if other.begun is None:
            return True
        return (other.begun, other.run.id.encode()) < (judged.begun, judged.run.id.encode())

    past = [other for other in others if other.materialized is not None and other.run.duration is not None
            and other.run.duration >= 0 and other is not judged and is_before(other)]
    past.sort(key=lambda other: (-FAR if other.begun is None else other.begun, other.run.id.encode()))
    durations = sorted(other.run.duration for other in past[-30:])
    if len(durations) < 8:
        return None
    middle = (len(durations) + 1) // 2 - 1
    median = durations[middle]
    spread = sorted(abs(duration - median) for duration in durations)[middle]
    deviation = max(1.4826 * spread, 0.05 * median, 1000)
    low, high = -1, 1 << 50
    while high - low > 1:
        half = (low + high) // 2
        is_slow = (half - median) / deviation >= 5 and half >= 1.5 * median and half - median >= 60_000
        low, high = (low, half) if is_slow else (half, high)
    return high
