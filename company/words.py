"""The words of company.yml: what the company calls its segments, regions, channels, tiers, priorities and reasons."""

from __future__ import annotations

from dataclasses import dataclass

from company.nodes import List, Map, Node, Text, quoted
from company.profile import Vocabulary, Word
from company.values import entry, fields, name, names, number, unique


@dataclass(frozen=True)
class Kind:
    """A kind of words in the warehouse, and the two groups into which company.yml may divide it.

    The first group holds the words of which the kind's attribute (is_paid, is_voluntary) is true.
    """

    name: str
    groups: tuple[str, ...] = ()
    is_ranked: bool = False


KINDS = {
    "segment": Kind("segment"),
    "region": Kind("region"),
    "acquisition_channel": Kind("acquisition_channel", ("paid", "other")),
    "plan_tiers": Kind("plan_tier"),
    "ticket_priorities": Kind("ticket_priority", is_ranked=True),
    "ticket_categories": Kind("ticket_category"),
    "churn_reasons": Kind("churn_reason", ("voluntary", "involuntary")),
    "activation_events": Kind("activation_event"),
}


def read_words(node: Node) -> tuple[Vocabulary, ...]:
    """Every kind that has words or a label, in the file's order. Raises TowerError for a mistake."""
    return tuple(_vocabulary(key, KINDS[key], value) for key, value in fields(node, tuple(KINDS), "words").items())


def _vocabulary(key: str, kind: Kind, node: Node) -> Vocabulary:
    """A list of words, or their entries: label and values, or label and the kind's two groups."""
    if isinstance(node, List):
        return Vocabulary(kind.name, None, _values(key, kind, node))
    if isinstance(node, Text):
        raise node.place.mistake(f"{key} needs a list of words such as [first, second], not {quoted(node.value)}")
    entries = fields(node, ("label", "values", *kind.groups), key)
    label = entry(entries, "label", lambda text: name(text, f"the label of {key}"), None)
    if "values" not in entries:
        return Vocabulary(kind.name, label, _grouped(key, kind, entries))
    if both := [group for group in kind.groups if group in entries]:
        raise entries[both[0]].place.mistake(f"{key} has `values` and `{both[0]}`; put each word into one of them")
    return Vocabulary(kind.name, label, _values(key, kind, entries["values"]))


def _values(key: str, kind: Kind, node: Node) -> tuple[Word, ...]:
    if not kind.is_ranked:
        return tuple(Word(value) for value in names(node, key))
    if isinstance(node, Map):
        return tuple(
            Word(name(node.keys[value], f"a word of {key}"), severity=_severity(rank, value))
            for value, rank in node.entries.items()
        )
    return tuple(Word(value, severity=rank) for rank, value in enumerate(names(node, key), start=1))


def _severity(node: Node, value: str) -> int:
    rank = number(node, f"the severity of {quoted(value)}")
    if rank != int(rank) or not 1 <= rank <= 99:
        raise node.place.mistake(f"the severity of {quoted(value)} must be a whole number from 1, the most severe")
    return int(rank)


def _grouped(key: str, kind: Kind, entries: dict[str, Node]) -> tuple[Word, ...]:
    """The words of both groups, the group that is written first before the other."""
    words: list[Word] = []
    places: list[tuple[str, Node]] = []
    for group in (key for key in entries if key in kind.groups):
        values = names(entries[group], group)
        places += values.items()
        words += [_member(kind, value, group == kind.groups[0]) for value in values]
    unique(places)
    return tuple(words)


def _member(kind: Kind, value: str, is_first: bool) -> Word:
    return Word(value, is_paid=is_first) if kind.name == "acquisition_channel" else Word(value, is_voluntary=is_first)
