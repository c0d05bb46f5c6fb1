"""The company's own ticket topics of company.yml: keywords and a few sentences as its customers write them."""

from __future__ import annotations

from company.nodes import List, Map, Node, quoted
from company.profile import OwnTopic
from company.values import MAX_LENGTH, entry, fields, name, plain, unique

MOST = 30  # topics, and keywords or sentences of one
KEYWORDS = "the keywords of topic"
SENTENCES = "the sentences of topic"


def read_topics(node: Node) -> tuple[OwnTopic, ...]:
    """Every topic in the file's order. Raises TowerError for a mistake."""
    if not isinstance(node, Map):
        raise node.place.mistake("ticket_topics needs entries `topic: {keywords: […], sentences: […]}`")
    if len(node.entries) > MOST:
        raise node.place.mistake(f"ticket_topics has {len(node.entries)} topics, more than {MOST}; join some")
    return tuple(_topic(name(node.keys[key], "a topic"), value) for key, value in node.entries.items())


def _topic(title: str, node: Node) -> OwnTopic:
    entries = fields(node, ("keywords", "sentences"), f"topic {quoted(title)}")
    topic = OwnTopic(
        title,
        entry(entries, "keywords", lambda words: _texts(words, f"{KEYWORDS} {quoted(title)}"), ()),
        entry(entries, "sentences", lambda words: _texts(words, f"{SENTENCES} {quoted(title)}"), ()),
    )
    if not topic.keywords and not topic.sentences:
        raise node.place.mistake(f"topic {quoted(title)} needs keywords or sentences by which tickets are known")
    return topic


def _texts(node: Node, what: str) -> tuple[str, ...]:
    if not isinstance(node, List):
        raise node.place.mistake(f"{what} need a list, such as [first, second]")
    if len(node.items) > MOST:
        raise node.place.mistake(f"{what} are {len(node.items)}, more than {MOST}; keep those that tell most")
    return tuple(unique((_text(item, what), item) for item in node.items))


def _text(node: Node, what: str) -> str:
    text = plain(node, f"one of {what}").strip()
    if not any(letter.isalnum() for letter in text):
        raise node.place.mistake(f"one of {what} has no letters or digits; write it as customers do")
    if len(text) > MAX_LENGTH:
        raise node.place.mistake(f"one of {what} has {len(text)} characters, more than {MAX_LENGTH}; shorten it")
    return text
