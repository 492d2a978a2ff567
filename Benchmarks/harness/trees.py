"""The trees that are measured: made once, reused as long as they are there."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from measure import Skipped

# Bytes and inodes that one asset takes, with its share of the name folders, and one run; ext4, generously.
BYTES_PER_ASSET, BYTES_PER_RUN = 11_000, 8_500
INODES_PER_ASSET, INODES_PER_RUN = 2.6, 2


@dataclass
class Tree:
    root: Path
    assets: int
    runs: int

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def metadata(self) -> Path:
        return self.root / "_asset_metadata"


class SizedTrees:
    """The trees of one size."""

    def __init__(self, bare: Tree | None, full: Tree | None):
        self._bare, self._full = bare, full

    @property
    def bare(self) -> Tree:
        """Manifests only."""
        if self._bare is None:
            raise Skipped("there was no room for the tree")
        return self._bare

    @property
    def full(self) -> Tree:
        """With the folders of the runs."""
        if self._full is None:
            raise Skipped("there was no room for the tree")
        return self._full


class Trees:
    def __init__(self, folder: Path, generator: Path):
        self.folder, self.generator = folder, generator

    def of_size(self, assets: int, notes: list[str]) -> SizedTrees:
        # Three runs each would be more than the caches of a common machine hold at a million assets.
        runs = 3 if assets < 500_000 else 1
        if runs == 1:
            notes.append("The tree with runs has one run per asset at this size.")
        return SizedTrees(self._tree(assets, 0, notes), self._tree(assets, runs, notes))

    def _tree(self, assets: int, runs: int, notes: list[str]) -> Tree | None:
        root = self.folder / f"{assets}x{runs}"
        finished = self.folder / f"{assets}x{runs}.finished"
        if not finished.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(root, ignore_errors=True)
            room = os.statvfs(self.folder)
            bytes_needed = assets * (BYTES_PER_ASSET + runs * BYTES_PER_RUN)
            inodes_needed = assets * (INODES_PER_ASSET + runs * INODES_PER_RUN)
            if room.f_bavail * room.f_frsize < bytes_needed * 1.2 or 0 < room.f_files and room.f_favail < inodes_needed * 1.2:
                notes.append(f"The tree {root.name} was not made: too few bytes or inodes are free.")
                return None
            subprocess.run([self.generator, root, str(assets), str(runs)], check=True)
            finished.touch()
        return Tree(root, assets, runs)
