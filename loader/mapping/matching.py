"""Which files of a folder are those that mappings name: never a list beside the one that is meant."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from loader.files.facts import ENDING, data_files
from loader.files.headers import bare_name, clean_name
from loader.mapping.model import Mapping

# Words for what lies beside a list of deals: who belongs to whom, what was before, how it is set up, raw copies.
_BESIDE = (
    "to history histories association associations pipeline pipelines stage stages property properties field fields "
    "form forms tag tags label labels member members membership memberships role roles relation relations merge merged "
    "audit audits comment comments archived deleted raw schema item items share feed"
)
BESIDE = frozenset(_BESIDE.split())
SUFFIX = re.compile(r"[\W_]+\(?[0-9][0-9\W_]*$")  # Account_1, account-2026-03, Account (1)
Kind = tuple[str, str]  # a mapping, and a kind of files in it


def match_files(folder: Path, mappings: list[Mapping]) -> tuple[dict[Kind, list[Path]], list[str]]:
    """The files of each kind, and the names of files that are of none. The first mapping that knows a file has it.

    A folder with a mapping's name keeps its files apart.
    """
    found: dict[Kind, list[Path]] = {(m.name, source): [] for m in mappings for source in m.files}
    unused = []
    folders = {m.name for m in mappings if (folder / m.name).is_dir()}
    for path in data_files(folder):
        name = path.relative_to(folder).as_posix()
        if not name.isprintable():
            continue
        stem = re.sub(ENDING + "$", "", name, flags=re.IGNORECASE)
        kind = next(filter(None, (_kind(mapping, stem, mappings, folders) for mapping in mappings)), None)
        if kind:
            found[kind].append(path)
        else:
            unused.append(name)
    return found, unused


def _kind(mapping: Mapping, stem: str, mappings: list[Mapping], folders: set[str]) -> Kind | None:
    """What a file is in a mapping."""
    first = stem.lower().split("/")[0]
    if mapping.name in folders:
        if first != mapping.name or "/" not in stem:
            return None
        stem = stem[len(mapping.name) + 1 :]
    elif first in folders and "/" in stem:
        return None
    alias = alias_of(stem, mapping.name, mapping.files)
    return (mapping.name, alias) if alias else None


def alias_of(stem: str, owner: str, files: dict[str, list[str]]) -> str | None:
    """The entry that means a file; `stem` is its path without the ending, `owner` the mapping's name.

    A name that is spelled out comes first, in any style (OpportunityHistory, opportunity_history), with a number or day
    behind it or the system's name before it. A pattern does not take a file whose name says that it holds something
    else (deals_to_contacts, deal_pipeline_stage, company_property_history) unless the pattern says so too.
    """
    name = stem.rsplit("/", 1)[-1]
    known = {bare_name(part): alias for alias, parts in files.items() for part in parts if not _has_wildcard(part)}
    short = SUFFIX.sub("", name)
    own = re.sub(rf"^{re.escape(owner)}[\W_]+", "", short, flags=re.IGNORECASE)
    for text in (stem, name, short, own):
        if alias := known.get(bare_name(text)):
            return alias
    words = _words(name)
    if name.lower().startswith("_airbyte") or _are_several(words, files):
        return None
    best: tuple[int, str | None] = (-1, None)
    for alias, parts in files.items():
        for part in filter(_has_wildcard, parts):
            is_beside = (words - _words(part)) & BESIDE
            fits = any(fnmatchcase(text.lower(), part.lower()) for text in (stem, name))
            if fits and not is_beside:
                best = max(best, (len(_words(part)), alias), key=lambda pair: pair[0])
    return best[1]


def _has_wildcard(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


def _words(name: str) -> set[str]:
    return set(clean_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).split("_")) - {""}


def _are_several(words: set[str], files: dict[str, list[str]]) -> bool:
    """Whether a name is made of the names of two lists, as deal_company is: who belongs to whom."""
    single = {
        alias: {word for part in parts if len(_words(part)) == 1 for word in _words(part)}
        for alias, parts in files.items()
    }
    named = [alias for alias, known in single.items() if words & known]
    return len(named) > 1 and all(any(word in known for known in single.values()) for word in words)
