"""Which files of a folder are those that mappings name."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from re import IGNORECASE, sub

from loader.files.facts import ENDING, data_files
from loader.mapping.model import Mapping

Kind = tuple[str, str]  # a mapping, and a kind of files in it


def match_files(folder: Path, mappings: list[Mapping]) -> tuple[dict[Kind, list[Path]], list[str]]:
    """The files of each kind, and the names of files that are of none. The first kind that fits has a file.

    A folder with a mapping's name keeps its files apart.
    """
    found: dict[Kind, list[Path]] = {(m.name, source): [] for m in mappings for source in m.files}
    unused = []
    folders = {m.name for m in mappings if (folder / m.name).is_dir()}
    for path in data_files(folder):
        name = path.relative_to(folder).as_posix()
        if not name.isprintable():
            continue
        stem = sub(ENDING + "$", "", name, flags=IGNORECASE).lower()
        kinds = ((m, source) for m in mappings for source in m.files if _fits(m, source, stem, mappings, folders))
        owner = next(kinds, None)
        if owner:
            found[owner[0].name, owner[1]].append(path)
        else:
            unused.append(name)
    return found, unused


def _fits(mapping: Mapping, source: str, stem: str, mappings: list[Mapping], folders: set[str]) -> bool:
    if mapping.name in folders:
        if not stem.startswith(f"{mapping.name}/"):
            return False
        stem = stem.removeprefix(f"{mapping.name}/")
    elif stem.split("/")[0] in [m.name for m in mappings]:
        return False
    options = (stem, Path(stem).name)
    return any(fnmatch(option, pattern.lower()) for pattern in mapping.files[source] for option in options)
