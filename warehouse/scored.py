"""Scores within a build: what a model shows of schema scores is scored just before it, with what it rests on built."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from dbt.task.run import ModelRunner
from dbt_common.exceptions import DbtRuntimeError

EXECUTE = ModelRunner.execute


def execute(self: ModelRunner, model: Any, manifest: Any) -> Any:
    """Build a model; where its meta says `scored_by`, that scorer comes first. It fails as the model's SQL would."""
    scorer = model.config.meta.get("scored_by")
    if scorer:
        command = [sys.executable, "-m", "scoring", scorer]
        if subprocess.run(command, check=False).returncode != 0:
            raise DbtRuntimeError(f"{scorer} could not be scored; the lines above say why")
    return EXECUTE(self, model, manifest)


def score_within() -> None:
    """Let this process's dbt do so."""
    setattr(ModelRunner, "execute", execute)  # noqa: B010
