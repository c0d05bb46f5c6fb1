"""The company's words: which of them it has declared, and which were only found in the data."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.data import audited
from app.found import Found
from app.ui.formats import plain
from app.ui.panels import table
from app.ui.visit import Visit
from metrics.company import Company, Word

DECLARED, LEARNED = "declared", "learned from the data"
SOURCES = {"environment": "from the environment", "company.yml": "from company.yml", "assumed": "assumed"}


def learned(visit: Visit) -> None:
    """Whose company it is, and a table of its words by kind."""
    company = visit.build.company
    currency = company.currency.symbol or "not known, so amounts carry no sign"
    source = SOURCES.get(company.margin_source, company.margin_source)
    st.caption(
        f"Company: {plain(company.name or 'no name')} · currency: {plain(currency)} · "
        f"gross margin: {company.gross_margin:.0%}, {source}."
    )
    table(
        visit,
        "Words",
        Found(words_of(company, _spellings(visit))),
        help="What the company calls things. Declared words stand in company.yml, in its order; learned ones were only "
        "found in the data, and what they mean is guessed of well-known words alone. Of spellings that differ "
        "in capitals alone the declared one counts, else the most frequent.",
        empty="The data hold no words yet.",
    )


def _spellings(visit: Visit) -> dict[tuple[str, str], str]:
    """The other spellings of words that the data have, by kind and word."""
    found, _ = audited(visit.build, "word_spellings", "spellings", "")
    return {(str(row["kind"]), str(row["value"])): str(row["spellings"]) for row in found.to_dict("records")}


def words_of(company: Company, spellings: dict[tuple[str, str], str] | None = None) -> pd.DataFrame:
    """A row per word: its kind, what is known of it, how else it is written, and where it comes from."""
    others = spellings or {}
    found = pd.DataFrame(
        [
            {
                "word": word.value,
                "kind": company.labels[kind],
                "meaning": _meaning(kind, word),
                "also_written": others.get((kind, word.value), ""),
                "source": DECLARED if word.is_declared else LEARNED,
            }
            for kind in company.labels
            for word in company.words.get(kind, ())
        ],
        columns=["word", "kind", "meaning", "also_written", "source"],
    )
    return found if others else found.drop(columns="also_written")


def _meaning(kind: str, word: Word) -> str:
    """What the numbers make of a word; what they need to know and nobody said is named."""
    if kind == "acquisition_channel":
        return {True: "costs media spend", False: "costs no media spend", None: "paid or not: unknown"}[word.is_paid]
    if kind == "churn_reason":
        return {True: "voluntary", False: "involuntary", None: "voluntary or not: unknown"}[word.is_voluntary]
    if kind == "ticket_priority":
        return f"severity {word.severity}" if word.severity else "severity unknown"
    return "technical" if kind == "ticket_category" and word.is_technical else ""
