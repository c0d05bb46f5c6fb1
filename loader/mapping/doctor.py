"""`doctor`: what a folder of unknown files is, the mappings that read it, or a draft that asks for what is not said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from company.contract import Table
from company.profile import Profile
from loader.duck import open_scratch
from loader.files.facts import find_files
from loader.files.folder import FolderSource
from loader.files.headers import places
from loader.mapping.coverage import CHANGES, PRICES
from loader.mapping.draft import Draft, make_draft
from loader.mapping.fit import Fit, Fits, find_fits
from loader.mapping.listed import Looked
from loader.mapping.look import Folder
from loader.mapping.model import Mapping
from loader.mapping.nearest import Knows, chosen, known_by
from loader.mapping.reader import read_mapping
from loader.mapping.vocabulary import vocabulary
from warehouse.errors import TowerError


@dataclass(frozen=True)
class Doctor:
    """Where the doctor looks, and where its draft goes."""

    out: Console
    folder: Path
    tables: list[Table]
    scratch: Path
    draft: Path
    company: Profile  # whose words need no question

    def look(self) -> tuple[list[Mapping], set[str]]:
        """Look at the folder and print what was found.

        The mappings that fit, the last perhaps a draft; or the contract's tables whose files are there as they are.
        """
        source = FolderSource(self.folder, [], self.scratch, strict=False)
        words = vocabulary().columns.values()
        known = {c.name for t in self.tables for c in t.columns} | set(" ".join(words).split())
        with open_scratch(self.scratch, [self.folder / name for name in source.unused]) as db:
            folder = Folder(db, source, known)
            if not folder.files:
                self.say(f"{self.folder} holds no file that ends in .csv, .tsv, .txt or .parquet (or .gz)")
                return [], set()
            self.print_files(folder.files)
            if own := self.in_shape(folder.files):
                self.say(f"\nThese files are in the contract's own shape: make load-data DATA={self.folder}")
                return [], own
            knowing = known_by(self.folder, self.tables, folder.files)
            ready = chosen(knowing, folder.files)
            read = {one.file.number for _, ones in ready for one in ones}
            left = [file for file in folder.files if file.number not in read]
            self.say_ready(ready)
            if not ready:
                self.say_nearest(knowing)
            found = [mapping for mapping, _ in ready]
            return found + self.drafted(folder, left, found), set()

    def in_shape(self, files: list[Looked]) -> set[str]:
        """The tables of a folder whose files are all in the contract's shape; none when one of them is not."""
        found, _, _ = find_files(self.folder, self.tables)
        tables = {path: table for table in self.tables for path in found[table.key]}
        own = set()
        for file in (file for file in files if file.rows or file.trouble):
            table = tables.get(file.path)
            held = places(file.columns, [column.name for column in table.columns], {}) if table else {}
            if table is None or any(column.not_null and column.name not in held for column in table.columns):
                return set()
            own.add(table.key)
        return own

    def say(self, text: str) -> None:
        """One line, as it is."""
        self.out.print(text, markup=False)

    def print_files(self, files: list[Looked]) -> None:
        """What each file is, and each of its columns."""
        grid = Grid("file", "encoding", "separator", "rows", "columns", box=None, pad_edge=False)
        for file in files:
            mark = {"\t": "tab"}.get(file.facts.delimiter, file.facts.delimiter)
            grid.add_row(_shown(file), file.facts.encoding, mark, f"{file.rows:,}", str(len(file.facts.header)))
        self.out.print(grid)
        for file in files:
            self.say(f"\n{_shown(file)}{': ' + file.trouble if file.trouble else ''}")
            for name, held in file.columns.items():
                key = ", no value twice" if held.is_key else ""
                self.say(f"  {name}: {held.kind}{f' ({held.how})' if held.how else ''}, {held.filled:.0%} filled{key}")

    def say_ready(self, ready: list[tuple[Mapping, list[Knows]]]) -> None:
        """The ready mappings that read files of the folder."""
        for mapping, ones in ready:
            names = ", ".join(f"{_shown(one.file)} as {one.kind}" for one in ones)
            self.say(f"\nThis looks like {mapping.title}: {names}")

    def say_nearest(self, knowing: dict[str, list[Knows]]) -> None:
        """The ready mapping that knows most of the files, though not enough of them."""
        name, ones = next(iter(knowing.items()), ("", []))
        if not ones:
            self.say("\nno ready mapping knows any of the files")
            return
        self.say(f"\nnearest ready mapping: {name}")
        for one in ones:
            lacks = f", but not {', '.join(one.lacking[:5])}" if one.lacking else ""
            rename = "" if one.is_named else f"; its name would have to be {one.mapping.files[one.kind][0]}"
            self.say(f"  {_shown(one.file)} as {one.kind}: knows {one.share:.0%} of its columns{lacks}{rename}")

    def drafted(self, folder: Folder, left: list[Looked], ready: list[Mapping]) -> list[Mapping]:
        """Draft what no ready mapping reads, and say how to go on; the draft, if there is one."""
        numbers = {file.number for file in left}
        fits = find_fits(folder, self.tables, [file for file in left if not file.trouble])
        taken = {key: fit for key, fit in fits.taken.items() if fit.file.number in numbers}
        names = [mapping.name for mapping in ready]
        self.say_left(left, fits)
        if not taken:
            if not ready:
                self.say("\nno file resembles a table of the contract; docs/your-own-data.md shows how to map it")
            else:
                self.say(f"\nmake load-data DATA={self.folder} MAPPING={','.join(names)}")
            return []
        if self.draft.exists():
            raise TowerError(f"{self.draft} is there already; name another file for the draft: OUT=other.yml")
        draft = make_draft(folder, taken, self.company)
        self.draft.write_text(draft.text(), encoding="utf-8")
        mapping = read_mapping(str(self.draft), self.tables, is_draft=True)
        self.say_draft(draft, taken, mapping, ",".join([*names, str(self.draft)]))
        return [mapping]

    def say_draft(self, draft: Draft, taken: dict[str, Fit], mapping: Mapping, given: str) -> None:
        """What is drafted from what, and what is open."""
        self.say(f"\nA draft is in {self.draft}.")
        for key, fit in taken.items():
            empty = [c.name for c in fit.table.columns if c.name not in draft.tables[key]["columns"]]
            said = f"; left empty: {', '.join(empty)}" if empty else ""
            price = "; without a price there is no MRR" if key == CHANGES and set(PRICES) <= set(empty) else ""
            self.say(f"  {key} from {_shown(fit.file)}{said}{price}")
        self.say_unread(draft, taken)
        for line in draft.placed:
            self.say(f"  {line}")
        command = f"make load-data DATA={self.folder} MAPPING={given}"
        if not mapping.questions:
            self.say(f"Read it over, then: {command}")
            return
        self.say(f"\n{len(mapping.questions)} questions stand in it; put each answer in the place of its question:")
        for question in mapping.questions:
            self.say(f"  {question}")
        self.say(f"Then: {command}")

    def say_unread(self, draft: Draft, taken: dict[str, Fit]) -> None:
        """The columns of the drafted files that the draft makes nothing of."""
        said = str([draft.tables, draft.lookups])
        for file in {fit.file.number: fit.file for fit in taken.values()}.values():
            unread = [name for name in file.columns if not re.search(rf"\b{re.escape(name)}\b", said)]
            if unread:
                self.say(f"  not read of {_shown(file)}: {', '.join(unread)}")

    def say_left(self, left: Iterable[Looked], fits: Fits) -> None:
        """The files that nothing reads, and why."""
        used = {fit.file.number for fit in fits.taken.values()}
        for file in left:
            if file.number not in used:
                self.say(f"left aside: {_shown(file)}: {self.why(file, fits)}")

    def why(self, file: Looked, fits: Fits) -> str:
        """Why a file is left aside."""
        if file.trouble or not file.rows:
            return file.trouble or "it has no rows"
        fit = fits.nearest.get(file.number)
        if not fit:
            return "none of its columns is one of the contract's"
        lacking = ", ".join(fit.lacking)
        if not fit.has_key:
            return f"it resembles {fit.table.key}, but no column is its key {fit.table.primary_key} (no value twice)"
        if other := fits.taken.get(fit.table.key):
            return f"it resembles {fit.table.key}, which {_shown(other.file)} fits better"
        return f"it resembles {fit.table.key} a little, and lacks {lacking}"


def _shown(file: Looked) -> str:
    """A list's files, as messages say them."""
    return file.name if not file.pieces else f"{file.name} and {len(file.pieces)} more like it"
