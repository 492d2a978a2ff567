"""Other processes read while the index is rebuilt, replaced and migrated: none sees a mixed, an empty or an older catalog."""
import os, random, subprocess, sys, threading, time
from collections import Counter
from ground import Ground
from program import Violation
import index_files

READERS = 4

# What each reader runs: SQLite as any client has it, for as long as its standard input is open. One snapshot is one state: as many
# runs as the assets count, at least the assets that were there from the beginning, and a reconcile that is no older than before.
READER = """
import sqlite3, sys, threading
path, least = sys.argv[1], int(sys.argv[2])
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
snapshots, last = 0, -1
while not over.is_set():
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20, isolation_level=None)
    for _ in range(10):
        connection.execute("BEGIN")
        assets, told = connection.execute("SELECT count(*), sum(run_count) FROM assets").fetchone()
        epoch = connection.execute("SELECT as_of_us FROM catalog").fetchone()[0]
        runs = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        connection.execute("COMMIT")
        if assets < least: sys.exit(f"saw {assets} assets of {least}")
        if runs != told: sys.exit(f"saw {runs} runs where the assets count {told}")
        if epoch is None or epoch < last: sys.exit(f"went back from {last} to {epoch}")
        last, snapshots = epoch, snapshots + 1
    connection.close()
print(snapshots)
"""


class Swaps:
    """A round is a rebuild, now and then after the index was made one of an older schema, or one that is damaged."""

    LEAST_ROUNDS = 10
    MUST_COUNT = ["snapshots of other processes", "migrations", "rebuilds"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.ground, self.rounds, self.readers = Counter(), None, 0, []

    def round(self):
        if self.ground is None:
            self.ground = Ground(self.program, os.path.join(self.folder, "swap"), self.rng, assets=20)
            self.ground.run("reconcile", "--quiet", allowed={0})
            least = index_files.counted(self.ground.root)[0]
            path = os.path.join(self.ground.root, index_files.LINK)
            self.readers = [subprocess.Popen([sys.executable, "-I", "-c", READER, path, str(least)], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(READERS)]
        self.rounds += 1
        ground = self.ground
        ground.begin()
        name = f"swap.{self.rounds % 50}"
        ground.tree.run_asset(name, "1")
        if self.rounds % 5 == 0:
            # As another program of an older version would have left it: whole, and put into place in one step.
            index_files.switch_to_older(ground.root, self.rng.choice([1, 2]), ground.migrations)
            self.counts["migrations"] += 1
            ground.run(self.rng.choice(["list", "reconcile"]), "--quiet", allowed={0})
        else:
            self.counts["rebuilds"] += 1
            ground.run("rebuild", "--quiet", allowed={0})
        for reader in self.readers:
            if reader.poll() is not None:
                raise Violation(f"another process {reader.stderr.read().decode(errors='replace').strip()[-400:]}")

    def end(self):
        readers, self.readers = self.readers, []
        for reader in readers:
            output, complaints = reader.communicate(timeout=60)
            if reader.returncode != 0:
                raise Violation(f"another process {complaints.decode(errors='replace').strip()[-400:]}")
            self.counts["snapshots of other processes"] += int(output)
        self.ground.heal()
        self.counts["answers compared"] += self.ground.compare_all()
