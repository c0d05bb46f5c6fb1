"""`make metrics` names every metric whole, on a terminal of any width and in a pipe, and finds a word."""

from __future__ import annotations

import pytest
from rich.console import Console

from metrics import Metric, catalogue
from metrics.__main__ import show_list
from warehouse.settings import Settings


def test_a_pipe_gets_one_line_for_each_metric(in_company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_list(Console(force_terminal=False, width=80), []) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(catalogue())
    assert all(metric.description in line for metric, line in zip(sorted_metrics(), lines, strict=True))


def test_a_narrow_terminal_cuts_no_name(in_company: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    show_list(Console(force_terminal=True, color_system=None, width=80), [])
    shown = capsys.readouterr().out
    assert {name for name in catalogue() if f"│ {name} " not in shown} == set()


def test_words_are_looked_for_in_name_label_and_definition(
    in_company: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_list(Console(force_terminal=False), ["LOGO", "churn"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 0 < len(lines) < 20
    assert all("logo" in line.lower() and "churn" in line.lower() for line in lines)
    assert show_list(Console(force_terminal=False), ["nosuchword"]) == 1
    assert capsys.readouterr().out.startswith("no metric has nosuchword")


def sorted_metrics() -> list[Metric]:
    """The metrics in the order of their names."""
    return [catalogue()[name] for name in sorted(catalogue())]
