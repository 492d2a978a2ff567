"""What an attack stands on: a program, random numbers, and a tree that goes on living from round to round."""
import os, time
from oracle import Oracle
from tree import Tree
import compare, index_files
from program import Violation

MIGRATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Migrations")


class Ground:
    def __init__(self, program, root, rng, assets=24):
        self.program, self.root, self.rng = program, root, rng
        self.tree = Tree(root, rng, self.now()).make(assets)
        self.migrations = MIGRATIONS
        # What is happening, for the report of a violation.
        self.story = []

    @staticmethod
    def now():
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    def tell(self, text):
        self.story.append(text)

    def begin(self):
        self.story.clear()
        self.tree.now = self.now()

    def run(self, *words, **options):
        status, output, complaints = self.program.run(self.root, *words, **options)
        self.tell(f"`{' '.join(map(str, words))}` -> {status} {complaints.strip()[:200]}")
        return status, output, complaints

    def oracle(self, now=None):
        return Oracle(self.root, self.now() if now is None else now)

    def heal(self, how="reconcile"):
        """Afterwards the index is the tree's, whatever it was."""
        self.run(how, "--quiet", allowed={0})
        self.must_agree()

    def must_agree(self):
        status, output, _ = self.run("check", allowed={0, 1})
        if status != 0:
            raise Violation(f"`check` finds differences after a reconcile or rebuild: {output.decode(errors='replace')[:600]}")

    def compare_all(self, flags=("--no-reconcile",)):
        return compare.agree(self.program, self.root, self.now(), self.rng, flags)

    def is_as(self, oracle):
        return compare.list_agrees(self.program, self.root, oracle.now, oracle, ("--no-reconcile",))

    def make_older(self, version):
        index_files.make_older(self.root, version, MIGRATIONS)
