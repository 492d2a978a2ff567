"""Nine commands at once on an index that is missing, damaged or old."""
import os
from collections import Counter
from ground import Ground
from program import document, Violation
from tree import digest
import index_files


class Herds:
    LEAST_ROUNDS = 4
    STATES = ["missing", "damaged", "schema 1", "empty", "two wrong pages", "schema 2", "cut", "led nowhere"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts = Counter()
        self.ground, self.rounds = None, 0

    def round(self):
        if self.ground is None:
            self.ground = Ground(self.program, os.path.join(self.folder, "herd"), self.rng)
            self.ground.run("reconcile", "--quiet", allowed={0})
        state = self.STATES[self.rounds % len(self.STATES)]
        self.rounds += 1
        ground, rng = self.ground, self.rng
        ground.begin()
        self.bring_about(state)
        ground.tell(f"nine commands on an index that is {state}")
        known = {(asset.name, asset.id) for asset in ground.oracle().assets}
        name = f"herd.{ground.tree.next_id()}"
        words = [("list", "--format", "json"), ("list", "--format", "json"), ("freshness", "--max-age", "1d", "--format", "json"),
                 ("failures", "--since", "9000d", "--format", "json"), ("query", "SELECT * FROM assets", "--format", "json"),
                 ("reconcile",), ("rebuild",), ("status", "--format", "json"),
                 ("record", "success", "--name", name, "--id", digest(name), "--run", "r1")]
        rng.shuffle(words)
        # How long turns take is the machine's affair: nobody is to give up for it.
        processes = [ground.program.start(ground.root, *line, "--patience", "10m") for line in words]
        for line, process in zip(words, processes):
            status, output, _ = ground.program.finish(process, {0, 1}, line)
            self.counts["commands at once"] += 1
            if line[0] in ("list", "freshness", "query"):
                rows = {(row["asset_name"], row["asset_id"]) for row in document(output, line)["rows"]}
                if rows - {(name, digest(name))} != known:
                    raise Violation(f"`{line[0]}` gave {len(rows)} assets of {len(known)}")
        self.counts["herds"] += 1
        ground.heal()
        self.counts["answers compared"] += ground.compare_all()

    def bring_about(self, state):
        root, rng = self.ground.root, self.rng
        if state == "missing":
            return index_files.remove(root)
        if state.startswith("schema"):
            return self.ground.make_older(int(state[-1]))
        index_files.settle(root)
        path = index_files.database(root)
        size = os.path.getsize(path)
        if state == "led nowhere":
            return os.remove(path)
        with open(path, "r+b") as file:
            if state == "damaged":
                file.write(rng.randbytes(4096))
            elif state == "empty":
                file.truncate(0)
            elif state == "cut":
                file.truncate(rng.randrange(1, size))
            else:
                for page in rng.sample(range(1, size // 4096), 2):
                    file.seek(page * 4096)
                    file.write(rng.randbytes(4096))
