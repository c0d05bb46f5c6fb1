"""What a company's own tickets teach: a logistic regression over words, parts of words and sentence vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SEED = 7
ENOUGH = 15  # labelled texts of a topic before it is learned, and of at least two topics
MOST = 400  # labelled texts of a topic that are learned from, the first by their hash
READ = 200  # characters of a text whose parts of words count
STRENGTH = 3.0  # of the regression: the inverse of its regularisation
CORRECTED = 5.0  # what a correction weighs, beside a label that the votes agree on
VECTOR = 2.0  # how much the sentence vector weighs beside words and parts of words
UNKNOWN = 0.03  # probability of a topic that was not learned


class Learner:
    """Learns topics from labelled texts; says nothing before it has seen enough of two of them."""

    def __init__(self, topics: int):
        self.topics = topics
        self.model: Any = None
        self.makers: list[Any] = []

    def fit(self, texts: Sequence[str], vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> bool:
        """Learn; `labels` are numbers of topics, -1 for texts without one. Returns whether there was enough."""
        counts = np.bincount(labels[labels >= 0], minlength=self.topics)
        known = np.flatnonzero(counts >= ENOUGH)
        if len(known) < 2:
            return False
        from sklearn.feature_extraction.text import TfidfVectorizer  # a second to import: only where there is to learn
        from sklearn.linear_model import LogisticRegression

        chosen = np.concatenate([_first(np.flatnonzero(labels == topic), weights) for topic in known])
        chosen.sort()
        self.makers = [
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=10_000, dtype=np.float32),
            TfidfVectorizer(
                analyzer="char_wb",
                ngram_range=(4, 4),
                min_df=3,
                sublinear_tf=True,
                max_features=10_000,
                dtype=np.float32,
            ),
        ]
        parts = [maker.fit_transform(_cut(texts, chosen)) for maker in self.makers]
        self.model = LogisticRegression(C=STRENGTH, max_iter=60, tol=1e-3, random_state=SEED)
        self.model.fit(_join(parts, vectors[chosen]), labels[chosen], sample_weight=weights[chosen])
        return True

    def log_probabilities(self, texts: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Shape (texts, topics); 0 everywhere when nothing was learned."""
        if self.model is None:
            return np.zeros((len(texts), self.topics))
        parts = [maker.transform(_cut(texts)) for maker in self.makers]
        result = np.full((len(texts), self.topics), UNKNOWN)
        result[:, self.model.classes_] = np.maximum(self.model.predict_proba(_join(parts, vectors)), 1e-3)
        return np.log(result)


def _cut(texts: Sequence[str], chosen: np.ndarray | None = None) -> list[str]:
    return [texts[index][:READ] for index in (range(len(texts)) if chosen is None else chosen)]


def _first(found: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """At most MOST of them, corrections first, else spread evenly over the order in which they come."""
    corrected, others = found[weights[found] > 1], found[weights[found] <= 1]
    room = min(max(MOST - len(corrected), 0), len(others))
    spread = np.linspace(0, len(others) - 1, room).astype(int) if room else np.zeros(0, dtype=int)
    return np.concatenate([corrected, others[np.unique(spread)]]).astype(int)


def _join(parts: list[Any], vectors: np.ndarray) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([*parts, csr_matrix(vectors * VECTOR)]).tocsr()
