"""The tree in a bucket, and edits of it that another client makes: everything that can happen to objects."""
import json
from oracle import DAY, METADATA, Oracle, SECOND
from store import StoredFiles
from tree import BROKEN, Tree, digest, encoded, folder_of, manifest_document, manifest_of, metadata_of, run_document

# Neighbours in the orders of stores, and everything that a key, a URL and an XML document spell in their own ways.
NAMES = ["bronze", "bronze-old", "bronze.x", "bronze old", "bronze+old", "bronze%2Fold", "bronze%", "a&b", "a<b>", "it's", 'q"q',
         "näme-中", "e\u0301", "é", "x=y", "x?y#z", "{braces}", "~tilde*", "tab\tname", "..a", "a" * 200, "asset_name=twice",
         "back\\slash", "semi;colon,", "😀", " lead", "trail ", "a:b@c$d!",
         "line\nname", "return\rname", "control\x01name", "back\x08", "\u2028", "\ufffe", "\x7f"]
IDS = ["1", "a b", "+", "%31", "é", "manifest.json", "asset_run_id=1"]


class BucketTree(Tree):
    """Notes every key that it touches, as a feed of events would.

    What was good is broken only where it was not touched since it was last compared: so it is known what an index has of it."""

    def __init__(self, bucket, rng, now):
        super().__init__(None, rng, now)
        self.bucket, self.touched, self.keys, self.listed = bucket, set(), set(), {}
        # What is put at once when the tree is made; later each object is put when it is written.
        self.unwritten = {}

    # ---- The place

    def write(self, path, document):
        raw = encoded(document)
        if self.unwritten is not None:
            self.unwritten[path] = raw
            return
        put = self.bucket.put_in_parts if raw and self.rng.random() < 0.03 else self.bucket.put
        put(path, raw)
        self.touched.add(path)
        self.keys.add(path)

    def read(self, path):
        return self.bucket.get(path)

    def remove(self, path):
        self.bucket.delete(path)
        self.touched.add(path)
        self.keys.discard(path)

    def make_folder(self, path):
        """At times as a console does it: an object that stands for one."""
        if self.rng.random() < 0.2:
            self.write(path + "/", b"")

    def remove_folder(self, path):
        for key in self.below(path):
            self.remove(key)

    def below(self, path):
        return sorted(key for key in self.keys if key.startswith(path + "/"))

    def refresh(self):
        """Learns what there is: others write as well."""
        before, self.listed = self.listed, self.bucket.listing()
        self.keys = set(self.listed)
        self.touched |= {key for key in self.keys if before.get(key) != self.listed[key]}

    def assets(self):
        found = set()
        for key in self.keys:
            parts = key.split("/")
            if parts[0] == METADATA and len(parts) > 3 and parts[1].startswith("asset_name=") and parts[2].startswith("asset_id="):
                name, id = parts[1][len("asset_name="):], parts[2][len("asset_id="):]
                if name not in ("", ".", "..") and id not in ("", ".", ".."):
                    found.add((name, id))
        return sorted(found)

    def finish_making(self):
        made, self.unwritten = self.unwritten, None
        self.bucket.put_all(sorted(made.items()))
        self.keys |= made.keys()

    def make_many(self, assets, first=0):
        """Small ones, so that the tree has many pages."""
        for number in range(first, first + assets):
            name = f"many.asset_{number:05d}"
            id, run = digest(name), digest(f"{name} run")
            ended = self.now - self.rng.randrange(3 * DAY)
            started = ended - self.rng.randrange(1, 60) * SECOND
            self.write(metadata_of(name, id, run), run_document(name, id, run, started, ended, True))
            self.write(manifest_of(name, id), manifest_document(name, id, run, ended, True, ended, [f"{name}.parquet"], ended + 1, None))

    # ---- Edits: each says what it did

    def edit(self):
        return getattr(self, self.rng.choices(*EDITS)[0])()

    def some_asset(self):
        return self.rng.choice(self.assets())

    def some_run(self):
        name, id = self.some_asset()
        runs = [key for key in self.below(folder_of(name, id)) if key.endswith("/metadata.json")]
        return self.rng.choice(runs) if runs else None

    def run_old(self):
        good = self.good_assets_of(self.some_asset())
        if not good:
            return self.break_manifest(heals=True)
        return f"{good[0]} runs as {self.run_asset(*good, ok=self.rng.random() < 0.7)}"

    def good_assets_of(self, asset):
        raw = self.read(manifest_of(*asset))
        if raw is None:
            return asset
        try:
            document = json.loads(raw.decode())
            return asset if document["manifest_version"] == "1" and "last_materialized" in document else None
        except (ValueError, TypeError, KeyError):
            return None

    def run_new(self):
        name = self.rng.choice(NAMES) if self.rng.random() < 0.5 else f"new.asset_{self.next_id()}"
        id = self.rng.choice(IDS) if self.rng.random() < 0.3 else digest(f"{name} {self.rng.randrange(3)}")
        if self.good_assets_of((name, id)) is None:
            return self.break_manifest(heals=True)
        return f"{name!r} {id!r} runs as {self.run_asset(name, id, ok=self.rng.random() < 0.7)}"

    def start(self):
        name, id = self.some_asset()
        run = self.next_id()
        started = self.now - self.rng.choice([1, 3600, 40 * 3600]) * self.rng.randrange(1, 3) * SECOND
        more = {"heartbeat_at": None, "heartbeat_seconds": 60} if self.rng.random() < 0.1 else {}
        self.write(metadata_of(name, id, run), run_document(name, id, run, started, None, False, more))
        return f"{name!r} begins {run}"

    def sign(self):
        """An edit by hand, of the same size."""
        name, id = self.some_asset()
        raw = self.read(manifest_of(name, id))
        try:
            document = json.loads(raw.decode())
            document["asset_signature"] = digest(self.next_id())
        except (AttributeError, ValueError, TypeError):
            return f"{name!r} is not signed"
        self.write(manifest_of(name, id), document)
        return f"{name!r} is signed"

    def touch(self):
        """The same bytes once more."""
        key = self.rng.choice(sorted(self.keys))
        raw = self.read(key)
        self.write(key, raw)
        return f"{key!r} is written again"

    def edit_run(self):
        """Of a run that has ended; a listing shows that as well."""
        key = self.some_run()
        if key is None:
            return "no run to edit"
        try:
            document = json.loads(self.read(key).decode())
            data = document["data"]
            roll = self.rng.random()
            if roll < 0.3:
                data["materialized"], data["status"] = None, "failed"
                data["error"] = {"type": "ValueError", "message": f"é {self.rng.randrange(100)}", "traceback": None}
            elif roll < 0.6:
                data["duration_miliseconds"] = self.rng.randrange(10_000)
            else:
                data["runtime"] = None
            self.write(key, document)
        except (ValueError, TypeError, KeyError):
            return "a run that cannot be edited"
        return f"{key!r} is edited"

    def use_run_again(self):
        key = self.some_run()
        if key is None:
            return "no run to use again"
        parts = key.split("/")
        name, id, run = (part.split("=", 1)[1] for part in parts[1:4])
        self.write(key, run_document(name, id, run, self.now - self.rng.randrange(7200) * SECOND, None, False))
        return f"{key!r} begins again"

    def break_manifest(self, heals=False):
        name, id = self.some_asset()
        if not heals:
            if manifest_of(name, id) in self.touched:
                return "nothing breaks"
            self.write(manifest_of(name, id), self.rng.choice(BROKEN))
            return f"the manifest of {name!r} breaks"
        ended = self.now - self.rng.randrange(2 * DAY)
        self.write(manifest_of(name, id), manifest_document(name, id, "healed", ended, True, ended, [f"{name}.parquet"], ended, None))
        return f"the manifest of {name!r} is written by hand"

    def heal_manifest(self):
        return self.break_manifest(heals=True)

    def break_run(self):
        key = self.some_run()
        if key is None or key in self.touched:
            return "no run to break"
        self.write(key, self.rng.choice(BROKEN[:4]))
        return f"{key!r} breaks"

    def heal_all(self):
        """Takes away what cannot be read, so that nothing depends on what was known before."""
        files = StoredFiles(self.bucket, {})
        for path, _ in Oracle(files, self.now).found:
            if path in files.raw:
                self.remove(path)

    def lose_manifest(self):
        name, id = self.some_asset()
        self.remove(manifest_of(name, id))
        return f"the manifest of {name!r} goes"

    def lose_run(self):
        key = self.some_run()
        if key is None:
            return "no run to lose"
        self.remove(key)
        return f"{key!r} goes"

    def lose_asset(self):
        name, id = self.some_asset()
        self.remove_folder(folder_of(name, id))
        return f"{name!r} {id!r} goes"

    def lose_name(self):
        name, _ = self.some_asset()
        self.remove_folder(f"{METADATA}/asset_name={name}")
        return f"all of {name!r} goes"

    def rename(self):
        name, id = self.some_asset()
        other = f"{name[:100]}-{self.rng.choice(['old', 'new', '0'])}"
        for key in self.below(folder_of(name, id)):
            self.write(folder_of(other, id) + key[len(folder_of(name, id)):], self.read(key))
        self.remove_folder(folder_of(name, id))
        return f"{name!r} becomes {other!r}"

    def stray(self):
        """Keys that are none of the catalog's, or only look so."""
        name, id = self.some_asset()
        key = self.rng.choice([
            f"{METADATA}/notes.txt", f"{METADATA}/asset_name={name}/", f"{folder_of(name, id)}/", f"{folder_of(name, id)}/notes.txt",
            f"{METADATA}/asset_name={name}/notes.txt", f"{METADATA}/asset_name=/asset_id=1/manifest.json",
            f"{METADATA}/asset_name={name}/asset_id=/manifest.json", f"{folder_of(name, id)}/asset_run_id=/metadata.json",
            f"{folder_of(name, id)}/asset_run_id=x/notes.txt", f"{folder_of(name, id)}/manifest.json/x",
            f"{folder_of(name, id)}/asset_run_id=x/metadata.json/x", f"{METADATA}/asset_name={name}", f"{METADATA}x/asset_name=a/b",
            f"{METADATA}/asset_name=stray/asset_id=stray", f"{METADATA}/asset_name=.../asset_id=1/x", f"{METADATA}/x/asset_name=a/b"])
        if key in self.keys:
            self.remove(key)
            return f"{key!r} goes"
        try:
            self.write(key, b"{}" if self.rng.random() < 0.5 else b"")
        except self.bucket.client.exceptions.ClientError as error:
            return f"{key!r} is refused: {error.response['Error']['Code']}"
        return f"{key!r} comes"

    def artifact(self):
        name, id = self.some_asset()
        try:
            paths = json.loads(self.read(manifest_of(name, id)).decode())["last_artifacts"]
            path = self.rng.choice(paths)
        except (AttributeError, ValueError, TypeError, KeyError, IndexError):
            return f"{name!r} has no artifact"
        if path in self.keys:
            self.remove(path)
            return f"{path!r} goes"
        # One that is a folder is there as well.
        self.write(path if self.rng.random() < 0.7 else f"{path}/part-0", b"PAR1")
        return f"{path!r} comes"

    def many_runs(self):
        """More objects of one asset than a page has."""
        self.unwritten = {}
        name = f"runs.{self.next_id()}"
        id = digest(name)
        for number in range(1_050):
            started = self.now - (2_000 - number) * 600 * SECOND
            self.write(metadata_of(name, id, f"r{number}"), run_document(name, id, f"r{number}", started, started + SECOND, True))
        self.touched |= self.unwritten.keys()
        self.finish_making()
        return f"{name!r} has 1,050 runs"


EDITS = ["run_old", "run_new", "start", "sign", "touch", "edit_run", "use_run_again", "break_manifest", "heal_manifest", "break_run",
         "lose_manifest", "lose_run", "lose_asset", "lose_name", "rename", "stray", "artifact", "many_runs"], \
        [20, 20, 6, 6, 5, 6, 3, 3, 4, 3, 3, 4, 3, 1, 3, 6, 5, 0.15]
