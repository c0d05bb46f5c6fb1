"""`make screenshots`: every page in docs/images, wide in light and dark, and narrow; few colours, small files."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.e2e.browser import PATHS, new_browser, open_page
from warehouse.settings import ROOT, load_settings

LONGEST = 6000  # pixels of height; what a page shows below is cut
VIEWS = {"light": (1440, False), "dark": (1440, True), "narrow": (390, False)}


def main(folder: Path, base: str) -> None:
    """Write <page>-<view>.png into the folder, and the first screen of the executive page as executive.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with new_browser() as browser:
        for view, (width, dark) in VIEWS.items():
            page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme="dark" if dark else "light")
            for name in PATHS:
                open_page(page, base, name, pause=400)  # sparklines move on their canvas
                if (name, view) == ("executive", "light"):
                    save(page, folder / "executive.png")
                height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight + 80")
                page.set_viewport_size({"width": width, "height": min(int(height), LONGEST)})
                page.wait_for_timeout(700)  # charts draw themselves anew for the size
                save(page, folder / f"{name}-{view}.png")
                page.set_viewport_size({"width": width, "height": 1000})
            page.close()


def save(page: Page, file: Path) -> None:
    """A picture of 256 colours, chosen so that the rare ones stay: red that turns to amber says another thing."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images",
        f"http://127.0.0.1:{load_settings().app_port}",
    )
