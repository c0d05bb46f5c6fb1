"""Rules: what words say of a topic, unless their clause takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# … just before a hit: the ticket says what it is not about
TAKEN_BACK = re.compile(
    r"(\bnot (about|regarding|concerning|an?|the|related to|with|because of)|\bisn.?t (about|an?|the)"
    r"|nothing (to do with|wrong with)|\bno (\w+ )?(problems?|issues?|troubles?|questions?|complaints?) "
    r"(with|about|regarding)|rather than|instead of|\bwithout (any|an?))( \w+){0,2} ?$"
)
# … just after it: that part is as it should be
IN_ORDER = re.compile(
    r"^\w*( \w+){0,3}? (is|are|was|were|looks?|works?|seems?)( all| both| now| still)? "
    r"(fine|ok|okay|good|correct|right|great|in order|paid|settled|perfectly|as expected"
    r"|not the (problem|issue|point))\b"
)
TURN = re.compile(r"\b(but|however|although|except|yet|only that|the real (problem|issue|question))\b")
AFTER_TURN = 1.25  # what comes after "but" is what the ticket is about
OTHERS = 0.35  # what each further hit adds, beside the strongest


@dataclass(frozen=True)
class Rule:
    """An expression of a topic, in parts: where `stems` are named, one of them stands in whatever a part finds."""

    topic: int
    weight: float
    parts: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


class Rules:
    """Expressions with weights, by topic."""

    def __init__(self, rules: Mapping[str, Sequence[tuple[float, str]]]):
        self.topics = list(rules)
        self.rules = [
            Rule(index, weight, _parts(pattern))
            for index, topic in enumerate(self.topics)
            for weight, pattern in rules[topic]
        ]

    def weigh(self, text: str) -> np.ndarray:
        """How strongly each topic is spoken of; shape (topics,), 0 where nothing speaks of one."""
        hits: list[list[float]] = [[] for _ in self.topics]
        text = plain(text)
        turn = TURN.search(text)
        turned = turn.start() if turn else len(text)
        for rule in self.rules:
            found = [
                AFTER_TURN if place > turned else 1.0
                for expression, stems in rule.parts
                if not stems or any(stem in text for stem in stems)
                for place in _places(expression, text)
            ]
            if found:
                hits[rule.topic].append(rule.weight * max(found))
        return np.array([max(found) + OTHERS * (sum(found) - max(found)) if found else 0.0 for found in hits])

    def holds(self, text: str, expressions: Sequence[str]) -> bool:
        """Whether one of the expressions stands in the text."""
        text = plain(text)
        return any(re.search(rf"(?<!\w){expression}", text) for expression in expressions)


def plain(text: str) -> str:
    """As expressions expect it: small letters, straight apostrophes, single spaces."""
    return " ".join(text.lower().replace("’", "'").split())


def _places(expression: re.Pattern[str], text: str) -> Iterator[int]:
    """Where it holds: its clause does not take it back."""
    for found in expression.finditer(text):
        start, end = found.span()
        if not TAKEN_BACK.search(text, max(0, start - 60), start) and not IN_ORDER.search(text[end : end + 60]):
            yield start


def _parts(pattern: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """The alternatives of which a plain piece is known, which is looked for first, and the others."""
    stems = {alternative: max(_runs(alternative), key=len, default="") for alternative in _alternatives(pattern)}
    known = [alternative for alternative, stem in stems.items() if len(stem) >= 2]
    others = [alternative for alternative in stems if alternative not in known]
    parts = [(known, tuple(dict.fromkeys(stems[one] for one in known))), (others, ())]
    return tuple((_compiled(chosen), pieces) for chosen, pieces in parts if chosen)


def _compiled(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(alternatives).replace("~", r"(?:[\w'-]+ ){0,3}") + ")")


def _alternatives(pattern: str) -> list[str]:
    """The parts between bars that stand in no group."""
    parts, depth = [""], 0
    for letter in pattern:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _runs(alternative: str) -> list[str]:
    """Letters and spaces that stand together outside of groups, without those that may be missing."""
    rest = re.sub(r"\\[a-zA-Z]|\[[^]]*\]", "\0", alternative)
    while "(" in rest:
        rest = re.sub(r"\([^()]*\)[?*+]?", "\0", rest)
    rest = re.sub(r".(?=[?*])", "\0", rest)
    return re.findall(r"[a-z0-9 '#-]+", rest)
