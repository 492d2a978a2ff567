"""kill -9 of the store while everything is at work, and its start in the same folder."""
import json, random, threading, time
from collections import Counter
from bucket_ground import BucketGround
from program import DOCUMENTED, Violation, document
from store import Server
from tree import digest, metadata_of

RECORDERS, READERS = 4, 3


class Outages:
    LEAST_ROUNDS = 2
    MUST_COUNT = ["kills of the store", "records acknowledged", "answers compared", "answers of readers"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.lock = Counter(), threading.Lock()
        self.ground, self.rounds, self.server = None, 0, Server()

    def round(self):
        if self.ground is None:
            self.ground = BucketGround(self.program, self.folder, self.rng, assets=40)
            self.hosts = [self.ground.host("near"), self.ground.host("far")]
            for host in self.hosts:
                self.ground.run(host, "reconcile", "--quiet", allowed={0})
            self.acknowledged = []
        ground = self.ground
        self.rounds += 1
        ground.begin()
        ground.tree.refresh()
        for host in self.hosts:
            ground.run(host, "reconcile", "--quiet", allowed={0})
        self.known = {(asset.name, asset.id) for asset in ground.oracle(self.hosts[0]).assets}
        self.good = sorted(self.known)
        self.violation, self.is_over = None, False
        work = [self.recorder] * RECORDERS + [self.reader] * READERS + [self.reconciler, self.rebuilder]
        threads = [threading.Thread(target=self.go_on, args=(task, number, self.rng.randrange(1 << 60)))
                   for number, task in enumerate(work)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(self.rng.choice([1, 1, 2])):
                name = self.rng.choice(Server.names())
                time.sleep(self.rng.random() * 2)
                self.server.kill(name)
                ground.tell(f"{name} was killed")
                time.sleep(self.rng.choice([0, 0.2, 1, 4]) * self.rng.random())
                self.server.start(name)
                self.counts["kills of the store"] += 1
                self.server.await_whole(ground.bucket)
                ground.tell(f"{name} is whole again")
        finally:
            self.is_over = True
            for thread in threads:
                thread.join()
        if self.violation:
            raise self.violation
        self.look_back()

    def go_on(self, task, number, seed):
        rng, times = random.Random(seed), 0
        while not self.is_over and not self.violation:
            try:
                task(number, times, rng)
            except Violation as violation:
                self.violation = self.violation or violation
            except Exception as error:
                self.violation = self.violation or Violation(f"the harness failed in {task.__name__}: {error!r}")
            times += 1

    def run(self, host, words, statuses, stdin=None):
        """Whatever becomes of the store: a documented status and a sentence, and nothing else."""
        status, output, complaints = host.run(self.ground.root, *words, allowed=DOCUMENTED, stdin=stdin)
        if status not in statuses:
            raise Violation(f"`{' '.join(words)}` ended with {status}: {complaints.strip()}")
        lines = complaints.strip().splitlines()
        # One sentence; of a batch one for each line.
        most = 3 if words[:2] != ["record", "batch"] else 40
        if status > 1 and (not lines or len(lines) > most or "testsecret" in complaints
                           or not all(line.startswith("asset-catalog: ") and len(line) < 800 for line in lines)):
            raise Violation(f"`{' '.join(words)}` ended with {status} and says what is no sentence: {complaints[:1000]!r}")
        with self.lock:
            self.counts[f"ended with {status}"] += 1
        return status, output

    # ---- Who is there

    def recorder(self, number, times, rng):
        host = rng.choice(self.hosts)
        runs = []
        for place in range(rng.choice([1, 1, 1, 12])):
            name, id = rng.choice(self.good) if rng.random() < 0.7 else (f"outage.{self.rounds}.{number}.{times}.{place}", "1")
            runs.append((name, id, f"outage-{self.rounds}-{number}-{times}-{place}"))
        if len(runs) == 1:
            (name, id, run), kind = runs[0], rng.choice(["success", "failure", "start"])
            more = ["--error", "no room"] if kind == "failure" else []
            status, _ = self.run(host, ["record", kind, "--name", name, "--id", id, "--run", run, *more, "--quiet"], {0, 73, 74, 75})
            acknowledged = runs if status == 0 else []
        else:
            lines = [json.dumps({"event": rng.choice(["start", "success"]), "asset_name": name, "asset_id": id, "run_id": run})
                     for name, id, run in runs]
            status, output = self.run(host, ["record", "batch", "-"], {0, 73, 74, 75}, "\n".join(lines).encode())
            told = [json.loads(line) for line in output.decode().splitlines()]
            if len(told) != len(runs) and status == 0:
                raise Violation(f"a batch of {len(runs)} lines has {len(told)} answers")
            acknowledged = [(line["asset_name"], line["asset_id"], line["run_id"]) for line in told if line["recorded"]]
        with self.lock:
            self.acknowledged += acknowledged
            self.counts["records acknowledged"] += len(acknowledged)
            self.counts["records refused"] += len(runs) - len(acknowledged)

    def reader(self, number, times, rng):
        """Whoever answers has all that there was: illness removes nothing."""
        host = rng.choice(self.hosts)
        words = [*rng.choice([("list",), ("freshness", "--max-age", "1d"), ("query", "SELECT asset_name, asset_id FROM assets")]),
                 "--format", "json", *rng.choice([["--no-reconcile"], ["--max-lag", "0s"], ["--max-lag", "0s"]])]
        status, output = self.run(host, words, {0, 1, 74, 75})
        if status > 1:
            if output.strip():
                raise Violation(f"`{' '.join(words)}` ended with {status} and a part of an answer")
            return
        rows = {(row["asset_name"], row["asset_id"]) for row in document(output, words)["rows"]}
        if not rows >= self.known:
            raise Violation(f"`{' '.join(words)}` lacks {len(self.known - rows)} of {len(self.known)} assets: {sorted(self.known - rows)[:3]}")
        with self.lock:
            self.counts["answers of readers"] += 1

    def reconciler(self, number, times, rng):
        self.run(rng.choice(self.hosts), ["reconcile", "--quiet", *rng.choice([[], ["--full"]])], {0, 74, 75})

    def rebuilder(self, number, times, rng):
        self.run(rng.choice(self.hosts), ["rebuild", "--quiet"], {0, 74, 75})
        time.sleep(0.5)

    # ---- Afterwards

    def look_back(self):
        ground = self.ground
        there = ground.bucket.listing()
        for run in self.acknowledged:
            if metadata_of(*run) not in there:
                raise Violation(f"the run {run} was acknowledged and is not there")
        for host in self.hosts:
            ground.run(host, "reconcile", "--quiet", allowed={0})
            self.counts["answers compared"] += ground.compare_all(host, ground.oracle(host))
            ground.must_agree(host)
