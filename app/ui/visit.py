"""One run of one page: what is shown of it, handed from the entry to the page and from there to every panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.pages import Page
from app.selection import Chosen, Filters, Tower, active, in_words
from app.ui.colours import Look, look_of

KEY = "visit"  # the one place in which the entry leaves it for the page, which Streamlit runs without arguments


def _unheard() -> None:
    """A page that has no head yet has nobody to tell."""


@dataclass
class Visit:
    """The page, the build and the selection, and what the page has drawn so far: its own filters and its toolbar."""

    page: Page
    build: Tower
    filters: Filters
    own: dict[str, Chosen] = field(default_factory=dict)
    marks: bool = False  # whether releases, price changes and campaigns are marked on charts
    bar: DeltaGenerator | None = None
    announce: Callable[[], None] = _unheard

    @property
    def toolbar(self) -> DeltaGenerator:
        """The row under the head, for what else a page offers as a whole."""
        if self.bar is None:
            raise LookupError("the page has no head yet")
        return self.bar

    def choose(self, key: str, chosen: Chosen) -> None:
        """Take what a filter of the page is set to, and say it above."""
        self.own[key] = chosen
        self.announce()

    @property
    def look(self) -> Look:
        """How its charts write amounts and colour words."""
        return look_of(self.build.company)

    @property
    def days(self) -> tuple[date, date]:
        """The first and last day of the chosen months that the data know."""
        return max(self.filters.start, self.build.first_day), min(self.filters.last_day, self.build.as_of)

    @property
    def active(self) -> str:
        """The filters that are set, the sidebar's and the page's own, in one line."""
        return active(self.build.company, self.filters, list(self.own.values()))

    @property
    def in_words(self) -> dict[str, str]:
        """The whole selection, for exports and reports."""
        return in_words(self.build.company, self.filters, list(self.own.values()))


def begin(visit: Visit) -> None:
    """Leave the visit for the page that runs next."""
    st.session_state[KEY] = visit


def current() -> Visit:
    """The visit that the entry began."""
    visit: Visit = st.session_state[KEY]
    return visit
