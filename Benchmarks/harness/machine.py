"""What the machine is, whether it is quiet, and how its caches are dropped."""

import os
import platform
import sqlite3
import subprocess
import time
from pathlib import Path


class Machine:
    """Waits for quiet, and remembers what it could not have."""

    def __init__(self, patience: float):
        self._patience = patience
        self._notes: list[str] = []

    def wait_until_quiet(self) -> None:
        """Waits until the processors have been idle for a second but for a tenth of one."""
        deadline = time.monotonic() + self._patience
        while True:
            busy = _busy_processors(1.0)
            if busy is None or busy < 0.1:
                return
            if time.monotonic() > deadline:
                note = "Other work kept the processors busy during some figures: trust processor time more than ratios."
                if note not in self._notes:
                    self._notes.append(note)
                return

    def take_notes(self) -> list[str]:
        notes, self._notes = self._notes, []
        return notes

    @staticmethod
    def can_drop_caches() -> bool:
        return os.access("/proc/sys/vm/drop_caches", os.W_OK)

    @staticmethod
    def drop_caches() -> None:
        """Forgets the contents of files, folders and inodes, after writing what is dirty."""
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3\n")


def _busy_processors(seconds: float) -> float | None:
    """How many processors were busy on average; `None` where the system does not say."""
    def ticks() -> int:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
        # All but idle and waiting for a disk.
        return sum(int(field) for place, field in enumerate(fields[:8]) if place not in (3, 4))

    try:
        before = ticks()
        time.sleep(seconds)
        return (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds
    except OSError:
        return None


def describe(directory: Path, binaries: Path, repeat: int) -> str:
    """The machine, the place and the programs, as a Markdown list."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; Linux {platform.release()}, {_file_system(directory)}",
        f"SQLite {sqlite3.sqlite_version}, {_first_line(['swift', '--version'])}, commit {_commit()}",
        f"medians of {repeat} pairs, wall time, each pair one after the other; CPU is user + system of ours, and its ratio",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _file_system(directory: Path) -> str:
    return _first_line(["stat", "-f", "-c", "%T", directory]).replace("ext2/ext3", "ext4")


def _commit() -> str:
    changed = " with changes" if _first_line(["git", "status", "--porcelain", "--untracked-files=no"]) else ""
    return _first_line(["git", "rev-parse", "--short", "HEAD"]) + changed


def _first_line(command: list) -> str:
    try:
        output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    except OSError:
        return "unknown"
    return output.splitlines()[0].strip() if output else ""
