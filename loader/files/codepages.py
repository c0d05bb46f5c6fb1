"""Which code page bytes are of that are no UTF-8: Western and Central European ones told apart by the words."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

KNOWN = {
    "cp1252": "Western European",
    "cp1250": "Central European",
    "iso8859_2": "Central European, Latin-2",
    "cp1251": "Cyrillic",
}
OTHERS = [*KNOWN, "mac_roman"]
# By language: the letters beside a to z, and where some of them never stand. A byte is a vowel in one code page and a
# consonant in the other, as ø and ř: so its neighbours tell.
LANGUAGES = {
    "German": ("äöüß", ""),
    "French": ("àâæçéèêëîïôœùûüÿ", "[èêùû](?=[aiouy])|(?<=[zw])[êû]|œ(?![uit])|ï$"),
    "Spanish": ("áéíóúüñ", "(?<![aeiouáéíóú])ñ(?!$)|ñ(?![aeiouáéíóú])"),
    "Portuguese": ("áâãàçéêíóôõúü", "õ(?!e)|ã(?![oes]|$)|ê(?=[aiou])|(?<=[zw])ê"),
    "Italian": ("àèéìíîòóù", "[àèìòù](?!$)|(?<=[aeou])ò"),
    "Nordic": ("åäöæøé", "[åø](?=[aeiouyåäöé])"),
    "Dutch": ("éèëïöüêç", "[èê](?=[aiou])|(?<=[zw])ê"),
    "Icelandic": ("áðéíóúýþæö", "^ð|æ(?=[aeiou])"),
    "Polish": ("ąćęłńóśźż", "[ąęćńśź](?=[aeiouyąęó])"),
    "Czech": ("áčďéěíňóřšťúůýž", "^[ěůý]|[ďťň](?=[ieíé])"),
    "Slovak": ("áäčďéíĺľňóôŕšťúýž", "^[ĺŕ]|[ĺŕ](?=[aeiouyáéíóúý])|[ďťňľ](?=[ieíé])"),
    "Hungarian": ("áéíóöőúüű", ""),
    "Romanian": ("ăâîşţșț", ""),
    "South Slavic": ("čćđšž", ""),
    "Cyrillic": ("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўђјљњћџѓќѕ", "[a-z]"),
}
WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\s,;|\"]*")
EDGES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb()[]{}<>'.:!?\u00a0"


def guess(sample: bytes) -> tuple[str, str]:
    """The code page of bytes that are no UTF-8, and how a word with such letters is read in it.

    The one counts that makes words of one language of most of them; Western where several do so equally.
    """
    scores = {page: _fitting(sample.decode(page, errors="replace")) for page in KNOWN}
    page = max(scores, key=lambda name: len(scores[name]))  # the first of equals
    words = _words(sample.decode(page, errors="replace"))
    if 2 * sum(any(_is_of(word.lower(), *known) for known in LANGUAGES.values()) for word in words) < len(words):
        best = from_bytes(sample, cp_isolation=OTHERS).best()
        page = best.encoding if best and best.encoding not in ("ascii", "utf_8") else "cp1252"
    words = scores.get(page) or _words(sample.decode(page, errors="replace"))
    return page, words[0] if words else ""


def _words(text: str) -> list[str]:
    """The words that hold a letter beyond ASCII, each once."""
    return list(
        dict.fromkeys(word for found in WORD.findall(text) if (word := found.strip(EDGES)) and not word.isascii())
    )


def _fitting(text: str) -> list[str]:
    """The words that the language knows which knows most of them."""
    words = _words(text)
    return max(([word for word in words if _is_of(word.lower(), *known)] for known in LANGUAGES.values()), key=len)


def _is_of(word: str, letters: str, never: str) -> bool:
    special = [letter for letter in word if not letter.isascii()]
    return all(letter in letters for letter in special) and not (never and re.search(never, word))
