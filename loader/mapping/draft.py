"""A draft mapping for unknown files. What they do not say is a numbered question in it, never an answer of our own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from company.contract import Column, Table
from company.profile import Profile
from loader.files.facts import ENDING
from loader.files.headers import clean_name
from loader.mapping.document import is_text
from loader.mapping.expressions import parse_expression
from loader.mapping.fit import Fit, Via
from loader.mapping.listed import Looked
from loader.mapping.vocabulary import vocabulary
from loader.sql import identifier, literal, literals

if TYPE_CHECKING:
    from loader.mapping.look import Folder

MOST_WORDS = 30  # of a column that are asked one by one
NAMED = 8  # words of the company's own that a question names
OWN = ("segment", "region", "acquisition_channel", "plan_tier", "ticket_priority", "ticket_category", "churn_reason")
SCORES = {"csat_score": (1.0, 5.0), "discount_pct": (0.0, 100.0), "probability": (0.0, 100.0)}
SHARES = ("discount_pct", "probability")  # in per cent, which many write as parts of one
ENDS = {  # a state that the day of its end tells: that column, the state before, the state after
    "support.tickets.status": ("resolved_at", "open", "closed"),
    "billing.subscriptions.status": ("ended_at", "active", "cancelled"),
}
FLAGS = (("is_won", "won"), ("is_closed", "closed"))  # of a deal
PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
HEAD = """\
# Drafted by `make doctor`. What the files do not say is asked: a text that begins with ? stands where the answer
# belongs. Put each answer in its place: a word, a number, or for a whole column an expression on the file's columns.
# A draft with open questions does not load. What can be said here: docs/your-own-data.md.
"""


@dataclass
class Draft:
    """The body of a mapping as its YAML has it, and how many questions it holds."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    lookups: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)  # by kind: the company's words that need no question
    placed: list[str] = field(default_factory=list)  # words that were placed by what they mean
    questions: int = 0

    def ask(self, question: str) -> str:
        """A question with its number."""
        self.questions += 1
        return f"?{self.questions} {question}"

    def text(self) -> str:
        """The draft as YAML."""
        lookups = {"lookups": self.lookups} if self.lookups else {}
        body = {"title": "Draft", "files": self.files, **lookups, "tables": self.tables}
        return HEAD + yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=1_000)


def make_draft(folder: Folder, taken: dict[str, Fit], company: Profile) -> Draft:
    """A draft for the tables for which a list was found; words that the company's profile holds are not asked."""
    draft = Draft(known={kind.kind: {word.value for word in kind.words} for kind in company.vocabularies})
    aliases: dict[int, str] = {}
    for key, fit in taken.items():
        alias = aliases.setdefault(fit.file.number, _alias(fit.file, draft.files))
        entry = draft.files.setdefault(alias, {"match": _match(fit.file), "types": {}})
        entry["types"] |= _types(fit)
        draft.tables[key] = _Drafting(folder, draft, fit, aliases).entry(alias)
    return draft


def _alias(file: Looked, files: dict[str, Any]) -> str:
    """A name for a list within the draft, that no other one has."""
    name = clean_name(_stem(file.name)) or "file"
    return name if name not in files else f"{name}_{file.number}"


def _match(file: Looked) -> str | list[str]:
    stems = [_stem(name) for name in file.names]
    return stems if len(stems) > 1 else stems[0]


def _stem(name: str) -> str:
    return re.sub(ENDING + "$", "", name, flags=re.IGNORECASE)


def _types(fit: Fit) -> dict[str, str]:
    """The types of the picked columns; an amount that is whole today need not be so tomorrow."""
    kinds = {}
    for column in fit.table.columns:
        name = fit.picked.get(column.name, "")
        kind = fit.file.columns[name].kind if name else "text"
        if kind == "text" or (kind == "flag" and column.data_type != "boolean" and name not in kinds):
            continue
        wanted = column.data_type.split("(")[0]
        kinds[name] = {"numeric": "number", "integer": "integer"}.get(wanted, kind) if kind != "number" else kind
        if wanted == "varchar" and kind in ("integer", "number"):
            del kinds[name]
    return kinds


@dataclass
class _Drafting:
    """The drafting of one table's entry."""

    folder: Folder
    draft: Draft
    fit: Fit
    aliases: dict[int, str]
    joins: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return self.fit.table

    def entry(self, alias: str) -> dict[str, Any]:
        """The entry as the YAML has it."""
        columns = {column.name: self.column(column) for column in self.table.columns}
        one_per = {"one_per": name_of(self.fit.one_per)} if self.fit.one_per else {}
        if self.fit.key and self.table.primary_key not in self.fit.picked:
            one_per = {"one_per": columns[self.table.primary_key]}
        join = {"join": self.joins} if self.joins else {}
        said = {name: entry for name, entry in columns.items() if entry is not None}
        return {"from": alias, **one_per, **join, "columns": said}

    def column(self, column: Column) -> Any:
        """What the draft says of a column: an expression, a map with more, or a question; None for nothing."""
        name = self.fit.picked.get(column.name)
        if name is None:
            return self.missing(column)
        sql = name_of(name)
        held = self.fit.file.columns[name]
        if column.accepted or (column.data_type == "boolean" and held.kind == "text" and held.filled):
            return self.words(column, name)
        if column.word in OWN and held.filled:
            sql = self.own(column, name)
        if column.name in SCORES and held.filled:
            sql = self.score(column, name)
        if column.name == "unit_price" and self.table.key == "billing.subscription_changes":
            sql = self.price(name)
        if column.name == "amount" and self.table.key == "billing.invoices":
            sql = self.net(name)
        if column.not_null and held.filled < 1:
            return {"sql": sql, "default": self.gaps(column, name)}
        return sql

    def missing(self, column: Column) -> Any:
        """A column that the list lacks: told by another one, asked, or left empty."""
        if column.unique and self.fit.key:
            parts = ", ".join(name_of(self.fit.picked[part]) for part in self.fit.key)
            return f"concat_ws('|', {parts})"
        if told := self.told(f"{self.table.key}.{column.name}"):
            return told
        if via := self.fit.via.get(column.name):
            return self.looked_up(column.name, via)
        if not vocabulary().is_asked(self.table, column):
            return None
        offer = vocabulary().offer(self.table, column)
        if column.name in ("period_start", "period_end") and "invoice_date" in self.fit.picked:
            offer = name_of(self.fit.picked["invoice_date"]) + (" + interval 1 month" if "end" in column.name else "")
            return self.draft.ask(f"no column holds {column.name}: {offer}?")
        asked = self.draft.ask(f"no column holds {column.name}: {offer or _wanted(column)}?")
        return {"constant": asked} if offer or column.accepted else asked

    def told(self, column: str) -> str | None:
        """What other columns of the list tell of one that it lacks: a state by its day, a day by its state."""
        picked = self.fit.picked
        end, before, after = ENDS.get(column, ("", "", ""))
        if end in picked:
            return f"case when {name_of(picked[end])} is null then {literal(before)} else {literal(after)} end"
        if column == "crm.deals.closed_at" and {"expected_close_date", "stage"} <= picked.keys():
            words = [word for word, _ in self.folder.values(self.fit.file, picked["stage"], MOST_WORDS)]
            closed = [w for w in words if vocabulary().word_for("outcome", ("won", "lost"), w) and is_text(w)]
            day, stage = name_of(picked["expected_close_date"]), name_of(picked["stage"])
            return f"case when {stage} in ({literals(closed)}) then {day} end" if closed else None
        won, closed_ = (next((n for n in names if n in self.fit.file.columns), None) for names in FLAGS)
        if column == "crm.deals.outcome" and won and closed_:
            return f"case when {name_of(won)} then 'won' when {name_of(closed_)} then 'lost' else 'open' end"
        return None

    def price(self, name: str) -> str:
        """A price, or the question whether it is of one of the units or of all of them."""
        units = self.fit.picked.get("quantity")
        if not units or name in vocabulary().each or (self.folder.range_of(self.fit.file, units) or (0, 0))[1] <= 1:
            return name_of(name)
        each = f"{name_of(name)} where it is the price of one of {units}"
        return self.draft.ask(f"{each}, {name_of(name)} / {name_of(units)} where it is of all of them?")

    def looked_up(self, column: str, via: Via) -> str:
        """A column that another list tells, through a lookup that is joined."""
        name = f"of_{via.parent.table.name.removesuffix('s')}"
        entry = {"from": self.aliases[via.parent.file.number], "per": name_of(via.per)}
        self.draft.lookups.setdefault(name, {**entry, "columns": {column: name_of(via.value)}})
        self.joins[name] = name_of(via.own)
        return f"{name}.{column}"

    def net(self, name: str) -> str:
        """An invoice's amount, or the question whether its tax is in it."""
        tax = self.fit.picked.get("tax")
        if not tax or name in vocabulary().net:
            return name_of(name)
        return self.draft.ask(
            f"{name_of(name)} where it is without tax, {name_of(name)} - {name_of(tax)} where it is with it?"
        )

    def gaps(self, column: Column, name: str) -> str:
        """The question what stands where a needed column has no value."""
        file = self.fit.file
        empty = round((1 - file.columns[name].filled) * file.rows)
        offer = vocabulary().offer(self.table, column) or _wanted(column)
        return self.draft.ask(f"{name} is empty in {empty:,} of {rows_of(file.rows)}: {offer}?")

    def words(self, column: Column, name: str) -> Any:
        """A column of structural words: each is placed where it can mean but one thing, and asked otherwise."""
        found = [(word, lines) for word, lines in self.folder.values(self.fit.file, name, MOST_WORDS + 1) if word]
        said: dict[str, Any] = {"sql": name_of(name)}
        values = {}
        for word, lines in found[:MOST_WORDS]:
            meaning = vocabulary().meaning(self.table, column, word)
            if meaning is None and is_text(word):
                values[word] = self.draft.ask(f"{name} {word} ({rows_of(lines)}): {_wanted(column)}?")
            elif meaning and clean_name(word) != clean_name(meaning):
                values[word] = meaning
                self.draft.placed.append(f"{self.table.key}.{column.name}: {word} is {meaning}")
        if values:
            said["values"] = values
        if len(found) > MOST_WORDS:
            said["otherwise"] = self.draft.ask(
                f"{name} has more words than {MOST_WORDS}; all others: {_wanted(column)}?"
            )
        if column.not_null and self.fit.file.columns[name].filled < 1:
            said["default"] = self.gaps(column, name)
        return said if len(said) > 1 else said["sql"]

    def own(self, column: Column, name: str) -> str:
        """A column of the company's own words, or the question whether those that company.yml lacks are its words."""
        found = [word for word, _ in self.folder.values(self.fit.file, name, MOST_WORDS + NAMED) if word]
        known = self.draft.known.setdefault(column.word, set())
        new = sorted(word for word in found if word not in known and is_text(word))
        if not new:
            return name_of(name)
        known.update(new)
        said = ", ".join(new[:NAMED]) + (" …" if len(new) > NAMED else "")
        which = f"{name} has {said}, which company.yml does not list"
        return self.draft.ask(f"{which}: {name_of(name)} where they are the company's own words?")

    def score(self, column: Column, name: str) -> str:
        """A score as it is, or the question on what scale it is given: none is bent."""
        low, high = SCORES[column.name]
        found = self.folder.range_of(self.fit.file, name)
        if found is None:
            return self.draft.ask(f"{name} holds no numbers: how is it a number from {low:g} to {high:g}?")
        sql, span = name_of(name), f"{name} runs from {found[0]:g} to {found[1]:g}"
        if column.name in SHARES and 0 < found[1] <= 1:
            return self.draft.ask(f"{span}: {sql} where it is per cent, {sql} * 100 where it is a part of one?")
        if low <= found[0] and found[1] <= high:
            if column.name in SHARES or self.fit.file.columns[name].kind != "number":
                return sql
            return self.draft.ask(f"{span}, with decimals: {sql} where {high:g} is the best of {low:g} to {high:g}?")
        return self.draft.ask(f"{span}, and {column.name} from {low:g} to {high:g}: which expression makes it so?")


def name_of(name: str) -> str:
    """A column of the file as an expression."""
    try:
        if PLAIN_NAME.fullmatch(name) and parse_expression(name).columns == (name,):
            return name
    except ValueError:
        pass
    return identifier(name)


def rows_of(count: int) -> str:
    """So many rows."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def _wanted(column: Column) -> str:
    """What a column takes, as a question says it."""
    if column.accepted:
        *rest, last = column.accepted
        return f"{', '.join(rest)} or {last}" if rest else last
    if column.data_type == "boolean":
        return "true or false"
    kind = column.data_type.split("(")[0]
    if column.references:
        return "which column"
    return {"varchar": "which column, or 'text'", "timestamp": "which column", "date": "which column"}.get(
        kind, "which column, or a number"
    )
