"""YAML whose texts and maps know their lines, so that mistakes in it can be named with theirs; nothing in it runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import TowerError

BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_BYTES, MOST_VALUES, DEEPEST = 1_000_000, 100_000, 20  # values, with those that aliases stand for


class Text(str):
    """A string that knows its line."""

    line = 0


class Map(dict[str, Any]):
    """A mapping that knows its line."""

    line = 0


class LineLoader(BASE):  # type: ignore[misc]
    pass


def read_document(path: Path) -> tuple[Any, str]:
    """A YAML file's content and its text. Raises TowerError with one line for whatever cannot be used."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TowerError(f"{path.name}: longer than {MOST_BYTES:,} bytes; a mapping is some hundred lines")
        text = path.read_text(encoding="utf-8")
        _see_that_it_is_small(text)
        return yaml.load(text, LineLoader), text
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TowerError(f"{path.name}:{line}: {' '.join(str(error.problem or error.context).split())}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TowerError(f"{path.name}: {' '.join(str(error).split())}") from error
    except OSError as error:
        raise TowerError(f"{path.name}: cannot be read: {error.strerror}") from error


def _see_that_it_is_small(text: str) -> None:
    """Look for tags, deep nesting, and aliases that stand for too much. Raises yaml.MarkedYAMLError."""
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []  # anchors, and the values before them
    count = 0
    event: Any
    for event in yaml.parse(text, LineLoader):
        if getattr(event, "tag", None):
            raise _mistake(f"the tag {event.tag} is not allowed here", event)
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise _mistake(f"*{event.anchor} stands inside of what it names, or before it", event)
            count += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            count += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, count))
            sizes.pop(event.anchor or "", None)
            count += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                sizes[anchor] = count - before
        if len(open_) > DEEPEST:
            raise _mistake(f"nested more than {DEEPEST} times", event)
        if count > MOST_VALUES:
            raise _mistake(f"more than {MOST_VALUES:,} values, with those that aliases repeat", event)


def _mistake(problem: str, place: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)


def is_text(value: str) -> bool:
    """Whether every character is one to be read: none for control, no half of one."""
    return value.isprintable() or not any(unicodedata.category(c) in ("Cc", "Cs") for c in value if c not in "\n\t")


def _text(loader: Any, node: yaml.ScalarNode) -> Text:
    value = Text(loader.construct_scalar(node))
    value.line = node.start_mark.line + 1
    if not is_text(value):
        raise _mistake(f"{str(value)[:60]!a} has a character that is none to be read", node)
    return value


def _map(loader: Any, node: yaml.MappingNode) -> Map:
    value = Map()
    value.line = node.start_mark.line + 1
    for key, item in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            merged = loader.construct_object(item, deep=True)
            for part in merged if isinstance(merged, list) else [merged]:
                if not isinstance(part, Map):
                    raise _mistake("<< takes a map", item)
                for name, inner in part.items():
                    value.setdefault(name, inner)
    own = set()
    for key, item in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        name = _text(loader, key)  # `no` is a country, not a falsehood
        if name in own:
            raise _mistake(f"{name!r} stands twice", key)
        own.add(name)
        value[name] = loader.construct_object(item, deep=True)
    return value


def _guarded(tag: str) -> Callable[[Any, yaml.ScalarNode], Any]:
    """Construct a number or date; 2026-02-30 is a mistake with a line."""
    construct = BASE.yaml_constructors[tag]

    def guarded(loader: Any, node: yaml.ScalarNode) -> Any:
        try:
            return construct(loader, node)
        except (ValueError, OverflowError) as error:
            raise _mistake(f"{node.value[:60]!r} cannot be read: {str(error)[:60]}", node) from error

    return guarded


LineLoader.add_constructor("tag:yaml.org,2002:str", _text)
LineLoader.add_constructor("tag:yaml.org,2002:map", _map)
for _tag in ("int", "float", "timestamp"):
    LineLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _guarded(f"tag:yaml.org,2002:{_tag}"))
