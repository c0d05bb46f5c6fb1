"""Ticket topics in the warehouse: of both synthetic companies, with what people correct, and never from the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg2
import pytest

from scoring.run import SCORERS, chosen, run
from scoring.topics.judging import judge_companies, observe_tickets
from scoring.topics.scorer import TopicScorer
from tests.conftest import Company
from warehouse.connections import autocommit, owner_connection
from warehouse.errors import TowerError
from warehouse.settings import Settings

DAY = date(2026, 3, 31)


@pytest.fixture
def cursor(in_nordic: Settings) -> Iterator[Any]:
    """The owner's cursor in a transaction that is taken back."""
    with owner_connection(in_nordic) as connection, connection.cursor() as cursor:
        yield cursor
        connection.rollback()


@pytest.mark.parametrize("name", ["company", "nordic"])
def test_every_ticket_that_is_shown_has_its_score_and_its_figures(name: str, request: pytest.FixtureRequest) -> None:
    company: Company = request.getfixturevalue(name)
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*), count(topic), count(topic_guess) from marts.fct_tickets")
        tickets, scored, guessed = cursor.fetchone()
        assert tickets == scored > 500 and guessed > 0.85 * tickets
        cursor.execute(
            "select count(*) from marts.fct_tickets as tickets "
            "full join scores.ticket_topics as scores using (ticket_id) "
            "where scores.state is distinct from topic_state or scores.confidence is distinct from topic_confidence "
            "or (topic_state = 'sure') <> coalesce(tickets.topic = topic_guess and topic_confidence >= 0.5, false)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*), bool_and(is_kept), count(distinct features_hash) from marts.score_figures")
        count, is_kept, hashes = cursor.fetchone()
        assert count == len(SCORERS["topics"].self_test()) and is_kept and hashes == 1


def test_the_maker_s_topics_judge_what_is_learned_without_them(company: Company) -> None:
    figures = judge_companies([observe_tickets(company.data)])
    assert all(figure.is_kept for figure in figures), figures
    by_name = {figure.name: figure for figure in figures}
    f1 = by_name["macro-F1"]
    assert f1.value is not None and f1.baseline is not None and f1.baseline + 0.05 < f1.value < 0.8  # no dictionary
    with (company.data / "truth/ticket_topics.csv").open(encoding="utf-8") as stream:
        assert f1.cases + by_name["said to be so"].cases == len(stream.readlines()) - 1


def test_moving_every_later_row_leaves_the_scores_of_a_past_day_the_same(cursor: Any) -> None:
    scorer = TopicScorer()

    def scores() -> Any:
        known = scorer.read(cursor, DAY)
        return scorer.score(scorer.fit(known), known)

    before = scores()
    cursor.execute("select count(*) from raw.support_tickets")
    assert 100 < len(before.rows) < cursor.fetchone()[0]
    cursor.execute(
        "update raw.support_tickets set subject = 'Refund my invoice ' || ticket_id, description = 'fix this bug' "
        "where created_at >= '2026-03-31 22:00'"
    )
    assert cursor.rowcount > 100
    assert scores() == before
    cursor.execute("delete from raw.support_tickets where created_at >= '2026-03-31 22:00'")
    assert scores() == before


def test_a_dry_run_writes_nothing_and_the_same_data_get_the_same_scores(in_nordic: Settings, cursor: Any) -> None:
    cursor.execute("select max(run_id), count(*) from scores.runs")
    before = cursor.fetchone()
    cursor.execute("select features from scores.runs where scorer = 'topics' order by run_id desc limit 1")
    [features] = cursor.fetchone()
    lines = run(in_nordic, chosen([]), dry_run=True)
    assert [line.partition(":")[0] for line in lines] == [*SCORERS]
    assert all(line.endswith("(nothing was written)") for line in lines)
    cursor.execute("select max(run_id), count(*) from scores.runs")
    assert cursor.fetchone() == before
    scorer = TopicScorer()
    known = scorer.read(cursor, date(2100, 1, 1))
    cursor.execute("select as_of_date from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1")
    again = scorer.read(cursor, cursor.fetchone()[0])
    assert known.texts == again.texts  # nothing is known of the future
    scores = scorer.score(scorer.fit(again), again)
    assert scores.features == features
    cursor.execute(
        "select ticket_id, topic, guess, confidence, runner_up, runner_up_confidence, state from scores.ticket_topics"
    )
    assert sorted(cursor.fetchall()) == sorted(scores.rows)


def test_what_a_reader_corrects_is_theirs_and_the_next_run_shows_it(in_nordic: Settings) -> None:
    with autocommit(in_nordic.owner()) as owner:
        owner.execute("select ticket_id, guess from scores.ticket_topics where state = 'sure' order by 1 limit 1")
        ticket, guess = owner.fetchone()
        owner.execute("select topic from scores.ticket_topics where topic <> %s limit 1", (guess,))
        [other] = owner.fetchone()
        try:
            with autocommit(in_nordic.reader()) as reader:
                reader.execute("set default_transaction_read_only = off")
                insert = (
                    "insert into ops.topic_corrections (ticket_id, topic, guess, person{}) values (%s, %s, %s, 'ann'{})"
                )
                reader.execute(insert.format("", ""), (ticket, guess, guess))
                reader.execute(insert.format("", ""), (ticket, other, guess))
                for column in ("created_by", "created_at"):
                    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                        reader.execute(insert.format(f", {column}", ", null"), (ticket, other, guess))
                for forbidden in ("delete from ops.topic_corrections", "update ops.topic_corrections set person = 'x'"):
                    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                        reader.execute(forbidden)
            run(in_nordic, chosen(["topics"]))
            owner.execute("select topic, guess, state from scores.ticket_topics where ticket_id = %s", (ticket,))
            topic, _, state = owner.fetchone()
            assert (topic, state) == (other, "corrected")  # the newest of the two
            owner.execute(
                "select value, cases from scores.figures where figure = 'confirmed' order by run_id desc limit 1"
            )
            assert owner.fetchone() == (0, 1)
            owner.execute("select created_by, person from ops.topic_corrections")
            assert set(owner.fetchall()) == {("tower_reader", "ann")}
        finally:
            owner.execute("truncate ops.topic_corrections")
            run(in_nordic, chosen(["topics"]))


def test_a_scorer_that_is_none_is_said(in_nordic: Settings) -> None:
    with pytest.raises(TowerError, match="there is no scorer 'topic'; there are: topics"):
        chosen(["topic"])
