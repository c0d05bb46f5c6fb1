"""Files as they come: whatever their form, the warehouse then holds the same rows."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.loader.box import Box, make_box

Rows = list[dict[str, str]]
FILES = {
    "crm_accounts": "crm/accounts",
    "billing_subscriptions": "billing/subscriptions",
    "billing_orders": "billing/orders",
}


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_formats")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The rows of three tables."""
    folder = tmp_path_factory.mktemp("formats")
    generate(Plan(60, 3, date(2026, 1, 1), date(2026, 6, 30)), folder / "data")
    return {
        key: list(csv.DictReader((folder / f"data/{name}.csv").open(encoding="utf-8"))) for key, name in FILES.items()
    }


@pytest.fixture(scope="module")
def expected(box: Box, company: dict[str, Rows], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the plain files give."""
    folder = tmp_path_factory.mktemp("plain")
    write(company, folder)
    box.load(folder, strict=False)
    return {key: box.content(key) for key in FILES}


def text_of(rows: Rows, **form: object) -> str:
    """Rows as CSV."""
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(rows[0]), lineterminator="\n", **form)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def write(company: dict[str, Rows], folder: Path, encode: Callable[[str], bytes] = str.encode, **form: object) -> None:
    """Write every table."""
    for key, name in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.csv").write_bytes(encode(text_of(company[key], **form)))


def each(company: dict[str, Rows], change: Callable[[str, str], str]) -> dict[str, Rows]:
    """Every value changed by (column, value)."""
    return {key: [{c: change(c, v) for c, v in row.items()} for row in rows] for key, rows in company.items()}


def dated(shape: str) -> Callable[[str, str], str]:
    """A change of every timestamp."""
    return lambda column, value: (
        f"{datetime.fromisoformat(value):{shape}}" if column.endswith("_at") and value else value
    )


def grouped(thousands: str, decimals: str) -> Callable[[str, str], str]:
    """A change of every amount, shifted so that there are thousands to group."""

    def change(column: str, value: str) -> str:
        if column not in ("tax", "discount"):
            return value
        return f"{float(value):,.2f}".replace(",", "\t").replace(".", decimals).replace("\t", thousands)

    return change


def since_1970(column: str, value: str) -> str:
    """Timestamps as a number of seconds."""
    return str(int(datetime.fromisoformat(f"{value}+00:00").timestamp())) if column.endswith("_at") and value else value


CHANGES: dict[str, Callable[[str, str], str]] = {
    "day first": dated("%d-%m-%Y %H:%M:%S"),
    "month first": dated("%m/%d/%Y %H:%M:%S"),
    "day first with points": dated("%d.%m.%Y %H:%M:%S"),
    "twelve hours": dated("%m/%d/%Y %I:%M:%S %p"),
    "month names": dated("%d %b %Y %H:%M:%S"),
    "iso with T": dated("%Y-%m-%dT%H:%M:%S"),
    "UTC said": dated("%Y-%m-%dT%H:%M:%SZ"),
    "seconds since 1970": since_1970,
    "thousands with commas": grouped(",", "."),
    "thousands with points": grouped(".", ","),
    "thousands with spaces": grouped(" ", "."),
    "dollars": lambda c, v: f"$ {v}" if c == "tax" else v,
    "words for nothing": lambda c, v: v or ("NULL" if c == "owner_id" else "N/A"),
    "backslash N": lambda c, v: v or "\\N",
    "capitals": lambda c, v: v.upper() if c in ("status", "billing_interval") else v,
    "spaces around": lambda c, v: f" {v} " if c in ("account_id", "employee_count", "status") else v,
}


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("name", CHANGES)
def test_values_in_another_form_are_read_the_same(
    name: str,
    is_late: bool,
    box: Box,
    company: dict[str, Rows],
    expected: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the beginning of the file does not show it, so that rows are copied before it is known."""
    if is_late:
        monkeypatch.setattr("loader.files.notation.BEGINNING", 0)
    write(each(company, CHANGES[name]), tmp_path)
    done = box.load(tmp_path)
    assert not done.problems and sum(outcome.rejected for outcome in done.outcomes) == 0
    assert {key: box.content(key) for key in FILES} == expected
    assert name == "iso with T" or any(outcome.notes for outcome in done.outcomes)  # what was done is said


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "a mark before UTF-8": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "Latin-1": lambda text: text.encode("latin-1"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "no newline at the end": lambda text: text.rstrip("\n").encode(),
    "empty lines": lambda text: ("\n" + text.replace("\n", "\n\n")).encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_bytes_in_another_form_are_read_the_same(
    name: str, box: Box, company: dict[str, Rows], expected: dict[str, str], tmp_path: Path
) -> None:
    write(company, tmp_path, ENCODINGS[name])
    box.load(tmp_path)
    assert {key: box.content(key) for key in FILES} == expected


@pytest.mark.parametrize(
    "form", [{"delimiter": ";"}, {"delimiter": "\t"}, {"delimiter": "|"}, {"quoting": csv.QUOTE_ALL}]
)
def test_delimiters_are_found(
    form: dict[str, object], box: Box, company: dict[str, Rows], expected: dict[str, str], tmp_path: Path
) -> None:
    write(company, tmp_path, **form)
    box.load(tmp_path)
    assert {key: box.content(key) for key in FILES} == expected


def test_headers_may_be_reordered_doubled_renamed_and_more(
    box: Box, company: dict[str, Rows], expected: dict[str, str], tmp_path: Path
) -> None:
    changed = {}
    for key, rows in company.items():
        order = sorted(rows[0], reverse=True)
        changed[key] = [{c.replace("_", " ").title(): row[c] for c in order} | {"Colour": "blue"} for row in rows]
    write(changed, tmp_path)
    text = (tmp_path / "crm/accounts.csv").read_text().replace("Colour", "Segment", 1)
    (tmp_path / "crm/accounts.csv").write_text(text)
    done = box.load(tmp_path)
    assert {key: box.content(key) for key in FILES} == expected
    extra = dict(box.rows(f"select file, extra_columns from ops.load_files where load_run_id = {done.run}"))
    assert extra == {
        "crm/accounts.csv": ["Segment"],
        "billing/subscriptions.csv": ["Colour"],
        "billing/orders.csv": ["Colour"],
    }


def test_a_table_may_be_many_files_packed_and_parquet(
    box: Box, company: dict[str, Rows], expected: dict[str, str], tmp_path: Path
) -> None:
    accounts, orders = company["crm_accounts"], company["billing_orders"]
    (tmp_path / "orders").mkdir()
    (tmp_path / "accounts-2026-01.csv").write_text(text_of(accounts[:20]), encoding="utf-8")
    (tmp_path / "accounts-2026-02.csv.gz").write_bytes(gzip.compress(text_of(accounts[20:]).encode()))
    (tmp_path / "orders/north.csv").write_text(text_of(orders[:9], delimiter=";"))
    (tmp_path / "orders/south.csv").write_text(text_of(orders[9:]))
    frame = pd.DataFrame(company["billing_subscriptions"]).replace("", None)
    frame["started_at"] = pd.to_datetime(frame["started_at"])
    frame.to_parquet(tmp_path / "billing_subscriptions.parquet")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    done = box.load(tmp_path)
    assert {key: box.content(key) for key in FILES} == expected
    assert done.unused == ("notes.csv",)


def test_quoted_newlines_and_quotes_are_kept(box: Box, company: dict[str, Rows], tmp_path: Path) -> None:
    changed = each(company, lambda c, v: 'two\nlines, "quoted"' if c == "account_name" else v)
    write(changed, tmp_path)
    box.load(tmp_path)
    assert box.rows("select distinct account_name from raw.crm_accounts") == [('two\nlines, "quoted"',)]


def test_a_date_that_tells_nothing_is_read_as_told(box: Box, company: dict[str, Rows], tmp_path: Path) -> None:
    write(each(company, lambda c, v: "03/04/2026" if c.endswith("_at") and v else v), tmp_path)
    for day_first, month in ((True, 4), (False, 3)):
        done = box.load(tmp_path, day_first=day_first)
        assert done.window.as_of == date(2026, month, 7 - month)
    done = box.load(tmp_path)
    assert any("DATES=dmy or DATES=mdy" in note for outcome in done.outcomes for note in outcome.notes)
