"""Which topic a text has: rules and typical sentences vote, the company's tickets teach, one confidence comes out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

from company.profile import OwnTopic
from scoring.topics.learner import CORRECTED, Learner
from scoring.topics.rules import Rules, plain
from scoring.topics.text import language_of, without_closing
from scoring.topics.vectors import embed

HERE = Path(__file__).parent
KEYWORD = 10.0  # weight of a company's own keyword: it knows
NEAREST = 2  # typical sentences of a topic that a text is compared with: those nearest to it
# What each voice weighs, chosen on texts that are not among those it is judged by; then one temperature for all.
RULES, SENTENCES, LEARNED = 0.5, 12.0, 0.4
FEW = 300  # examples of which the learned voice has half of its weight
TEMPERATURE, UNTAUGHT = 1.0, 0.75  # the second where nothing was learned
MARGIN = 0.5  # by how much the first topic must lead in the rules for the votes to agree on it


@dataclass(frozen=True)
class Labels:
    """Texts whose topic somebody has said."""

    texts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass
class Guess:
    """What is thought of texts: probabilities, shape (texts, topics), and whether each is understood at all."""

    topics: list[str]
    probabilities: np.ndarray
    languages: list[str]
    agreed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


class TopicModel:
    """Rules, typical sentences, and what it learned from a company's texts."""

    def __init__(self, own: Sequence[OwnTopic] = ()):
        rules, sentences = _shipped()
        self.shipped = len(rules)
        rules, sentences = {**rules}, {**sentences}
        for topic in own:
            words = "|".join(_literal(word) for word in topic.keywords)
            rules[topic.name] = [*rules.get(topic.name, []), *([(KEYWORD, words)] if words else [])]
            sentences[topic.name] = [*sentences.get(topic.name, []), *topic.sentences]
        self.topics = list(rules)
        self.rules = Rules(rules)
        self.keywords = [_literal(word) for topic in own for word in topic.keywords]
        self.of_sentence = np.array([index for index, topic in enumerate(self.topics) for _ in sentences[topic]])
        self.examples = [sentence for topic in self.topics for sentence in sentences[topic]]
        self.sentences = embed(self.examples)
        self.learner = Learner(len(self.topics))
        self.learned_from = 0
        self.heard: _Heard | None = None
        self.places: dict[str, int] = {}

    def fit(self, texts: Sequence[str], labels: Labels | None = None) -> None:
        """Learn from texts on which rules and sentences agree, and from those that somebody has labelled."""
        labels = labels or Labels()
        known = {
            text: self.topics.index(topic)
            for text, topic in zip(labels.texts, labels.topics, strict=True)
            if topic in self.topics
        }
        texts = sorted({*texts, *known}, key=lambda text: hashlib.md5(text.encode()).digest())
        if not texts:
            return
        heard = self._listen(texts)
        english = np.array([language == "english" for language in heard.languages])
        chosen = np.where(heard.agrees & english, heard.votes.argmax(axis=1), -1)
        weights = np.ones(len(texts))
        for index, text in enumerate(texts):
            if text in known:
                chosen[index], weights[index] = known[text], CORRECTED
        if self.learner.fit(heard.texts, heard.vectors, chosen, weights):
            self.learned_from = int((chosen >= 0).sum())

    def guess(self, texts: Sequence[str]) -> Guess:
        """What it thinks of texts."""
        if not texts:
            return Guess(self.topics, np.zeros((0, len(self.topics))), [])
        heard = self._listen(texts)
        learned = LEARNED * self.learned_from / (self.learned_from + FEW)
        scores = heard.votes + learned * self.learner.log_probabilities(heard.texts, heard.vectors)
        temperature = TEMPERATURE if self.learner.model is not None else UNTAUGHT
        return Guess(self.topics, _softmax(scores / temperature), heard.languages, heard.agrees)

    def by_rules(self, texts: Sequence[str]) -> np.ndarray:
        """The topic that the rules alone would give, the first where none speaks."""
        return np.array([self._weigh(text)[1].argmax() for text in texts])

    def _listen(self, texts: Sequence[str]) -> _Heard:
        """What the votes say; of texts that were listened to just before, as then."""
        if not self.heard or any(text not in self.places for text in texts):
            self.heard = self._hear(texts)
            self.places = {text: index for index, text in enumerate(texts)}
        return self.heard.of([self.places[text] for text in texts])

    def _hear(self, texts: Sequence[str]) -> _Heard:
        pairs = [self._weigh(text) for text in texts]
        own = [text for text, _ in pairs]
        weights = np.array([found for _, found in pairs])
        vectors = embed(own)
        nearness = vectors @ self.sentences.T
        near = np.stack([_nearest(nearness[:, self.of_sentence == topic]) for topic in range(len(self.topics))], axis=1)
        # of few sentences none may be near: that alone speaks against no topic of the company's own
        near[:, self.shipped :] = np.maximum(
            near[:, self.shipped :], near[:, : self.shipped].mean(axis=1, keepdims=True)
        )
        ranked = np.sort(weights, axis=1)
        agrees = (weights.argmax(axis=1) == near.argmax(axis=1)) | (ranked[:, -1] >= KEYWORD)
        agrees &= ranked[:, -1] - ranked[:, -2] >= MARGIN
        languages = [self._language(text) for text in texts]
        return _Heard(own, weights * RULES + near * SENTENCES, vectors, agrees, languages)

    def _weigh(self, text: str) -> tuple[str, np.ndarray]:
        """The text that counts, and what the rules say of it: thanks at the end of something else are a manner."""
        shorter = without_closing(text)
        weights = self.rules.weigh(shorter)
        return (shorter, weights) if weights.any() or shorter == text else (text, self.rules.weigh(text))

    def _language(self, text: str) -> str:
        """A text that holds one of the company's own keywords is understood, whatever its language."""
        found = language_of(text)
        return "english" if found != "english" and self.rules.holds(text, self.keywords) else found


@dataclass
class _Heard:
    texts: list[str]
    votes: np.ndarray
    vectors: np.ndarray
    agrees: np.ndarray
    languages: list[str]

    def of(self, places: list[int]) -> _Heard:
        """The same of some of the texts."""
        chosen = np.array(places)
        return _Heard(
            [self.texts[place] for place in places],
            self.votes[chosen],
            self.vectors[chosen],
            self.agrees[chosen],
            [self.languages[place] for place in places],
        )


def _nearest(nearness: np.ndarray) -> np.ndarray:
    """The mean of the nearest typical sentences; 0 for a topic that has none."""
    if nearness.shape[1] == 0:
        return np.zeros(len(nearness))
    return np.asarray(np.sort(nearness, axis=1)[:, -NEAREST:].mean(axis=1))


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _literal(word: str) -> str:
    """A company's keyword as an expression: it begins with a letter or digit, and ends where no more follow."""
    return re.escape(re.sub(r"^\W+", "", plain(word))) + r"(?!\w)"


@lru_cache(maxsize=1)
def _shipped() -> tuple[dict[str, list[tuple[float, str]]], dict[str, list[str]]]:
    """The rules and typical sentences of the five topics."""
    lines = yaml.safe_load((HERE / "rules.yml").read_text(encoding="utf-8"))
    rules = {
        topic: [(float(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in found]
        for topic, found in lines.items()
    }
    return rules, yaml.safe_load((HERE / "prototypes.yml").read_text(encoding="utf-8"))
