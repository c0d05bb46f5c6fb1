"""Ticket topics as a scorer: the tickets of a company and what people corrected in, scores.ticket_topics out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from company.calendar import instant
from company.profile import OwnTopic
from scoring.shape import Figure, Scores, digest
from scoring.topics.judging import Guesses, judge_companies, judge_corrections, judge_shipped, observe_tickets
from scoring.topics.model import Labels, TopicModel
from scoring.topics.text import clean

VERSION = "topics-2"
UNSURE = 0.5  # confidence below which no topic is said
COLUMNS = ("ticket_id", "topic", "guess", "confidence", "runner_up", "runner_up_confidence", "state")
Guessed = tuple[str | None, float | None, str | None, float | None, str]  # guess, confidence, runner-up, its, state
Row = tuple[str, str | None, str | None, float | None, str | None, float | None, str]
NOTHING: Guessed = (None, None, None, None, "no text")


@dataclass(frozen=True)
class Tickets:
    """What was known at the end of a day: tickets, the newest correction of each, and the company's own topics."""

    until: date
    texts: tuple[tuple[str, str], ...]  # ticket and its cleaned text, in the order of tickets; "" without one
    corrections: tuple[tuple[str, str, str | None], ...] = ()  # ticket, topic, what was thought before
    own: tuple[OwnTopic, ...] = ()


class TopicScorer:
    """Scores every ticket with a topic, its confidence and the runner-up, or says why it has none."""

    name = "topics"
    says = "which topic each support ticket speaks of"

    def read(self, cursor: Any, until: date) -> Tickets:
        """Tickets opened up to the end of a day, in the company's time zone."""
        cursor.execute("select timezone from raw.company_settings")
        [zone] = cursor.fetchone()
        cursor.execute(
            "select ticket_id, subject, description from raw.support_tickets where created_at < %s order by ticket_id",
            (instant(until + timedelta(days=1), timezone=zone),),
        )
        texts = tuple((ticket, clean(subject, description)) for ticket, subject, description in cursor.fetchall())
        cursor.execute(
            "select distinct on (ticket_id) ticket_id, topic, guess from ops.topic_corrections "
            "order by ticket_id, correction_id desc"
        )
        return Tickets(until, texts, tuple(cursor.fetchall()), _own_topics(cursor))

    def fit(self, known: Tickets) -> TopicModel:
        """Learn from the company's own tickets."""
        model = TopicModel(known.own)
        texts = dict(known.texts)
        labelled = [(texts[ticket], topic) for ticket, topic, _ in known.corrections if texts.get(ticket)]
        labels = Labels(tuple(text for text, _ in labelled), tuple(topic for _, topic in labelled))
        model.fit(sorted({text for text in texts.values() if text}), labels)
        return model

    def score(self, model: TopicModel, known: Tickets) -> Scores:
        """A row for each ticket."""
        said = {ticket: topic for ticket, topic, _ in known.corrections if topic in model.topics}
        texts = sorted({text for _, text in known.texts if text})
        rows_of = dict(zip(texts, _rows(model, texts), strict=True))
        rows: list[Row] = []
        for ticket, text in known.texts:
            guess, confidence, runner_up, next_confidence, state = rows_of.get(text, NOTHING)
            topic = said.get(ticket, guess if state == "sure" else None)
            state = "corrected" if ticket in said else state
            rows.append((ticket, topic, guess, confidence, runner_up, next_confidence, state))
        features = digest([VERSION, known.until, model.topics, known.own, known.texts, sorted(said.items())])
        learned = model.learned_from
        return Scores("ticket_topics", COLUMNS, rows, VERSION, known.until, features, learned, _notes(rows, learned))

    def judge(self, model: TopicModel, known: Tickets) -> list[Figure]:
        """On the tickets that ship here, by the model as it was fitted, and on what people corrected."""
        texts = dict(known.texts)
        corrected = [(topic, guess) for ticket, topic, guess in known.corrections if ticket in texts]
        return [*judge_shipped(model), *judge_corrections(corrected)]

    def self_test(self) -> list[Figure]:
        """On the tickets that ship here, by a model that has seen no company."""
        return judge_shipped(TopicModel())

    def observe(self, company: Path) -> Guesses:
        """What it thinks of a synthetic company's tickets."""
        return observe_tickets(company)

    def judge_companies(self, companies: Sequence[Guesses]) -> list[Figure]:
        """On all of their tickets."""
        return judge_companies(companies)


def _rows(model: TopicModel, texts: list[str]) -> list[Guessed]:
    """What is thought of each text."""
    found = model.guess(texts)
    ranked = (-found.probabilities).argsort(axis=1, kind="stable")
    rows: list[Guessed] = []
    for index, language in enumerate(found.languages):
        if language != "english":
            rows.append((None, None, None, None, "not understood"))
            continue
        first, second = (int(place) for place in ranked[index, :2])
        confidence = round(float(found.probabilities[index, first]), 4)
        runner_up = round(float(found.probabilities[index, second]), 4)
        state = "sure" if confidence >= UNSURE else "unsure"
        rows.append((model.topics[first], confidence, model.topics[second], runner_up, state))
    return rows


def _notes(rows: list[Row], learned: int) -> str:
    states = Counter(state for *_, state in rows)
    told = ", ".join(
        f"{states[state]:,} {state}" for state in ("sure", "unsure", "corrected", "not understood", "no text")
    )
    taught = f"learned from {learned:,} texts" if learned else "too few texts to learn from"
    return f"{len(rows):,} tickets: {told}; {taught}"


def _own_topics(cursor: Any) -> tuple[OwnTopic, ...]:
    """The company's own topics as they were loaded; none where an earlier version loaded the warehouse."""
    cursor.execute("select to_regclass('raw.company_ticket_topics') is not null")
    if not cursor.fetchone()[0]:
        return ()
    cursor.execute("select topic, kind, example from raw.company_ticket_topics order by position, kind, example")
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"keyword": [], "sentence": []})
    for topic, kind, example in cursor.fetchall():
        found[topic][kind].append(example)
    return tuple(OwnTopic(topic, tuple(kinds["keyword"]), tuple(kinds["sentence"])) for topic, kinds in found.items())
