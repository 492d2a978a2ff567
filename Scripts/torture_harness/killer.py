"""kill -9 of a command at a random time, or at its n-th call of the system."""
import time

from program import Violation


class Bounds:
    """How far a kind of kill may reach and still hit: learnt from hits and misses."""

    def __init__(self, first):
        self.first, self.bounds = first, {}

    def bound(self, key):
        return self.bounds.get(key, self.first)

    def learn(self, key, tried, hit):
        bound = self.bound(key)
        if hit and tried > bound / 2:
            self.bounds[key] = bound * 2
        elif not hit:
            self.bounds[key] = max(tried, self.first / 4)


class Killer:
    """Kills commands, and learns how late each kind of them can be killed."""

    def __init__(self, rng, counts, seconds, calls):
        self.rng, self.counts = rng, counts
        self.times, self.calls = Bounds(seconds), Bounds(calls)

    def kill(self, program, ground, operation, prepared, calls, share):
        """Whether it was killed, what it had said, and its status.

        - calls: the names of the calls at one of which it may be killed, for strace.
        - share: how many of all are to be killed at a call, where there is strace.
        """
        words, stdin = prepared["words"], prepared.get("stdin")
        by_call = program.strace and self.rng.random() < share
        if by_call:
            call = self.rng.choice(calls)
            bounds, key = self.calls, (operation, call)
            tried = self.rng.randint(1, max(1, int(bounds.bound(key))))
            before = (program.strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                      f"inject={call}:signal=KILL:when={tried}")
            ground.tell(f"{operation}: `{' '.join(words)}` to be killed at {call} number {tried}")
        else:
            bounds, key, before = self.times, operation, ()
            tried = self.rng.random() * bounds.bound(key)
            ground.tell(f"{operation}: `{' '.join(words)}` to be killed after {tried:.4f} s")
        process = program.start(ground.root, *words, before=before, stdin=-1 if stdin is not None else None)
        if stdin is not None:
            process.stdin.write(stdin)
            process.stdin.close()
            process.stdin = None
        if not by_call:
            time.sleep(tried)
            process.kill()
        output, complaints = process.communicate(timeout=120)
        status = process.returncode
        killed = status in (-9, 137)
        bounds.learn(key, tried, killed)
        if killed:
            self.counts["killed at a call" if by_call else "killed at a time"] += 1
        elif status not in prepared.get("statuses", (0, 1)):
            raise Violation(f"`{' '.join(words)}` ended with {status}: {complaints.decode(errors='replace').strip()}")
        return killed, output, status
