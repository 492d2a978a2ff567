"""kill -9 at random times and at the n-th system call of everything that writes."""
import json, os, sqlite3
from collections import Counter
from ground import Ground
from killer import Killer
from oracle import METADATA, SECOND, spelled
from program import Violation
from tree import digest, files_of, folder_of
import index_files

# A question mark: not every machine has each of them.
CALLS = ["pwrite64", "write", "fsync", "fdatasync", "?rename", "renameat", "?renameat2", "?symlink", "?symlinkat", "?unlink",
         "unlinkat", "?mkdir", "mkdirat", "flock", "fcntl", "ftruncate", "?fchmod", "openat", "close"]
# Of these, the command of an exec makes none that could be taken for the program's own.
CALLS_OF_EXEC = ["pwrite64", "fsync", "?rename", "renameat", "?renameat2", "flock", "ftruncate", "?mkdir", "mkdirat"]


class Kills:
    """Counts what was killed; every round is one operation, killed or not, and everything that must hold afterwards."""

    OPERATIONS = ["rebuild", "reconcile", "record", "batch", "exec", "migrate", "create", "mend", "repair", "prune"]
    LEAST_ROUNDS = len(OPERATIONS)
    MUST_COUNT = ["killed at a time", "answers compared"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts = Counter()
        self.killer = Killer(rng, self.counts, seconds=0.04, calls=8)
        self.ground, self.rounds = None, 0

    def round(self):
        if self.ground is None or self.rounds % 60 == 0:
            self.ground = Ground(self.program, os.path.join(self.folder, f"kill-{self.rounds}"), self.rng)
            self.ground.run("reconcile", "--quiet", allowed={0})
        operation = self.OPERATIONS[self.rounds % len(self.OPERATIONS)]
        self.rounds += 1
        ground = self.ground
        ground.begin()
        prepared = getattr(self, operation)()
        files = files_of(ground.root)
        try:
            seen = index_files.counted(ground.root)
        except sqlite3.Error:
            seen = "damaged"
        target = index_files.database(ground.root)
        killed, output, status = self.kill(operation, prepared)
        self.counts["rounds"] += 1
        if killed:
            self.counts[f"killed in {operation}"] += 1
        ground.tell(f"{operation} {'killed' if killed else f'ended with {status}'}")
        self.check_truth(files, prepared, output, status)
        if seen != "damaged" or index_files.database(ground.root) != target:
            self.check_index(operation, seen, prepared)
        self.heal(operation)

    # ---- The operations: each prepares its ground and says how it is called and what it may do

    def rebuild(self):
        return self.changed("rebuild")

    def reconcile(self):
        return self.changed(*self.rng.choice([("reconcile",), ("reconcile", "--full"), ("list",)]))

    def changed(self, *words):
        now = self.ground.now()
        before = self.ground.oracle(now)
        self.ground.tree.change(self.rng.randrange(1, 6))
        return {"words": words, "states": [before, self.ground.oracle(now)]}

    def record(self):
        return self.recording(["success", "failure", "start"])

    def recording(self, kinds):
        rng, ground = self.rng, self.ground
        kind, (name, id) = rng.choice(kinds), self.some_asset()
        run = ground.tree.next_id("record")
        words = ["record", kind, "--name", name, "--id", id, "--run", run, "--quiet"]
        if kind == "success":
            words += ["--artifact", f"{name}.parquet"]
        if kind == "failure":
            words += ["--error-type", "OSError", "--error", "no room"]
        return {"words": words, "runs": {(name, id): [run]}, "acknowledged": [(name, id, run)]}

    def some_asset(self):
        if self.rng.random() < 0.3:
            name = f"recorded.{self.ground.tree.next_id()}"
            return name, digest(name)
        return self.rng.choice(self.ground.tree.good_assets())

    def batch(self):
        lines, runs = [], {}
        for _ in range(self.rng.randrange(2, 16)):
            name, id = self.some_asset()
            run = self.ground.tree.next_id("batch")
            event = self.rng.choice(["start", "success", "failure"])
            line = {"event": event, "asset_name": name, "asset_id": id, "run_id": run}
            if event == "failure":
                line["error"] = "no room"
            lines.append(json.dumps(line))
            runs.setdefault((name, id), []).append(run)
        return {"words": ["record", "batch", "-"], "runs": runs, "stdin": ("\n".join(lines) + "\n").encode()}

    def exec(self):
        name, id = self.some_asset()
        run = self.ground.tree.next_id("exec")
        return {"words": ["exec", "--name", name, "--id", id, "--run", run, "--", "/bin/true"], "runs": {(name, id): [run]}}

    def migrate(self):
        version = self.rng.choice([1, 2])
        self.ground.make_older(version)
        self.ground.tell(f"an index of schema {version} in place")
        return {"words": self.rng.choice([("list",), ("reconcile",), ("rebuild",)])}

    def create(self):
        index_files.remove(self.ground.root)
        return {"words": self.rng.choice([("list",), ("reconcile",), ("rebuild",)])}

    def mend(self):
        index_files.settle(self.ground.root)
        path = index_files.database(self.ground.root)
        with open(path, "r+b") as file:
            file.write(self.rng.randbytes(4096 * self.rng.choice([1, 2])))
        return {"words": self.rng.choice([("list",), ("reconcile",), ("rebuild",)])}

    def repair(self):
        good = self.ground.tree.good_assets()
        for name, id in self.rng.sample(good, min(3, len(good))):
            os.remove(self.ground.tree.path(folder_of(name, id), "manifest.json"))
        # 73, 75: it leaves alone what it does not understand, and what was touched just now and does not parse.
        listed = self.ground.program.rows(self.ground.root, "repair", "--dry-run", allowed=(0, 1, 73, 75))["rows"]
        return {"words": ["repair", "--quiet"], "statuses": (0, 1, 73, 75), "repaired": {(row["asset_name"], row["asset_id"]) for row in listed}}

    def prune(self):
        if self.rng.random() < 0.5:
            self.ground.tree.change(4)
        words = ["prune", "--keep-last", str(self.rng.choice([1, 2, 4]))]
        listed = self.ground.program.rows(self.ground.root, *words)["rows"]
        pruned = {os.path.join(folder_of(row["asset_name"], row["asset_id"]), f"asset_run_id={row['run_id']}", "metadata.json")
                  for row in listed}
        return {"words": [*words, "--delete", "--quiet"], "removed": pruned}

    # ---- Killing

    def kill(self, operation, prepared):
        return self.killer.kill(
            self.program, self.ground, operation, prepared, CALLS_OF_EXEC if operation == "exec" else CALLS, 0.6)

    # ---- What must hold

    def check_truth(self, before, prepared, output, status):
        """Each file is the complete old or the complete new one, and what was acknowledged is there."""
        after = files_of(self.ground.root)
        runs, removed = prepared.get("runs", {}), prepared.get("removed", set())
        written = set()
        for (name, id), ids in runs.items():
            written |= {os.path.join(folder_of(name, id), "manifest.json")}
            written |= {os.path.join(folder_of(name, id), f"asset_run_id={run}", "metadata.json") for run in ids}
        written |= {os.path.join(folder_of(name, id), "manifest.json") for name, id in prepared.get("repaired", ())}
        for path, raw in before.items():
            if path not in after and path not in removed:
                raise Violation(f"{path} is gone")
            if path in after and after[path] != raw and path not in written:
                raise Violation(f"{path} was changed, and nobody had to write it")
        for path in after.keys() - before.keys() - written:
            # A draft; or the metadata of a run that a removal has put out of sight, under the name of a draft.
            hidden = os.path.dirname(path) if os.path.basename(path) == "metadata.json" else path
            if not (os.path.basename(hidden).startswith(".m.") and hidden.endswith(".tmp")):
                raise Violation(f"{path} was left, and is neither a record nor a draft")
        for path in written & after.keys():
            if after[path] != before.get(path):
                self.check_document(path, after)
        acknowledged = prepared.get("acknowledged", []) if status == 0 else []
        for line in output.decode(errors="replace").splitlines() if prepared["words"][1:2] == ["batch"] else ():
            if line.endswith("}") and json.loads(line).get("recorded"):
                line = json.loads(line)
                acknowledged.append((line["asset_name"], line["asset_id"], line["run_id"]))
        for name, id, run in acknowledged:
            if os.path.join(folder_of(name, id), f"asset_run_id={run}", "metadata.json") not in after:
                raise Violation(f"the run {run} of {name} was acknowledged and is not there")
            self.counts["acknowledged"] += 1

    def check_document(self, path, files):
        try:
            document = json.loads(files[path].decode())
        except ValueError:
            raise Violation(f"{path} is torn: {files[path][-80:]!r}")
        if path.endswith("manifest.json") and document["last_run"]:
            run = os.path.join(os.path.dirname(path), f"asset_run_id={document['last_run']['id']}", "metadata.json")
            if run not in files:
                raise Violation(f"{path} names the run {document['last_run']['id']}, which has no metadata")

    def check_index(self, operation, seen, prepared):
        """The index is there as a whole or not at all, and for a reconcile or a rebuild is the old or the new one."""
        ground = self.ground
        try:
            now = index_files.counted(ground.root)
            if now is not None:
                index_files.quick_check(ground.root)
        except sqlite3.Error as error:
            raise Violation(f"a client of SQLite cannot read the index that the kill left: {error}")
        if now is None:
            if seen is not None:
                raise Violation("the index is gone")
            return
        if now[0] == 0:
            raise Violation("the index that the kill left is an empty one")
        states = prepared.get("states")
        if operation in ("create", "mend", "migrate") and (seen in (None, "damaged") or now != seen):
            states = [ground.oracle()]
            if operation == "migrate":
                # The schema is new before the rows are read again.
                return
        if states:
            if not any(ground.is_as(state) for state in states):
                raise Violation("the index that the kill left is neither the old nor the new one")
            self.counts["old or new"] += 1

    def heal(self, operation):
        """A reconcile, or at times a rebuild, makes it right."""
        self.ground.heal("rebuild" if self.rng.random() < 0.2 else "reconcile")
        if self.rng.random() < 0.3:
            self.counts["answers compared"] += self.ground.compare_all()
        else:
            if not self.ground.is_as(self.ground.oracle()):
                self.ground.compare_all()
                raise Violation("an answer differs from the files, and the next time it does not")
            self.counts["answers compared"] += 2
