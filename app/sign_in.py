"""Signing in: by OpenID Connect, by a password from .env, or not at all, and the way out."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from dataclasses import dataclass
from threading import Lock

import streamlit as st

from warehouse.settings import load_settings

COOKIE = "tower_session"
KEPT = 12 * 3600  # seconds that a password keeps a browser signed in
LONGEST_WAIT, FORGOTTEN = 60, 900  # seconds between attempts at most, and until earlier failures no longer count
_failures: dict[str, tuple[int, float]] = {}
_lock = Lock()
_log = logging.getLogger(__name__)


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
    return None if password and not _has_password(password) else Identity(None)


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
            if token := st.session_state.pop("_token", None):
                _set_cookie(token, KEPT)


def waiting(address: str, now: float) -> float:
    """Seconds that an address still has to wait after its failed attempts: 1, 2, 4, … up to a minute."""
    count, last = _failures.get(address, (0, 0.0))
    if not count or now - last > FORGOTTEN:
        return 0.0
    return max(0.0, last + min(2.0 ** (count - 1), LONGEST_WAIT) - now)


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
        _set_cookie("", 0)
    if not sent:
        return
    address, now = st.context.ip_address or "", time.monotonic()
    with _lock:
        wait = waiting(address, now)
        right = wait == 0 and hmac.compare_digest(given.encode(), password.encode())
        if right:
            _failures.pop(address, None)
        elif wait == 0:
            count, last = _failures.get(address, (0, 0.0))
            _failures[address] = (count + 1 if now - last <= FORGOTTEN else 1, now)
            wait = waiting(address, now)
            _log.warning("a sign-in with a wrong password was refused")
    if right:
        st.session_state["_signed_in"] = True
        st.session_state["_token"] = _token(password, int(time.time()) + KEPT)
        st.rerun()
    st.error(f"That is not the password. The next try is open in {wait:.0f} s.", icon=":material/lock:")


def _has_password(password: str) -> bool:
    if st.session_state.get("_signed_in") is None:
        token = str(st.context.cookies.get(COOKIE, ""))
        expiry = int(token.partition(".")[0]) if re.fullmatch(r"[0-9]{1,12}\.[0-9a-f]{64}", token) else 0
        st.session_state["_signed_in"] = expiry > time.time() and hmac.compare_digest(token, _token(password, expiry))
    return bool(st.session_state["_signed_in"])


def _token(password: str, expiry: int) -> str:
    """Proof of an earlier sign-in, which ends with its time or with a change of the password."""
    key = f"{password}\n{load_settings().reader_password}"
    return f"{expiry}.{hmac.new(key.encode(), f'session {expiry}'.encode(), hashlib.sha256).hexdigest()}"


def _sign_out() -> None:
    st.session_state.clear()
    st.session_state["_signed_in"] = False
    st.session_state["_leaving"] = True


def _set_cookie(value: str, seconds: int) -> None:
    script = (
        f"document.cookie = '{COOKIE}={value}; Max-Age={seconds}; Path=/; SameSite=Strict'"
        " + (location.protocol === 'https:' ? '; Secure' : '')"
    )
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
