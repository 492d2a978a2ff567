"""Flips and cuts of the database, its log and its shared memory."""
import os, shutil
from collections import Counter
from ground import Ground
from program import Violation
from tree import digest, folder_of, files_of
import index_files

FOREIGN, NEWER = "another program", "newer"


class Flips:
    LEAST_ROUNDS = 12
    MUST_COUNT = ["found damaged", "believed sound", "answers compared"]
    TARGETS = ["database", "database", "database", "database with a log", "log", "log", "shared memory"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts = Counter()
        self.ground, self.rounds = None, 0

    def round(self):
        if self.ground is None or self.rounds % 100 == 0:
            self.ground = Ground(self.program, os.path.join(self.folder, f"flip-{self.rounds}"), self.rng)
            self.ground.run("rebuild", "--quiet", allowed={0})
        target = self.TARGETS[self.rounds % len(self.TARGETS)]
        self.rounds += 1
        ground, rng = self.ground, self.rng
        ground.begin()
        if target != "database":
            ground.tree.change(3)
            ground.run("reconcile", "--quiet", allowed={0})
        else:
            index_files.settle(ground.root)
        path = index_files.database(ground.root)
        file = path + {"log": "-wal", "shared memory": "-shm"}.get(target, "")
        if not os.path.exists(file):
            raise Violation(f"the harness finds no {file}")
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            ground.tell(f"{target}: {index_files.spoil(file, rng)}")
        self.keep_copy(path)
        self.counts["files spoilt"] += 1
        self.counts[f"of the {target}"] += 1
        self.look()

    def keep_copy(self, path):
        """The damaged files as they were, for the report of a violation."""
        kept = os.path.join(self.folder, "damaged")
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(path + ending):
                shutil.copy2(path + ending, kept)

    def look(self):
        ground, rng = self.ground, self.rng
        truth = files_of(ground.root)
        status, _, complaints = ground.run("check")
        if FOREIGN in complaints or NEWER in complaints:
            return self.is_left_alone(truth)
        if status == 0:
            # It says that all is well: then all is well.
            self.counts["believed sound"] += 1
            self.counts["answers compared"] += ground.compare_all()
        else:
            self.counts["found damaged"] += 1
            for question in (("list",), ("failures", "--since", "9000d"), ("query", "SELECT * FROM runs"), ("problems",)):
                ground.run(*question, "--no-reconcile")
        name, id = rng.choice(ground.tree.good_assets())
        run = ground.tree.next_id("flip")
        ground.run("record", "success", "--name", name, "--id", id, "--run", run, "--quiet", allowed={0})
        if not os.path.exists(ground.tree.path(folder_of(name, id), f"asset_run_id={run}", "metadata.json")):
            raise Violation(f"the record {run} is not there")
        status, _, complaints = ground.run(*rng.choice([("list",), ("reconcile",), ("status",)]))
        if ground.run("check")[0] == 0:
            self.counts["answers compared"] += ground.compare_all()
            self.counts["healed by a question or a reconcile"] += 1
        ground.heal("rebuild")
        self.counts["answers compared"] += ground.compare_all()

    def is_left_alone(self, truth):
        """A file with another's stamp is refused, and keeps every byte."""
        ground = self.ground
        path = index_files.database(ground.root)
        with open(path, "rb") as file:
            before = file.read()
        for words in (("list",), ("reconcile",), ("rebuild",)):
            if ground.run(*words)[0] in (0, 1):
                raise Violation(f"`{words[0]}` used a file that it had refused")
        with open(path, "rb") as file:
            if file.read() != before:
                raise Violation("a foreign file was changed")
        if files_of(ground.root) != truth:
            raise Violation("the tree was changed")
        self.counts["refused as another's"] += 1
        index_files.remove(ground.root)
        ground.heal()
