"""How well topics are told, by figures: on the hand-written tickets that ship here, and on what people corrected."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from scoring.shape import Figure
from scoring.topics.model import TopicModel
from scoring.topics.text import clean

TEXTS = Path(__file__).parent / "self_test.csv"
HARD, EVERYDAY = "judging", "everyday"  # parts of it; by the third, "choosing", sentences and weights were chosen
FOREIGN = "in other languages"
ENGLISH = "en"  # as truth/ has it
CORRECTED = "corrections by people"
OF_COMPANY = "tickets of synthetic companies"
SUREST = 0.7  # share of the texts that are looked at alone: those that it is most confident of
BINS = 10


@dataclass(frozen=True)
class Bounds:
    """What the figures over a part must keep."""

    judged_on: str
    least_f1: float
    largest_gap: float
    least_surest: float


BOUNDS = {
    EVERYDAY: Bounds("everyday tickets", 0.80, 0.15, 0.90),
    HARD: Bounds("tickets without a telling word", 0.42, 0.12, 0.48),
    OF_COMPANY: Bounds(OF_COMPANY, 0.50, 0.20, 0.60),
}


@dataclass(frozen=True)
class Guesses:
    """What is thought of labelled texts in English, and of how many in other languages it is said that they are."""

    labels: np.ndarray  # (texts,), the topics' places
    probabilities: np.ndarray  # (texts, topics)
    rules: np.ndarray  # (texts,), the topics' places by rules alone
    foreign: int
    foreign_said: int


@lru_cache(maxsize=1)
def shipped() -> dict[str, tuple[list[str], list[str]]]:
    """The tickets that nothing was chosen by, by part, and their topics; an empty topic is another language."""
    rows = _read(TEXTS)
    parts = {part: [row for row in rows if row["part"] == part] for part in (EVERYDAY, HARD)}
    return {
        part: ([clean(None, row["text"]) for row in of], [row["topic"] for row in of]) for part, of in parts.items()
    }


def judge_shipped(model: TopicModel) -> list[Figure]:
    """Figures over every part of what ships."""
    return [
        figure
        for part, (texts, topics) in shipped().items()
        for figure in judge_texts(model, texts, topics, BOUNDS[part])
    ]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def judge_texts(model: TopicModel, texts: Sequence[str], topics: Sequence[str], bounds: Bounds) -> list[Figure]:
    """Figures over labelled texts; an empty topic is a text in another language."""
    return figures_of(guess_labelled(model, texts, topics), bounds)


def guess_labelled(model: TopicModel, texts: Sequence[str], topics: Sequence[str]) -> Guesses:
    """What is thought of labelled texts; an empty topic is a text in another language."""
    labels = np.array([model.topics.index(topic) if topic else -1 for topic in topics])
    found = model.guess(texts)
    is_known = labels >= 0
    said = sum(language != "english" for language, known in zip(found.languages, is_known, strict=True) if not known)
    rules = model.by_rules([text for text, known in zip(texts, is_known, strict=True) if known])
    return Guesses(labels[is_known], found.probabilities[is_known], rules, int((~is_known).sum()), said)


def figures_of(found: Guesses, bounds: Bounds) -> list[Figure]:
    """Figures over what was thought of labelled texts."""
    labels, probabilities, rules = found.labels, found.probabilities, found.rules
    guesses = probabilities.argmax(axis=1)
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[: int(SUREST * len(labels))]
    cases, others, on = len(labels), found.foreign, bounds.judged_on
    figures = [
        Figure("macro-F1", macro_f1(labels, guesses), macro_f1(labels, rules), bounds.least_f1, cases, on),
        Figure("accuracy", _share(guesses == labels), _share(rules == labels), None, cases, on),
        Figure(
            "calibration error", calibration_error(labels, probabilities), None, bounds.largest_gap, cases, on, False
        ),
        Figure(
            "accuracy on the 70 % surest",
            _share((guesses == labels)[surest]),
            None,
            bounds.least_surest,
            len(surest),
            on,
        ),
    ]
    if not others:
        return figures
    return [*figures, Figure("said to be so", found.foreign_said / others, 0.0, 0.9, others, f"{on}: {FOREIGN}")]


def observe_tickets(company: Path) -> Guesses:
    """What is thought of a synthetic company's tickets, whose topics truth/ knows and the model never sees.

    The model learns from the company's tickets without labels, as it does in a warehouse.
    """
    tickets, truth = _read(company / "support/tickets.csv"), _read(company / "truth/ticket_topics.csv")
    told = {row["ticket_id"]: row["topic"] if row["language"] == ENGLISH else "" for row in truth}
    texts = [clean(row["subject"] or None, row["description"] or None) for row in tickets]
    model = TopicModel()
    model.fit(sorted({text for text in texts if text}))
    return guess_labelled(model, texts, [told[row["ticket_id"]] for row in tickets])


def judge_companies(companies: Sequence[Guesses]) -> list[Figure]:
    """Figures over the tickets of synthetic companies."""
    pooled = Guesses(
        np.concatenate([of.labels for of in companies]),
        np.concatenate([of.probabilities for of in companies]),
        np.concatenate([of.rules for of in companies]),
        sum(of.foreign for of in companies),
        sum(of.foreign_said for of in companies),
    )
    return figures_of(pooled, BOUNDS[OF_COMPANY])


def judge_corrections(corrections: Sequence[tuple[str, str | None]]) -> list[Figure]:
    """Of corrected tickets: how often the topic was confirmed that had been thought of before somebody said it."""
    judged = [(topic, guess) for topic, guess in corrections if guess]
    right = _share(np.array([topic == guess for topic, guess in judged])) if judged else None
    return [Figure("confirmed", right, None, None, len(judged), CORRECTED, is_of_company=True)]


def macro_f1(labels: np.ndarray, guesses: np.ndarray) -> float:
    """The mean of F1 over the topics that the labels have."""
    found = []
    for topic in np.unique(labels):
        hits = ((labels == topic) & (guesses == topic)).sum()
        found.append(2 * hits / ((labels == topic).sum() + (guesses == topic).sum()))
    return float(np.mean(found))


def calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Expected calibration error (Guo et al., 2017): |accuracy − confidence| by tenths of confidence, weighted."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(right[places == place].mean() - confidence[places == place].mean()) * (places == place).mean()
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def _share(flags: np.ndarray) -> float:
    return float(flags.mean())
