"""What the numbers mean: the semantic manifest of dbt, kept in the database with each publication."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

CANDIDATE = "candidate"  # the schema in which dbt builds the marts
MANIFEST = "semantic_manifest.json"


def keep(cursor: Any, publication: int, file: Path) -> None:
    """Keep the manifest that dbt has written, once for all publications that share it; without a file nothing."""
    if not file.exists():
        return
    text = portable(file.read_text(encoding="utf-8"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    cursor.execute("insert into ops.definitions values (%s, %s) on conflict do nothing", (digest, text))
    cursor.execute("update ops.publications set definitions = %s where publication_id = %s", (digest, publication))
    cursor.execute(
        "delete from ops.definitions where digest not in "
        "(select definitions from ops.publications where kept and definitions is not null)"
    )


def portable(text: str) -> str:
    """The manifest over marts, not the candidate, of whatever database a connection reads."""
    text = text.replace(f'"schema_name": "{CANDIDATE}"', '"schema_name": "marts"')
    text = text.replace(f'\\"{CANDIDATE}\\".', '\\"marts\\".')
    text = re.sub(r'"relation_name": "\\"[^"]+"\.', '"relation_name": "', text)
    return re.sub(r'"database": "[^"]*"', '"database": null', text)
