"""`make screenshots`: pictures of every page, light and dark, wide and narrow; two of them go into the README."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.browser import PATHS, new_page, open_page
from warehouse.settings import ROOT, load_settings


def main(folder: Path, base: str) -> None:
    """Write <page>-<width>-<theme>.png into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for width, dark in ((1440, False), (1440, True), (390, False)):
        with new_page(width, 1000, dark) as page:
            for name in PATHS:
                open_page(page, base, name)
                height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight + 80")
                page.set_viewport_size({"width": width, "height": min(int(height), 9000)})
                page.wait_for_timeout(700)
                page.screenshot(path=str(folder / f"{name}-{width}-{'dark' if dark else 'light'}.png"))
                page.set_viewport_size({"width": width, "height": 1000})


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "test-artifacts",
        f"http://127.0.0.1:{load_settings().app_port}",
    )
