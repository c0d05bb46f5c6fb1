"""A browser that walks every page asks the dashboard's own host for all it needs, and breaks no rule of its headers."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from app.pages import BY_KEY
from tests.e2e.browser import chromium, open_page
from tests.e2e.crawl import listen

pytestmark = pytest.mark.skipif(chromium() is None, reason="needs Chromium")


def test_no_page_asks_another_host_or_breaks_a_rule(base: str, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints = listen(page)
    for name in BY_KEY:
        open_page(page, base, name)
    served = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert served == {urlsplit(base).netloc}
    assert complaints == []
    icon = page.evaluate("document.querySelector('link[rel~=icon]').href")
    assert icon.startswith(f"{base}/media/") and page.request.get(icon).headers["content-type"] == "image/png"
    page.close()


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/static/no-such-file", "/favicon.png"])
def test_every_answer_is_guarded(base: str, browser: Browser, path: str) -> None:
    page = browser.new_page()
    found = page.request.get(base + path).headers
    assert "frame-ancestors 'none'" in found["content-security-policy"]
    assert (found["x-content-type-options"], found["x-frame-options"]) == ("nosniff", "DENY")
    page.close()
