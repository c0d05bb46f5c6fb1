"""What customers write, line by line: sentences with choices and gaps, from texts/*.txt, made into phrases."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_gen.arrays import NONE, Ints, Mask, ints, mask

TEXTS = Path(__file__).parent / "texts"
CHOICE, GAP = re.compile(r"\[([^]]*)\]"), re.compile(r"\{(\w+)\}")
RELEASE_MARK, OTHER = "* ", "{x}"
VARIANTS = 48  # of a line, at most
TYPO_EVERY = 9  # phrases
ENDS = ("", ".", "?", "!")


@dataclass(frozen=True)
class Line:
    """A line of the grammar: text and choices in turn, and in how many ways it can be read."""

    parts: tuple[tuple[str, ...], ...]
    ways: int
    is_of_release: bool

    def read(self, way: int) -> str:
        """One reading: neighbouring ways differ in the last choices."""
        words, rest = [], way
        for options in reversed(self.parts):
            rest, place = divmod(rest, len(options))
            words.append(options[place])
        return "".join(reversed(words))


@dataclass(frozen=True)
class Grammar:
    """A language's lines by section, and what may stand in their gaps."""

    sections: Mapping[str, tuple[Line, ...]]
    gaps: Mapping[str, tuple[str, ...]]

    def draw(self, rng: np.random.Generator, section: str, size: int, of_release: Mask | None = None) -> Ints:
        """Phrases of a section as codes: a line, and one of its ways; in a bad release only lines that it may bring."""
        lines = self.sections[section]
        line = rng.integers(0, len(lines), size)
        bad = np.flatnonzero(mask(lines, lambda one: one.is_of_release))
        if of_release is not None and len(bad):
            line = np.where(of_release, bad[rng.integers(0, len(bad), size)], line)
        ways = np.minimum(ints(lines, lambda one: one.ways), VARIANTS)[line]
        return line * VARIANTS + (rng.random(size) * ways).astype(np.int64)

    def phrases(self, section: str, codes: Ints, things: tuple[str, ...], sentence: bool = False) -> pa.Array:
        """The phrases of these codes, empty for NONE; as sentences with a capital and an end."""
        found, place = np.unique(codes, return_inverse=True)
        texts = ["" if code == NONE else self._phrase(section, int(code), things) for code in found]
        if sentence:
            texts = [text[:1].upper() + text[1:] + ("" if text[-1:] in ENDS else ".") for text in texts]
        return pa.array(texts, pa.string()).take(pa.array(place))

    def _phrase(self, section: str, code: int, things: tuple[str, ...]) -> str:
        line = self.sections[section][code // VARIANTS]
        number = code % VARIANTS
        text = line.read(number * line.ways // min(line.ways, VARIANTS))
        noise = zlib.crc32(f"{section} {code}".encode())

        def fill(gap: re.Match[str]) -> str:
            nonlocal noise
            noise = (noise * 1_103_515_245 + 12_345) & 0xFFFFFFFF
            words = things if gap[1] == "thing" else self.gaps.get(gap[1], (gap[0],))
            return words[(noise >> 8) % len(words)]

        text = GAP.sub(fill, text)
        return misspell(text, noise) if noise % TYPO_EVERY == 0 and OTHER not in text else text


def misspell(text: str, noise: int) -> str:
    """The text with one slip of the fingers: two letters swapped, one lost, or one twice."""
    letters = [place for place in range(1, len(text) - 1) if text[place - 1 : place + 2].isalpha()]
    if not letters:
        return text
    at = letters[(noise >> 12) % len(letters)]
    swapped, lost, twice = text[at + 1] + text[at], text[at + 1], text[at] * 2 + text[at + 1]
    return text[:at] + (swapped, lost, twice)[(noise >> 4) % 3] + text[at + 2 :]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language."""
    sections: dict[str, list[str]] = {}
    rows: list[str] = []  # what stands before the first section explains the file
    for row in (TEXTS / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if row.startswith("# "):
            rows = sections.setdefault(row.removeprefix("# "), [])
        elif row:
            rows.append(row)
    gaps = dict(row.split(": ", 1) for row in sections.pop("slots"))
    shared = {} if language == "en" else grammar("en").gaps
    return Grammar(
        {name: tuple(_line(row) for row in rows) for name, rows in sections.items()},
        {**shared, **{name: tuple(words.split(", ")) for name, words in gaps.items()}},
    )


def _line(row: str) -> Line:
    pieces = CHOICE.split(row.removeprefix(RELEASE_MARK))
    parts = tuple((piece,) if place % 2 == 0 else tuple(piece.split("|")) for place, piece in enumerate(pieces))
    return Line(parts, int(np.prod([len(options) for options in parts])), row.startswith(RELEASE_MARK))
