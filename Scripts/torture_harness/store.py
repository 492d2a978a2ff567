"""A bucket of the store that `Scripts/object_servers` started, by another client than the program's: botocore.

Also the oracle's files: every object of the bucket, listed and read.
"""
import os, signal, subprocess, time
from concurrent.futures import ThreadPoolExecutor
import botocore.config, botocore.exceptions, botocore.session
from oracle import METADATA
from program import Violation

ENDPOINT, STORE, FOLDER = (os.environ.get(name) for name in ("OBJECT_ENDPOINT", "OBJECT_STORE", "OBJECT_FOLDER"))


# Most of the time of a request is waited.
POOL = ThreadPoolExecutor(16)


class Bucket:
    """A prefix of a bucket. Keys are relative to it."""

    def __init__(self, name, prefix, key="testkey", secret="testsecret"):
        self.name, self.prefix = name, prefix
        # Many tries: what the store's illness is to prove, the program has to prove.
        config = botocore.config.Config(
            s3={"addressing_style": "path"}, retries={"max_attempts": 10, "mode": "standard"}, connect_timeout=5, read_timeout=30,
            max_pool_connections=16,            request_checksum_calculation="when_required", response_checksum_validation="when_required")
        self.client = botocore.session.Session().create_client(
            "s3", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret,
            config=config)

    @property
    def root(self):
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    def make(self):
        self.client.create_bucket(Bucket=self.name)

    def put(self, key, raw):
        self.client.put_object(Bucket=self.name, Key=self.prefix + key, Body=raw)

    def put_in_parts(self, key, raw):
        """A multipart upload, whose tag is no hash of the bytes."""
        place = {"Bucket": self.name, "Key": self.prefix + key}
        upload = self.client.create_multipart_upload(**place)["UploadId"]
        part = self.client.upload_part(**place, UploadId=upload, PartNumber=1, Body=raw)
        self.client.complete_multipart_upload(
            **place, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})

    def get(self, key):
        """`None` if there is no such object."""
        try:
            return self.client.get_object(Bucket=self.name, Key=self.prefix + key)["Body"].read()
        except self.client.exceptions.NoSuchKey:
            return None

    def delete(self, key):
        self.client.delete_object(Bucket=self.name, Key=self.prefix + key)

    def put_all(self, objects):
        list(POOL.map(lambda object: self.put(*object), objects))

    def listing(self, prefix=""):
        """What is listed: key to (tag, size, time in microseconds)."""
        found, token = {}, {}
        while True:
            page = self.client.list_objects_v2(Bucket=self.name, Prefix=self.prefix + prefix, **token)
            for item in page.get("Contents", ()):
                # A listing knows parts of a second, and the head of an object none.
                time = int(item["LastModified"].timestamp()) * 1_000_000
                found[item["Key"][len(self.prefix):]] = (item["ETag"], item["Size"], time)
            if not page["IsTruncated"]:
                return found
            token = {"ContinuationToken": page["NextContinuationToken"]}


class StoredFiles:
    """Every object of a bucket at one time, as the oracle asks for it. What is read once is kept by its tag."""

    def __init__(self, bucket, kept):
        self.listed = bucket.listing()
        keys = [key for key in self.listed if key.startswith(METADATA + "/") and not key.endswith("/")]
        news = [key for key in keys if self.listed[key][:2] not in kept]
        for key, raw in zip(news, POOL.map(bucket.get, news)):
            if raw is None:
                raise Violation(f"the store lists {key!r} and does not have it, though nobody else is there")
            kept[self.listed[key][:2]] = raw
        self.raw = {key: kept[self.listed[key][:2]] for key in keys}
        self.folders = {}
        self.odd = set()
        for key in self.raw:
            self.enter(key)
        self.odd = sorted(self.odd)
        self.below = {key[:place] for key in self.listed for place in range(len(key)) if key[place] == "/"}

    def enter(self, key):
        """Notes the folders of a key, as far as they are the catalog's; an empty name is none."""
        parts = key.split("/")
        for depth, begin in enumerate(("asset_name=", "asset_id=", "asset_run_id="), start=1):
            if len(parts) <= depth + 1 or not parts[depth].startswith(begin):
                return
            if parts[depth][len(begin):] in ("", ".", ".."):
                self.odd.add(("/".join(parts[:depth + 1]), "invalid_name"))
                return
            # A folder counts by the file that it is there for.
            if depth == 3 and parts[4:] != ["metadata.json"]:
                return
            self.folders.setdefault("/".join(parts[:depth]), {})[parts[depth]] = None

    def members(self, folder, prefix):
        return [name[len(prefix):] for name in sorted(self.folders.get(folder, ())) if name.startswith(prefix)]

    def written(self, path):
        return self.listed[path][2] if path in self.raw else None

    def read(self, path):
        return self.raw[path]

    def exists(self, path):
        return path in self.listed or path in self.below


class Server:
    """Processes of the store, which can be ended at any time and started again in the same folder."""

    def __init__(self):
        self.mine = {}

    @staticmethod
    def names():
        # The gateway, and what keeps the objects.
        return ["weed"] if STORE == "seaweedfs" else ["rgw", "osd"]

    def kill(self, name):
        with open(f"{FOLDER}/{name}.pid") as file:
            process = int(file.read())
        os.kill(process, signal.SIGKILL)
        if name in self.mine:
            self.mine.pop(name).wait()
        # That of the script that began it is buried there.
        end = time.monotonic() + 10
        while self.is_alive(process) and time.monotonic() < end:
            time.sleep(0.01)

    @staticmethod
    def is_alive(process):
        try:
            with open(f"/proc/{process}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def start(self, name):
        with open(f"{FOLDER}/{name}.command") as file:
            command = "exec " + file.read()
        with open(f"{FOLDER}/{name}.log", "ab") as log:
            process = subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.mine[name] = process
        with open(f"{FOLDER}/{name}.pid", "w") as file:
            file.write(f"{process.pid}\n")

    def await_whole(self, bucket, seconds=120):
        """Until every object that is listed can be read."""
        end = time.monotonic() + seconds
        while True:
            try:
                for key in bucket.listing():
                    bucket.client.head_object(Bucket=bucket.name, Key=bucket.prefix + key)
                return
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

