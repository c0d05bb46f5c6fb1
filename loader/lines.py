"""YAML whose texts and maps know their lines, so that mistakes in it can be named with theirs."""

from __future__ import annotations

from typing import Any

import yaml


class Text(str):
    """A string that knows its line."""

    line = 0


class Map(dict[str, Any]):
    """A mapping that knows its line."""

    line = 0


class LineLoader(yaml.SafeLoader):
    pass


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Text:
    value = Text(loader.construct_scalar(node))
    value.line = node.start_mark.line + 1
    return value


def _map(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Map:
    value = Map()
    value.line = node.start_mark.line + 1
    for key, item in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            for name, part in loader.construct_object(item, deep=True).items():  # type: ignore[no-untyped-call]
                value.setdefault(name, part)
    own = set()
    for key, item in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        name = _text(loader, key)  # `no` is a country, not a falsehood
        if name in own:
            raise yaml.MarkedYAMLError(problem=f"{name!r} stands twice", problem_mark=key.start_mark)
        own.add(name)
        value[name] = loader.construct_object(item, deep=True)  # type: ignore[no-untyped-call]
    return value


LineLoader.add_constructor("tag:yaml.org,2002:str", _text)
LineLoader.add_constructor("tag:yaml.org,2002:map", _map)
