"""Trees in the shape of mad_prefect 2.3.0, made of a seed, and changes to them as mad_prefect makes them: in place."""
import hashlib, json, os, shutil
from oracle import DAY, METADATA, SECOND, spelled

RUN_CLASS = "mad_prefect.data_assets.data_asset_run.DataAssetRun"
TEAMS = ["bronze.sales", "silver.finance", "gold.kpi", "ml.features", "näme-中"]
BROKEN = [b"", b"{", b'{"manifest_version": "1", "asset_name"', b"[]", b'{"manifest_version": "2"}', b"\xff\xfe{}", b"\0" * 300]


def digest(text):
    return hashlib.md5(text.encode()).hexdigest()


def folder_of(name, id):
    return f"{METADATA}/asset_name={name}/asset_id={id}"


def run_document(name, id, run, started, ended, ok, extra=None):
    duration = None if ended is None else (ended - started) // 1000
    data = {"id": run, "runtime": spelled(started), "materialized": spelled(ended) if ok else None,
            "duration_miliseconds": duration if ok else None, "asset_id": id, "asset_name": name,
            "asset_path": f"{name.replace('.', '/')}.parquet", "parameters": None}
    return {"__class__": RUN_CLASS, "data": {**data, **(extra or {})}}


def manifest_document(name, id, run, ended, ok, materialized, artifacts, updated, error):
    return {"manifest_version": "1", "asset_name": name, "asset_id": id, "asset_signature": id,
            "last_materialized": spelled(materialized),
            "last_run": {"id": run, "metadata_path": f"{folder_of(name, id)}/asset_run_id={run}/metadata.json",
                         "materialized": spelled(ended) if ok else None, "artifact_paths": artifacts if ok else []},
            "last_status": "success" if ok else "failed", "last_error": None if ok else error,
            "last_artifacts": artifacts, "updated_at": spelled(updated)}


def encoded(document):
    return document if isinstance(document, bytes) else json.dumps(document, indent=4).encode()


def manifest_of(name, id):
    return f"{folder_of(name, id)}/manifest.json"


def metadata_of(name, id, run):
    return f"{folder_of(name, id)}/asset_run_id={run}/metadata.json"


class Tree:
    """A tree whose random state goes on from the making to the changes. Another place than a folder is a subclass."""

    def __init__(self, root, rng, now):
        self.root, self.rng, self.now = root, rng, now
        self.serial = 0

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    # ---- The place: paths are relative to the root

    def write(self, path, document):
        """As mad_prefect does it: over what is there, with the same inode."""
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "wb") as file:
            file.write(encoded(document))

    def read(self, path):
        """`None` if there is no such file."""
        try:
            with open(self.path(path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def make_folder(self, path):
        os.makedirs(self.path(path), exist_ok=True)

    def remove_folder(self, path):
        shutil.rmtree(self.path(path))

    def assets(self):
        """(name, id) of all asset folders, in a fixed order."""
        top = self.path(METADATA)
        return [(name[len("asset_name="):], id[len("asset_id="):]) for name in sorted(os.listdir(top))
                if name.startswith("asset_name=") for id in sorted(os.listdir(os.path.join(top, name)))]

    # ---- Making

    def make(self, assets, runs=3):
        self.make_folder(METADATA)
        for number in range(assets):
            name = f"{self.rng.choice(TEAMS)}.asset_{number:04d}"
            for variant in range(self.rng.choice([1, 1, 1, 2])):
                self.make_asset(name, digest(f"{name}:{variant}"), 12 if self.rng.random() < 0.08 else runs)
        return self

    def make_asset(self, name, id, runs):
        rng, kind = self.rng, self.rng.random()
        step = rng.choice([3600 * SECOND, 6 * 3600 * SECOND, DAY])
        last_begin = self.now - int(rng.expovariate(1 / DAY)) % (9 * DAY) - SECOND
        artifacts = [f"{name.replace('.', '/')}_{id[:4]}.parquet"] + (["shared/" + name[:6] + ".csv"] if rng.random() < 0.3 else [])
        if rng.random() < 0.5:
            self.write(artifacts[0], b"PAR1")
        told, succeeded = None, None
        for number in range(runs):
            started = last_begin - (runs - 1 - number) * step + rng.randrange(SECOND)
            ended = started + rng.randrange(5_000, 60 * SECOND)
            run, roll = digest(f"{id}{number}"), rng.random()
            if number == runs - 1 and rng.random() < 0.3:
                roll = 1
            error = f"RuntimeError: upstream returned 503 for page {rng.randrange(1000)}"
            if roll < 0.8:
                document, told, succeeded = run_document(name, id, run, started, ended, True), (run, ended, True, error), ended
            elif roll < 0.88:
                document, told = run_document(name, id, run, started, ended, False), (run, ended, False, error)
            elif roll < 0.92:
                extra = {"status": "failed", "error": {"type": "OSError", "message": "no room", "traceback": None}}
                document = run_document(name, id, run, started, ended, False, extra)
            elif roll < 0.95:
                extra = {"heartbeat_at": spelled(started + rng.randrange(3600) * SECOND), "heartbeat_seconds": 60}
                document = run_document(name, id, run, started, None, False, extra)
            else:
                document = run_document(name, id, run, started, None, False)
            if rng.random() < 0.03:
                document = rng.choice(BROKEN[:4] + [b'{"id": "x", "runtime": 7.5e300}'])
            if rng.random() > 0.02:
                self.write(metadata_of(name, id, run), document)
            else:
                self.make_folder(os.path.dirname(metadata_of(name, id, run)))
        self.make_folder(folder_of(name, id))
        if kind < 0.06 or not told:
            return
        run, ended, ok, error = told
        document = manifest_document(name, id, run, ended, ok, succeeded, artifacts, ended + 3000, error)
        if kind < 0.12:
            document = rng.choice(BROKEN)
        elif kind < 0.15:
            document["asset_name"] = "somewhere.else"
        elif kind < 0.18:
            document["last_materialized"] = spelled(self.now + 90 * DAY)
        elif kind < 0.22:
            # Before its newest success was known.
            document["last_run"]["materialized"] = document["last_materialized"] = None
            document["last_status"] = "unknown"
        self.write(manifest_of(name, id), document)

    # ---- Changes that never damage what is good

    def good_assets(self):
        """(name, id) of assets whose manifest is one of `make` that can be read, in a fixed order."""
        result = []
        for name, id in self.assets():
            try:
                if json.loads(self.read(manifest_of(name, id)).decode())["manifest_version"] == "1":
                    result.append((name, id))
            except (AttributeError, OSError, ValueError, TypeError, KeyError):
                pass
        return result

    def next_id(self, word="edit"):
        self.serial += 1
        return f"{word}-{self.serial}-{self.rng.randrange(1 << 30):x}"

    def run_asset(self, name, id, ok=True):
        """One whole run as mad_prefect writes it: start, end, manifest."""
        run = self.next_id()
        started = self.now - self.rng.randrange(1, 3600) * SECOND
        ended = started + self.rng.randrange(1, 900_000)
        path = metadata_of(name, id, run)
        self.write(path, run_document(name, id, run, started, None, False))
        self.write(path, run_document(name, id, run, started, ended, ok))
        before = self.read(manifest_of(name, id))
        before = json.loads(before.decode()) if before is not None else None
        materialized = ended
        if not ok:
            materialized = None
        document = manifest_document(name, id, run, ended, ok, materialized, [f"{name}.parquet"], ended + 1, "ValueError: x")
        if not ok and before:
            document["last_materialized"] = before["last_materialized"]
        self.write(manifest_of(name, id), document)
        return run

    def change(self, times):
        """Some changes: runs, new assets, starts, hand edits of the same size, removals."""
        for _ in range(times):
            rng, good = self.rng, self.good_assets()
            name, id = rng.choice(good)
            pick = rng.random()
            if pick < 0.45:
                self.run_asset(name, id, ok=rng.random() < 0.7)
            elif pick < 0.6:
                name = f"new.asset_{self.next_id()}"
                self.run_asset(name, digest(name))
            elif pick < 0.75:
                run = self.next_id()
                self.write(metadata_of(name, id, run),
                           run_document(name, id, run, self.now - rng.randrange(7200) * SECOND, None, False))
            elif pick < 0.9:
                document = json.loads(self.read(manifest_of(name, id)).decode())
                document["asset_signature"] = digest(self.next_id())
                self.write(manifest_of(name, id), document)
            elif len(good) > 8:
                self.remove_folder(folder_of(name, id))


def files_of(root):
    """Every file of the tree but those of the index: path below the root to bytes."""
    found = {}
    for folder, names, files in os.walk(root):
        if ".index" in names:
            names.remove(".index")
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = file.read()
    return found
