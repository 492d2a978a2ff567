"""kill -9 at random times, and at the n-th system call, of everything that writes a tree in a bucket or the index of one."""
import json
from collections import Counter
from bucket_ground import BucketGround
from compare import list_agrees
from killer import Killer
from program import Violation
from tree import digest, manifest_of, metadata_of

# Of the requests and of the index. A question mark: not every machine has each of them.
CALLS = ["sendto", "?sendmsg", "recvfrom", "?poll", "pwrite64", "fdatasync", "?rename", "?unlink", "fcntl", "ftruncate", "openat"]


class BucketKills:
    OPERATIONS = ["record", "batch", "exec", "reconcile", "rebuild", "question", "repair", "hints"]
    LEAST_ROUNDS = len(OPERATIONS)
    MUST_COUNT = ["killed at a time", "answers compared"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts = Counter()
        self.killer = Killer(rng, self.counts, seconds=0.1, calls=20)
        self.ground, self.rounds = None, 0

    def round(self):
        if self.ground is None:
            self.ground = BucketGround(self.program, self.folder, self.rng, assets=20)
            self.near, self.far = self.ground.host("near"), self.ground.host("far")
            self.ground.run(self.near, "reconcile", "--quiet", allowed={0})
            self.agree(self.near)
        ground = self.ground
        operation = self.OPERATIONS[self.rounds % len(self.OPERATIONS)]
        self.rounds += 1
        ground.begin()
        prepared = getattr(self, operation)()
        before = ground.bucket.listing()
        output, status = self.kill(operation, prepared)
        ground.tell(f"`{' '.join(prepared['words'])}` {'was killed' if status is None else f'ended with {status}'}")
        self.check_truth(before, prepared, output, status)
        if "states" in prepared and not any(list_agrees(self.near, ground.root, state.now, state, ("--no-reconcile",))
                                            for state in prepared["states"]):
            raise Violation("the index that the kill left is neither the old nor the new one")
        ground.tree.refresh()
        ground.run(self.near, self.rng.choice(["reconcile", "reconcile", "rebuild"]), "--quiet", allowed={0})
        self.agree(self.near)
        if self.rng.random() < 0.2:
            ground.run(self.far, "reconcile", "--quiet", allowed={0})
            self.counts["answers compared"] += ground.compare_scoped(self.far, ground.oracle(self.near), ("--no-reconcile",))

    def agree(self, host):
        self.counts["answers compared"] += self.ground.compare_all(host, self.ground.oracle(host))

    # ---- The operations

    def some_asset(self):
        if self.rng.random() < 0.3:
            name = f"recorded.{self.ground.tree.next_id()}"
            return name, digest(name)
        return self.rng.choice(self.ground.tree.assets())

    def record(self):
        (name, id), run = self.some_asset(), self.ground.tree.next_id("record")
        kind = self.rng.choice(["success", "failure", "start"])
        more = ["--error", "no room"] if kind == "failure" else []
        return {"words": ["record", kind, "--name", name, "--id", id, "--run", run, "--quiet", *more], "runs": [(name, id, run)],
                "acknowledged": [(name, id, run)]}

    def batch(self):
        runs = [(*self.some_asset(), self.ground.tree.next_id("batch")) for _ in range(self.rng.randrange(2, 40))]
        lines = [json.dumps({"event": self.rng.choice(["start", "success"]), "asset_name": name, "asset_id": id, "run_id": run})
                 for name, id, run in runs]
        return {"words": ["record", "batch", "-"], "runs": runs, "stdin": "\n".join(lines).encode() + b"\n"}

    def exec(self):
        (name, id), run = self.some_asset(), self.ground.tree.next_id("exec")
        claim = self.rng.choice([[], ["--if-running", "skip"], ["--if-running", "fail"]])
        return {"words": ["exec", "--name", name, "--id", id, "--run", run, *claim, "--", "true"], "runs": [(name, id, run)],
                "statuses": (0, 75)}

    def changed(self, *words):
        ground = self.ground
        before = ground.oracle(self.near)
        ground.edit(self.rng.randrange(1, 6))
        after = ground.oracle(self.near, before.now)
        return {"words": list(words), "states": [before, after]}

    def reconcile(self):
        return self.changed("reconcile", "--quiet", *self.rng.choice([[], ["--full"]]))

    def rebuild(self):
        return self.changed("rebuild", "--quiet")

    def question(self):
        return self.changed("freshness", "--max-lag", "0s", "--quiet")

    def hints(self):
        prepared = self.changed("reconcile", "--keys-from", "-", "-0", "--quiet")
        keys = [self.ground.bucket.prefix + key for key in self.ground.tree.touched]
        # What only a listing finds is left out by it.
        prepared.pop("states")
        return {**prepared, "stdin": b"".join(key.encode() + b"\0" for key in keys)}

    def repair(self):
        tree = self.ground.tree
        chosen = self.rng.sample(tree.assets(), 2)
        for asset in chosen:
            tree.remove(manifest_of(*asset))
        _, output, _ = self.ground.run(self.near, "repair", "--dry-run", "--format", "json", allowed={0, 1, 73, 75})
        listed = json.loads(output)["rows"]
        return {"words": ["repair", "--quiet"], "statuses": (0, 1, 73, 75),
                "repaired": [(row["asset_name"], row["asset_id"]) for row in listed]}

    # ---- Killing

    def kill(self, operation, prepared):
        """What it had said, and its status; none where it was killed."""
        killed, output, status = self.killer.kill(self.near, self.ground, operation, prepared, CALLS, 0.5)
        if killed:
            self.counts[f"killed in {operation}"] += 1
        return output, None if killed else status

    # ---- What must hold

    def check_truth(self, before, prepared, output, status):
        """Nothing is gone, nothing was changed that nobody had to write, and what was acknowledged is there."""
        after = self.ground.bucket.listing()
        written = {metadata_of(*run) for run in prepared.get("runs", ())}
        written |= {manifest_of(name, id) for name, id, _ in prepared.get("runs", ())}
        written |= {manifest_of(*asset) for asset in prepared.get("repaired", ())}
        for key, facts in before.items():
            if key not in after:
                raise Violation(f"{key!r} is gone")
            if after[key] != facts and key not in written:
                raise Violation(f"{key!r} was changed, and nobody had to write it")
        for key in after.keys() - before.keys() - written:
            raise Violation(f"{key!r} was left")
        for key in written & after.keys():
            if before.get(key) != after[key]:
                self.check_document(key, after)
        acknowledged = list(prepared.get("acknowledged", ())) if status == 0 else []
        for line in output.decode(errors="replace").splitlines() if prepared["words"][1:2] == ["batch"] else ():
            if line.endswith("}") and json.loads(line).get("recorded"):
                line = json.loads(line)
                acknowledged.append((line["asset_name"], line["asset_id"], line["run_id"]))
        for run in acknowledged:
            if metadata_of(*run) not in after:
                raise Violation(f"the run {run} was acknowledged and is not there")
            self.counts["acknowledged"] += 1

    def check_document(self, key, after):
        try:
            document = json.loads(self.ground.bucket.get(key).decode())
        except ValueError:
            raise Violation(f"{key!r} is torn")
        if key.endswith("/manifest.json") and document["last_run"]:
            run = key.removesuffix("manifest.json") + f"asset_run_id={document['last_run']['id']}/metadata.json"
            if run not in after and document["updated_at"] is None:
                raise Violation(f"{key!r} names the run {document['last_run']['id']}, which has no metadata")
