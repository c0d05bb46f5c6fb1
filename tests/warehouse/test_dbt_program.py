"""dbt's process does not outlive the one that started it, as another build may fill the candidate; it scores within."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

from scoring.run import SCORERS
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


def test_a_model_whose_scorer_fails_fails_and_says_which() -> None:
    from dbt_common.exceptions import DbtRuntimeError  # costs seconds, which `make check` need not spend

    from warehouse.scored import execute

    model = SimpleNamespace(config=SimpleNamespace(meta={"scored_by": "nobody"}))
    with pytest.raises(DbtRuntimeError, match="nobody could not be scored"):
        execute(None, model, None)  # type: ignore[arg-type]


def test_each_scorer_has_a_model_before_which_it_scores() -> None:
    files = (ROOT / "dbt/models/staging/scores").glob("*.yml")
    models = [model for file in files for model in yaml.safe_load(file.read_text()).get("models", ())]
    told = [model["config"]["meta"]["scored_by"] for model in models if "config" in model]
    assert sorted(told) == sorted(SCORERS)
