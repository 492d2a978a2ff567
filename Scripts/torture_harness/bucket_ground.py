"""What an attack on a tree in a bucket stands on: hosts with a cache each, a bucket, and an oracle that reads every object."""
import fnmatch, os, shutil, time
import compare
from bucket_tree import BucketTree
from oracle import METADATA, Oracle, spelled
from program import Program, Violation
from store import Bucket, ENDPOINT, StoredFiles

FAKE_CLOCK = shutil.which("faketime")


class Host(Program):
    """The program as a host has it: with a cache of its own, and maybe a clock of its own."""

    def __init__(self, path, folder, name, bucket, clock=None):
        super().__init__(path)
        # What of its files could be read last, as far as it is known what it has seen.
        self.name, self.bucket, self.memory = name, bucket, {}
        self.cache = os.path.join(folder, f"cache-{name}")
        os.makedirs(self.cache, exist_ok=True)
        self.environment = {key: value for key, value in self.environment.items() if not key.startswith(("AWS_", "FAKE"))}
        self.environment |= {
            "XDG_CACHE_HOME": self.cache, "HOME": self.cache, "AWS_ENDPOINT_URL": ENDPOINT, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret", "AWS_EC2_METADATA_DISABLED": "true"}
        self.clock = clock
        if clock:
            # Clocks that only go forward stay as they are, and so do the times of files.
            self.environment |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def start(self, root, *words, before=(), **options):
        if self.clock:
            before = (FAKE_CLOCK, "-f", self.clock, *before)
        return super().start(root, *words, before=before, **options)


class BucketGround:
    number = 0

    def __init__(self, path, folder, rng, assets, many=0, prefix="la ke=ü/"):
        BucketGround.number += 1
        self.folder, self.rng, self.path = folder, rng, path
        self.bucket = Bucket(f"torture-{os.getpid()}-{BucketGround.number}", prefix)
        self.bucket.make()
        self.root, self.kept = self.bucket.root, {}
        self.tree = BucketTree(self.bucket, rng, self.now())
        self.tree.make(assets)
        if many:
            self.tree.make_many(many)
        self.tree.finish_making()
        # What is happening, for the report of a violation.
        self.story = []

    @staticmethod
    def now():
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    def host(self, name, clock=None):
        return Host(self.path, self.folder, f"{self.bucket.name}-{name}", self.bucket, clock)

    def tell(self, text):
        self.story.append(text)
        del self.story[:-60]

    def begin(self):
        self.tree.now = self.now()

    def edit(self, times=1):
        self.begin()
        for _ in range(times):
            self.tell(self.tree.edit())

    def run(self, host, *words, **options):
        status, output, complaints = host.run(self.root, *words, **options)
        self.tell(f"{host.name}: `{' '.join(map(str, words))}` -> {status} {complaints.strip()[:300]}")
        return status, output, complaints

    def oracle(self, host, now=None):
        return Oracle(StoredFiles(self.bucket, self.kept), self.now() if now is None else now, host.memory)

    # ---- Comparisons: each returns how many answers it held against the oracle

    def compare_all(self, host, oracle, flags=("--no-reconcile",)):
        count = compare.agree(host, self.root, oracle.now, self.rng, flags, is_settled=True, oracle=oracle)
        ask = lambda *words: host.rows(self.root, *words, *flags, "--now", spelled(oracle.now))["rows"]
        order = lambda row: (row["asset_name"].encode(), row["asset_id"].encode())
        compare.same(sorted(oracle.due(compare.MAX_AGE), key=order), sorted(ask("due", "--all"), key=order), "due --all")
        # All of it was seen by now.
        host.memory, self.tree.touched = oracle.good, set()
        return count + 1 + self.compare_scoped(host, oracle, flags)

    def compare_scoped(self, host, oracle, flags):
        """Questions that are about some names alone."""
        ask = lambda *words: host.rows(self.root, *words, *flags, "--now", spelled(oracle.now))["rows"]
        if not oracle.assets:
            return 0
        asset = self.rng.choice(oracle.assets)
        compare.same(oracle.show(asset.name), [shown(row) for row in ask("show", asset.name)], f"show {asset.name!r}")
        compare.same(oracle.runs(asset), ask("runs", asset.name, asset.id), f"runs {asset.name!r}")
        glob = plain(asset.name[:self.rng.randrange(1, len(asset.name) + 1)]) + "*"
        meant = lambda rows: [row for row in rows if fnmatch.fnmatchcase(row["asset_name"], glob)]
        day = f"{compare.MAX_AGE // 1_000_000}s"
        compare.same(meant(oracle.list()), ask("list", "--name", glob), f"list --name {glob!r}")
        compare.same(meant(oracle.stale(compare.MAX_AGE)), ask("stale", "--name", glob, "--max-age", day), f"stale --name {glob!r}")
        return 4

    def must_agree(self, host):
        status, output, _ = self.run(host, "check", allowed={0, 1})
        if status != 0:
            raise Violation(f"`check` finds differences on {host.name}: {output.decode(errors='replace')[:600]}")

    def hint(self, host, keys):
        lines = [self.bucket.prefix + key for key in keys]
        self.rng.shuffle(lines)
        lines += lines[:len(lines) // 3]
        self.run(host, "reconcile", "--keys-from", "-", "-0", "--quiet", allowed={0},
                                         stdin=b"".join(line.encode() + b"\0" for line in lines))

    def has(self, name, id, run):
        return self.bucket.get(f"{METADATA}/asset_name={name}/asset_id={id}/asset_run_id={run}/metadata.json")


def plain(text):
    """A pattern that means the text alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)


def shown(row):
    """The row of `show`, as far as the oracle has it."""
    keys = ("count", "succeeded", "failed", "interrupted", "running", "overrun")
    return {**row, "summary": {key: row["summary"][key] for key in keys},
            "artifacts": [{key: item[key] for key in ("path", "exists")} for item in row["artifacts"]],
            "runs": [{key: run[key] for key in ("run_id", "outcome", "started_at", "materialized", "duration_ms", "error")
                      if key in run} for run in row["runs"]],
            "problems": sorted([item["path"], item["kind"]] for item in row["problems"])}
