"""Which file belongs to which table, and what a file is: encoding, delimiter, header, hash, kind of lines."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from company.contract import Table
from loader.files.codepages import KNOWN, guess
from loader.files.headers import Header, bare_name, find_header, is_footer, is_total, places, split

ENDING = r"\.(?:csv|tsv|txt|parquet)(?:\.gz)?"
PART = r"(?:[-_.]\d[\w.-]*|-[\w.-]+)?"  # tickets-2026-10.csv, tickets_2.csv, tickets.001.csv
SAMPLE = 1 << 16
DATED = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")
BROKEN = (OSError, EOFError, zlib.error)  # what a damaged archive or an unreadable file raises


def find_files(folder: Path, tables: Iterable[Table]) -> tuple[dict[str, list[Path]], dict[str, list[Path]], list[str]]:
    """By table key: its files, and the files that list its deleted keys; and the names of files that fit no table.

    A table's files are <source>/<table>, <source>_<table> or <table>, with .csv, .tsv, .txt or .parquet (and .gz), in
    one piece, in pieces (tickets-2026-10.csv) or in a folder of that name. truth/ and hidden files are left alone.
    """
    tables = list(tables)
    found: dict[str, list[Path]] = {table.key: [] for table in tables}
    deleted: dict[str, list[Path]] = {table.key: [] for table in tables}
    unused = []
    stems = {t.key: rf"(?:{t.source}/{t.name}|{t.source}_{t.name}|{t.name})" for t in tables}
    for path in data_files(folder):
        name = path.relative_to(folder).as_posix()
        if not name.isprintable():  # bytes that are no UTF-8, newlines
            unused.append(ascii(name))
            continue
        for key, stem in stems.items():
            if re.fullmatch(rf"{stem}(?:{PART})\.deleted{ENDING}", name, re.I):
                deleted[key].append(path)
            elif re.fullmatch(rf"{stem}(?:{PART}|/[^/]+){ENDING}", name, re.I):
                found[key].append(path)
            else:
                continue
            break
        else:
            unused.append(name)
    return found, deleted, unused


def data_files(folder: Path) -> Iterator[Path]:
    """Every file that could hold rows, by its ending; truth/ and hidden files are left alone."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_left = name.startswith("truth/") or "/." in f"/{name}"
        if not is_left and re.search(ENDING + "$", name, re.I) and path.is_file():
            yield path


def day_of(path: Path) -> date | None:
    """The date that a file or its folder carries in its name (2026-11-01 or 20261101)."""
    for part in reversed(path.resolve().parts[-3:]):
        for year, month, day in reversed(DATED.findall(part)):
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
    return None


def open_bytes(path: Path) -> IO[bytes]:
    """The file's content, unpacked."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


@dataclass
class FileFacts:
    """What a file is. `columns` are the contract's columns with their places in the file, `extra` the other headers."""

    path: Path
    name: str  # as messages say it: the path inside the data folder
    wanted: tuple[str, ...]
    strict: bool = False
    names: dict[str, str] = field(default_factory=dict)  # other spellings of the wanted columns
    sha256: str = ""
    lines: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    header: list[str] = field(default_factory=list)
    header_text: str = ""
    header_line: int = 1
    titles: tuple[str, ...] = ()  # the lines above the header
    ends_with_total: bool = False
    columns: dict[str, int] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    has_nul: bool = False
    has_quotes: bool = False
    odd_newlines: bool = False
    example: str = ""  # a word with letters of the guessed encoding
    damaged: bool = False  # bytes that are not of the encoding
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    @cached_property
    def is_parquet(self) -> bool:
        """Whether it begins as Parquet files do."""
        with self.path.open("rb") as stream:
            return stream.read(4) == b"PAR1"

    def look(self) -> None:
        """Learn encoding, delimiter and header from the beginning. Raises OSError, EOFError or zlib.error."""
        with open_bytes(self.path) as stream:
            head = stream.read(SAMPLE)
        self.encoding = _by_mark(head)
        self._find_header(head)

    def _find_header(self, head: bytes) -> None:
        text = head.decode(self.encoding, errors="replace").removeprefix("\ufeff")
        lines = [line.rstrip("\r\n") for line in io.StringIO(text, newline="")]
        if self.strict:
            found = Header(1, lines[0] if lines else "")
        else:
            found = find_header(lines, self.wanted, self.names, ",;\t|")
        self.header_line, self.header_text, self.titles = found.line, found.text, found.titles
        self.split_by(found.delimiter)
        self.match()

    def split_by(self, delimiter: str) -> None:
        """Take a character for the one that separates columns."""
        self.delimiter = delimiter
        self.header = split(self.header_text, delimiter)

    def match(self) -> None:
        """Find the contract's columns in the header: by their own names, then by others; the first of equals counts."""
        if self.strict:
            self.columns = {}
            for place, name in enumerate(self.header):
                if name in self.wanted:
                    self.columns.setdefault(name, place)
        else:
            self.columns = places(self.header, self.wanted, self.names)
        self.extra = [name for place, name in enumerate(self.header) if place not in self.columns.values()]

    def read_through(self) -> None:
        """Hash the content, count its lines and see what its bytes are, in one pass."""
        seen = _Bytes(self.encoding == "utf-8")
        with open_bytes(self.path) as stream:
            while piece := stream.read(1 << 20):
                seen.add(piece)
        seen.end()
        self.sha256, self.lines, self.damaged = seen.digest.hexdigest(), seen.lines, seen.damaged
        self.has_nul, self.has_quotes, self.odd_newlines = seen.has_nul, seen.has_quotes, seen.odd_newlines
        if self.damaged and not self.strict:
            self._guess(seen.sample)
        self.ends_with_total = not self.strict and self._is_total_at(seen.tail)
        self._say()

    def _is_total_at(self, tail: bytes) -> bool:
        """Whether the last line sums up the others, or is a sentence below them."""
        lines = tail.decode(self.encoding, errors="replace").splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "")
        fields = split(last, self.delimiter)
        return is_total(fields) or is_footer(fields, len(self.header))

    def _say(self) -> None:
        """Write down how the file is read where it is not plain."""
        if self.encoding != "utf-8":
            kind = f" ({KNOWN[self.encoding]})" if self.encoding in KNOWN else ""
            shown = f": {self.example}" if self.example else ""
            self.notes.append(f"read as {self.encoding}{kind}{shown}")
        if self.delimiter != ",":
            self.notes.append(f"columns are separated by {'a tab' if self.delimiter == chr(9) else self.delimiter}")
        if self.titles:
            said = ", ".join(repr(line[:60]) for line in self.titles[:3])
            self.notes.append(f"the header is in line {self.header_line}; the title above it is skipped: {said}")
        read = {name: self.header[place] for name, place in self.columns.items() if self.header[place] != name}
        others = [f"{name} from {text}" for name, text in read.items() if bare_name(name) != bare_name(text)]
        styled = [text for name, text in read.items() if bare_name(name) == bare_name(text)]
        if styled:
            self.notes.append(f"header names read in the contract's spelling: {', '.join(styled[:5])}")
        if others:
            self.notes.append(f"read from columns of other names: {', '.join(others)}")

    def content_hash(self) -> str:
        """The hash of the unpacked content."""
        digest = hashlib.sha256()
        with open_bytes(self.path) as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def _guess(self, sample: bytes) -> None:
        """Another encoding, unless most of what is not ASCII is UTF-8: then only the damaged rows are refused."""
        text = sample.decode("utf-8", errors="replace")
        wrong = text.count("\ufffd")
        if sum(not letter.isascii() for letter in text) - wrong >= wrong:
            return
        self.encoding, self.example = guess(sample)
        self.damaged = True  # some bytes may mean nothing there either
        with open_bytes(self.path) as stream:
            self._find_header(stream.read(SAMPLE))


@dataclass
class _Bytes:
    """What the bytes of a file are, piece by piece."""

    is_utf8: bool  # what they should be
    digest: Any = field(default_factory=hashlib.sha256)
    lines: int = 0
    has_nul: bool = False
    has_quotes: bool = False
    odd_newlines: bool = False
    damaged: bool = False
    sample: bytes = b""  # of lines that are not ASCII
    tail: bytes = b""
    _crlf: int = 0
    _returns: int = 0
    _last: bytes = b""
    _decoder: Any = field(default_factory=getincrementaldecoder("utf-8"))

    def add(self, piece: bytes) -> None:
        """Look at the next piece."""
        self.digest.update(piece)
        self.lines += piece.count(b"\n")
        if b"\r" in piece or self._last == b"\r":
            self._returns += piece.count(b"\r")
            self._crlf += piece.count(b"\r\n") + (self._last == b"\r" and piece[:1] == b"\n")
        self._last, self.tail = piece[-1:], (self.tail + piece)[-SAMPLE:]
        self.has_nul = self.has_nul or b"\0" in piece
        self.has_quotes = self.has_quotes or b'"' in piece
        if not piece.isascii() and len(self.sample) < SAMPLE:
            self.sample += b"\n".join(line for line in piece.split(b"\n") if not line.isascii())[:SAMPLE]
        self._decode(piece)

    def end(self) -> None:
        """There is no further piece."""
        self._decode(b"", True)
        self.odd_newlines = self._returns != self._crlf or self._crlf not in (0, self.lines)
        self.lines += self._last not in (b"", b"\n")  # the last line may lack its newline

    def _decode(self, piece: bytes, final: bool = False) -> None:
        if self.is_utf8 and not self.damaged:
            self.damaged = not _decodes(self._decoder, piece, final)


def _decodes(decoder: Any, piece: bytes, final: bool = False) -> bool:
    if piece.isascii() and not decoder.getstate()[0] and not final:
        return True
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _by_mark(head: bytes) -> str:
    """The encoding that the first bytes tell; UTF-8 otherwise."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if not head.startswith(BOM_UTF8) and len(head) > 3:
        even, odd = head[0:400:2].count(0), head[1:400:2].count(0)
        half = len(head[:400]) // 2
        if odd > 0.8 * half and even < 0.1 * half:
            return "utf-16-le"
        if even > 0.8 * half and odd < 0.1 * half:
            return "utf-16-be"
    return "utf-8"
