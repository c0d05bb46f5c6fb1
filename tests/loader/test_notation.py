"""How values are written in other countries; every expected value was worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from company.contract import Column, Table
from loader.check.check import Check
from loader.check.outcome import Outcome, Status
from loader.duck import open_scratch
from loader.files.folder import FolderSource
from loader.files.marks import Hints

KINDS = {
    **{"amount": "numeric(18,2)", "rate": "numeric(28,10)", "seats": "integer", "day": "timestamp"},
    "paid": "boolean",
}


def read(folder: Path, text: str | bytes, **said: Any) -> tuple[Outcome, list[tuple[Any, ...]]]:
    """The report on one file whose columns are a key and some of KINDS, and its good rows."""
    data = text.encode() if isinstance(text, str) else text
    (folder / "data").mkdir()
    (folder / "data/things.csv").write_bytes(data)
    table = Table(
        "test", "things", (Column("id", "varchar(20)", unique=True), *(Column(*kind) for kind in KINDS.items()))
    )
    source = FolderSource(folder / "data", [table], folder, strict=False)
    with open_scratch(folder, source.paths()) as db:
        (file,) = Check(db, [table], source, hints=Hints(**said)).table(table)
        return file.outcome, db.execute(file.good_sql()).fetchall() if file.reading else []


def column(rows: list[tuple[Any, ...]]) -> list[Any]:
    """What stands behind the key."""
    return [row[1] for row in rows]


GERMAN = {  # twelve hundred and two and a half thousand, and why
    "semicolons and German dates": "id;amount;day\na;1.200;31.03.2026\nb;2.500;05.01.2026\n",
    "a German date without its century": "id;amount;day\na;1.200;31.03.26\nb;2.500;05.01.26\n",
    "a decimal comma in the column": "id;amount\na;1.200\nb;2.500\nc;1,5\n",
    "two groups in the column": "id;amount\na;1.200\nb;2.500\nc;1.250.000\n",
    "a decimal comma in another column": "id;amount;rate\na;1.200;12,5\nb;2.500;1\n",
    "thousands of another column that is whole": "id;amount;seats\na;1.200;10.000\nb;2.500;1\n",
}


@pytest.mark.parametrize("why", GERMAN)
def test_a_point_groups_thousands_where_the_file_tells(why: str, tmp_path: Path) -> None:
    report, rows = read(tmp_path, GERMAN[why])
    assert column(rows)[:2] == ["1200.00", "2500.00"]
    assert any("amount is read with a comma before decimals" in note for note in report.notes)


ENGLISH = {  # one and a fifth, two and a half
    "a decimal point in the column": "id;amount;day\na;1.200;31.03.2026\nb;2.500;05.01.2026\nc;12.5;05.01.2026\n",
    "no thousands begin with a nought": "id;amount;day\na;1.200;31.03.2026\nb;2.500;05.01.2026\nc;0.250;05.01.2026\n",
    "a decimal point in another column": "id;amount;rate\na;1.200;12.5\nb;2.500;1\n",
    "commas between columns": "id,amount,day\na,1.200,2026-03-31\nb,2.500,2026-01-05\n",
}


@pytest.mark.parametrize("why", ENGLISH)
def test_a_point_stands_before_decimals_where_the_file_tells(why: str, tmp_path: Path) -> None:
    assert column(read(tmp_path, ENGLISH[why])[1])[:2] == ["1.20", "2.50"]


@pytest.mark.parametrize(
    "text",
    [
        "id;amount;day\na;1.200;2026-03-31\nb;2.500;2026-01-05\n",
        "id,amount,day\na,1.200,31.03.2026\nb,2.500,05.01.2026\n",
    ],
)
def test_where_the_file_does_not_tell_it_is_asked(text: str, tmp_path: Path) -> None:
    for name in ("asked", "comma", "point"):
        (tmp_path / name).mkdir()
    report, _ = read(tmp_path / "asked", text)
    (problem,) = report.problems
    assert report.status is Status.REFUSED and (problem.column, problem.rule) == ("amount", "question")
    assert all(part in problem.message for part in ("1.200, 2.500", "NUMBERS=comma", "1.200 is 1200", "1.200 is 1.2)"))
    assert column(read(tmp_path / "comma", text, comma=True)[1]) == ["1200.00", "2500.00"]
    assert column(read(tmp_path / "point", text, comma=False)[1]) == ["1.20", "2.50"]


NUMBERS = {
    "1 200,50": "1200.50",
    "1\u00a0200,50": "1200.50",
    "1\u202f200,50": "1200.50",
    "1'200.50": "1200.50",
    "1\u2019200.50": "1200.50",
    "12,50-": "-12.50",
    "\u2212 3,50 kr": "-3.50",
    "1.200,5 zł": "1200.50",
    "CHF 1'200": "1200.00",
    "(1,234.50)": "-1234.50",
    "19.900000000000002": "19.90",
    "1.200,-": "1200.00",
    "500.\u2013": "500.00",
    "12,34,567.5": "1234567.50",
    "n.a.": None,
    "\u2014": None,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read_as_people_write_it(text: str, tmp_path: Path) -> None:
    assert column(read(tmp_path, f'id,amount\na,"{text}"\n')[1]) == [NUMBERS[text]]


def test_a_number_with_more_decimals_is_rejected_and_not_rounded(tmp_path: Path) -> None:
    report, rows = read(tmp_path, "id,amount,rate\na,10.995,1\nb,0.004,1\nc,25,0.004\nd,25.000,1e-3\ne,1e-3,10.995\n")
    assert rows == [("c", "25.00", "0.0040000000"), ("d", "25.00", "0.0010000000")]
    assert [(p.line, p.column, p.rule, p.value) for p in report.problems] == [
        (2, "amount", "decimals", "10.995"),
        (3, "amount", "decimals", "0.004"),
        (6, "amount", "decimals", "1e-3"),
    ]
    assert "numeric(18,2)" in report.problems[0].message


def test_a_number_with_a_comma_is_rejected_for_its_decimals_too(tmp_path: Path) -> None:
    report, rows = read(tmp_path, "id;amount\na;10,995\nb;2,5\n")
    assert column(rows) == ["2.50"]
    assert [(p.line, p.rule) for p in report.problems] == [(2, "decimals")]


TIMES = {
    ("1/5/2026, 12:33 PM", "3/31/2026, 12:05 AM"): ("2026-01-05 12:33:00", "2026-03-31 00:05:00"),
    ("1/5/2026, 1:33\u202fPM", "3/31/2026, 1:05\u202fp.m."): ("2026-01-05 13:33:00", "2026-03-31 13:05:00"),
    ("05.01.26", "31.03.26"): ("2026-01-05 00:00:00", "2026-03-31 00:00:00"),
    ("1/5/26", "3/31/99 9:05"): ("2026-01-05 00:00:00", "1999-03-31 09:05:00"),
    ("2026-01-05 01:33 PM", "2026-03-31 12:05:09 AM"): ("2026-01-05 13:33:00", "2026-03-31 00:05:09"),
    ("Mon, 05 Jan 2026 10:00:00 GMT", "January 5, 2026 1:33 PM"): ("2026-01-05 10:00:00", "2026-01-05 13:33:00"),
    ("5. Jan 2026", "31-Mar-26"): ("2026-01-05 00:00:00", "2026-03-31 00:00:00"),
    ("05.01.2026 12.33", "31.03.2026 09:15 Uhr"): ("2026-01-05 12:33:00", "2026-03-31 09:15:00"),
    ("46027", "46112.5"): ("2026-01-05 00:00:00", "2026-03-31 12:00:00"),  # days of a spreadsheet
    ("0000-00-00", "2026-03-31"): (None, "2026-03-31 00:00:00"),
    ("5.1.2026", "31.3.2026"): ("2026-01-05 00:00:00", "2026-03-31 00:00:00"),
}


@pytest.mark.parametrize("texts", TIMES)
def test_a_time_is_read_as_people_write_it(texts: tuple[str, str], tmp_path: Path) -> None:
    _, rows = read(tmp_path, f'id,day\na,"{texts[0]}"\nb,"{texts[1]}"\n')
    assert tuple(column(rows)) == TIMES[texts]


@pytest.mark.parametrize(
    "ways",
    [
        ["($12.50)", "-$12.50", "$(12.50)", "$-12.50", "12.50-", "- 12.50", "−12.50"],
        ["(12.50 €)", "-12.50 EUR", "€ -12.50", "-12.50"],
    ],
)
def test_accounts_write_negative_amounts_in_many_ways(ways: list[str], tmp_path: Path) -> None:
    """The currency stands before or behind the sign or bracket; what is in brackets is owed."""
    text = "id,amount\n" + "".join(f"{n},{way}\n" for n, way in enumerate(ways))
    report, rows = read(tmp_path, text)
    assert report.rejected == 0
    assert column(rows) == ["-12.50"] * len(ways)


@pytest.mark.parametrize(
    "words",
    [("ja", "nein"), ("Ja", "Nej"), ("WAHR", "FALSCH"), ("oui", "non"), ("Sí", "No"), ("sim", "não"), ("yes", "")],
)
def test_yes_and_no_are_read_in_the_languages_of_spreadsheets(words: tuple[str, str], tmp_path: Path) -> None:
    report, rows = read(tmp_path, f"id,paid\na,{words[0]}\nb,{words[1]}\n")
    assert report.rejected == 0
    assert column(rows) == ["true", "false" if words[1] else None]


def test_a_word_that_is_neither_yes_nor_no_is_rejected(tmp_path: Path) -> None:
    report, _ = read(tmp_path, "id,paid\na,ja\nb,vielleicht\n")
    assert report.rejected == 1


def test_amounts_in_several_currencies_are_asked_about_where_no_column_names_them(tmp_path: Path) -> None:
    """$ and USD are one; dollars and euros are never one sum."""
    for name in ("several", "one"):
        (tmp_path / name).mkdir()
    report, _ = read(tmp_path / "several", "id,amount\na,$12.50\nb,€13.50\n")
    assert [(p.column, p.rule, p.message) for p in report.problems] == [
        ("amount", "question", "amounts in EUR, USD, and no column says which: add a column currency")
    ]
    report, rows = read(tmp_path / "one", "id,amount\na,US$ 12.50\nb,USD 13\n")
    assert column(rows) == ["12.50", "13.00"]
    assert any("in USD, which counts as the reporting currency" in note for note in report.notes)


PERCENT = {  # what probabilities mean in per cent
    "id,chance\na,0.6\nb,1\nc,0\nd,.25\n": ["60.00", "100.00", "0.00", "25.00"],
    "id;chance\na;0,6\nb;1\n": ["60.00", "100.00"],
    "id,chance\na,0.6\nb,40\n": ["0.60", "40.00"],
    "id,chance\na,0.6 %\nb,1 %\n": ["0.60", "1.00"],
    "id,chance\na,1\nb,0\n": ["1.00", "0.00"],
}


@pytest.mark.parametrize("text", PERCENT)
def test_percentages_of_which_none_is_above_one_are_shares(text: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/things.csv").write_text(text)
    columns = (Column("id", "varchar(20)", unique=True), Column("chance", "numeric(5,2)", minimum=0, maximum=100))
    table = Table("test", "things", columns)
    source = FolderSource(tmp_path / "data", [table], tmp_path, strict=False)
    with open_scratch(tmp_path, source.paths()) as db:
        (file,) = Check(db, [table], source).table(table)
        rows = db.execute(file.good_sql()).fetchall()
    assert [f"{float(value):.2f}" for value in column(rows)] == PERCENT[text]
    assert ("read as a share" in " ".join(file.outcome.notes)) == (PERCENT[text][0] == "60.00")
