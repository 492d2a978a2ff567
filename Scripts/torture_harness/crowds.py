"""Readers, recorders, reconcilers, a rebuilder, a writer in place and a foreign client on one tree at once."""
import os, random, sqlite3, threading, time
from collections import Counter
from ground import Ground
from program import document, Violation
from tree import digest, folder_of
import index_files

READERS, RECORDERS, RECONCILERS = 8, 4, 2
LARGEST_LOG = 64 << 20
LARGEST_MEMORY = 256 << 20
MOST_HANDLES = 64


class Crowds:
    """One round lasts as long as it is given; everything is counted, and bounded, while it goes on."""

    LEAST_ROUNDS = 1
    LEAST_SECONDS = 5

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.lock = Counter(), threading.Lock()
        self.rounds = 0

    def round(self, seconds=8):
        self.rounds += 1
        ground = self.ground = Ground(self.program, os.path.join(self.folder, f"crowd-{self.rounds}"), self.rng, assets=150)
        ground.run("rebuild", "--quiet", allowed={0})
        ground.begin()
        self.known = {(asset.name, asset.id) for asset in ground.oracle().assets}
        self.good = ground.tree.good_assets()
        self.end, self.violation = time.monotonic() + seconds, None
        self.acknowledged, self.written, self.living = [], [], {}
        work = ([self.reader] * READERS + [self.recorder] * RECORDERS + [self.reconciler] * RECONCILERS
                + [self.rebuilder, self.writer, self.client, self.gauge])
        threads = [threading.Thread(target=self.go_on, args=(task, number, self.rng.randrange(1 << 60)))
                   for number, task in enumerate(work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.violation:
            raise self.violation
        self.look_back()

    def go_on(self, task, number, seed):
        rng, times = random.Random(seed), 0
        while time.monotonic() < self.end and not self.violation:
            try:
                task(number, times, rng)
            except Violation as violation:
                self.violation = self.violation or violation
            except Exception as error:
                self.violation = self.violation or Violation(f"the harness failed in {task.__name__}: {error!r}")
            times += 1

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def most(self, what, number):
        with self.lock:
            self.counts[what] = max(self.counts[what], number)

    def run(self, words, allowed):
        # How long turns take is the machine's affair: nobody is to give up for it.
        words = [*words, "--patience", "10m"]
        process = self.program.start(self.ground.root, *words)
        with self.lock:
            self.living[process.pid] = process
        try:
            return self.program.finish(process, allowed, words)
        finally:
            with self.lock:
                del self.living[process.pid]

    # ---- Who is there

    def reader(self, number, times, rng):
        question = rng.choice([("list",), ("freshness", "--max-age", "1d"), ("query", "SELECT asset_name, asset_id FROM assets")])
        words = [*question, "--format", "json", *rng.choice([[], ["--no-reconcile"], ["--no-reconcile"], ["--max-lag", "5s"]])]
        _, output, _ = self.run(words, {0, 1})
        rows = {(row["asset_name"], row["asset_id"]) for row in document(output, words)["rows"]}
        if not rows >= self.known:
            raise Violation(f"`{question[0]}` lacks {len(self.known - rows)} of {len(self.known)} assets")
        self.count("answers of readers")

    def recorder(self, number, times, rng):
        name, id = rng.choice(self.good[:len(self.good) // 2])
        if rng.random() < 0.2:
            name = f"crowd.{number}.{times}"
            id = digest(name)
        run = f"crowd-{number}-{times}"
        kind = rng.choice(["success", "failure", "start"])
        more = ["--error", "no room"] if kind == "failure" else []
        self.run(["record", kind, "--name", name, "--id", id, "--run", run, *more, "--quiet"], {0})
        with self.lock:
            self.acknowledged.append((name, id, run))
        self.count("records acknowledged")

    def reconciler(self, number, times, rng):
        self.run(["reconcile", "--quiet", *rng.choice([[], ["--full"]])], {0})
        self.count("reconciles")

    def rebuilder(self, number, times, rng):
        self.run(["rebuild", "--quiet"], {0})
        self.count("rebuilds")

    def writer(self, number, times, rng):
        """As mad_prefect writes: in place, empty first, without a lock. Two such writers on one asset could tear it for good,
        so that these assets are its own."""
        tree = self.ground.tree
        tree.now = self.ground.now()
        name, id = rng.choice(self.good[len(self.good) // 2:])
        run = tree.run_asset(name, id)
        with self.lock:
            self.written.append((name, id, run))
        self.count("writes in place", 3)

    def client(self, number, times, rng):
        """Another program's SQLite: one snapshot is one state, never an empty or a mixed one."""
        try:
            connection = index_files.connect(self.ground.root)
        except sqlite3.OperationalError as error:
            raise Violation(f"a client of SQLite cannot open the index: {error}")
        try:
            for _ in range(20):
                connection.execute("BEGIN")
                assets = dict(((name, id), runs) for name, id, runs in connection.execute(
                    "SELECT asset_name, asset_id, run_count FROM assets"))
                time.sleep(0.001)
                runs = Counter((name, id) for name, id in connection.execute("SELECT asset_name, asset_id FROM runs"))
                connection.execute("COMMIT")
                if not assets.keys() >= self.known:
                    raise Violation(f"a client of SQLite saw {len(assets)} assets of at least {len(self.known)}")
                mixed = [key for key, number in assets.items() if runs.get(key, 0) != number]
                if mixed:
                    raise Violation(f"a client of SQLite saw a mixed snapshot: {mixed[:3]}")
                self.count("snapshots of a foreign client")
        except sqlite3.OperationalError as error:
            raise Violation(f"a client of SQLite cannot read the index: {error}")
        finally:
            connection.close()

    def gauge(self, number, times, rng):
        """The size of the log, and what each process holds."""
        path = index_files.database(self.ground.root)
        for ending, bound in (("-wal", LARGEST_LOG),):
            if path and os.path.exists(path + ending):
                size = os.path.getsize(path + ending)
                self.most("largest log, KiB", size >> 10)
                if size > bound:
                    raise Violation(f"the log has {size} bytes")
        with self.lock:
            living = list(self.living)
        for process in living:
            try:
                handles = len(os.listdir(f"/proc/{process}/fd"))
                with open(f"/proc/{process}/status") as file:
                    memory = next((int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM")), 0)
            except OSError:
                continue
            self.most("most open handles", handles)
            self.most("most memory, KiB", memory >> 10)
            if handles > MOST_HANDLES or memory > LARGEST_MEMORY:
                raise Violation(f"a command holds {handles} handles and {memory} bytes")
        time.sleep(0.05)

    # ---- Afterwards

    def look_back(self):
        ground = self.ground
        for name, id, run in self.acknowledged + self.written:
            if not os.path.exists(ground.tree.path(folder_of(name, id), f"asset_run_id={run}", "metadata.json")):
                raise Violation(f"the run {run} of {name} was acknowledged and is not there")
        ground.heal()
        self.counts["answers compared"] += ground.compare_all()
        ground.heal("rebuild")
        self.counts["answers compared"] += ground.compare_all()
