"""The inbox: which files wait in it, and where they go once they are shown."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from metrics.sources import count
from warehouse.errors import TowerError

STAY = ("company.yml", "expected.yml")  # what is said of the data, and holds for the next files too


@dataclass(frozen=True)
class Inbox:
    """A folder, and the files that waited in it at one moment with their size and time of change."""

    folder: Path
    files: dict[Path, tuple[int, int]]

    def archive(self, at: datetime) -> str:
        """Move the files, but for those that came or changed since, to archive/<UTC time>/; returns what was done."""
        target = _new_folder(self.folder.parent / "archive" / f"{at:%Y-%m-%dT%H%M%SZ}")
        still = look(self.folder).files
        moved = [file for file, state in self.files.items() if still.get(file) == state]
        for file in moved:
            place = target / file.relative_to(self.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, place)
        _remove_empty(self.folder)
        stayed = f"; {count(len(still) - len(moved), 'file')} came or changed since" if len(still) > len(moved) else ""
        return f"{count(len(moved), 'file')} moved to {target.relative_to(self.folder.parent)}{stayed}"


def look(folder: Path) -> Inbox:
    """What waits in a folder, which is made where it is missing; hidden files never do."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise TowerError(f"{folder} is not a folder; INBOX names the one that new files come to") from error
    found: dict[Path, tuple[int, int]] = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts) and str(inside) not in STAY:
            state = path.stat()
            found[path] = state.st_size, state.st_mtime_ns
    return Inbox(folder, found)


def _new_folder(wanted: Path) -> Path:
    """Make a folder that nothing is in yet."""
    place, number = wanted, 1
    while place.exists():
        number += 1
        place = wanted.with_name(f"{wanted.name}-{number}")
    place.mkdir(parents=True)
    return place


def _remove_empty(folder: Path) -> None:
    """Remove the folders that nothing is left in."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
