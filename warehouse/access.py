"""Who may see which rows: access.yml gives each user a scope, a choice of segments and regions.

It fails closed: what is missing, empty or unclear lets nobody in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import TowerError

DIMENSIONS = ("segments", "regions")


@dataclass(frozen=True)
class Scope:
    """Segments and regions that may be seen; None is all of them."""

    segments: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None

    def describe(self) -> str:
        """In words, such as `SMB, Mid-Market in Europe`."""
        if self == EVERYTHING:
            return "everything"
        return f"{', '.join(self.segments or ['all segments'])} in {', '.join(self.regions or ['all regions'])}"

    def role(self, database: str) -> str | None:
        """The login role of this scope in a database; None for everything, which is tower_reader's."""
        if self == EVERYTHING:
            return None
        text = repr((database, self.segments, self.regions))
        return f"tower_scope_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


EVERYTHING = Scope()


@dataclass(frozen=True)
class Access:
    """What access.yml says: scopes by lower-case e-mail address, and the scope of everybody else, if there is one.

    `lines` say where an address, or `default`, stands in the file.
    """

    users: Mapping[str, Scope]
    default: Scope | None
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def scope(self, email: str | None) -> Scope | None:
        """The scope of a user; None refuses. Whom no address names sees everything unless a default says less."""
        if email is None:
            return self.default or EVERYTHING
        return self.users.get(spelled(email), self.default)

    def scopes(self) -> set[Scope]:
        """Every scope that needs a role of its own."""
        return {*self.users.values(), self.default or EVERYTHING} - {EVERYTHING}


class _Entries(yaml.SafeLoader):
    """YAML whose keys are there once, in whatever spelling, not empty, and whose lines are known."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lines: dict[str, int] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node. Raises TowerError with the lines of a key that is empty or there twice."""
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"  # as it is written: `no` is a name, not false
            name, line = spelled(str(key.value)), key.start_mark.line + 1
            if not name:  # a sign-in that gives no address must not find itself here
                raise TowerError(f"line {line}: a name is empty; write the e-mail address, or take the line out")
            if name in seen:
                raise TowerError(f"line {line}: {name} is named in line {seen[name]} already; keep one of them")
            seen[name] = line
        self.lines |= seen
        return super().construct_mapping(node, deep)


def spelled(name: str) -> str:
    """An address as it is compared: without the spaces around it, in lower case."""
    return name.strip().lower()


def unknown_words(access: Access, known: Mapping[str, Collection[str]]) -> list[str]:
    """A sentence for each segment or region that someone may see, and that the warehouse does not know.

    `known` are the words of the warehouse by dimension, in their order; of a dimension without words nothing is said.
    """
    named = [*access.users.items(), *([("default", access.default)] if access.default else [])]
    return [
        f"line {access.lines[name]}: {name}: {dimension[:-1]} {word!r} is unknown; "
        f"the warehouse knows {', '.join(known[dimension])}"
        for name, scope in named
        for dimension in DIMENSIONS
        for word in getattr(scope, dimension) or ()
        if known.get(dimension) and word not in known[dimension]
    ]


def read_access(path: Path) -> Access:
    """Parse access.yml. Raises TowerError that names the entry that is wrong, or says that the file is not there."""
    text = _text(path)
    entries = _Entries(text)
    try:
        content = entries.get_single_data()
    except yaml.YAMLError as error:
        raise TowerError(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error
    except TowerError as error:
        raise TowerError(f"{path.name}, {error}") from error
    if content is None:
        raise TowerError(f"{path.name} is empty, so nobody is let in; `users: {{}}` names nobody on purpose")
    if not isinstance(content, dict) or not {*content} <= {"users", "default"}:
        raise TowerError(f"{path.name} must hold `users` and `default`, nothing else")
    users = content.get("users") or {}
    if not isinstance(users, dict):
        raise TowerError(f"{path.name}: `users` must map e-mail addresses to scopes")
    places = {name: f"{path.name}, line {line}" for name, line in entries.lines.items()}
    scopes = {spelled(name): _scope(places.get(spelled(name), path.name), name, entry) for name, entry in users.items()}
    default = _scope(places["default"], "default", content["default"]) if "default" in content else None
    return Access(scopes, default, entries.lines)


def _text(path: Path) -> str:
    """What stands in the file."""
    if not path.is_file():
        raise TowerError(f"{path} is missing, so nobody is let in; bring it back, or begin with access.example.yml")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TowerError(f"{path} cannot be read, so nobody is let in: {error}") from error


def _scope(place: str, name: str, entry: Any) -> Scope:
    """The scope of an address, or of `default`, that stands in a place of the file."""
    if entry == "everything":
        return EVERYTHING
    if not isinstance(entry, dict) or not entry:
        raise TowerError(f"{place}: {name} must be `everything`, or a list of segments, of regions, or of both")
    if unknown := [key for key in entry if key not in DIMENSIONS]:
        raise TowerError(f"{place}: {unknown[0]!r} of {name} is unknown; write {' or '.join(DIMENSIONS)}")
    chosen: dict[str, tuple[str, ...]] = {}
    for key, values in entry.items():
        texts = isinstance(values, list) and all(isinstance(value, str) and value not in ("", "*") for value in values)
        if not texts or not values:
            raise TowerError(f"{place}: {key} of {name} must be a list of names, such as [SMB, Mid-Market]")
        chosen[key] = tuple(sorted({*values}))
    return Scope(**chosen)
