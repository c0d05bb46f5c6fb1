"""The head of every page: title, as-of date, the active selection and comparison, the link to share it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.data import lacks_of, read, tower
from app.selection import COMPARISONS, Filters, Tower
from app.ui.alarms import alarms
from app.ui.filters import SWITCH, page_filter
from app.ui.formats import listed, plain
from app.ui.visit import Visit, current
from warehouse.errors import TowerError
from warehouse.publication import BUILD_LOCK
from warehouse.reading import Reader

COPY = """
export default function (component) {
  const button = component.parentElement.querySelector("button");
  const said = component.parentElement.querySelector("span");
  button.onclick = async () => {
    const address = window.location.href;
    try {
      await navigator.clipboard.writeText(address);
    } catch {  // no clipboard without a secure address: the old way
      const field = document.createElement("textarea");
      field.value = address;
      document.body.appendChild(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    said.textContent = "Copied";
    setTimeout(() => { said.textContent = "Copy link"; }, 2000);
  };
}
"""
BUTTON = """
<button type="button"><svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
aria-hidden="true"><path d="M10 14a5 5 0 0 0 7 0l3-3a5 5 0 0 0-7-7l-1 1M14 10a5 5 0 0 0-7 0l-3 3a5 5 0 0 0 7 7l1-1"/>
</svg> <span aria-live="polite">Copy link</span></button>
"""
UNTESTED = ":material/rule:"
FORCED = "These numbers have not passed all checks. They are shown because: {why}"
UNSHOWN = {  # status of the newest build: what is said of it
    "failed": "The build of {at} failed, so what is shown is older: {why}",
    "refused": "The build of {at} did not pass, so what is shown is older: {why}",
    "built": "The build of {at} is not tested yet, so what is shown is older: run `make dbt-test`.",
}
LOOK = """
svg { vertical-align: -3px; }
button { font: inherit; font-size: 0.87rem; color: var(--st-text-color); background: none; border: 0; cursor: pointer;
  padding: 0.35rem 0; }
button:hover, button:focus-visible { color: var(--st-primary-color); text-decoration: underline; }
"""


def head(*, marks: bool = False) -> Visit:
    """Draw the head of the page that runs; returns the visit that its panels are drawn for.

    `marks` adds the toggle for releases, price changes and campaigns on the charts that were asked to show them.
    """
    visit = current()
    build, filters = visit.build, visit.filters
    st.title(visit.page.title)
    if build.forced:
        st.warning(FORCED.format(why=plain(build.forced)), icon=UNTESTED)
    _newer(build)
    line = st.empty()

    def announce() -> None:
        line.caption(
            f"As of **{build.as_of:%-d %b %Y}** · {filters.span}{_partial(build, filters)} · "
            f"{plain(visit.active)} · compared with {_against(build, filters)}"
        )

    announce()
    visit.announce = announce
    visit.bar = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    with visit.toolbar:
        _copy_link()
        if marks:
            label = "Mark releases, price changes and campaigns"
            visit.marks = page_filter(visit, "marks", label, SWITCH, default=True)
    lacks, title = lacks_of(build), visit.page.title
    if said := not_loaded(lacks.pages.get(title, ()), lacks.partly.get(title, ())):
        st.caption(said)
    alarms(visit)
    return visit


def not_loaded(missing: tuple[str, ...], partly: tuple[str, ...]) -> str:
    """What a page lacks, as its cards say it; empty where it lacks nothing."""
    said = []
    if missing:
        said.append(f"so that parts of this page stay empty: {listed(missing)}")
    if partly:
        said.append(f"so that {'other numbers' if missing else 'numbers'} rest on less: {listed(partly)}")
    return f"Not loaded, {'; '.join(said)}." if said else ""


def _copy_link() -> None:
    """A button that copies the page's address, which holds the whole selection."""
    if "copy" not in _made:
        _made["copy"] = st.components.v2.component(
            "copy_link",
            html=BUTTON,
            css=LOOK,
            js=COPY,
        )
    _made["copy"](key="copy-link", width="content", height="content")


_made: dict[str, Any] = {}


@st.fragment(run_every="60s")
def _newer(shown: Tower) -> None:
    """Say when a newer build is published than the page shows."""
    try:
        newest = tower(shown.scope).publication
    except TowerError as error:
        st.warning(f"The numbers below are as last read: {error}", icon=":material/database_off:")
        return
    _say_last_build(shown.reader)
    if newest != shown.publication:
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.info("A newer build of the numbers is published than this page shows.", icon=":material/update:")
        if right.button("Show it", key="newer", width="stretch"):
            st.rerun()


def _say_last_build(reader: Reader) -> None:
    """Say that a build is not shown, and why."""
    for build in read(reader, "last_build", {"lock": BUILD_LOCK}).itertuples():
        if said := UNSHOWN.get(str(build.status)):
            why = plain(str(build.message)) or "no reason is kept"
            st.warning(said.format(at=f"{build.started_at:%-d %b, %H:%M} UTC", why=why), icon=":material/history:")


def _partial(build: Tower, filters: Filters) -> str:
    return " (partial)" if build.is_partial and filters.end == build.last_month else ""


def _against(build: Tower, filters: Filters) -> str:
    earlier, words = filters.compared(build.first_month), COMPARISONS[filters.compare].lower()
    if earlier is None:
        return f"{words} (before the data begin: only values at the end of the range are compared)"
    return f"{words} ({earlier.span})"
