"""The program under torture: how it is called, and what it may answer with."""
import json, os, shutil, subprocess

# The statuses of the article "Answers". 70, a defect, is none that anything may provoke.
DOCUMENTED = {0, 1, 64, 65, 66, 73, 74, 75}


class Violation(Exception):
    """Something happened that must never happen."""


class Program:
    def __init__(self, path):
        self.path = path
        self.commands = 0
        self.strace = shutil.which("strace")
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("FILESYSTEM_URL", "ASSET_METADATA_LOCATION", "ASSET_CATALOG_INDEX",
                                           "ASSET_CATALOG_POLICY", "XDG_CACHE_HOME")}

    def arguments(self, root, *words):
        words = [str(word) for word in words]
        # What follows '--' is a command of somebody else.
        place = words.index("--") if "--" in words else len(words)
        return [self.path, *words[:place], "--root", root, *words[place:]]

    def start(self, root, *words, before=(), stdin=None, **options):
        self.commands += 1
        return subprocess.Popen(
            [*before, *self.arguments(root, *words)], stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=self.environment, **options)

    def run(self, root, *words, allowed=DOCUMENTED, stdin=None, timeout=120):
        """Runs a command to its end: (status, output, complaints). Any status but the allowed ones is a violation."""
        process = self.start(root, *words, stdin=subprocess.PIPE if stdin is not None else None)
        return self.finish(process, allowed, words, stdin, timeout)

    def finish(self, process, allowed, words, stdin=None, timeout=120):
        try:
            output, complaints = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Violation(f"`{shown(words)}` did not end within {timeout} s")
        complaints = complaints.decode(errors="replace")
        if process.returncode not in allowed:
            raise Violation(f"`{shown(words)}` ended with {process.returncode}, not one of {sorted(allowed)}: {complaints.strip()}")
        return process.returncode, output, complaints

    def rows(self, root, *words, allowed=(0, 1)):
        """The answer of a question as JSON: its head, with the rows in it."""
        _, output, _ = self.run(root, *words, "--format", "json", allowed=set(allowed))
        return document(output, words)


def document(output, words):
    try:
        answer = json.loads(output)
    except ValueError:
        raise Violation(f"`{shown(words)}` ended well, but its answer is no JSON: {output[-200:]!r}")
    if answer["count"] != len(answer["rows"]):
        raise Violation(f"`{shown(words)}` counts {answer['count']} rows and gives {len(answer['rows'])}")
    return answer


def shown(words):
    return " ".join(str(word) for word in words)
