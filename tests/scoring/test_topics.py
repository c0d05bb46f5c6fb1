"""Ticket topics without a warehouse: what a text says, what is learned, what is never known too early."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from company.profile import OwnTopic
from scoring.run import SCORERS
from scoring.shape import Figure
from scoring.topics.judging import calibration_error, judge_corrections, macro_f1, shipped
from scoring.topics.model import TopicModel
from scoring.topics.rules import Rules
from scoring.topics.scorer import COLUMNS, Tickets, TopicScorer
from scoring.topics.text import clean, language_of

DAY = date(2026, 3, 31)
FIVE = ["Billing & Payment", "Technical Issues", "Account & Access", "Product Usage", "General Feedback"]
BILLING, TECHNICAL, ACCESS, USAGE, FEEDBACK = FIVE
SAID = {
    BILLING: ("The invoice of {} shows the wrong amount", "Please refund what you charged in {}"),
    TECHNICAL: ("The {} page crashes with an error", "The sync of {} is broken since the last update"),
    ACCESS: ("I forgot my password for {}", "Please unlock my account of {}, I cannot log in"),
}
NAMES = [
    "apollo",
    "borealis",
    "cassini",
    "draco",
    "eridanus",
    "fornax",
    "gemini",
    "hydra",
    "indus",
    "janus",
    "kepler",
    "lyra",
    "mensa",
    "norma",
    "orion",
    "pavo",
]
TICKETS = tuple(
    (f"t{n}", text.format(name))
    for n, (name, text) in enumerate((n, t) for n in NAMES for of in SAID.values() for t in of)
)
KNOWN = Tickets(DAY, TICKETS)


def scored(known: Tickets) -> dict[str, tuple[object, ...]]:
    """The scorer's rows by ticket."""
    scorer = TopicScorer()
    return {row[0]: row for row in scorer.score(scorer.fit(known), known).rows}


def topic_of(text: str, own: tuple[OwnTopic, ...] = ()) -> object:
    """The topic of one text in a company without others."""
    return scored(Tickets(DAY, (("only", text),), own=own))["only"][2]


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """What the self-test says."""
    return SCORERS["topics"].self_test()


def test_the_figures_on_what_ships_keep_their_bounds_and_beat_the_rules(figures: list[Figure]) -> None:
    assert [figure.name for figure in figures if not figure.is_kept] == []
    assert all(figure.value > figure.baseline for figure in figures if figure.value and figure.baseline is not None)


def test_what_is_judged_on_is_large_and_stands_nowhere_among_what_was_chosen_by(figures: list[Figure]) -> None:
    texts = {part: set(found) for part, (found, _) in shipped().items()}
    assert len(texts["judging"]) >= 160 and len(texts["everyday"]) == 50
    sentences = set(TopicModel().examples)
    assert not sentences & (texts["judging"] | texts["everyday"])
    assert sum(1 for topic in shipped()["judging"][1] if not topic) >= 10


def test_figures_are_what_their_definitions_give() -> None:
    labels, guesses = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1])
    assert macro_f1(labels, guesses) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    sure = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.9, 0.1]])  # two of three right; one right
    assert calibration_error(np.array([0, 0, 1, 1]), sure) == pytest.approx(0.75 * (0.9 - 2 / 3) + 0.25 * 0.4)
    assert judge_corrections([("a", "a"), ("b", "a"), ("c", None)])[0].value == 0.5
    assert judge_corrections([])[0].value is None


def test_a_row_has_the_columns_and_probabilities_in_order() -> None:
    rows = scored(KNOWN)
    assert len(rows) == len(TICKETS)
    for row in rows.values():
        _, topic, guess, confidence, runner_up, second, state = dict(zip(COLUMNS, row, strict=True)).values()
        assert guess in FIVE and runner_up in FIVE and guess != runner_up
        assert 0 < second <= confidence <= 1 and state == ("sure" if confidence >= 0.5 else "unsure")
        assert topic == (guess if state == "sure" else None)


def test_the_same_tickets_get_the_same_scores_in_any_order() -> None:
    shuffled = list(TICKETS)
    random.Random(1).shuffle(shuffled)
    scorer, other = TopicScorer(), TopicScorer()
    model = scorer.fit(KNOWN)
    assert model.learned_from > 60
    first = scorer.score(model, KNOWN)
    again = other.score(other.fit(KNOWN), KNOWN)
    assert first == again
    assert dict.fromkeys(first.rows) == dict.fromkeys(
        sorted(scored(Tickets(DAY, tuple(shuffled))).values(), key=lambda row: int(row[0][1:]))
    )


def test_plain_tickets_are_told_and_a_company_teaches() -> None:
    rows = scored(KNOWN)
    wanted = [topic for _ in NAMES for topic, texts in SAID.items() for _ in texts]
    assert [rows[ticket][2] for ticket, _ in TICKETS] == wanted


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("This is not about the invoice: I cannot log in.", ACCESS),
        ("The login works fine, but the export crashes with an error.", TECHNICAL),
        ("No problem with the password. We were charged twice.", BILLING),
        ("Thank you so much for the great help!", FEEDBACK),
        ("The import fails with an error 500. Thanks a lot for your help, Ann", TECHNICAL),
        ("How do I add a column to the report?", USAGE),
    ],
)
def test_what_a_clause_takes_back_does_not_count(text: str, topic: str) -> None:
    assert topic_of(text) == topic


def test_rules_add_their_weights_after_a_turn_more() -> None:
    rules = Rules({"a": [(2.0, "apple"), (1.0, r"ap\w+")], "b": [(2.0, "(red|green) ~pear")]})
    assert list(rules.weigh("An apple")) == [2 + 0.35, 0]
    assert list(rules.weigh("an APPLE, but red and green  pears")) == [2.35, 2 * 1.25]
    assert list(rules.weigh("pear, apple is fine, not an apple")) == [0, 0]


def test_texts_lose_what_others_said_before_and_greetings() -> None:
    body = "Hello team,\nthe export hangs.\n\nOn Mon, 2 Mar 2026, Ann <a@b.example> wrote:\n> please refund my invoice"
    assert clean("Re: AW: Export", body) == "Export. the export hangs."
    assert (
        clean("Same", "same") == "same" and clean(None, None) == "" and clean("", "> only a quote") == "> only a quote"
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Rechnung ist falsch, bitte korrigieren Sie sie.", "german"),
        ("Je ne peux plus me connecter depuis ce matin.", "french"),
        ("パスワードを忘れました", "unknown"),
        ("404 !!!", "unknown"),
        ("My colleague Jürgen Müller cannot log in", "english"),
        ("login broken", "english"),
    ],
)
def test_another_language_is_said_and_not_guessed(text: str, language: str) -> None:
    assert language_of(text) == language
    row = scored(Tickets(DAY, (("x", text),)))["x"]
    assert (row[1:] == (None,) * 5 + ("not understood",)) == (language != "english")


def test_own_topics_are_known_by_keywords_in_any_language_and_by_sentences() -> None:
    own = (
        OwnTopic("Migration", ("opening balances", "Umzug"), ("How do we bring our books over from the old program?",)),
    )
    assert topic_of("The opening balances of 2025 are wrong", own) == "Migration"
    assert topic_of("Der Umzug ist nicht fertig, bitte helfen Sie uns", own) == "Migration"
    assert topic_of("How would we bring the books over from our old program?", own) == "Migration"
    assert topic_of("The invoice shows the wrong amount", own) == BILLING
    assert topic_of("umzugs", own) != "Migration"


def test_a_keyword_may_join_one_of_the_topics_that_ship() -> None:
    assert topic_of("The kontoauszug of May, when will it come?", (OwnTopic(BILLING, ("kontoauszug",)),)) == BILLING


def test_a_correction_is_kept_and_teaches_and_one_of_an_unknown_topic_is_not() -> None:
    odd = tuple((f"o{n}", f"The zeppelin of {name} lands in the garden") for n, name in enumerate(NAMES + NAMES[::-1]))
    known = replace(KNOWN, texts=(*TICKETS, *odd))
    before = scored(known)
    told = tuple((f"o{n}", FEEDBACK, str(before[f"o{n}"][2])) for n in range(20))
    after = scored(replace(known, corrections=(*told, ("o25", "Gone", None), ("t0", USAGE, BILLING))))
    assert all((after[f"o{n}"][1], after[f"o{n}"][6]) == (FEEDBACK, "corrected") for n in range(20))
    assert after["t0"][1:3] == (USAGE, BILLING) and after["o25"][6] != "corrected"
    taught = [after[f"o{n}"] for n in range(20, len(odd)) if n != 25]
    assert [row[2] for row in taught] == [FEEDBACK] * len(taught)
    assert [before[row[0]][2] for row in taught] != [FEEDBACK] * len(taught)


def test_later_tickets_change_nothing_of_an_earlier_day() -> None:
    class Cursor:
        """Answers as PostgreSQL would, with what lies before the instant that is asked for."""

        def __init__(self, later: list[tuple[str, str]]):
            self.rows: list[tuple[object, ...]] = []
            self.later = later
            self.asked: object = None

        def execute(self, statement: str, values: tuple[object, ...] = ()) -> None:
            if "timezone" in statement:
                self.rows = [("Europe/Stockholm",)]
            elif "raw.support_tickets" in statement:
                assert "created_at < %s" in statement
                self.asked = values[0]
                self.rows = [(ticket, None, text) for ticket, text in TICKETS]
            else:
                self.rows = [(False,)] if "regclass" in statement else []

        def fetchone(self) -> tuple[object, ...]:
            return self.rows[0]

        def fetchall(self) -> list[tuple[object, ...]]:
            return self.rows

    cursor = Cursor([])
    known = TopicScorer().read(cursor, DAY)
    assert str(cursor.asked) == "2026-03-31 22:00:00"  # midnight in Stockholm, by summer time
    assert known == KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02",
        "a" * 100_000,
        "(" * 5_000,
        "not about " * 3_000,
        "=cmd|' /C calc'!A0",
        "'; drop table raw.support_tickets; --",
        "<script>alert(1)</script>",
        "\u202ereversed\u202c",
        "😀" * 500,
        "\n> \n> ",
        "%s %(x)s {}",
        "ſ ı İ ß",
    ],
)
def test_hostile_texts_are_scored_like_any_other(text: str) -> None:
    row = scored(Tickets(DAY, (("x", clean(text, text)), *TICKETS)))["x"]
    assert row[6] in ("sure", "unsure", "not understood", "no text")


def test_a_source_without_texts_has_no_topic_and_none_is_made_up() -> None:
    rows = scored(Tickets(DAY, (("a", ""), ("b", ""))))
    assert rows == {ticket: (ticket, None, None, None, None, None, "no text") for ticket in ("a", "b")}
    assert scored(Tickets(DAY, ())) == {}
