"""`python -m insights`: write INSIGHTS.md from the marts; --headline prints the three most important figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from insights.memo import headline, write_memo
from warehouse.errors import run_cli
from warehouse.settings import load_settings


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(prog="python -m insights", description=__doc__)
    parser.add_argument("--out", type=Path, default=load_settings().insights_file, help="file to write")
    parser.add_argument("--headline", action="store_true", help="print three figures instead")
    options = parser.parse_args()
    if options.headline:
        print(headline())
        return
    options.out.write_text(write_memo(), encoding="utf-8")
    print(f"wrote {options.out.name}")


if __name__ == "__main__":
    run_cli(main)
