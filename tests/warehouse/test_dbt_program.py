"""dbt's process does not outlive the one that started it: another build may fill the candidate from then on."""

from __future__ import annotations

import os
import subprocess
import sys

from warehouse.settings import ROOT

WAITING = """
import threading
from warehouse.dbt_program import end_with_parent
end_with_parent()
print("waits", flush=True)
threading.Event().wait()
"""


def test_dbt_ends_when_the_process_that_started_it_is_gone() -> None:
    read_end, write_end = os.pipe()
    environment = os.environ | {"TOWER_PARENT": str(read_end)}
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        env=environment,
        pass_fds=[read_end],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout and process.stdout.readline() == "waits\n" and process.poll() is None
        os.close(write_end)
        assert process.wait(timeout=30) == 1
    os.close(read_end)
