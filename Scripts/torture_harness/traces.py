"""Nobody but SQLite opens the database, its log or its shared memory while SQLite has it open: closing any descriptor of a
file gives all locks of the process on it back (sqlite.org/howtocorrupt.html)."""
import json, os, re
from collections import Counter
from ground import Ground
from program import Violation
from tree import digest
import index_files

OPENED = re.compile(r'^(\d+) +(?:open|openat|openat2|creat)\((?:AT_FDCWD|\d+(?:<[^>]*>)?)?,? ?"([^"]*)".*= (\d+)')
CLOSED = re.compile(r"^(\d+) +close\((\d+)")
FRAME = re.compile(r"^ > ([^(]*)\(")
DATABASE = re.compile(r"(catalog-\d+\.sqlite|catalog\.sqlite|catalog-scratch[^/]*)(-wal|-shm|-journal)?$")


class Traces:
    """Each round is one operation, with the stack of every call that opens a file."""

    OPERATIONS = ["create", "list", "reconcile", "rebuild", "record", "batch", "query", "check", "migrate", "mend", "repair", "prune",
                  "report", "exec"]
    LEAST_ROUNDS = 5
    MUST_COUNT = ["files opened by SQLite"]

    def __init__(self, program, folder, rng):
        self.program, self.folder, self.rng = program, folder, rng
        self.counts, self.ground, self.rounds = Counter(), None, 0

    def round(self):
        if self.ground is None:
            self.ground = Ground(self.program, os.path.join(self.folder, "trace"), self.rng, assets=8)
            self.ground.run("reconcile", "--quiet", allowed={0})
            self.first = self.rng.randrange(len(self.OPERATIONS))
        operation = self.OPERATIONS[(self.first + self.rounds) % len(self.OPERATIONS)]
        self.rounds += 1
        self.ground.begin()
        # First, since it prepares the index.
        words, stdin = self.words(operation)
        trace = os.path.join(self.folder, "trace.txt")
        before = (self.program.strace, "-f", "-k", "-qq", "-o", trace, "-e", "trace=?open,openat,?openat2,?creat,close",
                  *self.paths())
        process = self.program.start(self.ground.root, *words, before=before, stdin=-1 if stdin else None)
        # 73, 75: a repair leaves alone what it does not understand, and what was touched just now and does not parse.
        status, _, complaints = self.program.finish(process, {0, 1, 73, 75}, words, stdin)
        self.ground.tell(f"`{' '.join(words)}` -> {status} {complaints.strip()[:200]}")
        self.look(trace, words)

    def paths(self):
        """Only calls on these are looked at, which is what makes it fast: the generation in use, the one before and the next."""
        link = os.path.join(self.ground.root, index_files.LINK)
        used = index_files.database(self.ground.root)
        number = int(os.path.basename(used).split("-")[1].split(".")[0]) if used else 1
        files = [link] + [os.path.join(os.path.dirname(link), f"catalog-{number + step}.sqlite") for step in (-1, 0, 1)]
        return [word for path in files for ending in ("", "-wal", "-shm", "-journal") for word in ("-P", path + ending)]

    def words(self, operation):
        ground = self.ground
        name = f"trace.{ground.tree.next_id()}"
        if operation in ("reconcile", "rebuild", "check", "prune"):
            ground.tree.change(3)
        if operation == "migrate":
            ground.make_older(self.rng.choice([1, 2]))
        if operation in ("create", "mend"):
            if operation == "create":
                index_files.remove(ground.root)
            else:
                index_files.settle(ground.root)
                with open(index_files.database(ground.root), "r+b") as file:
                    file.write(self.rng.randbytes(8192))
        line = json.dumps({"event": "success", "asset_name": name, "asset_id": "1", "run_id": "r1"})
        return {
            "record": (["record", "success", "--name", name, "--id", digest(name), "--run", "r1"], None),
            "batch": (["record", "batch", "-"], (line + "\n").encode()),
            "query": (["query", "SELECT * FROM runs"], None),
            "create": (["list"], None), "migrate": (["list"], None), "mend": (["list"], None),
            "prune": (["prune", "--keep-last", "1", "--delete"], None),
            "report": (["report", "--format", "json"], None),
            "exec": (["exec", "--name", name, "--id", "1", "--", "/bin/true"], None),
        }.get(operation, ([operation], None))

    def look(self, trace, words):
        """Goes through the calls in their order; the first frame beyond the C library is who made one."""
        with open(trace, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        held = {}  # descriptors that SQLite has, by their number: threads share them
        for place, line in enumerate(lines):
            closed = CLOSED.match(line)
            if closed:
                held.pop(int(closed[2]), None)
            opened = OPENED.match(line)
            if not opened or not DATABASE.search(opened[2]):
                continue
            maker = self.maker(lines, place + 1)
            if "libsqlite3" in maker:
                held[int(opened[3])] = opened[2]
                self.counts["files opened by SQLite"] += 1
            elif os.path.basename(opened[2]) in map(os.path.basename, held.values()):
                raise Violation(f"`{' '.join(words)}`: {maker} opens {opened[2]}, which SQLite has open")
            else:
                self.counts["files opened by others while SQLite had them not"] += 1

    @staticmethod
    def maker(lines, place):
        while place < len(lines) and (frame := FRAME.match(lines[place])):
            if not os.path.basename(frame[1]).startswith(("libc.so", "libc-", "ld-")):
                return frame[1]
            place += 1
        return "somebody"
