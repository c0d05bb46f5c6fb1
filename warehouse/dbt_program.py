"""`python -m warehouse.dbt_program …`: dbt, lightened; dbt.py gives it the settings, and it ends with that process."""

from __future__ import annotations

import os
import sys
import threading

from dbt.cli.main import cli

from warehouse.dbt import is_whole
from warehouse.dbt_light import lighten
from warehouse.scored import score_within


def end_with_parent() -> None:
    """End as soon as the process that started dbt has: another build may fill the candidate from then on."""

    def wait() -> None:
        os.read(pipe, 1)  # returns when nobody holds the other end
        os._exit(1)

    if "TOWER_PARENT" in os.environ:
        pipe = int(os.environ.pop("TOWER_PARENT"))
        threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    lighten()
    if is_whole(sys.argv[1:]):  # models that somebody chooses show the scores that are there
        score_within()
    cli(prog_name="dbt")
