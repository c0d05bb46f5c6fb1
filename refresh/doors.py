"""What alerts show of the rest: the address of a page with its filters, the board report, the memo."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from alerts.run import Doors
from alerts.states import Finding
from app.pages import BY_KEY, Own
from app.selection import URL_KEYS
from company.calendar import add_months
from insights.memo import write_memo

QUARTER = 3  # months that a report is about


def link_to(base: str, found: Finding) -> tuple[str, tuple[str, ...]]:
    """The address of the page that shows what was found, with the same filters and months; and the filters it lacks."""
    known = {name: Own(key) for name, key in URL_KEYS.items()} | dict(BY_KEY[found.page].narrows)
    is_lost = {name: name not in known or (len(values) > 1 and not known[name].many) for name, values in found.where}
    where = {known[name].key: list(values) for name, values in found.where if not is_lost[name]}
    months = {"from": f"{found.months[0]:%Y-%m}", "to": f"{found.months[1]:%Y-%m}"} if found.months else {}
    asked = urlencode({**where, **months}, doseq=True)
    return f"{base}/{BY_KEY[found.page].address}" + (f"?{asked}" if asked else ""), tuple(filter(is_lost.get, is_lost))


def digest(role: str | None) -> tuple[str, bytes]:
    """The memo, and the board report of the last whole quarter's length as a PDF, as a row scope's role sees them."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # nobody runs a page
    from app.data import tower
    from app.selection import Filters
    from app.ui.visit import Visit
    from app.views.executive import board

    tower.clear()  # what was shown before
    build = tower(role or "")
    end = add_months(build.last_month, -1) if build.is_partial else build.last_month
    start = max(add_months(end, 1 - QUARTER), build.first_month)
    filters = Filters((), (), (), start, end, "prior_period")
    report = board.pdf(board.read(build, filters), Visit(BY_KEY["executive"], build, filters))
    return write_memo(role), report


DOORS = Doors(link_to, digest)
