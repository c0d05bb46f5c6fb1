"""Files to take away: CSV and XLSX of a table. What was selected is named in each."""

from __future__ import annotations

import html
import io
import re
import textwrap

import pandas as pd
import streamlit as st

from app.ui.visit import Visit
from metrics.company import Company
from warehouse.spreadsheets import harmless


def file_name(visit: Visit, title: str, ending: str = "") -> str:
    """Such as mrr-by-segment_2026-05_2026-10_smb_europe.csv: title, months, and what is filtered."""
    filters = visit.filters
    own = [chosen.words for chosen in visit.own.values() if chosen.words and not chosen.is_default]
    chosen = [value for values in filters.values.values() for value in values] + own
    parts = [title, f"{filters.start:%Y-%m}", f"{filters.end:%Y-%m}", *chosen]
    slugs = [re.sub(r"[^a-z0-9-]+", "-", part.lower()).strip("-") for part in parts]
    return "_".join(slug for slug in slugs if slug)[:120] + (f".{ending}" if ending else "")


def about(visit: Visit, title: str) -> pd.DataFrame:
    """What an export rests on: as-of date, build and selection; columns item and value."""
    rest = {"Table": title, "As of": f"{visit.build.as_of:%Y-%m-%d}", "Build": str(visit.build.publication)}
    return pd.DataFrame([*(rest | visit.in_words).items()], columns=["item", "value"])


def caption(visit: Visit, title: str) -> str:
    """What the picture of a chart shows, in one or two lines for plotly: title, as-of date, months and filters."""
    said = f"{title} · As of {visit.build.as_of:%-d %b %Y} · {visit.filters.span} · {visit.active}"
    return "<br>".join(textwrap.wrap(html.escape(said, quote=False), 170, max_lines=2, placeholder=" …"))


def safe_csv(frame: pd.DataFrame) -> bytes:
    """CSV bytes; text that a spreadsheet would run as a formula gets a leading apostrophe."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(lambda value: harmless(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False).encode()


def xlsx(frame: pd.DataFrame, rest: pd.DataFrame) -> bytes:
    """A workbook: the table, typed (numbers and dates stay such, no text becomes a formula), and the sheet About."""
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with pd.ExcelWriter(out, engine="xlsxwriter", engine_kwargs={"options": plain}) as writer:
        for name, part in (("Table", frame), ("About", rest)):
            part.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            sheet = writer.sheets[name]
            sheet.autofilter(0, 0, len(part), max(len(part.columns) - 1, 0))
            for place, column in enumerate(part.columns):
                longest = part[column].head(200).astype(str).str.len().max() if len(part) else 0
                sheet.set_column(place, place, min(max(len(str(column)), longest) + 2, 60))
    return out.getvalue()


def headed(frame: pd.DataFrame, company: Company) -> pd.DataFrame:
    """The frame with the columns of the company's words called as it calls them: segment becomes tier."""
    own = {name: company.noun(name).lower().replace(" ", "_") for name in frame.columns if company.calls(name)}
    return frame.rename(columns={name: said for name, said in own.items() if said not in frame.columns})


def downloads(visit: Visit, title: str, frame: pd.DataFrame) -> None:
    """Two small buttons; the files are made when they are asked for."""
    rest, frame = about(visit, title), headed(frame, visit.build.company)
    with st.container(horizontal=True, gap="small"):
        for ending, make in (("csv", lambda: safe_csv(frame)), ("xlsx", lambda: xlsx(frame, rest))):
            st.download_button(
                ending.upper(),
                make,
                file_name(visit, title, ending),
                key=f"{ending}-{title}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                help=f"Download “{title}” as {ending.upper()}",
            )
