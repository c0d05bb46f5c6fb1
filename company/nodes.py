"""YAML as plain texts, lists and maps that know their places; nothing is ever made of a text but a text.

`NO` stays a country, `08:00` a time and `1` a word: whoever asks for a number or a date gets it from the text.
What a settings file has no need of is refused by name: anchors and aliases, tags, several documents, deep nesting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from unicodedata import category

import yaml

from warehouse.errors import TowerError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 8
NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of pairs, line breaks
UNSAID = ("", "~", "null")


@dataclass(frozen=True)
class Place:
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def mistake(self, what: str) -> TowerError:
        """An error of one line that begins with the place."""
        return TowerError(f"{self.file}:{self.line}:{self.column}: {what}")


@dataclass(frozen=True)
class Text:
    """A scalar as it is written, without its quotes."""

    place: Place
    value: str
    is_quoted: bool = False

    @property
    def is_unsaid(self) -> bool:
        """Whether an entry was left empty."""
        return not self.is_quoted and self.value in UNSAID


@dataclass(frozen=True)
class List:
    """A sequence."""

    place: Place
    items: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Map:
    """A mapping; its keys are texts, each of them once."""

    place: Place
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Text] = field(default_factory=dict)


Node = Text | List | Map


def quoted(text: str) -> str:
    """A text as messages show it: in quotes, on one line, at most 60 characters."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


def nearest(word: str, known: Collection[str]) -> str:
    """What to write instead of an unknown word: the nearest known one, or all of them."""
    by_case = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), by_case, n=1, cutoff=0.5)
    return f"did you mean {by_case[found[0]]}?" if found else f"known: {', '.join(known)}"


def parse(path: Path) -> Node | None:
    """The one document of a file; None where there is no file or nothing in it. Raises TowerError with the place."""
    text = _read(path)
    builder = _Builder(path.name)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(path.name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise place.mistake("a character that no text holds; remove it") from error
    except yaml.MarkedYAMLError as error:
        problem = " ".join(f"{error.context or ''} {error.problem or 'it cannot be read'}".split())
        raise builder.place(error.problem_mark).mistake(f"not YAML, {problem}; mend or quote it") from error
    except (ValueError, OverflowError) as error:
        raise builder.last.mistake("not YAML, what follows has an escape that is no character; remove it") from error
    return builder.root


def _read(path: Path) -> str:
    if not path.exists():
        return ""
    try:
        if not path.is_file():
            raise TowerError(f"{path.name} is not a file; put the company's profile there, or nothing")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TowerError(f"{path.name} cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise TowerError(f"{path.name} is larger than {MAX_BYTES // 1024} KiB; keep only the company's profile in it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise Place(path.name, line, column).mistake("not UTF-8; save the file as UTF-8") from error


class _Builder:
    """Makes nodes of parser events, without recursion, so that no nesting is too deep to be refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.last = Place(file, 1, 1)
        self._open: list[List | Map] = []
        self._keys: list[Text | None] = []  # of each open node: the key that waits for its value
        self._documents = 0

    def place(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else self.last

    def take(self, event: yaml.Event) -> None:
        self.last = self.place(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self.last.mistake("a second document; keep one, without a line ---")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._refuse(event)
            if isinstance(event, yaml.ScalarEvent):
                self._add(self._text(event))
            else:
                self._begin(List(self.last) if isinstance(event, yaml.SequenceStartEvent) else Map(self.last))

    def _refuse(self, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            raise self.last.mistake("anchors and aliases are not read; write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self.last.mistake(f"tags such as {quoted(tag)} are not read; remove it")

    def _text(self, event: yaml.ScalarEvent) -> Text:
        if any(category(letter) in NO_LETTERS for letter in event.value):
            raise self.last.mistake("a text with a line break or a control character; remove it")
        return Text(self.last, event.value, event.style is not None)

    def _begin(self, node: List | Map) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self.last.mistake(f"nested deeper than {MAX_DEPTH} levels; no entry needs that")
        self._add(node)
        self._open.append(node)
        self._keys.append(None)

    def _add(self, node: Node) -> None:
        parent = self._open[-1] if self._open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, List):
            parent.items.append(node)
        elif (key := self._keys[-1]) is not None:
            parent.entries[key.value] = node
            self._keys[-1] = None
        elif not isinstance(node, Text):
            raise node.place.mistake("a list or map stands where a name should; write `name: value`")
        elif node.value in parent.keys:
            first = parent.keys[node.value].place
            raise node.place.mistake(f"{quoted(node.value)} stands twice, first in line {first.line}; keep one")
        else:
            parent.keys[node.value] = node
            self._keys[-1] = node
