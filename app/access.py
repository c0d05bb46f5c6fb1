"""Which rows a visitor may see: access.yml gives whoever has signed in a scope, and the scope a login role.

PostgreSQL enforces the scope for the role that a visitor's queries run as; this module only decides which role that is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import streamlit as st

from app.selection import Filters
from app.sign_in import identity
from warehouse.access import EVERYTHING, Access, Scope, read_access
from warehouse.settings import load_settings


@dataclass(frozen=True)
class Visitor:
    """Somebody who may look: their address, when the sign-in names them, what they may see, and as which login role.

    `role` is None for whoever sees everything.
    """

    email: str | None
    scope: Scope
    role: str | None


def visitor() -> Visitor | None:
    """Who this session belongs to; None when they have to sign in first, or are refused."""
    who = identity()
    if who is None:
        return None
    settings = load_settings()
    scope = _access(settings.access_file, _version(settings.access_file)).scope(who.email)
    return None if scope is None else Visitor(who.email, scope, scope.role(settings.database_name))


def narrowed(filters: Filters, scope: Scope) -> Filters:
    """The selection with the visitor's segments and regions where none are chosen, so that every panel names them."""
    return replace(
        filters,
        segment=filters.segment or scope.segments or (),
        region=filters.region or scope.regions or (),
    )


def say_scope(scope: Scope) -> None:
    """In the sidebar: what the visitor sees, when it is not everything."""
    if scope != EVERYTHING:
        st.sidebar.caption(f":material/visibility_lock: You see {scope.describe()}.")


def _version(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=4)
def _access(path: Path, _version: int) -> Access:
    return read_access(path)
