"""`make mutate`: plant each common mistake into the models, one at a time, and show that some test fails.

Unit tests judge first, on their own rows; what they let pass is built in a database of its own, where the data tests
judge it. Exit code 1 when a mutant survives, or when its text no longer stands in the model.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from benchmarks.measure import bench_environment, measure, python
from warehouse.dbt import dbt_environment
from warehouse.errors import TowerError, run_cli
from warehouse.settings import ROOT, load_settings


@dataclass(frozen=True)
class Mutant:
    """A mistake: the model, the text that is right, what it becomes, what is wrong; the file if it is a macro."""

    model: str
    right: str
    wrong: str
    mistake: str
    file: str = ""


MUTANTS = [Mutant(**entry) for entry in yaml.safe_load(Path(__file__).with_name("mutants.yml").read_text())]


def main() -> int:
    """Every mutant must die."""
    out, survivors = Console(soft_wrap=True, highlight=False), []
    with tempfile.TemporaryDirectory() as name, bench_environment(Path(name), 120) as environment:
        for command in (["data_gen"], ["warehouse", "up"], ["loader"], ["warehouse.dbt", "--quiet", "build"]):
            out.print(f"preparing: {command[0]} …")
            measure(python(*command), environment)
        os.environ.update(environment)
        project = Path(name) / "dbt"
        shutil.copytree(ROOT / "dbt", project, ignore=shutil.ignore_patterns("target", "logs"))
        os.environ.update(dbt_environment(load_settings()) | {"DBT_PROJECT_DIR": str(project)})
        if dbt("test", "--select", "test_type:unit") != {"pass"}:
            raise TowerError("the unit tests fail without any mutant; mend them first")
        for mutant in MUTANTS:
            began = time.monotonic()
            verdict = judge(project, mutant)
            survivors += [mutant] if verdict.startswith("SURVIVED") else []
            out.print(
                f"{verdict:<28} {mutant.model}: {mutant.mistake} ({time.monotonic() - began:.0f} s)", markup=False
            )
    out.print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} mutants died")
    return 1 if survivors else 0


def file_of(project: Path, mutant: Mutant) -> Path:
    """Where the mistake is planted."""
    return project / mutant.file if mutant.file else next(project.glob(f"models/**/{mutant.model}.sql"))


def judge(project: Path, mutant: Mutant) -> str:
    """Which kind of test kills the mutant; SQL that does not run proves nothing and counts as a survivor."""
    file = file_of(project, mutant)
    original = file.read_text(encoding="utf-8")
    if original.count(mutant.right) != 1:
        return f"SURVIVED (text found {original.count(mutant.right)} times)"
    file.write_text(original.replace(mutant.right, mutant.wrong), encoding="utf-8")
    try:
        found = dbt("test", "--select", f"{mutant.model},test_type:unit")
        if "fail" in found:
            return "killed by a unit test"
        if "error" in found:
            return "SURVIVED (does not run)"
        found = dbt("build", "--fail-fast", "--select", f"{mutant.model}+")
    finally:
        file.write_text(original, encoding="utf-8")
    dbt("run", "--select", f"{mutant.model}+")
    return "killed by a data test" if "fail" in found else "SURVIVED"


def dbt(*arguments: str) -> set[str]:
    """Run dbt in this process (it remembers what it parsed); the statuses of what ran."""
    from dbt.cli.main import dbtRunner  # costs seconds, which a look at the mutants need not spend

    from warehouse.dbt_light import lighten

    lighten()
    results = dbtRunner().invoke(["--quiet", "--log-level", "none", *arguments]).result
    return {str(result.status) for result in results or []}


if __name__ == "__main__":
    run_cli(main)
