"""Which table of the contract a list of unknown files holds, and in which columns: by names, kinds and shared keys."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from company.contract import Column, Table
from loader.files.facts import ENDING
from loader.files.headers import bare_name, clean_name, shortened
from loader.mapping.listed import Held, Looked
from loader.mapping.vocabulary import vocabulary

if TYPE_CHECKING:
    from loader.mapping.look import Folder

OVERLAP = 0.8  # the share of values that must be keys of the other file
NEAR = 0.85  # how alike a header and a name are that differ by a slip
ENOUGH = 0.6  # the weight of a table's needed columns that a file must have whose name says nothing
OF_FILE = 0.4  # … and the share of its own columns that the table then knows
ALIKE = 0.8  # of the best table's score, for another one whose needs the list meets
ACCOUNT = ("crm", "accounts", "account_id")
ONE_EACH = {  # tables that another table's list tells too: one row for each value of its column; and what it tells
    "billing.subscription_changes": ("billing.subscriptions", "subscription_id", ()),
    "billing.products": ("billing.subscriptions", "product_id", ("product_name", "tier")),
}


@dataclass(frozen=True)
class Via:
    """A column that another list tells: the row of `parent` whose `per` is this list's `own` has it as its `value`."""

    own: str
    parent: Fit
    per: str
    value: str


@dataclass(frozen=True)
class Fit:
    """A table held against a list: `picked` are the list's columns by the table's, `lacking` the needed ones without.

    `key` are the columns that make a key together where no single one is it.
    """

    table: Table
    file: Looked
    picked: dict[str, str]
    lacking: tuple[str, ...]
    score: float
    is_named: bool
    key: tuple[str, ...] = ()
    one_per: str = ""  # the list's column with one row each, where it is another table's list
    via: dict[str, Via] = field(default_factory=dict)

    @property
    def has_key(self) -> bool:
        """Whether its rows can be told apart."""
        return self.table.primary_key in self.picked or bool(self.key)


@dataclass
class Fits:
    """The lists that are taken for tables, and what the others resemble most (None: nothing)."""

    taken: dict[str, Fit] = field(default_factory=dict)
    nearest: dict[int, Fit | None] = field(default_factory=dict)  # by the list's number


def find_fits(folder: Folder, tables: list[Table], files: list[Looked]) -> Fits:
    """Every table's list. A list belongs to one table, that it fits best; tables come with their parents first."""
    fits = Fits()
    weights = _weights(tables)
    usable = [file for file in files if file.rows and not file.trouble]
    for file in usable:
        ranked = sorted((_fit(folder, t, file, {}, weights) for t in tables), key=lambda fit: -fit.score)
        ranked = [fit for fit in ranked if fit.is_named] or ranked  # a list of tickets is of nothing else
        good = (fit for fit in ranked if _is_enough(fit) and fit.score >= ALIKE * ranked[0].score)
        nearest = next(good, ranked[0])
        fits.nearest[file.number] = nearest if nearest.picked else None
    for table in tables:
        mine = [file for file in usable if (best := fits.nearest[file.number]) and best.table is table]
        found = [fit for file in mine if _is_enough(fit := _fit(folder, table, file, fits.taken, weights))]
        if found:
            fits.taken[table.key] = max(found, key=lambda fit: fit.score)
    for key, (other, by, told) in ONE_EACH.items():
        table = next(t for t in tables if t.key == key)
        whole = fits.taken.get(other)
        if key not in fits.taken and whole and by in whole.picked:
            fits.taken[key] = _told_by(folder, table, whole, by, told)
    return fits


def _told_by(folder: Folder, table: Table, whole: Fit, by: str, told: tuple[str, ...]) -> Fit:
    """A table whose rows another table's list tells: each subscription is a change, each plan a product."""
    picked = {table.primary_key: whole.picked[by]}
    for column in table.columns:
        if column.name in whole.picked and (column.references or column.name == by):
            picked[column.name] = whole.picked[column.name]
        elif column.name in picked or (told and column.name not in told):
            continue
        elif found := _pick(folder, table, column, whole.file, {}, picked):
            picked[column.name] = found
    one_per = "" if whole.file.columns[whole.picked[by]].is_key else whole.picked[by]
    return Fit(table, whole.file, picked, _lacking(table, picked, ()), 0.0, False, (), one_per)


def _weights(tables: list[Table]) -> dict[str, float]:
    """How much a column's name tells: one that many tables have tells little."""
    counted = Counter(column.name for table in tables for column in table.columns)
    return {name: 1 / count for name, count in counted.items()}


def _fit(folder: Folder, table: Table, file: Looked, taken: dict[str, Fit], weights: dict[str, float]) -> Fit:
    """How well a list fits a table. `taken` are the lists of the tables that it may refer to."""
    picked: dict[str, str] = {}
    for column in table.columns:
        if found := _pick(folder, table, column, file, taken, picked):
            picked[column.name] = found
    key: tuple[str, ...] = ()
    if table.primary_key not in picked:
        parts = vocabulary().keys.get(table.key, [])
        key = tuple(name for name in parts if name in picked)
        key = key if len(key) > 1 and any(table.column(name).not_null for name in key) else ()
    via = _told_by_parents(table, file, picked, taken)
    lacking = tuple(name for name in _lacking(table, picked, key) if name not in via)
    needed = [c.name for c in table.columns if c.not_null and not (c.unique and key)]
    weight = sum(weights[name] for name in needed)
    covered = sum(weights[name] for name in needed if name in picked) / weight
    explained = len(set(picked.values())) / len(file.columns)
    is_named = _named(table, file.name)
    return Fit(table, file, picked, lacking, is_named + covered + explained, is_named, key, via=via)


def _told_by_parents(table: Table, file: Looked, picked: dict[str, str], taken: dict[str, Fit]) -> dict[str, Via]:
    """The account that another parent knows (an event's by its user), and the one subscription that an account has."""
    found = {}
    for column in table.columns:
        if column.name in picked or not column.references or not column.not_null:
            continue
        for other in (c for c in table.columns if c.references and c.name in picked):
            parent = taken.get(".".join((other.references or ("", ""))[:2]))
            if parent and column.name in parent.picked and parent.table.primary_key in parent.picked:
                key, value = parent.picked[parent.table.primary_key], parent.picked[column.name]
                found[column.name] = Via(picked[other.name], parent, key, value)
        parent = taken.get(".".join(column.references[:2]))
        own = parent.picked.get("account_id", "") if parent else ""
        if parent and own and "account_id" in picked and parent.file.columns[own].is_key and parent.file is not file:
            key = parent.picked[parent.table.primary_key]
            found.setdefault(column.name, Via(picked["account_id"], parent, own, key))
    return found


def _lacking(table: Table, picked: dict[str, str], key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(c.name for c in table.columns if c.not_null and c.name not in picked and not (c.unique and key))


def _is_enough(fit: Fit) -> bool:
    """Whether a list may be taken for a table: its rows can be told apart, and its name or its columns say so.

    What is of no account can be joined to nothing.
    """
    if not fit.has_key or any(fit.table.column(name).references == ACCOUNT for name in fit.lacking):
        return False
    needed = [c.name for c in fit.table.columns if c.not_null and not vocabulary().offer(fit.table, c)]
    return fit.is_named or (
        sum(name not in fit.lacking for name in needed) >= ENOUGH * len(needed)
        and len(set(fit.picked.values())) >= OF_FILE * len(fit.file.columns)
    )


def _pick(
    folder: Folder, table: Table, column: Column, file: Looked, taken: dict[str, Fit], picked: dict[str, str]
) -> str | None:
    """The list's column for one of the table's: of those with fitting names the first that can be it."""
    names = list(_by_name(table, column, file))
    if column.unique:
        names = [name for name in names if file.columns[name].kind not in ("number", "date", "time")]
        return next((name for name in names if file.columns[name].is_key), None) or next(
            (name for name in names if file.columns[name].is_almost_key), None
        )
    if column.references:
        names = _keys_of(folder, taken.get(".".join(column.references[:2])), file, names)
        # what is one thing already is not another; nor is the key of the list
        known = {picked[c.name] for c in table.columns if c.references and c.name in picked}
        names = [name for name in names if name not in known | {picked.get(table.primary_key, "")}]
    return next((name for name in names if _has_kind(column, file.columns[name])), None)


def _keys_of(folder: Folder, parent: Fit | None, file: Looked, names: list[str]) -> list[str]:
    """Of the columns those that hold keys of the parent's list, then any other that does; by names where none does."""
    key = parent.picked.get(parent.table.primary_key) if parent else None
    if not parent or not key or parent.file is file:
        return names
    shares = folder.held_by(parent.file, key)
    every = [*names, *(name for name, held in file.columns.items() if name not in names and held.kind == "text")]
    return [name for name in every if shares.get((file.number, name), 0.0) >= OVERLAP] or names


def _by_name(table: Table, column: Column, file: Looked) -> Iterable[str]:
    """The list's columns that may be meant by one of the table's, the nearer ones first."""
    singles = [word.removesuffix("s") for word in vocabulary().of_table(table)]
    options = vocabulary().of_column(table, column)
    if column.unique:
        options = [column.name, *(f"{word}_id" for word in singles), "id", *options[1:], *singles]
    bare = {bare_name(name): name for name in reversed(file.columns)}
    for word in singles:  # ticket_status in a list of tickets
        bare = {bare_name(name.removeprefix(f"{word}_")): name for name in reversed(file.columns)} | bare
    bare = {bare_name(shortened(name)): name for name in reversed(file.columns)} | bare
    found = dict.fromkeys(bare[key] for option in options if (key := bare_name(option)) in bare)
    if column.unique and _named(table, file.name):
        found |= dict.fromkeys(list(file.columns)[:1])  # exports begin with the key
    if not found:
        near = difflib.get_close_matches(column.name, list(file.columns), 1, NEAR)
        found = dict.fromkeys(near)
    return found


def _has_kind(column: Column, held: Held) -> bool:
    """Whether values of the kind that was found can be the column's; an empty column can be anything."""
    wanted = column.data_type.split("(")[0]
    if not held.filled:
        return True
    if wanted in ("timestamp", "date"):
        return held.kind in ("date", "time")
    return wanted not in ("integer", "numeric") or held.kind in ("integer", "number", "flag")


def _named(table: Table, file: str) -> bool:
    """Whether a list's name says that it holds the table's rows: its last word that is the name of a table."""
    stem = clean_name(re.sub(ENDING + "$", "", Path(file).name, flags=re.IGNORECASE))
    words = [word.removesuffix("s") for word in vocabulary().of_table(table)]
    return any(re.search(rf"(^|_){re.escape(word)}s?(_|$)", stem) for word in words)
