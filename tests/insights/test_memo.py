"""INSIGHTS.md says what the marts say."""

from __future__ import annotations

from pathlib import Path

from metrics import query
from tests.conftest import Company


def test_the_memo_is_reproducible_and_carries_the_metrics_numbers(
    company: Company, in_company: object, tmp_path: Path
) -> None:
    for name in ("a.md", "b.md"):
        company.run("insights", "--out", str(tmp_path / name))
    text = (tmp_path / "a.md").read_text()
    assert text == (tmp_path / "b.md").read_text()
    customers = query(["active_customers"]).iloc[0, 0]
    assert f"to {customers:,.0f} (" in text
    assert "nan" not in text.lower().split()


def test_the_headline_has_three_figures(company: Company) -> None:
    line = company.run("insights", "--headline").stdout.strip()
    assert line.startswith("October 2026: MRR $")
    assert line.count("·") == 2
