"""`python -m …` without its start: a process that has imported what the commands need forks one that runs the command.

Hundreds of commands, each importing dbt or pandas anew, took longer to begin than to work. What `make` types is run as
typed in test_whole_path.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from warehouse.settings import ROOT, load_settings

SECONDS = 600
IMPORTED = ["warehouse.dbt", "warehouse.dbt_program", "loader.load", "metrics.engine", "data_gen.generate"]
IMPORTED += ["scoring.run", "sklearn.feature_extraction.text", "sklearn.linear_model", "tests.warm"]


@cache
def _server() -> ForkServerContext:
    """The process that forks, one to each process of the tests."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    return context


def run_module(arguments: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` in the project's folder, with this environment and nothing to read; returns what it said."""
    with tempfile.TemporaryDirectory() as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        process = _server().Process(target=_become, args=(arguments, dict(environment), str(output), str(errors)))
        with pytest.MonkeyPatch.context() as patch:  # or else the process begins with the main module of this one
            patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
            process.start()
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            raise TimeoutError(f"{arguments} took more than {SECONDS} s")
        said = (file.read_text(encoding="utf-8") for file in (output, errors))
        return subprocess.CompletedProcess(arguments, process.exitcode or 0, *said)


def _become(arguments: tuple[str, ...], environment: dict[str, str], output: str, errors: str) -> None:
    """Be the process of a command."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for number, name, how in ((0, os.devnull, os.O_RDONLY), (1, output, os.O_WRONLY), (2, errors, os.O_WRONLY)):
        os.dup2(os.open(name, how | os.O_CREAT), number)
    warnings.simplefilter("ignore", RuntimeWarning)  # runpy's, that the module is imported
    subprocess.run = _run  # type: ignore[assignment]
    code = _main(arguments[0], arguments[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _main(module: str, arguments: tuple[str, ...]) -> int:
    """Run a module as the main one; returns its exit code."""
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    return 0


SUBPROCESS_RUN = subprocess.run


def _run(command: Any, *rest: Any, **options: Any) -> Any:
    """subprocess.run, which has the process itself score and become dbt; restatements are left to the tests of them."""
    if list(command[1:]) == ["-m", "metrics", "restated"]:
        return subprocess.CompletedProcess(command, 0)
    if list(command[1:3]) == ["-m", "scoring"]:
        from scoring.run import chosen, run

        print(*run(load_settings(), chosen(command[3:])), sep="\n", flush=True)
        return subprocess.CompletedProcess(command, 0)
    if list(command[:3]) != [sys.executable, "-m", "warehouse.dbt_program"]:
        return SUBPROCESS_RUN(command, *rest, **options)
    os.environ.update({name: value for name, value in options["env"].items() if name != "TOWER_PARENT"})
    return subprocess.CompletedProcess(command, _main(command[2], tuple(command[3:])))
