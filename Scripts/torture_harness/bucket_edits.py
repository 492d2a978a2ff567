"""A long random sequence of edits of a tree in a bucket; after each few of them every answer is the oracle's."""
import difflib, json, os
from collections import Counter
from bucket_ground import BucketGround
from oracle import spelled
from program import Violation
from tree import digest

# Every question by its words: what the oracle does not know, two hosts must agree on, of which one has read everything anew.
QUESTIONS = [("list",), ("failures", "--since", "9000d", "--unfinished"), ("due", "--all"), ("slow", "--since", "9000d"),
             ("slo",), ("drift",), ("schema-changes",), ("problems",), ("artifacts",), ("status",), ("report",)]


class Edits:
    # The first rounds go through these ways, each once; the least number of rounds is theirs.
    USUAL = ["reconcile", "question", "scoped", "hints"]
    LEAST_ROUNDS = len(USUAL)
    MUST_COUNT = ["edits", "records", "answers compared", "by reconcile"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.ground, self.rounds = Counter(), None, 0
        self.first = rng.sample(self.USUAL, len(self.USUAL))

    def round(self):
        if self.ground is None:
            # Some pages, so that a look at some names is worth it.
            self.ground = BucketGround(self.program, self.folder, self.rng, assets=60, many=600)
            self.near, self.far = self.ground.host("near"), self.ground.host("far")
            self.ground.run(self.near, "reconcile", "--quiet", allowed={0})
            self.agree()
        ground, rng = self.ground, self.rng
        self.rounds += 1
        number = rng.choice([1, 1, 2, 3, 5, 8, 20])
        ground.edit(number)
        self.counts["edits"] += number
        if self.first or rng.random() < 0.5:
            self.record(rng.choice([self.near, self.far]))
            ground.tree.refresh()
        how = self.first.pop() if self.first else rng.choices(
            self.USUAL + ["rebuild", "twin", "copy", "refused"], [8, 6, 6, 5, 1, 1, 1, 1])[0]
        getattr(self, how)()
        self.counts[f"by {how}"] += 1

    def record(self, host):
        ground, rng = self.ground, self.rng
        name, id = ground.tree.some_asset() if rng.random() < 0.7 else (f"recorded.{ground.tree.next_id()}", "1")
        run, how = ground.tree.next_id("record"), rng.choice(["success", "failure", "start", "exec", "batch"])
        asset, expected = ["--name", name, "--id", id], [run]
        # A manifest that was damaged by hand is not written over, and nothing is said to be recorded then.
        allowed = {0, 73}
        if how == "exec":
            status, _, complaints = ground.run(host, "exec", *asset, "--run", run, "--", rng.choice(["true", "false"]), allowed={0, 1})
            acknowledged = not complaints
        elif how == "batch":
            expected = [f"{run}-{number}" for number in range(rng.randrange(1, 30))]
            lines = [json.dumps({"event": rng.choice(["start", "success"]), "asset_name": name if rng.random() < 0.5 else f"batch.{number}",
                                 "asset_id": id, "run_id": run}) for number, run in enumerate(expected)]
            status, output, _ = ground.run(host, "record", "batch", "-", stdin="\n".join(lines).encode(), allowed=allowed)
            for line in output.decode().splitlines():
                line = json.loads(line)
                if line["recorded"]:
                    self.must_have(line["asset_name"], line["asset_id"], line["run_id"])
            acknowledged = False
        else:
            more = ["--error", "no röom"] if how == "failure" else ["--artifact", f"{digest(name)}.csv"] if how == "success" else []
            status, _, _ = ground.run(host, "record", how, *asset, "--run", run, *more, "--quiet", allowed=allowed)
            acknowledged = status == 0
        if acknowledged:
            self.must_have(name, id, run)

    def must_have(self, name, id, run):
        if self.ground.has(name, id, run) is None:
            raise Violation(f"the run {run} of {name!r} {id!r} was acknowledged and is not there")
        self.counts["records"] += 1

    # ---- Ways for the index to learn of it

    def reconcile(self):
        words = self.rng.choice([[], [], ["--full"]])
        self.ground.run(self.near, "reconcile", "--quiet", *words, allowed={0})
        self.agree()

    def question(self):
        """The first question finds everything itself."""
        ground = self.ground
        self.counts["answers compared"] += ground.compare_all(self.near, ground.oracle(self.near), ("--max-lag", "0s"))

    def scoped(self):
        """Of some names the truth, of all others what it was: the next round has to find what was left."""
        ground = self.ground
        self.counts["answers compared"] += ground.compare_scoped(self.near, ground.oracle(self.near), ("--max-lag", "0s"))

    def hints(self):
        """A feed that tells everything that happened."""
        ground = self.ground
        ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()
        ground.edit(self.rng.randrange(1, 6))
        keys = sorted(ground.tree.touched)
        ground.hint(self.near, keys)
        if any("=/" in key for key in keys):
            # Names that are none are the affair of a listing.
            ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()

    def rebuild(self):
        self.ground.run(self.near, "rebuild", "--quiet", allowed={0})
        self.agree()

    def twin(self):
        """Another host, which reads everything anew, says the same to every question."""
        ground = self.ground
        ground.tree.heal_all()
        ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()
        ground.run(self.far, "rebuild", "--quiet", allowed={0})
        self.far.memory = {}
        self.must_be_twins(ground.now())
        self.agree(self.far)

    def must_be_twins(self, now):
        for words in QUESTIONS:
            answers = [self.ground.run(host, *words, "--no-reconcile", "--now", spelled(now), "--format", "json", allowed={0, 1})
                       for host in (self.near, self.far)]
            one, other = (told(json.loads(output)) for _, output, _ in answers)
            lines = list(difflib.unified_diff(one, other, "reconciled", "rebuilt", n=0, lineterm=""))
            if lines:
                raise Violation(f"`{' '.join(words)}` differs between a host that reconciles and one that rebuilds:\n  "
                                + "\n  ".join(lines[:20]))
            self.counts["answers of twins"] += 1

    def copy(self):
        """A copy of the index, handed on to the other host."""
        path = os.path.join(self.folder, "copy.sqlite")
        if os.path.exists(path):
            os.remove(path)
        self.reconcile()
        self.ground.run(self.near, "index", "export", path, allowed={0})
        self.ground.edit(2)
        self.ground.run(self.far, "index", "import", path, allowed={0})
        self.far.memory = self.near.memory
        self.counts["answers compared"] += self.ground.compare_all(self.far, self.ground.oracle(self.far))
        self.reconcile()

    def refused(self):
        """A root without anything removes nothing."""
        self.reconcile()
        self.near.run(self.ground.root + "/nothing", "list", "--max-lag", "0s", allowed={66})
        self.agree()

    def agree(self, host=None):
        host = host or self.near
        self.counts["answers compared"] += self.ground.compare_all(host, self.ground.oracle(host))
        if self.rng.random() < 0.3:
            self.ground.must_agree(host)


# When a host looked, and where its index lies.
OF_THE_HOST = ("as_of", "generated_at", "seen_at", "index", "last_reconcile")


def told(answer, path=""):
    """An answer in lines, without what a host says of itself."""
    if isinstance(answer, dict):
        return [line for key, value in answer.items() if key not in OF_THE_HOST and not key.startswith("index_") for line in told(value, f"{path}.{key}")]
    if isinstance(answer, list):
        return [line for number, value in enumerate(answer) for line in told(value, f"{path}[{number}]")]
    return [f"{path} = {json.dumps(answer, ensure_ascii=False)}"]
