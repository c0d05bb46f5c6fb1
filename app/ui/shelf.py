"""What the sidebar holds beside the filters: the search for an account and the saved views."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode

import pandas as pd
import streamlit as st

from app.data import read, run
from app.pages import BY_KEY, Page
from app.selection import Tower, reader_of
from app.ui.formats import plain
from warehouse.errors import TowerError
from warehouse.reading import Reader

MOST = 8  # accounts that a search lists


@st.cache_data(ttl=timedelta(minutes=10), max_entries=500, show_spinner=False)
def found(publication: int, text: str, scope: str) -> pd.DataFrame:
    """Up to MOST accounts whose name contains the text; `publication` and `scope` keep builds and people apart."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {"pattern": f"%{plain}%", "prefix": f"{plain}%", "most": MOST}
    return read(reader_of(publication, scope), "find_accounts", values)


def search(build: Tower) -> None:
    """The search box: names lead to 360 pages; only the account's id goes into the address."""
    text = st.text_input("Find an account", key="find", placeholder="Name, or part of it", max_chars=60).strip()
    if len(text) < 2:
        return
    matches = found(build.publication, text, build.scope)
    if matches.empty:
        st.caption("No account is called so.")
    with st.container(gap=None):
        for row in matches.itertuples():
            st.button(
                plain(row.account_name),
                key=f"found-{row.account_id}",
                help=plain(f"{row.segment} · {row.region} · {row.lifecycle_stage}"),
                type="tertiary",
                on_click=_picked,
                args=(row.account_id,),
            )
    if len(matches) == MOST:
        st.caption(f"The first {MOST}; type more of the name.")


def _picked(account_id: str) -> None:
    st.session_state["_open"], st.session_state["find"] = account_id, ""


def who() -> str:
    """The signed-in user's e-mail address or name; empty without sign-in."""
    user = st.user.to_dict() if st.user else {}
    return str(user.get("email") or user.get("name") or "")


@st.cache_data(ttl=timedelta(seconds=20), show_spinner=False)
def views(scope: str) -> pd.DataFrame:
    """The saved views of all users by name, as the role of a scope reads them."""
    return read(Reader(scope or None), "views", {})


def saved_views(build: Tower, page: Page) -> None:
    """Name and open views, a page with its whole selection, shared by all users; one deletes one's own."""
    with st.expander("Saved views", icon=":material/bookmark:"):
        try:
            saved = views(build.scope)
        except TowerError:
            st.caption("Not ready: `make up` makes the place for saved views.")
            return
        if not saved.empty:
            _choose_view(build, saved)
        with st.form("view-form", border=False, clear_on_submit=True):
            st.text_input("Save this view as", key="view-name", max_chars=80)
            st.form_submit_button("Save", width="stretch", on_click=_save, args=(build, page))


def _choose_view(build: Tower, saved: pd.DataFrame) -> None:
    labels = dict(zip(saved["view_id"].tolist(), saved["name"].tolist(), strict=True))
    chosen = st.selectbox(
        "View", list(labels), format_func=labels.__getitem__, index=None, key="view", placeholder="Choose one"
    )
    picked = saved[saved["view_id"] == chosen]
    own = picked[picked["is_own_login"] & (picked["person"] == who())]
    opening, deleting = st.columns(2)
    opening.button("Open it", key="view-open", disabled=picked.empty, width="stretch", on_click=_open, args=(picked,))
    deleting.button(
        "Delete it", key="view-delete", disabled=own.empty, width="stretch", on_click=_delete, args=(build, own)
    )
    if not picked.empty:
        by = picked["person"].iloc[0]
        st.caption(f"Saved {picked['created_at'].iloc[0]:%-d %b %Y}" + (f" by {plain(by)}" if by else ""))


def follow_view() -> None:
    """Go where a saved view leads, once one was opened."""
    if view := st.session_state.pop("_view", None):
        page, query_string = view
        if page in BY_KEY:
            st.switch_page(BY_KEY[page].script, query_params=parse_qs(query_string, keep_blank_values=True))
        st.toast("The page of this view is not there any more.")


def _open(picked: pd.DataFrame) -> None:
    st.session_state["_view"] = (picked["page"].iloc[0], picked["query_string"].iloc[0])


def _delete(build: Tower, picked: pd.DataFrame) -> None:
    run(build, "delete_view", {"view_id": int(picked["view_id"].iloc[0]), "person": who()})
    views.clear()
    st.session_state["view"] = None
    st.toast(f"Deleted “{picked['name'].iloc[0]}”.")


def _save(build: Tower, page: Page) -> None:
    name = " ".join(st.session_state["view-name"].split())
    if not name:
        st.toast("Give the view a name.")
        return
    parameters = {key: st.query_params.get_all(key) for key in st.query_params}
    row = {
        "name": name,
        "page": page.key,
        "query_string": urlencode(parameters, doseq=True)[:4000],
        "person": who(),
    }
    taken = run(build, "save_view", row).empty
    views.clear()
    st.toast(f"“{name}” is taken: delete it first, or choose another name." if taken else f"Saved “{name}”.")
