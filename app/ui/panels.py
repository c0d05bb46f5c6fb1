"""A panel: a title, what it means, the chart or table, the reason when it is empty, its downloads and its drill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.data import lacks_of
from app.found import Found
from app.ui import charts
from app.ui.drill import Drill, Point, answers, events, follow, named, point_of
from app.ui.exports import caption, downloads, file_name
from app.ui.formats import is_money, listed, plain, title_of, words
from app.ui.visit import Visit
from app.ui.written import with_minus
from metrics.company import Company
from metrics.formats import Currency
from warehouse.errors import TowerError

MONTH, DAY = "MMM YYYY", "D MMM YYYY"  # how columns write months, days and moments
MOMENT = f"{DAY}, HH:mm"
AMOUNT = "dollar"  # the format by which a column says that it holds amounts
MEASURED, LETTER, LONG = 10, 7, 40  # rows that the browser measures, pixels of a letter, letters that have room
CODED = {"stage", "reason", "loss_reason", "priority", "category"}  # columns that hold codes


def chart(
    visit: Visit,
    title: str,
    figure: go.Figure | None,
    *,
    of: Found,
    help: str = "",
    note: str = "",
    empty: str = "",
    height: int = 330,
    drill: Drill | None = None,
    marks: bool = False,
    weeks: tuple[date, date] | None = None,
    needs: str = "",
) -> None:
    """A chart in a bordered panel, with its picture to take away.

    `of` is the answer that the figure was drawn from: where there is no figure, it says what is lacking or failed, or
    else `empty`. `needs` are metrics and marts without whose data the panel says so, however much was found.

    With `marks` the releases, price changes and campaigns of the selection are drawn when the head's toggle is on.
    A chart by week says with `weeks` from which day to which it holds all; a week that lies beyond is drawn as a part.

    With `drill` a click on a bar, cell or point lists the accounts behind it: the function takes the point and
    returns them, one a row, with `account_id` and `account_name` (see `drill.accounts`).
    """
    if weeks:
        help = f"{help} {charts.PART_WEEKS}".strip()
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{plain(title)}**", help=help or None)
        missing = _missing(visit, needs)
        if figure is None or missing:
            _nothing(of, empty, missing)
        else:
            if weeks:
                charts.part_weeks(figure, *weeks)
            if marks and visit.marks:
                charts.mark(figure, events(visit.build, visit.filters))
            _lay_out(figure, height, caption(visit, title), clickable=drill is not None)
            draw(visit, title, figure, drill)
        if note and not missing:
            st.caption(note)


def table(
    visit: Visit,
    title: str,
    of: Found,
    *,
    columns: Mapping[str, Any] | None = None,
    help: str = "",
    empty: str = "",
    needs: str = "",
    drill: Drill | None = None,
) -> None:
    """A table in a bordered panel with a download of what it shows; `empty` and `needs` as for a chart.

    A frame with `account_id` shows each account's name as a link to its 360 page; the id itself only goes into exports.
    With `drill` the first column's cells list the accounts behind their row.
    """
    if drill:
        help = f"{help} A click in the first column lists the accounts behind its row.".strip()
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{plain(title)}**", help=help or None)
        if (missing := _missing(visit, needs)) or of.frame.empty:
            _nothing(of, empty, missing)
            return
        frame = named(visit.build, of.frame)
        company = visit.build.company
        shown: dict[Any, Any] = {name: _column(name, frame[name], company) for name in frame.columns}
        shown |= {name: _marked(column, company.currency) for name, column in (columns or {}).items()}
        written = with_minus(_read_well(frame, shown), shown)
        st.dataframe(
            written,
            hide_index=True,
            width="stretch",
            column_config=_with_room(frame, shown) | _links(title, frame, shown, drill),
            column_order=[name for name in frame.columns if name != "account_id"],
            height="content" if len(frame) <= 11 else 420,
            placeholder="–",
            alt=f"Table: {title}",
        )
        downloads(visit, title, frame)
        follow(visit.filters)
        if drill:
            pursue(visit, title, drill)


def draw(visit: Visit, title: str, figure: go.Figure, drill: Drill | None = None) -> None:
    """Draw the figure with a button for its picture; with `drill`, a click opens the list of accounts."""
    picture = {"format": "png", "scale": 2, "width": 1000, "height": figure.layout.height}
    picture["filename"] = file_name(visit, title)
    config: dict[str, Any] = {
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": picture,
    }
    currency = visit.build.company.currency
    config["locales"] = {"en-US": {"format": {"currency": [currency.mark, ""]}}}  # what $ stands for in its formats
    drawn: dict[str, Any] = {"config": config, "alt": charts.describe(title, figure, currency)}
    if drill is None:
        st.plotly_chart(figure, key=f"chart-{title}", **drawn)
        return
    turn = st.session_state.setdefault(f"_turn-{title}", 0)
    key = f"chart-{title}-{turn}"

    def clicked() -> None:
        points = st.session_state[key]["selection"]["points"]
        points = [p for p in points if answers(figure, p)]
        st.session_state["_clicked"] = (title, point_of(figure, points[0])) if points else None
        st.session_state[f"_turn-{title}"] = turn + 1  # a new key, so that no bar stays selected

    st.plotly_chart(figure, key=key, on_select=clicked, selection_mode="points", **drawn)
    pursue(visit, title, drill)


def pursue(visit: Visit, title: str, drill: Drill) -> None:
    """Open the list of accounts when something of this panel was clicked."""
    where, point = st.session_state.get("_clicked") or (None, None)
    if where == title and point:
        st.session_state["_clicked"] = None
        _behind(visit, title, point, drill)


def _behind(visit: Visit, title: str, point: Point, drill: Drill) -> None:
    """A dialog with the accounts behind a point."""

    @st.dialog(f"{title}: the accounts behind", width="large")
    def show() -> None:
        follow(visit.filters)
        try:
            found = drill(point)
        except TowerError as error:
            st.error(str(error), icon=":material/database_off:")
            return
        frame = found.frame
        count = frame["account_id"].nunique() if "account_id" in frame else len(frame)
        st.caption(f"{count:,} accounts · {plain(visit.filters.describe(visit.build.company))}")
        table(visit, f"{title}: {words(point.value)}", found, empty="No account lies behind this point.")

    show()


def link(title: str, frame: pd.DataFrame, column: str, label: str) -> dict[str, Any]:
    """The column configuration that makes the cells of a column open the 360 page of their account, or else the list
    of accounts behind their row."""
    key = f"open-{title}"

    def clicked() -> None:
        row = st.session_state[key]["row"]
        if column == "account_name":
            st.session_state["_open"] = frame["account_id"].iloc[row]
        else:
            st.session_state["_clicked"] = (title, Point({column: frame[column].iloc[row]}, row=row))

    width = _room(frame[column])
    look: dict[str, Any] = {"type": "tertiary", "alignment": "left", "width": width}
    return {column: st.column_config.ButtonColumn(label, on_click=clicked, key=key, **look)}


def _links(title: str, frame: pd.DataFrame, shown: Mapping[Any, Any], drill: Drill | None) -> dict[str, Any]:
    """The column that can be clicked: the first with a drill, or else the account's name."""
    if drill:
        first = frame.columns[0]
        label = shown[first] if isinstance(shown[first], str) else shown[first]["label"]
        return link(title, frame, first, label)
    return link(title, frame, "account_name", "Account") if "account_id" in frame else {}


def _lay_out(figure: go.Figure, height: int, title: str, clickable: bool) -> None:
    """The layout that all charts share, over the figure's own.

    It is set as a whole: plotly's update_ methods took a quarter of a page's time.
    """
    own = figure.layout.to_plotly_json()
    del own["template"]  # a new layout begins with it
    own.get("legend", {}).pop("title", None)
    # the picture alone shows this title: main.py hides it on the page, where title and selection stand above
    place = {"x": 0, "y": 1, "xanchor": "left", "yanchor": "top", "xref": "container", "pad": {"l": 8, "t": 4}}
    # a unified hover would take every click for one on the first series
    hover = "closest" if clickable else "x unified"
    below = -0.26 if own.get("xaxis", {}).get("title", {}).get("text") else -0.18
    shared: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 30, "b": 8},
        "legend": {"orientation": "h", "y": below, "x": 0},
        "font": {"size": 12},
        "hovermode": own.get("hovermode") or hover,
        "separators": ".,",
        "title": {"text": title, "font": {"size": 10}, **place},
    }
    axes = {"xaxis", "yaxis"} | {name for name in own if name.startswith(("xaxis", "yaxis"))}
    shared |= {name: {"automargin": True} for name in sorted(axes)}
    parts = {name: {**own.get(name, {}), **part} for name, part in shared.items() if isinstance(part, dict)}
    figure.layout = own | shared | parts


def _read_well(frame: pd.DataFrame, shown: dict[Any, Any]) -> pd.DataFrame:
    """The frame with codes in words, and shares in per cent with one decimal (Streamlit's own format varies them)."""
    coded = {name: frame[name].map(words) for name in CODED & {*frame.columns}}
    shares = {}
    for name in frame.columns.intersection([*shown]):
        if isinstance(shown[name], dict) and (shown[name].get("type_config") or {}).get("format") == "percent":
            shown[name] = shown[name] | {"type_config": {"type": "number", "format": "%.1f %%"}}
            shares[name] = 100 * pd.to_numeric(frame[name])
    return frame.assign(**coded, **shares)


def _with_room(frame: pd.DataFrame, shown: Mapping[Any, Any]) -> dict[Any, Any]:
    """The columns, those of text as wide as what stands in rows that the browser does not measure."""
    roomy = dict(shown)
    for name in frame.columns.intersection([*shown]):
        column = shown[name] if isinstance(shown[name], dict) else st.column_config.Column(shown[name])
        if (room := _room(frame[name])) and not column.get("width"):
            roomy[name] = column | {"width": room}
    return roomy


def _room(values: pd.Series) -> int | None:
    """The width, in pixels, of the longest text; None where it stands in the first rows, which the browser measures."""
    lengths = [len(text) if isinstance(text, str) else 0 for text in values]
    longest = max(lengths, default=0)
    return 24 + LETTER * min(longest, LONG) if longest > max(lengths[:MEASURED], default=0) else None


def _missing(visit: Visit, needs: str) -> tuple[str, ...]:
    """The tables that a panel lacks, by what it says it needs."""
    return lacks_of(visit.build).for_any(needs.split()) if needs else ()


def _nothing(of: Found, reason: str, missing: tuple[str, ...]) -> None:
    """Why a panel is empty."""
    if of.failed:
        st.warning("Not shown: what it rests on could not be read, see the message above.", icon=":material/error:")
    elif missing or of.lacks:
        st.info(f"Needs {listed(missing or of.lacks)}: not loaded.", icon=":material/database_off:")
    else:
        st.info(reason or "Nothing in this selection. Widen the filters or the months.", icon=":material/search_off:")


def _column(name: str, values: pd.Series, company: Company) -> Any:
    """How a column looks where the page doesn't say: days, amounts, whole counts, or its title alone."""
    title = company.label(name) if company.knows(name) else title_of(name)
    first = next(iter(values.dropna()), None)
    if isinstance(first, date):
        if name.endswith("_month"):
            return st.column_config.DateColumn(title, format=MONTH)
        if isinstance(first, datetime):
            return st.column_config.DatetimeColumn(title, format=MOMENT)
        return st.column_config.DateColumn(title, format=DAY)
    if pd.api.types.is_float_dtype(values):
        if is_money(name):
            return st.column_config.NumberColumn(title, format=company.currency.printf)
        if values.dropna().mod(1).eq(0).all():
            return st.column_config.NumberColumn(title, format="%,d")
    elif pd.api.types.is_integer_dtype(values):
        return st.column_config.NumberColumn(title, format="%,d")
    return title


def money(**columns: str) -> dict[str, Any]:
    """The column configuration of money: column to label. The table writes it in the company's currency."""
    return {name: st.column_config.NumberColumn(label, format=AMOUNT) for name, label in columns.items()}


def _marked(column: Any, currency: Currency) -> Any:
    """A column of amounts in the company's currency; any other as it is."""
    config = (column.get("type_config") or {}) if isinstance(column, dict) else {}
    return column | {"type_config": config | {"format": currency.printf}} if config.get("format") == AMOUNT else column


def unanswered(visit: Visit, dimensions: Iterable[str], what: str) -> str:
    """The note of a panel that cannot answer to some of the active filters; empty when it can."""
    active = [visit.build.company.noun(name) for name in dimensions if visit.filters.asked.get(name)]
    return f"{what} isn't recorded by {' or '.join(active)}: it doesn't answer to that filter." if active else ""
