"""The one error that is shown to a user as a single line."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape


class TowerError(Exception):
    """Something the user can mend: what happened, where, and what to do, in one line."""


def run_cli(main: Callable[[], int | None]) -> None:
    """Run a command's main function; show a TowerError as one line and leave with 1."""
    try:
        sys.exit(main() or 0)
    except TowerError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
