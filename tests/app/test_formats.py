"""Text from the data is shown as it stands where Streamlit reads Markdown."""

from __future__ import annotations

import re

import pytest

from app.ui.formats import JOINER, plain


@pytest.mark.parametrize(
    "name",
    [
        "<b>Bold</b> *Star* _Under_ [link](http://x.test) :red[x]",
        "1. First",
        "- dash",
        "# head",
        "costs $5 or $6, ~~not~~ `this`, a|b",
        "mail me@evil.test or see www.evil.test",
        ":smile: :material/home:",
        "&amp; &#60;",
    ],
)
def test_a_name_that_is_markup_is_shown_as_it_stands(name: str) -> None:
    said = plain(name)
    assert re.sub(r"\\([\W_])", r"\1", said).replace(JOINER, "") == name
    assert not re.search(r"(?<!\\)[\[\]<>*_`$#|~]", said)
    assert not re.search(r"https?:/|www\.|[\w.]@|:[\w/]+\\?:", said)


def test_a_usual_name_is_left_alone() -> None:
    for name in ("Smith & Sons, Inc.", "Segment: SMB", "Müller (Berlin) - Süd", "O'Neill 24/7"):
        assert plain(name) == name
