"""Two hosts and more, whose clocks differ: they agree on what is there, and lose nothing that anybody recorded."""
import json, os, threading, time
from collections import Counter
from bucket_ground import BucketGround
from program import Violation
from tree import metadata_of

# A store refuses a signature that is more than a quarter of an hour off.
CLOCKS = {"near": None, "ahead": "+10m", "behind": "-10m", "far-ahead": "+2h", "far-behind": "-2h"}
WRITERS = 16


class Clocks:
    LEAST_ROUNDS = 3
    MUST_COUNT = ["answers compared", "records acknowledged", "crowds on one asset"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.lock = Counter(), threading.Lock()
        self.ground, self.rounds = None, 0

    def round(self):
        ground = self.ground
        if ground is None:
            ground = self.ground = BucketGround(self.program, self.folder, self.rng, assets=20)
            self.hosts = {name: ground.host(name, clock) for name, clock in CLOCKS.items()}
            for host in self.hosts.values():
                ground.run(host, "reconcile", "--quiet", allowed={0})
                self.agree(host)
        self.rounds += 1
        self.acknowledged = []
        ground.edit(self.rng.randrange(4))
        for _ in range(4):
            self.record(self.rng.choice(list(self.hosts.values())))
        if self.rounds % 2:
            self.crowd()
        else:
            self.claim()
        ground.tree.refresh()
        there = ground.bucket.listing()
        for run in self.acknowledged:
            if metadata_of(*run) not in there:
                raise Violation(f"the run {run} was acknowledged and is not there")
        for host in self.rng.sample(list(self.hosts.values()), 3):
            how = self.rng.choice(["reconcile", "reconcile", "rebuild", "question"])
            if how == "question":
                self.agree(host, ("--max-lag", "0s"))
            else:
                ground.run(host, how, "--quiet", allowed={0})
                self.agree(host)

    def agree(self, host, flags=("--no-reconcile",)):
        # Each has seen what it has seen: nothing is broken here that was good.
        self.ground.tree.touched = set(self.ground.tree.keys)
        self.counts["answers compared"] += self.ground.compare_all(host, self.ground.oracle(host), flags)
        self.ground.tree.touched = set(self.ground.tree.keys)

    def record(self, host):
        (name, id), run = self.ground.tree.some_asset(), self.ground.tree.next_id("clock")
        kind = self.rng.choice(["success", "failure", "start"])
        more = ["--error", "no room"] if kind == "failure" else []
        self.ground.run(host, "record", kind, "--name", name, "--id", id, "--run", run, *more, "--quiet", allowed={0})
        self.acknowledged.append((name, id, run))
        self.counts["records acknowledged"] += 1

    def claim(self):
        """While a run of one host is alive, no other host begins one beside it."""
        ground, (one, other) = self.ground, self.rng.sample(list(self.hosts.values()), 2)
        asset = ["--name", f"claim.{self.rounds}", "--id", "1"]
        began = os.path.join(self.folder, f"began-{self.rounds}")
        first = one.start(ground.root, "exec", *asset, "--run", "one", "--if-running", "fail", "--", "sh", "-c",
                          f"touch {began}; while [ -e {began} ]; do sleep 0.1; done")
        try:
            while not os.path.exists(began) and first.poll() is None:
                time.sleep(0.05)
            status, _, complaints = ground.run(other, "exec", *asset, "--run", "two", "--if-running", "fail", "--", "true",
                                               allowed={0, 75})
            if status == 0:
                raise Violation(f"{other.name} began a run while that of {one.name} was alive: {complaints}")
        finally:
            if os.path.exists(began):
                os.remove(began)
            _, complaints = first.communicate(timeout=60)
        if first.returncode != 0:
            raise Violation(f"the run of {one.name} ended with {first.returncode}: {complaints.decode()}")
        self.acknowledged.append((f"claim.{self.rounds}", "1", "one"))
        self.counts["claims kept"] += 1

    def crowd(self):
        """Many writers of one asset, on hosts with different clocks."""
        ground = self.ground
        name, hosts = f"crowd.{self.rounds}", self.rng.sample(list(self.hosts.values()), 2)
        lines, threads, violations = [], [], []

        def write(number):
            host, run = hosts[number % 2], f"writer-{number}"
            try:
                status, _, complaints = host.run(ground.root, "record", "success", "--name", name, "--id", "1", "--run", run,
                                                 "--quiet", allowed={0, 75})
                with self.lock:
                    lines.append(f"{host.name} {run} -> {status} {complaints.strip()[:200]}")
                    self.counts[f"writers that ended with {status}"] += 1
                    if status == 0:
                        self.acknowledged.append((name, "1", run))
            except Violation as violation:
                violations.append(violation)

        for number in range(WRITERS):
            threads.append(threading.Thread(target=write, args=(number,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        for line in lines:
            ground.tell(line)
        if violations:
            raise violations[0]
        manifest = json.loads(ground.bucket.get(f"_asset_metadata/asset_name={name}/asset_id=1/manifest.json").decode())
        if (name, "1", manifest["last_run"]["id"]) not in self.acknowledged:
            raise Violation(f"the manifest of {name} names the run {manifest['last_run']['id']}, which nobody has acknowledged")
        self.counts["crowds on one asset"] += 1
