"""The definitions that a publication was built with, as the warehouse keeps them: the semantic manifest of dbt."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from warehouse.dbt import target_path
from warehouse.definitions import MANIFEST, portable
from warehouse.errors import TowerError
from warehouse.reading import fetch
from warehouse.settings import load_settings

FRESH = 5  # seconds for which what is shown is not looked up again


@dataclass(frozen=True)
class Definitions:
    """A semantic manifest, told from others by its digest."""

    digest: str
    text: str = field(compare=False, repr=False)


def definitions(publication: int | None = None) -> Definitions:
    """Those of a publication, or of the one that is shown.

    Where nothing is published with definitions of its own they are those that dbt has written last. Raises TowerError
    when there are none either, or the warehouse does not answer.
    """
    url = load_settings().reader().text()
    number = publication if publication is not None else _shown(url, int(time.monotonic() / FRESH))
    digest = _digest(url, number) if number is not None else None
    return _kept(url, digest) if digest else _written(target_path(load_settings()) / MANIFEST)


@lru_cache(maxsize=16)
def _shown(_url: str, _when: int) -> int | None:
    found = fetch("select publication_id from ops.shown", {})
    return int(found["publication_id"].iloc[0]) if len(found) else None


@lru_cache(maxsize=256)
def _digest(_url: str, publication: int) -> str | None:
    found = fetch("select definitions from ops.publications where publication_id = %(number)s", {"number": publication})
    return found["definitions"].iloc[0] if len(found) else None


@lru_cache(maxsize=8)
def _kept(_url: str, digest: str) -> Definitions:
    found = fetch("select content from ops.definitions where digest = %(digest)s", {"digest": digest})
    return Definitions(digest, str(found["content"].iloc[0]))


def _written(file: Path) -> Definitions:
    if not file.exists():
        raise TowerError("the semantic layer is not built; run `make dbt-run dbt-test`")
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(file: Path, _version: int) -> Definitions:
    text = portable(file.read_text(encoding="utf-8"))
    return Definitions(hashlib.sha256(text.encode()).hexdigest(), text)
