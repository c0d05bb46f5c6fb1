"""`python -m refresh`: load what lies in the inbox, build, test and show it, write INSIGHTS.md, archive the files."""

from __future__ import annotations

import argparse

from warehouse.errors import run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Refresh once. Returns 1 when a step failed."""
    argparse.ArgumentParser(
        prog="python -m refresh",
        description=__doc__,
        epilog="INBOX names the folder (inbox/), `refresh` in company.yml says how it is loaded. Each run stands in "
        "ops.refresh_runs and on the page Data health.",
    ).parse_args()
    from refresh.run import exit_code, refresh  # loads what loads, builds and asks

    return exit_code(refresh(load_settings()))


if __name__ == "__main__":
    run_cli(main)
