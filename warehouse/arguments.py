"""Values of the command line: each is read, or its mistake is said in one line, in the words of make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from warehouse.errors import TowerError


def day(word: str) -> Callable[[str], date]:
    """Reads a day such as 2026-01-31."""

    def read(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise TowerError(f"{word}={text} is no day; write {word}=2026-01-31") from None

    return read


def one_of(word: str, *choices: str) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(text: str) -> str:
        if text not in choices:
            raise TowerError(f"{word}={text} is unknown; write one of {', '.join(f'{word}={c}' for c in choices)}")
        return text

    return read


def whole(word: str) -> Callable[[str], int]:
    """Reads the number of something, such as of a load."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise TowerError(f"{word}={text} is no whole number; write {word}=2")
        return int(text)

    return read


def percentage(word: str) -> Callable[[str], float]:
    """Reads a percentage as a share from 0 to 1."""

    def read(text: str) -> float:
        try:
            share = float(text) / 100
        except ValueError:
            share = -1
        if not 0 <= share <= 1:
            raise TowerError(f"{word}={text} is no percentage from 0 to 100; write {word}=5")
        return share

    return read
