"""A bucket of a real store, filled with a tree, and proxies before it that make it far away."""

import hashlib
import hmac
import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator
from urllib.parse import quote, urlsplit

from measure import Bench
from trees import Tree

REGION = "us-east-1"
# Connections that fill a bucket; more make the store no faster.
FILLING = 32


@dataclass
class Bucket:
    """A tree in the store that `OBJECT_ENDPOINT` names."""

    bench: Bench
    tree: Tree
    name: str
    proxy: subprocess.Popen
    # Of the proxy that all goes through.
    port: int
    # A proxy that remembers answers, so that the store takes none of these processors.
    remembering: subprocess.Popen
    remembering_port: int
    # Keys below the bucket, and where their files lie in the tree.
    keys: list[str]
    seconds_to_fill: float = 0

    @property
    def root(self) -> str:
        return f"s3://{self.name}/lake"

    @classmethod
    def fill(cls, bench: Bench, tree: Tree, delay: int) -> "Bucket":
        """Puts every file of a tree there, and starts the proxy."""
        direct = urlsplit(os.environ["OBJECT_ENDPOINT"]).port
        proxy, port = start_proxy(bench, direct, delay)
        remembering, remembering_port = start_proxy(bench, direct, delay, "remember")
        keys = [f"lake/{file.relative_to(tree.root)}" for file in tree.metadata.rglob("*.json")]
        bucket = cls(bench, tree, f"bench{tree.assets}", proxy, port, remembering, remembering_port, sorted(keys))
        signer = Signer(direct)
        make = bucket.scratch("bucket")
        make.write_text(f"{signer.target('PUT', f'/{bucket.name}')}\t{os.devnull}\n")
        subprocess.run([bench.floor("objects"), "put", str(direct), "1", make], check=True, stdout=subprocess.DEVNULL)
        files = bucket.scratch("files")
        with open(files, "w") as lines:
            for key in bucket.keys:
                target = signer.target("PUT", f"/{bucket.name}/{key}")
                lines.write(f"{target}\t{tree.root / key.removeprefix('lake/')}\n")
        begin = time.monotonic()
        subprocess.run([bench.floor("objects"), "put", str(direct), str(FILLING), files], check=True, stdout=subprocess.DEVNULL)
        bucket.seconds_to_fill = time.monotonic() - begin
        bucket.write_targets()
        # What all that follows is to use.
        os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = REGION
        os.environ["FILESYSTEM_URL"] = bucket.root
        return bucket

    @contextmanager
    def remembered(self) -> Iterator[int]:
        """Lets all go through the proxy that remembers, and gives its port."""
        former = os.environ["AWS_ENDPOINT_URL"]
        os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{self.remembering_port}"
        try:
            yield self.remembering_port
        finally:
            os.environ["AWS_ENDPOINT_URL"] = former

    def write_targets(self, port: int | None = None) -> None:
        """Signs a request for each object, through a proxy."""
        signer = Signer(port or self.port)
        with open(self.targets, "w") as lines:
            for key in self.keys:
                lines.write(signer.target("GET", f"/{self.name}/{key}") + "\n")

    @property
    def targets(self) -> Path:
        return self.scratch("targets")

    def scratch(self, name: str) -> Path:
        return self.bench.scratch / f"{self.name}.{name}"

    def close(self) -> None:
        for proxy in (self.proxy, self.remembering):
            proxy.terminate()
            proxy.wait()
        for name in ("bucket", "files", "targets"):
            self.scratch(name).unlink(missing_ok=True)


def start_proxy(bench: Bench, port: int, delay: int, *more: str) -> tuple[subprocess.Popen, int]:
    proxy = subprocess.Popen([bench.floor("delay"), str(port), str(delay), *more], stdout=subprocess.PIPE, text=True)
    return proxy, int(proxy.stdout.readline())


class Signer:
    """Signs requests in their query, version 4; a target is good for a day."""

    def __init__(self, port: int):
        self.host = f"127.0.0.1:{port}"
        access, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
        self.time = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self.scope = f"{self.time[:8]}/{REGION}/s3/aws4_request"
        key = b"AWS4" + secret.encode()
        for part in self.scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        self.key = key
        self.query = "&".join([
            "X-Amz-Algorithm=AWS4-HMAC-SHA256", f"X-Amz-Credential={quote(f'{access}/{self.scope}', safe='')}",
            f"X-Amz-Date={self.time}", "X-Amz-Expires=86400", "X-Amz-SignedHeaders=host"])

    def target(self, method: str, path: str) -> str:
        path = quote(path, safe="/~")
        request = f"{method}\n{path}\n{self.query}\nhost:{self.host}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{self.time}\n{self.scope}\n{digest}"
        return f"{path}?{self.query}&X-Amz-Signature={hmac.digest(self.key, text.encode(), 'sha256').hex()}"


def output_of(command: list[object]) -> dict:
    """What a peer says of itself."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)
