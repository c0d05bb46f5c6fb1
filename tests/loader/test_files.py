"""What stands around the rows of a file: titles and totals, names of columns in any style, code pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from loader.files.codepages import guess
from loader.files.headers import clean_name, is_total, places
from tests.loader.test_notation import read


def test_titles_above_the_header_are_skipped_and_the_lines_stay_true(tmp_path: Path) -> None:
    text = "Export of things\nCreated 01.04.2026 08:12\n\nid;amount;seats\na;1,50;24\nb;bad;3\nTotal;1,50;\n"
    report, rows = read(tmp_path, text)
    assert [row[:2] for row in rows] == [("a", "1.50")]
    assert [(p.line, p.column, p.value) for p in report.problems] == [(6, "amount", "bad")]
    assert (report.rows, report.rejected) == (2, 1)
    assert any("header is in line 4" in note and "'Export of things'" in note for note in report.notes)
    assert any("totals at the end are left out: line 7" in note for note in report.notes)


def test_a_title_may_have_commas_and_quotes(tmp_path: Path) -> None:
    text = 'Campaign report\n"March 1, 2026 - March 31, 2026"\nId,Amount,Seats\na,100.00,1\nb,-20,2\n'
    assert [row[:2] for row in read(tmp_path, text + "Total: Account,80.00,USD\nTotal: Search,80.00,3\n")[1]] == [
        ("a", "100.00"),
        ("b", "-20.00"),
    ]


def test_a_sentence_below_the_rows_is_left_out_and_a_torn_row_is_not(tmp_path: Path) -> None:
    (tmp_path / "torn").mkdir()
    report, rows = read(tmp_path, "id,amount,seats\na,1,2\nTotal,1,2\n\n©2026 Acme Corporation. All rights reserved.\n")
    assert [row[:2] for row in rows] == [("a", "1.00")] and report.rejected == 0
    assert any("left out: line 3, 5" in note for note in report.notes)
    report, _ = read(tmp_path / "torn", "id,amount,seats\na,1,2\nb\n")
    assert [(p.line, p.rule) for p in report.problems] == [(3, "shape")]


def test_a_row_that_begins_with_total_is_a_row_where_rows_follow(tmp_path: Path) -> None:
    _, rows = read(tmp_path, "title\nid,amount\nTotal,1\nb,2\n")
    assert [row[0] for row in rows] == ["Total", "b"]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (["Total", "", "24", "1.300,50 €"], True),
        (["", "Grand total", "24"], True),
        (["Total: Account", " --", "USD", "80.00"], True),
        (["Summe", "24"], True),
        (["Gesamtergebnis", "24"], True),
        (["Total of 2 results", "-", "12.5", "USD"], True),
        (["Total of the Earth Ltd", "Retail", "24"], False),
        (["Total Wine", "24"], False),
        (["Total", "Retail", "24"], False),
        (["24", "Total"], False),
        ([], False),
    ],
)
def test_a_total_is_a_word_for_it_and_numbers(fields: list[str], answer: bool) -> None:
    assert is_total(fields) is answer


STYLES = [
    "created_date",
    "CreatedDate",
    "Created Date",
    "createdDate",
    "CREATED-DATE",
    "created.date",
    " Created date ",
]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("own", ["created_date", "createddate"])
def test_a_column_is_found_in_any_style_of_its_name(style: str, own: str) -> None:
    assert places(["Id", style], [own, "id"], {}) == {own: 1, "id": 0}


def test_the_nearer_name_wins() -> None:
    header = ["Sub 1", "sub1", "metrics.cost", "Cost (USD)", "property_dealname", "Región", "Größe"]
    assert places(header, ["sub_1", "sub1", "cost", "deal_name"], {"region": "land", "grosse": "size"}) == {
        "sub_1": 0,
        "sub1": 1,
        "cost": 2,
        "deal_name": 4,
        "land": 5,
        "size": 6,
    }
    assert clean_name("Łódź Øst") == "lodz_ost"


PAGES = {
    "cp1252": ["Société Générale", "Peña", "Malmö", "København", "Håkan Ångström", "Zoë", "São Paulo", "Jürgen Weiß"],
    "cp1250": [
        "Wrocław",
        "Łódź",
        "Gdańsk",
        "Dvořák",
        "Černý",
        "Jiří",
        "Přerov",
        "Győr",
        "Plzeň",
        "Częstochowa",
        "Szűcs",
    ],
    "iso8859_2": ["Świdnica", "Wąbrzeźno", "Šťastný", "Žižkov"],
    "cp1251": ["Привет мир", "Москва и Санкт-Петербург"],
}


@pytest.mark.parametrize(("page", "word"), [(page, word) for page, words in PAGES.items() for word in words])
def test_a_word_tells_its_code_page(page: str, word: str) -> None:
    found, example = guess(word.encode(page))
    assert found == page and example in word


@pytest.mark.parametrize("page", ["cp1252", "cp1250", "iso8859_2"])
def test_many_words_tell_their_code_page_and_it_is_said(page: str, tmp_path: Path) -> None:
    lines = "".join(f"{number},{number},{word}\n" for number, word in enumerate(PAGES[page]))
    report, rows = read(tmp_path, f"id,amount,name\n{lines}".encode(page))
    assert len(rows) == len(PAGES[page])
    assert any(f"read as {page}" in note and "European" in note for note in report.notes)
