"""Runs commands under the stopwatch, ours and the one it is compared with in turn."""

import json
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from machine import Machine


class Skipped(Exception):
    """A figure that cannot be measured here; the text says why."""


@dataclass
class Sample:
    """What one run of a command took."""

    seconds: float
    first_byte: float | None
    user: float
    system: float
    peak_kb: int
    status: int


class Bench:
    """The programs, the place for files, and how often to measure."""

    def __init__(self, binaries: Path, directory: Path, repeat: int, machine: Machine):
        self.binaries = binaries
        # Made anew, since an index keeps the pages and the habits of the program that made it.
        self.indexes = directory / "indexes"
        shutil.rmtree(self.indexes, ignore_errors=True)
        self.indexes.mkdir(parents=True)
        self.scratch = directory / "scratch"
        self.scratch.mkdir(exist_ok=True)
        self.repeat = repeat
        self.machine = machine
        self.ours = str(binaries / "asset-catalog")

    def fresh_folder(self, name: str) -> Path:
        """A new folder, there until the end of the whole measurement.

        Nothing is removed before: ext4 without a journal steers around inodes that were freed in the last minutes, and
        looks at each of them, so that a tree that went makes every file that comes after it slower.
        """
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch))

    def clear(self) -> None:
        """Removes those folders, also of measurements that were broken off."""
        for folder in self.scratch.glob("recorded*"):
            shutil.rmtree(folder, ignore_errors=True)

    def floor(self, name: str) -> str:
        """The path of a C program."""
        return str(self.binaries / name)

    def run(self, *command: object, first_byte: bool = False, accept: tuple[int, ...] = (0,)) -> Sample:
        """Runs a command once. Status 1 of a question only says that something was found."""
        stopwatch = [self.floor("stopwatch")] + (["-b"] if first_byte else [])
        done = subprocess.run(stopwatch + [str(part) for part in command], stdout=subprocess.PIPE, check=True)
        sample = Sample(**json.loads(done.stdout))
        if sample.status not in accept:
            raise RuntimeError(f"status {sample.status} from: {' '.join(map(str, command))}")
        return sample

    def start_recording(self, root: Path, prefix: str, assets: int, records: int, mode: str) -> subprocess.Popen:
        """Starts the program that records runs; several may run at once."""
        words = [self.floor("RecordSpeed"), root, prefix, assets, records, mode]
        return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE)

    def finish_recording(self, *processes: subprocess.Popen) -> Sample:
        """From the first record of any of them to the last one; the start of the programs does not count."""
        taken = []
        for process in processes:
            output, _ = process.communicate()
            if process.returncode != 0:
                raise RuntimeError(f"status {process.returncode} from RecordSpeed")
            taken.append(json.loads(output))
        seconds = max(one["end"] for one in taken) - min(one["begin"] for one in taken)
        return Sample(seconds, None, sum(one["user"] for one in taken), sum(one["system"] for one in taken), 0, 0)

    def in_turn(
        self, *runs: Callable[[], Sample], before: Callable[[], None] = lambda: None, repeat: int | None = None
    ) -> list[list[Sample]]:
        """Takes samples of several commands in turn, every other round in the opposite order.

        `before` is done before each of them, outside of the time that is taken.
        """
        samples: list[list[Sample]] = [[] for _ in runs]
        for round in range(repeat or self.repeat):
            order = range(len(runs)) if round % 2 == 0 else reversed(range(len(runs)))
            for place in order:
                before()
                samples[place].append(runs[place]())
        return samples


def ratios(ours: list[Sample], other: list[Sample]) -> list[float]:
    """Wall over wall, pair by pair."""
    return [one.seconds / two.seconds for one, two in zip(ours, other, strict=True)]


def median_seconds(samples: list[Sample]) -> float:
    return statistics.median(sample.seconds for sample in samples)


def processor_seconds(samples: list[Sample]) -> str:
    """User and system time, which say more than the wall where others use the machine."""
    user = statistics.median(sample.user for sample in samples)
    system = statistics.median(sample.system for sample in samples)
    return f"{user:.2f} + {system:.2f} s"


def processor_ratio(ours: list[Sample], other: list[Sample]) -> float:
    """Processor time over processor time, of the medians."""
    spent = [statistics.median(sample.user + sample.system for sample in samples) for samples in (ours, other)]
    return spent[0] / spent[1] if spent[1] > 0 else float("inf")
