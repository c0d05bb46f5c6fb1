"""What a ticket says: its own words without quotes, greetings and signatures, and whether they can be understood."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import yaml

HERE = Path(__file__).parent
LONGEST = 2000  # characters that are read; what matters stands at the beginning
QUOTED_LINE = re.compile(r"^[ \t]*[>|].*$", re.MULTILINE)
# from here on somebody else is quoted
QUOTE = re.compile(
    r"^\s*(-{2,} ?(original|forwarded) message.*|_{8,}|from: .+\n(sent|to|date|subject): .+|on .{5,200} wrote:)\s*$",
    re.MULTILINE | re.IGNORECASE,
)
GREETING = re.compile(
    r"^\s*(hi|hello|hey|dear|good (morning|afternoon|evening|day))"
    r"( (there|all|team|support|everyone|folks|guys|sir|madam|[a-z]+ team))?\b[ ,!.:-]*",
    re.IGNORECASE,
)
# thanks at the end of something else are a manner, not a matter
CLOSING = re.compile(
    r"(?<=\S)[\s,.;!–-]*\b((many |kind |best |warm )?(thanks|thank you|thx|cheers|regards|greetings|sincerely|br|ty)"
    r"( (so much|a lot|in advance|again|for (your|the|any) (help|support|time|assistance)|and regards|very much"
    r"|[a-z]+ team|all|guys))*)[\s,.!]*(\n.{0,120}|[-–,] ?\w{0,20}|(?-i:[A-Z])\w{0,14}( (?-i:[A-Z])\w{0,14})?)?\s*\Z",
    re.IGNORECASE,
)
REPLY = re.compile(r"^\s*((re|fwd?|aw|wg|sv|tr)\s*:\s*)+", re.IGNORECASE)
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WORDS = {
    language: frozenset(words.split())
    for language, words in yaml.safe_load((HERE / "function_words.yml").read_text(encoding="utf-8")).items()
}
ENGLISH = _WORDS.pop("english")
BOTH = _WORDS.pop("both")
SPOKEN: dict[str, list[str]] = {}  # the languages in which a word that is not English holds sentences together
for _language, _found in _WORDS.items():
    for _word in _found - ENGLISH - BOTH:
        SPOKEN.setdefault(_word, []).append(_language)
FOREIGN_LETTERS = frozenset("äöüßéèêëàâçñáíóúãõåæøœłśżźćęąğışîôûùìò")


def clean(subject: str | None, description: str | None) -> str:
    """Subject and description as one text, without what others said before, addresses, greeting and closing."""
    body = unicodedata.normalize("NFKC", description or "")[:LONGEST].replace("\r\n", "\n")
    quote = QUOTE.search(body)
    if quote and quote.start() > 0:
        body = body[: quote.start()]
    body = QUOTED_LINE.sub("", body).strip() or body
    body = GREETING.sub("", body)
    head = REPLY.sub("", unicodedata.normalize("NFKC", subject or ""))[:LONGEST].strip()
    body = body.strip()
    text = body if head.casefold() == body.casefold() else ". ".join(part for part in (head.rstrip(" ."), body) if part)
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in ADDRESS.sub(" ", text))
    return re.sub(r"[ \t\f\v]+", " ", text).strip()


def without_closing(text: str) -> str:
    """The text without thanks and a name at its end."""
    return CLOSING.sub("", text)


def language_of(text: str) -> str:
    """`english`; the name of another language that its function words give away; `unknown` for other scripts.

    What gives no sign at all, such as two nouns in Latin letters, counts as english: the scorer will be unsure of it.
    """
    marks = 0
    if not text.isascii():
        letters = [letter for letter in text[:400].lower() if letter.isalpha()]
        marks = sum(letter in FOREIGN_LETTERS for letter in letters)
        if sum("LATIN" in unicodedata.name(letter, "") for letter in letters) < 0.7 * len(letters):
            return "unknown"
    words = WORD.findall(text.lower().replace("’", "'"))
    if not words:
        return "unknown"
    english = sum(word in ENGLISH for word in words)
    hits = Counter(language for word in words if word in SPOKEN for language in SPOKEN[word])
    [(other, most)] = hits.most_common(1) or [("another", 0)]
    foreign = most + (marks > 0) + (marks > 2)
    needed = 1 if len(words) <= 6 else 2
    return other if foreign >= needed and foreign > 1.2 * english else "english"
