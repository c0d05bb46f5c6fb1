"""What every page is made of: filters in the URL, drills, exports, saved views, search, markers, report and banner."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import psycopg2
import pytest
from streamlit.testing.v1 import AppTest

from app import data
from app.data import kpis, tower
from app.pages import FIRST
from app.selection import Filters
from app.ui import charts, exports
from app.ui.drill import accounts, cohort, week
from app.ui.visit import Visit
from app.views.executive import board
from metrics import MetricError
from metrics.formats import Currency
from tests.app.test_pages import open_app
from warehouse.reading import EVERYTHING
from warehouse.settings import Settings

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("fresh_caches", "in_company")]


@pytest.fixture
def filters() -> Filters:
    """Half a year, two segments."""
    return Filters(("SMB", "Enterprise"), (), (), date(2026, 5, 1), date(2026, 10, 1), "prior_period")


def value(filters: Filters, name: str) -> float:
    """A KPI of the selection."""
    return float(kpis(tower(""), [name], filters.values, filters.start, filters.end).frame.iloc[0, 0])


def behind(filters: Filters, metric: str, **where: Any) -> pd.DataFrame:
    """The accounts behind a number."""
    return accounts(tower(""), filters, metric, **where).frame


def opened(page: str, **parameters: str | list[str]) -> AppTest:
    """A page as a link with its own parameters opens it."""
    test = open_app(page, {})
    for key, text in parameters.items():
        test.query_params[key] = text
    return test.run()


def test_a_page_filter_is_taken_from_the_link_named_and_dropped_when_unknown() -> None:
    test = opened("support", cut="region")
    assert test.button_group(key="support.cut").value == "region"
    assert "Cut by: Region" in test.caption[0].value
    test = opened("support", cut="phase of the moon")
    assert test.button_group(key="support.cut").value == "priority"
    assert "cut" not in test.query_params


def test_a_page_filter_writes_the_link_and_a_reset_clears_it() -> None:
    test = opened("anomalies")
    test.multiselect(key="anomalies.severity").set_value(["high", "low"]).run()
    assert test.query_params["severity"] == ["high", "low"]
    assert "Severity: High, Low" in test.caption[0].value
    next(button for button in test.button if button.label == "Reset filters").click().run()
    assert test.multiselect(key="anomalies.severity").value == []
    assert "severity" not in test.query_params
    assert "Severity" not in test.caption[0].value


def test_a_page_filter_does_not_name_itself_on_other_pages() -> None:
    test = opened("support", cut="region")
    test.switch_page("views/pipeline/page.py").run()
    assert "Cut by" not in test.caption[0].value


def test_markers_can_be_switched_off_by_link() -> None:
    def drawn(test: AppTest) -> bool:
        return any("Release v" in figure.proto.spec for figure in test.get("plotly_chart"))

    assert drawn(opened("executive"))
    assert not drawn(opened("executive", marks="False"))


@pytest.mark.parametrize(
    "name", ["mrr", "net_new_mrr", "churned_mrr", "starting_mrr", "closed_deals", "tickets", "entered_deals"]
)
def test_the_accounts_behind_a_number_add_up_to_it(filters: Filters, name: str) -> None:
    found = behind(filters, name)
    assert found["account_id"].is_unique
    assert found[name].sum() == pytest.approx(value(filters, name), abs=0.005)
    assert found[name].abs().is_monotonic_decreasing
    assert found.select_dtypes("number").ne(0).any(axis=1).all()


def test_the_accounts_behind_a_ratio_make_up_both_its_sides(filters: Filters) -> None:
    found = behind(filters, "win_rate")
    assert found["won_deals"].sum() / found["closed_deals"].sum() == pytest.approx(value(filters, "win_rate"))
    known = found.dropna(subset=["account_id"])
    assert known["segment"].isin(filters.segment).all()
    assert (found.loc[found["account_id"].isna(), "account_name"] == "Prospect without an account").all()


def test_the_accounts_behind_a_month_and_a_segment_add_up(filters: Filters) -> None:
    narrow = filters.narrowed("2026-08-01", segment="Enterprise")
    assert (narrow.start, narrow.end, narrow.segment) == (date(2026, 8, 1), date(2026, 8, 1), ("Enterprise",))
    assert behind(narrow, "mrr")["mrr"].sum() == pytest.approx(value(narrow, "mrr"), abs=0.005)


def test_the_accounts_behind_a_part_add_up(filters: Filters) -> None:
    asked = tower(""), ["tickets"], filters.values, filters.start, filters.end
    urgent = kpis(*asked, ["priority"]).frame.set_index("priority")
    assert behind(filters, "tickets", priority="urgent")["tickets"].sum() == urgent.loc["urgent", "tickets"]
    weeks = kpis(*asked, grain="week").frame.set_index("period")
    monday = date(2026, 8, 31)  # of two months
    assert behind(filters, "tickets", days=week(monday, filters))["tickets"].sum() == weeks.loc[monday, "tickets"] > 0


def test_behind_a_median_stands_each_deal(filters: Filters) -> None:
    found = behind(filters, "sales_cycle_days", each="deal")
    assert found["deal"].is_unique
    assert found["sales_cycle_days"].median() == pytest.approx(value(filters, "sales_cycle_days"))


def test_the_accounts_behind_a_cohort_cell_are_its_accounts(filters: Filters) -> None:
    cells = data.rows(tower(""), "cohorts", filters).frame
    month, later = date(2026, 5, 1), 3
    cell = cells[(cells["cohort_month"] == month) & (cells["months_since_start"] == later)].iloc[0]
    found = cohort(tower(""), filters.narrowed(month), later).frame
    assert len(found) == cell["cohort_accounts"]
    assert found["is_still_paying"].sum() == cell["retained_accounts"]
    assert found["mrr_then"].sum() == pytest.approx(cell["retained_mrr"])


def test_a_drill_refuses_what_it_does_not_know(filters: Filters) -> None:
    with pytest.raises(MetricError, match="Won deals is not recorded by priority"):
        behind(filters, "won_deals", priority="high")
    with pytest.raises(MetricError, match="S&M spend is not recorded by account: no list is behind it"):
        behind(filters, "spend")


def test_cards_show_both_comparisons_and_the_target() -> None:
    test = open_app("executive", {"from": "2026-10", "to": "2026-10"})
    said = " ".join(text.value for text in test.markdown)
    assert test.metric[0].delta
    assert re.search(r"\[\+\d+\.\d %\] on year · :\w+\[\d+% of target \$[\d.]+[kM]\]", said)


def test_a_rate_on_few_cases_is_greyed_and_says_how_many() -> None:
    selection = {"from": "2026-10", "to": "2026-10", "segment": "Enterprise", "region": "North America"}
    test = open_app("pipeline", selection)
    assert test.metric[0].value.startswith(":gray[")
    assert any("too few to judge" in text.value for text in test.markdown)


def sheet(workbook: bytes, number: int) -> list[list[str]]:
    """The texts of a worksheet, read without the library that wrote it; formulas would show as such."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        shared = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        strings = ["".join(item.itertext()) for item in shared.findall("m:si", space)]
        rows = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{{{space['m']}}}row")
        return [
            [
                f"={formula.text}"
                if (formula := cell.find("m:f", space)) is not None
                else strings[int(cell.findtext("m:v", "", space))]
                if cell.get("t") == "s"
                else cell.findtext("m:v", "", space)
                for cell in row.findall("m:c", space)
            ]
            for row in rows
        ]


def test_a_workbook_is_typed_safe_and_says_what_was_selected(filters: Filters) -> None:
    frame = pd.DataFrame({"name": ["=1+1", "http://x.test"], "n": [1.5, 2], "day": pd.to_datetime(["2026-10-31"] * 2)})
    made = exports.xlsx(frame, exports.about(Visit(FIRST, tower(""), filters), "Churned accounts"))
    assert sheet(made, 1) == [["name", "n", "day"], ["=1+1", "1.5", "46326"], ["http://x.test", "2", "46326"]]
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    told = dict(row for row in sheet(made, 2) if len(row) == 2)
    assert told["As of"] == "2026-10-31"
    assert told["Segment"] == "SMB, Enterprise"
    assert told["Months"] == "May 2026 – Oct 2026"
    assert told["Build"] == str(tower("").publication)


def test_file_names_carry_the_selection(filters: Filters) -> None:
    name = exports.file_name(Visit(FIRST, tower(""), filters), "MRR by segment, %", "csv")
    assert name == "mrr-by-segment_2026-05_2026-10_smb_enterprise.csv"


def pdf_text(report: bytes) -> str:
    """The text of a matplotlib PDF, a line for each piece: what a reader copies and finds, by its fonts' own maps."""
    objects = dict(re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", report, re.S))
    names = {name: number for font in objects.values() for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", font)}
    letters = {}
    for name, number in names.items():
        if found := re.search(rb"/ToUnicode (\d+) 0 R", objects[number]):
            letters[name] = _letters(_inflated(objects[found[1]]))
    lines = []
    for page in map(_inflated, objects.values()):
        for piece in re.findall(rb"\bBT\b(.*?)\bET\b", page, re.S):
            line, known = "", dict[int, str]()
            for name, text in re.findall(rb"/(F\d+) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\)", piece, re.S):
                known = letters[name] if name else known
                line += "".join(known.get(code, "?") for code in ESCAPED.sub(_unescaped, text))
            lines.append(line)
    return "\n".join(lines)


ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if len(found[1]) == 3 else ESCAPES.get(found[1], found[1])


ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _inflated(content: bytes) -> bytes:
    """The stream of an object; nothing where it has none."""
    found = re.search(rb"stream\r?\n(.*)\r?\nendstream", content, re.S)
    try:
        return zlib.decompressobj().decompress(found[1]) if found else b""
    except zlib.error:
        return b""


def _letters(known: bytes) -> dict[int, str]:
    """The letter of each code of a font."""
    return {
        int(first, 16) + place: bytes.fromhex(letter.decode()).decode("utf-16-be")
        for first, letters in re.findall(rb"<(\w+)> <\w+> \[(.*?)\]", known, re.S)
        for place, letter in enumerate(re.findall(rb"<(\w+)>", letters))
    }


def test_the_board_report_has_the_numbers_of_the_page() -> None:
    test = open_app("executive", {"segment": "SMB", "from": "2026-08", "to": "2026-10"})
    shown = [card.value.removeprefix(":gray[").removesuffix("]") for card in test.metric]
    chosen = Filters(("SMB",), (), (), date(2026, 8, 1), date(2026, 10, 1), "prior_period")
    build = tower("")
    shown_board = board.read(build, chosen)
    report = board.pdf(shown_board, Visit(FIRST, build, chosen))
    text = pdf_text(report)
    assert report.startswith(b"%PDF") and report.count(b"/Type /Page\n") + report.count(b"/Type /Page ") == 4
    for card, number in zip(test.metric, shown, strict=True):
        assert number in text, (card.label, number)
        assert not card.delta or card.delta in text, (card.label, card.delta)
    assert "Segment: SMB" in text
    assert "As of 31 Oct 2026" in text
    assert shown_board.gap == 0


@pytest.fixture
def no_views(in_company: Settings) -> Iterator[None]:
    """No saved views before and after."""
    yield
    for view in data.read(EVERYTHING, "views", {}).itertuples():
        data.run(tower(""), "delete_view", {"view_id": int(view.view_id), "person": view.person})


def press(test: AppTest, label: str) -> AppTest:
    """Press the button with this label."""
    return next(button for button in test.button if button.label == label).click().run()


@pytest.mark.usefixtures("no_views")
def test_a_view_is_saved_opened_and_deleted() -> None:
    test = opened("anomalies", severity=["high"])
    test.multiselect(key="segment").set_value(["SMB"]).run()
    test.text_input(key="view-name").set_value("  Hot   SMB ")
    press(test, "Save")
    saved = data.read(EVERYTHING, "views", {}).iloc[0]
    assert (saved["name"], saved["page"]) == ("Hot SMB", "anomalies")
    other = open_app("executive", {})
    other.selectbox(key="view").set_value(int(saved["view_id"])).run()
    press(other, "Open it")
    assert other.title[0].value == "Anomalies"
    assert other.query_params["severity"] == "high"
    assert other.query_params["segment"] == "SMB"
    assert "Segment: SMB · Severity: High" in other.caption[0].value
    other.selectbox(key="view").set_value(int(saved["view_id"])).run()
    press(other, "Delete it")
    assert data.read(EVERYTHING, "views", {}).empty


@pytest.mark.usefixtures("no_views")
def test_the_view_of_somebody_else_can_be_opened_but_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = data.run(tower(""), "save_view", {"name": "Ann's", "page": "support", "query_string": "", "person": "ann"})
    view = int(saved["view_id"].iloc[0])
    test = open_app("executive", {})
    test.selectbox(key="view").set_value(view).run()
    assert not test.button(key="view-open").disabled and test.button(key="view-delete").disabled
    assert any("by ann" in caption.value for caption in test.caption)
    assert data.run(tower(""), "delete_view", {"view_id": view, "person": ""}).empty
    assert len(data.run(tower(""), "delete_view", {"view_id": view, "person": "ann"})) == 1


@pytest.mark.usefixtures("no_views")
def test_a_view_needs_a_name_that_is_free() -> None:
    for name, said in (("Mine", "Saved “Mine”."), ("mine", "is taken"), (" ", "Give the view a name.")):
        test = open_app("executive", {})
        test.text_input(key="view-name").set_value(name)
        press(test, "Save")
        assert any(said in toast.value for toast in test.toast)
    assert len(data.read(EVERYTHING, "views", {})) == 1


FORGED = "insert into ops.saved_views (name, page, query_string, created_by) values ('x', 'support', '', 'ann')"


def test_the_reader_may_write_nothing_but_views(in_company: Settings) -> None:
    connection = psycopg2.connect(in_company.reader().text())
    with connection, connection.cursor() as cursor:
        cursor.execute("set transaction read write")
        for statement in ("update ops.saved_views set name = 'x'", "delete from ops.load_runs", FORGED):
            cursor.execute("savepoint here")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
            cursor.execute("rollback to savepoint here")
    connection.close()


def test_the_search_finds_accounts_by_name_and_opens_their_page() -> None:
    names = data.read(EVERYTHING, "find_accounts", {"pattern": "%", "prefix": "%", "most": 1})
    name, account = names["account_name"].iloc[0], names["account_id"].iloc[0]
    test = open_app("executive", {})
    test.text_input(key="find").set_value(name.upper()).run()
    test.button(key=f"found-{account}").click().run()
    assert test.query_params["account"] == account
    assert name not in str(test.query_params)
    test.text_input(key="find").set_value("100%_no such").run()
    assert any("No account is called so." in caption.value for caption in test.caption)


def test_a_query_that_fails_spoils_its_panel_and_not_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    real = data.fetch

    def slow(sql: str, values: dict[str, object], role: str | None) -> pd.DataFrame:
        if "fct_retention" in sql and "limit 0" not in sql:
            raise psycopg2.errors.QueryCanceled("canceling statement due to statement timeout")
        return real(sql, values, role)

    monkeypatch.setattr(data, "fetch", slow)
    test = open_app("retention", {})
    assert [error.value for error in test.error] == [
        "This could not be read: the query took longer than 30 seconds. Choose fewer months or one segment."
    ]
    assert len(test.get("plotly_chart")) >= 4
    assert any("could not be read, see the message above" in warning.value for warning in test.warning)


def test_an_empty_panel_after_one_that_lacks_data_does_not_say_that_it_lacks() -> None:
    def script() -> None:
        from datetime import date

        import pandas as pd

        from app.found import Found
        from app.pages import FIRST
        from app.selection import Filters, Tower
        from app.ui.panels import chart, table
        from app.ui.visit import Visit

        month = date(2026, 10, 1)
        build = Tower(1, "", month, month, month, False)
        visit = Visit(FIRST, build, Filters((), (), (), month, month, "prior_period"))
        lacking = Found(pd.DataFrame(), lacks=("product.events.activation",))
        table(visit, "Without its data", lacking)
        table(visit, "Merely empty", Found(pd.DataFrame()))
        chart(visit, "Without its data, too", None, of=lacking)
        chart(visit, "Merely empty, too", None, of=Found(pd.DataFrame()), empty="Nothing was sold.")
        chart(visit, "Failed", None, of=Found(pd.DataFrame(), failed=True))

    test = AppTest.from_function(script, default_timeout=30).run()
    assert not test.exception
    assert [info.value for info in test.info] == [
        "Needs product.events.activation: not loaded.",
        "Nothing in this selection. Widen the filters or the months.",
        "Needs product.events.activation: not loaded.",
        "Nothing was sold.",
    ]
    assert len(test.warning) == 1


def test_a_newer_build_is_announced(in_company: Settings) -> None:
    def script() -> None:
        from dataclasses import replace

        from app.data import tower
        from app.ui.head import _newer

        build = tower("")
        _newer(build)
        _newer(replace(build, publication=build.publication - 1))

    test = AppTest.from_function(script, default_timeout=30).run()
    assert len(test.info) == 1
    assert "A newer build" in test.info[0].value


def test_a_chart_is_described_for_those_who_cannot_see_it() -> None:
    frame = pd.DataFrame({"segment": ["SMB", "Enterprise"], "mrr": [10_000.0, 25_000.0]})
    figure = charts.bars(frame, "segment", "mrr", kind="money")
    assert figure is not None
    said = charts.describe("MRR by segment", figure, Currency("$"))
    assert said == "Chart: MRR by segment. $10.0k at SMB to $25.0k at Enterprise, highest $25.0k at Enterprise."
