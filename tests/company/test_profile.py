"""company.yml as a profile: what is read, and that words stay words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from company.profile import (
    Bands,
    Bound,
    Calendar,
    Currency,
    Holiday,
    Pipeline,
    Profile,
    Rate,
    Refresh,
    ServiceHours,
    Stage,
    Vocabulary,
    Word,
)
from company.reading import read_profile
from company.words import KINDS
from warehouse.plausibility.bounds import COUNTS, SHARES

ROOT = Path(__file__).resolve().parents[2]
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff")
NAMES = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(lambda t: t != "" and t != "renewals")
PITFALLS = st.sampled_from(["NO", "on", "yes", "null", "~", "1", "08:00", "1e3", "2026-01-01", "0x1F", ".5", "=", "<<"])
WORDS = st.lists(NAMES | PITFALLS, unique=True, max_size=6)


def read(text: str, folder: Path) -> Profile:
    path = folder / "company.yml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def test_the_example_shows_the_usual_bounds_and_no_takes_one_away(tmp_path: Path) -> None:
    shown = {bound.check: float(bound.most or 0) for bound in read_profile(ROOT / "company.example.yml").plausibility}
    assert shown == {**SHARES, **COUNTS}
    assert read("plausibility: {mrr: no, rows: 0.4}", tmp_path).plausibility == (
        Bound("mrr", None),
        Bound("rows", Decimal("0.4")),
    )


def test_no_file_and_an_empty_file_say_nothing(tmp_path: Path) -> None:
    assert read_profile(tmp_path / "company.yml") == Profile()
    assert read("# nothing yet\n", tmp_path) == Profile()
    assert read("name:\ncurrency: ~\nwords: {segment: null}\n", tmp_path) == Profile()


def test_the_example_shows_every_entry() -> None:
    profile = read_profile(ROOT / "company.example.yml")
    assert profile.name == "Nordic Ledger AB"
    assert profile.currency == Currency(
        "EUR",
        "constant",
        (
            Rate("GBP", Decimal("1.17"), date(2025, 2, 1)),
            Rate("GBP", Decimal("1.15"), date(2026, 2, 1)),
            Rate("SEK", Decimal("0.088")),
            Rate("USD", Decimal("0.96"), date(2025, 2, 1)),
            Rate("USD", Decimal("0.92"), date(2026, 8, 15)),
        ),
    )
    assert profile.calendar == Calendar("Europe/Stockholm", 2)
    assert (profile.gross_margin, profile.usage_in_mrr) == (Decimal("0.78"), "never")
    amounts = tuple(map(Decimal, (10_000, 50_000, 100_000)))
    assert profile.bands == Bands(amounts, Decimal(25_000), (Decimal(50), Decimal(200)))
    assert {v.kind for v in profile.vocabularies} == {kind.name for kind in KINDS.values()}
    assert profile.vocabulary("segment") == Vocabulary(
        "segment", "Tier", (Word("Self-serve"), Word("Scale"), Word("Strategic"))
    )
    assert profile.vocabulary("acquisition_channel").words[1:3] == (
        Word("LinkedIn", is_paid=True),
        Word("Partner", is_paid=False),
    )
    assert profile.vocabulary("churn_reason").words[1:] == (
        Word("missing feature", is_voluntary=True),
        Word("payment", is_voluntary=False),
    )
    assert profile.vocabulary("ticket_priority").words[0] == Word("P1", severity=1)
    assert profile.pipelines[0].stages[1:4] == (
        Stage("Trial", "open", "best_case", Decimal("0.4")),
        Stage("Contract", "open", "commit", Decimal("0.8")),
        Stage("Signed", "won"),
    )
    assert profile.refresh == Refresh("merge", "stripe,hubspot", 1, 60)
    assert [pipeline.is_renewal for pipeline in profile.pipelines] == [False, True]
    holidays = (Holiday(date(2026, 12, 24), "Christmas Eve"), Holiday(date(2026, 12, 25), "Christmas Day"))
    assert profile.service_hours == ServiceHours((1, 2, 3, 4, 5), 480, 1020, holidays, ("P1",))


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    text = "words:\n  region: [NO, on, 1, 08:00, 2026-01-01, 1e3, null, 'a: b']\nname: 2026\n"
    profile = read(text, tmp_path)
    assert [w.value for w in profile.vocabulary("region").words] == [
        "NO", "on", "1", "08:00", "2026-01-01", "1e3", "null", "a: b",
    ]  # fmt: skip
    assert profile.name == "2026"


def test_words_may_be_ranked_one_by_one(tmp_path: Path) -> None:
    words = read("words: {ticket_priorities: {values: {P1: 1, Urgent: 1, 3: 2}}}", tmp_path).vocabularies[0].words
    assert words == (Word("P1", severity=1), Word("Urgent", severity=1), Word("3", severity=2))


def test_a_label_needs_no_words_and_a_list_needs_no_groups(tmp_path: Path) -> None:
    profile = read("words: {segment: {label: Tier}, acquisition_channel: [Ads, Fairs]}", tmp_path)
    assert profile.vocabulary("segment") == Vocabulary("segment", "Tier")
    assert profile.vocabulary("acquisition_channel").words == (Word("Ads"), Word("Fairs"))
    assert profile.vocabulary("region") == Vocabulary("region")


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("calendar: {fiscal_year_starts: Feb}", Calendar("UTC", 2)),
        ("calendar: {fiscal_year_starts: 11}", Calendar("UTC", 11)),
        ("calendar: {timezone: Asia/Kolkata, fiscal_year_starts: April}", Calendar("Asia/Kolkata", 4)),
    ],
)
def test_a_fiscal_year_starts_in_a_month_by_name_or_number(text: str, calendar: Calendar, tmp_path: Path) -> None:
    assert read(text, tmp_path).calendar == calendar


def test_codes_in_small_letters_are_the_same_currency(tmp_path: Path) -> None:
    assert read("currency: {reporting: eur, rates: {sek: 0.088}}", tmp_path).currency == Currency(
        "EUR", "constant", (Rate("SEK", Decimal("0.088")),)
    )


@pytest.mark.parametrize(
    ("days", "weekdays"),
    [
        ("mon-fri", (1, 2, 3, 4, 5)),
        ("Sunday-thu", (1, 2, 3, 4, 7)),
        ("[mon, wed-thu, Saturday]", (1, 3, 4, 6)),
        ("tue, thu", (2, 4)),
        ("fri", (5,)),
    ],
)
def test_days_are_spans_or_names(days: str, weekdays: tuple[int, ...], tmp_path: Path) -> None:
    known = read(f"service_hours:\n  days: {days}", tmp_path)
    assert known.service_hours == ServiceHours(weekdays)


def test_service_hours_without_entries_run_all_week_and_24_00_ends_a_day(tmp_path: Path) -> None:
    known = read("service_hours: {from: 8:30, to: '24:00', holidays: [2026-12-26, 2026-12-25]}", tmp_path)
    holidays = (Holiday(date(2026, 12, 25)), Holiday(date(2026, 12, 26)))
    assert known.service_hours == ServiceHours(opens=510, closes=1440, holidays=holidays)


def test_a_stage_called_renewals_is_a_stage(tmp_path: Path) -> None:
    known = read("pipelines: {Sales: {renewals: won, Talks: open}, Kept: {renewals: true, Due: open}}", tmp_path)
    assert known.pipelines == (
        Pipeline("Sales", (Stage("renewals", "won"), Stage("Talks", "open"))),
        Pipeline("Kept", (Stage("Due", "open"),), is_renewal=True),
    )


@given(
    WORDS, WORDS, st.dictionaries(NAMES, st.lists(NAMES | PITFALLS, min_size=1, max_size=4, unique=True), max_size=3)
)
def test_what_a_yaml_writer_wrote_is_read_back(
    segments: list[str], paid: list[str], pipelines: dict[str, list[str]]
) -> None:
    body = {
        "words": {"segment": segments, "acquisition_channel": {"paid": paid}},
        "pipelines": {title: dict.fromkeys(stages, "won") for title, stages in pipelines.items()},
    }
    with TemporaryDirectory() as folder:
        text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=10_000)
        profile = read(text, Path(folder))
    assert [word.value for word in profile.vocabulary("segment").words] == segments
    assert [word.value for word in profile.vocabulary("acquisition_channel").words] == paid
    assert {p.name: [stage.name for stage in p.stages] for p in profile.pipelines} == pipelines
