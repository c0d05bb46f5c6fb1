"""Which ready mappings know a folder's files: by the files' names and by the columns in their headers, in any style."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from company.contract import Table
from loader.files.headers import places
from loader.mapping.listed import Looked
from loader.mapping.matching import match_files
from loader.mapping.model import Mapping
from loader.mapping.reader import names, read_mapping

KNOWS = 0.5  # the share of a file's columns, or of those that the mapping reads, that it must know
HALF = 0.4  # the share of the folder's files that a mapping must know to be the one for them
BY_COLUMNS = 4  # columns that tell a file whose name the mapping does not know


@dataclass(frozen=True)
class Knows:
    """What a mapping knows of one file: the kind of it, the share of its columns (0 to 1), and what it lacks."""

    mapping: Mapping
    kind: str
    file: Looked
    share: float
    lacking: tuple[str, ...]
    is_named: bool

    @property
    def is_enough(self) -> bool:
        """Whether the mapping can read the file."""
        return self.is_named and not self.lacking and self.share >= KNOWS


def known_by(folder: Path, tables: list[Table], files: list[Looked]) -> dict[str, list[Knows]]:
    """By mapping, the best first: what it knows of the files, of each the kind that it resembles most."""
    found = {}
    for name in names():
        mapping = read_mapping(name, tables)
        matched, _ = match_files(folder, [mapping])
        kinds = {path: kind for (_, kind), paths in matched.items() for path in paths}
        known = (_best(mapping, file, kinds.get(file.path), tables) for file in files if file.columns)
        found[name] = [one for one in known if one]
    return dict(sorted(found.items(), key=lambda pair: -_score(pair[1])))


def _score(known: list[Knows]) -> float:
    return sum(one.share for one in known if one.is_enough) + sum(one.share for one in known) / 1_000


def _best(mapping: Mapping, file: Looked, named: str | None, tables: list[Table]) -> Knows | None:
    """The kind of files that a file is: what its name says, or otherwise what its columns say."""
    keyed = {table.key: table for table in tables}
    found = []
    for kind in [named] if named else mapping.files:
        wanted = mapping.wanted(kind, keyed)
        held = places(file.columns, wanted, mapping.names[kind])
        share = len(held) / max(1, min(len(wanted), len(file.columns)))
        needs = [what for what, of in mapping.needs[kind].items() if not any(column in held for column in of)]
        lacking = (*(c for c, is_needed in wanted.items() if is_needed and c not in held), *needs)
        if named or len(held) >= BY_COLUMNS:
            found.append(Knows(mapping, kind, file, share, lacking, bool(named)))
    return max(found, key=lambda one: (not one.lacking, one.share), default=None)


def chosen(known: dict[str, list[Knows]], files: list[Looked]) -> list[tuple[Mapping, list[Knows]]]:
    """The mappings that read the folder: the one that knows most of its files, then others for what is left."""
    left = {file.number for file in files}
    picked: list[tuple[Mapping, list[Knows]]] = []
    for ones in known.values():
        mine = [one for one in ones if one.is_enough and one.file.number in left]
        is_most = sum(one.share for one in mine) >= max(KNOWS, HALF * len(left))
        if mine and (is_most or len(mine[0].mapping.files) == 1):  # a sheet is read beside whatever there is
            picked.append((mine[0].mapping, mine))
            left -= {one.file.number for one in mine}
    return picked
