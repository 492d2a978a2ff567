"""What a store refuses: nothing is lost for it, and one sentence says so with the documented status."""
import json
from collections import Counter
from bucket_ground import BucketGround
from compare import list_agrees
from program import Violation
from store import STORE
from tree import folder_of, manifest_of

# What the article "Answers" calls them.
NO_ROOT, CANNOT_WRITE, INPUT_OUTPUT = 66, 73, 74
# Of a write, which reads first what it replaces.
FAILED = [CANNOT_WRITE, INPUT_OUTPUT]


class Denials:
    LEAST_ROUNDS = 1
    MUST_COUNT = ["refusals", "answers compared"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.ground, self.rounds = Counter(), None, 0

    def round(self):
        if self.ground is None:
            self.ground = BucketGround(self.program, self.folder, self.rng, assets=20)
        ground = self.ground
        self.rounds += 1
        self.near = ground.host(f"near-{self.rounds}")
        self.own = dict(self.near.environment)
        ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()
        self.unknown_callers()
        self.other_user()
        if STORE == "ceph":
            self.policies()
        ground.edit(3)
        ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()

    def agree(self):
        self.counts["answers compared"] += self.ground.compare_all(self.near, self.ground.oracle(self.near))

    def refused(self, what, changes, read, write, root=None):
        """Reads and writes that end with these statuses; the index has what it had."""
        before = self.ground.oracle(self.near)
        self.near.environment = self.own | changes
        name, id = self.rng.choice(self.ground.tree.assets())
        asset = ["--name", name, "--id", id]
        # A question about one name may be a listing of that name alone.
        commands = [(["reconcile", "--quiet"], read), (["rebuild", "--quiet"], read), (["list", "--max-lag", "0s"], read),
                    (["show", name, "--max-lag", "0s"], read), (["check"], read),
                    (["record", "success", *asset, "--run", "denied-1", "--quiet"], write),
                    (["record", "start", *asset, "--run", "denied-2", "--quiet"], write),
                    (["repair", "--quiet"], (*read, *(write or ())))]
        try:
            for words, allowed in commands:
                if write is None and words[0] in ("record", "repair"):
                    continue
                status, output, complaints = self.near.run(root or self.ground.root, *words, allowed=set(range(256)))
                self.ground.tell(f"{what}: `{' '.join(words)}` -> {status} {complaints.strip()[:300]}")
                if status not in allowed:
                    raise Violation(f"{what}: `{' '.join(words)}` ended with {status}, not one of {allowed}: {complaints.strip()[:600]}")
                lines = complaints.strip().splitlines()
                # A repair says it of each asset.
                if status > 1 and (len(lines) != 1 and words[0] != "repair" or not lines[0].startswith("asset-catalog: ")
                                   or output.strip() and words[0] != "repair"
                                   or any(secret in complaints for secret in ("testsecret", "readsecret", "wrongsecret", "nosuchtoken"))):
                    raise Violation(f"{what}: `{' '.join(words)}` says what is no sentence: {complaints!r} {output[:200]!r}")
                self.counts["refusals"] += status > 1
        finally:
            self.near.environment = self.own
        if not list_agrees(self.near, self.ground.root, before.now, before, ("--no-reconcile",)):
            raise Violation(f"{what}: the index is not what it was")

    def unknown_callers(self):
        self.refused("a wrong secret", {"AWS_SECRET_ACCESS_KEY": "wrongsecret"}, [INPUT_OUTPUT], FAILED)
        self.refused("a key that nobody knows", {"AWS_ACCESS_KEY_ID": "nosuchkey"}, [INPUT_OUTPUT], FAILED)
        # Stores without sessions may pass over it.
        self.refused("a session that is none", {"AWS_SESSION_TOKEN": "nosuchtoken"}, [INPUT_OUTPUT, 0, 1], None)
        self.refused("another region", {"AWS_REGION": "eu-nowhere-9"}, [INPUT_OUTPUT, NO_ROOT, 0, 1], None)
        self.refused("no bucket", {}, [NO_ROOT], [NO_ROOT], root="s3://no-such-bucket-here/lake")
        self.refused("no network", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, [INPUT_OUTPUT], [INPUT_OUTPUT])
        self.refused("no credentials", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, [INPUT_OUTPUT], FAILED)

    READER = {"AWS_ACCESS_KEY_ID": "readkey", "AWS_SECRET_ACCESS_KEY": "readsecret"}

    def other_user(self):
        """On SeaweedFS one who may only read; on Ceph one who may do nothing."""
        if STORE == "ceph":
            self.refused("another user", self.READER, [INPUT_OUTPUT], FAILED)
        else:
            self.refused("one who may only read", self.READER, [0, 1], [CANNOT_WRITE])

    def policies(self):
        ground = self.ground
        bucket = f"arn:aws:s3:::{ground.bucket.name}"
        read = {"list": "s3:ListBucket", "get": "s3:GetObject", "put": "s3:PutObject"}
        for missing, statuses in {
                "list": ([INPUT_OUTPUT], FAILED), "put": ([0, 1], [CANNOT_WRITE]), "get": ([INPUT_OUTPUT, 0, 1], [CANNOT_WRITE])}.items():
            allowed = [action for name, action in read.items() if name != missing]
            self.allow({"Action": allowed, "Resource": [bucket, f"{bucket}/*"]})
            if missing != "get":
                self.refused(f"no right to {missing}", self.READER, *statuses)
        # One asset alone is refused: it stays as it was, and is a problem.
        name, id = self.rng.choice([asset for asset in ground.tree.good_assets()])
        ground.tree.touched = set()
        self.allow({"Action": list(read.values()), "Resource": [bucket, f"{bucket}/*"]},
                   {"Action": ["s3:GetObject"], "Resource": [f"{bucket}/{ground.bucket.prefix}{folder_of(name, id)}/*"], "Effect": "Deny"})
        before = ground.oracle(self.near)
        wanted = [row for row in before.list() if (row["asset_name"], row["asset_id"]) == (name, id)]
        ground.bucket.put(manifest_of(name, id), ground.bucket.get(manifest_of(name, id)) + b"\n")
        self.near.environment = self.own | self.READER
        try:
            ground.run(self.near, "reconcile", "--quiet", allowed={0})
            rows = ground.run(self.near, "list", "--no-reconcile", "--format", "json", allowed={0, 1})[1]
            rows = [row for row in json.loads(rows)["rows"] if (row["asset_name"], row["asset_id"]) == (name, id)]
            if len(rows) != 1 or {key: rows[0][key] for key in wanted[0] if key != "damaged"} != \
                    {key: value for key, value in wanted[0].items() if key != "damaged"}:
                raise Violation(f"an asset that is refused is not what it was: {rows} instead of {wanted}")
            kinds = [row["kind"] for row in self.near.rows(ground.root, "problems", "--no-reconcile")["rows"]
                     if row["path"] == manifest_of(name, id)]
            if "unreadable" not in kinds:
                raise Violation(f"a manifest that is refused is no problem: {kinds}")
            self.counts["refusals"] += 1
        finally:
            self.near.environment = self.own
        ground.bucket.client.delete_bucket_policy(Bucket=ground.bucket.name)
        ground.run(self.near, "reconcile", "--quiet", allowed={0})
        self.agree()

    def allow(self, *statements):
        user = {"AWS": ["arn:aws:iam:::user/reader"]}
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": user, **statement} for statement in statements]}
        self.ground.bucket.client.put_bucket_policy(Bucket=self.ground.bucket.name, Policy=json.dumps(policy))
