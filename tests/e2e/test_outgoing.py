"""A company whose names are links, pictures and markup: every page shows them as typed and asks no other host.

What the dashboard needs comes from its own host, guarded by its headers, of which no page breaks a rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from psycopg2 import sql

from tests.conftest import Company
from tests.e2e.browser import PATHS, chromium, go_to, open_page
from tests.e2e.conftest import running
from warehouse.connections import autocommit
from warehouse.url import DatabaseUrl

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")
HOST = "elsewhere.test"
TYPED = (
    f"[a](http://{HOST}/a) ![b](http://{HOST}/b.png) <img src=http://{HOST}/c.png> <a href=http://{HOST}/d>d</a> "
    f"**e** :red[f] :material/home: $g^2$ http://{HOST}/h"
)
NAMES = """
    account_name company_name owner_name rep_name agent_name contact_name product_name feature_name release_name
    deal_name subject campaign segment region acquisition_channel industry country category priority stage pipeline
    reason reason_label loss_reason root_cause cause_name label
"""
ACCOUNT = "?account=A-000001"
WITH_NAMES = ("customer", "support")
LINKS = "nodes => nodes.filter(n => ['href', 'xlink:href', 'src'].some(a => (n.getAttribute(a) || '').includes('%s')))"
SHOWN = ".map(node => node.outerHTML.slice(0, 200))"


@pytest.fixture(scope="module")
def base(company_of: Callable[[str], Company]) -> Iterator[str]:
    """The address of the dashboard of the test company, each of whose names goes on with markup."""
    hostile = company_of("seed42:evil")
    with autocommit(DatabaseUrl.parse(hostile.environment["DATABASE_URL"])) as cursor:
        cursor.execute(
            "select table_schema, table_name, array_agg(column_name::text) from information_schema.columns "
            "inner join ops.shown on table_schema = 'marts_' || publication_id "
            "where data_type in ('character varying', 'text') and column_name = any(%s) group by 1, 2",
            (NAMES.split(),),
        )
        for schema, table, columns in cursor.fetchall():
            said = [sql.SQL("{0} = left({0}, 40) || ' ' || %(typed)s").format(sql.Identifier(name)) for name in columns]
            update = sql.SQL("update {} set {}").format(sql.Identifier(schema, table), sql.SQL(", ").join(said))
            cursor.execute(update, {"typed": TYPED})
    with running(hostile) as address:
        yield address


@pytest.mark.parametrize("name", PATHS)
def test_a_page_shows_names_as_typed_and_asks_no_other_host(
    base: str, page: Page, complaints: list[str], name: str
) -> None:
    complaints.clear()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if name == "customer":
        open_page(page, base, name, ACCOUNT)
    else:
        go_to(page, base, name)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.locator("a, img, image, iframe, object").evaluate_all(LINKS % HOST + SHOWN) == []
    assert page.locator("strong, .katex").get_by_text(re.compile("^(e|g2)$")).count() == 0
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {urlsplit(base).netloc}
    assert complaints == []
    if name in WITH_NAMES:  # else this proves nothing
        assert f"[a](http://{HOST}/a)" in page.locator('[data-testid="stMain"]').inner_text().replace("\u2060", "")


def test_the_icon_is_our_own(base: str, page: Page) -> None:
    icon = page.evaluate("document.querySelector('link[rel~=icon]').href")
    assert icon.startswith(f"{base}/media/") and page.request.get(icon).headers["content-type"] == "image/png"


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/no-such-file", "/favicon.png"])
def test_every_answer_is_guarded(base: str, page: Page, path: str) -> None:
    found = page.request.get(base + path).headers
    assert "frame-ancestors 'none'" in found["content-security-policy"]
    assert (found["x-content-type-options"], found["x-frame-options"]) == ("nosniff", "DENY")
