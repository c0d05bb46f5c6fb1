"""Signing in: by OpenID Connect, by a password from .env, or not at all, and the way out."""

from __future__ import annotations

import hmac
import logging
import time
from dataclasses import dataclass
from threading import Lock

import streamlit as st

from app.sessions import COOKIE, SESSIONS
from warehouse.settings import load_settings

LONGEST_WAIT, FORGOTTEN = 60, 900  # seconds between attempts at most, and until earlier failures no longer count
FREE, BRAKE = 20, 2  # failures of an address, over all its tabs, that cost no tab but its own a wait; then its seconds
# changes a ticket for the cookie, or gives the cookie back; always the same text: the server allows just this one
SCRIPT = (
    "{const door = document.querySelector('.tower-door'), ticket = door && door.dataset.ticket;"
    "fetch('./session', ticket ? {method: 'POST', headers: {'x-ticket': ticket}} : {method: 'DELETE'})}"
)
_lock = Lock()
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failures:
    """Wrong passwords of a tab or an address: how many, and the second of the last one."""

    count: int = 0
    last: float = 0.0

    def more(self, now: float) -> Failures:
        """With one more; earlier ones are forgotten after a while."""
        return Failures(self.count + 1 if now - self.last <= FORGOTTEN else 1, now)

    def wait(self, now: float) -> float:
        """Seconds that a tab still has to wait: 1, 2, 4, … up to a minute."""
        return self._left(min(2.0 ** (self.count - 1), LONGEST_WAIT), now) if self.count else 0.0

    def brake(self, now: float) -> float:
        """Seconds that an address still has to wait, whichever tab asks: none until many tries were wrong."""
        return self._left(BRAKE, now) if self.count >= FREE else 0.0

    def _left(self, seconds: float, now: float) -> float:
        return max(0.0, self.last + seconds - now) if now - self.last <= FORGOTTEN else 0.0


_failures: dict[str, Failures] = {}


@dataclass(frozen=True)
class Identity:
    """Somebody who has signed in, or need not: the address, when the sign-in names one."""

    email: str | None


def identity() -> Identity | None:
    """Who this session belongs to; None when they have to sign in first."""
    password = load_settings().app_password
    if providers() is not None:
        if not st.user.is_logged_in or st.user.get("email_verified") is False:
            return None
        return Identity(str(st.user.get("email") or ""))
    return None if password and not SESSIONS.holds(_session(), password) else Identity(None)


def door(problem: str = "") -> None:
    """The page of a visitor who is not let in yet, or cannot be for a problem in the configuration."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("GTM Control Tower")
        if problem:
            st.error(problem, icon=":material/settings_alert:")
        elif (named := providers()) is None:
            _password_form(load_settings().app_password)
        elif st.user.is_logged_in:
            st.error(
                f"{st.user.get('email') or 'This account'} may not look at this dashboard. "
                "Ask whoever runs it to add the address to access.yml.",
                icon=":material/block:",
            )
            st.button("Sign out", on_click=st.logout, icon=":material/logout:")
        else:
            st.markdown("Sign in to see the company's numbers.")
            for name in named or [""]:
                label = f"Sign in with {name.capitalize()}" if name else "Sign in"
                if st.button(label, type="primary", icon=":material/login:", key=f"login-{name}"):
                    st.login(name or None)


def way_out(email: str | None) -> None:
    """In the sidebar: who is signed in, and how to leave."""
    with st.sidebar:
        if email:
            st.caption(f"Signed in as {email}")
        if providers() is not None:
            st.button("Sign out", on_click=st.logout, icon=":material/logout:", width="stretch")
        elif load_settings().app_password:
            st.button("Sign out", on_click=_sign_out, icon=":material/logout:", width="stretch")
            if st.session_state.pop("_is_new", False):
                _tell_browser(SESSIONS.ticket(_session()))


def providers() -> list[str] | None:
    """Named OpenID Connect providers of .streamlit/secrets.toml, empty for a single one; None without [auth]."""
    if not st.secrets.load_if_toml_exists() or "auth" not in st.secrets:
        return None
    return [name for name, value in st.secrets["auth"].items() if hasattr(value, "keys") and name != "client_kwargs"]


def _password_form(password: str) -> None:
    with st.form("sign-in", clear_on_submit=True):
        given = st.text_input("Password", type="password", autocomplete="current-password")
        sent = st.form_submit_button("Sign in", type="primary", icon=":material/login:", width="stretch")
    if st.session_state.pop("_leaving", False):
        _tell_browser("")
    if not sent:
        return
    problem = attempt(given, password, st.context.ip_address or "", time.monotonic())
    if problem:
        st.error(problem, icon=":material/lock:")
        return
    st.session_state["_session"], st.session_state["_is_new"] = SESSIONS.begin(password), True
    st.rerun()


def attempt(given: str, password: str, address: str, now: float) -> str:
    """Try a password; returns why it does not open, or nothing. A try that comes too early is not looked at."""
    with _lock:
        tab, near = st.session_state.get("_failed", Failures()), _failures.get(address, Failures())
        if wait := max(tab.wait(now), near.brake(now)):
            return f"Too early after a wrong password: this try was not looked at. The next is open in {wait:.0f} s."
        if hmac.compare_digest(given.encode(), password.encode()):
            _failures.pop(address, None)
            st.session_state.pop("_failed", None)
            return ""
        tab, _failures[address] = tab.more(now), near.more(now)
    st.session_state["_failed"] = tab
    _log.warning("a sign-in with a wrong password was refused")
    return f"That is not the password. The next try is open in {tab.wait(now):.0f} s."


def _session() -> str:
    """The name of this tab's session, or of the browser's."""
    return str(st.session_state.get("_session") or st.context.cookies.get(COOKIE, ""))


def _sign_out() -> None:
    SESSIONS.end(_session())
    st.session_state.clear()
    st.session_state["_leaving"] = True


def _tell_browser(ticket: str) -> None:
    """Let the browser change a ticket for the cookie of its session; without one, give the cookie back."""
    st.html(
        f'<span class="tower-door" data-ticket="{ticket}"></span><script>{SCRIPT}</script>',
        unsafe_allow_javascript=True,
    )
