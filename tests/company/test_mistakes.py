"""Mistakes in company.yml: one line with file, line and column that says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from company.nodes import MAX_BYTES
from company.reading import read_profile
from warehouse.errors import TowerError


def mistake(content: str | bytes, folder: Path) -> str:
    path = folder / "company.yml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(TowerError) as caught:
        read_profile(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nmae: X", ":1:1: the company has no entry 'nmae'; did you mean name?"),
        ("xyz: 1", ":1:1: the company has no entry 'xyz'; known: name, currency, calendar,"),
        ("name: X\nname: Y", ":2:1: 'name' stands twice, first in line 1; keep one"),
        ("[name]", ":1:1: the company needs entries `name: value`"),
        ("name: ' X'", ":1:7: name is empty or has spaces at its ends"),
        ("name: ''", ":1:7: name is empty or has spaces at its ends"),
        ("name: [X]", ":1:7: name must be one value, not a list or map"),
        ("name: " + "x" * 256, ":1:7: name has 256 characters, more than 255"),
        ("currency: {reporting: EURO}", ":1:23: reporting must be an ISO 4217 code such as EUR, not 'EURO'"),
        ("currency: {reporting: [EUR]}", ":1:23: reporting must be one value"),
        ("currency: {reporting: EUR, fx: sport}", ":1:32: fx cannot be 'sport'; did you mean spot?"),
        ("currency: {rates: {SEK: 0.1}}", ":1:19: rates need `reporting`"),
        ("currency: {reporting: EUR, rates: {SEK: 0}}", ":1:41: the rate of SEK must be above 0"),
        ("currency:\n  reporting: EUR\n  rates:\n    SEK: 0,088", ":4:10: the rate of SEK must be a number"),
        ("currency: {reporting: EUR, rates: {EUR: 1.1}}", ":1:41: EUR is the reporting currency"),
        ("currency: {reporting: EUR, rates: {SEK: {soon: 1}}}", ":1:42: the day from which a rate holds"),
        ("currency: {reporting: EUR, rates: {SEK: {FY2026: 1, 2026-01: 2}}}", ":1:53: a second rate of SEK"),
        ("currency: {reporting: EUR, rates: {SEK: 1, sek: 2}}", ":1:44: a second rate of SEK"),
        ("currency: {reporting: EUR, rates: [SEK]}", ":1:35: rates needs entries such as SEK: 0.088"),
        (
            "calendar: {timezone: europe/stockolm}",
            ":1:22: timezone 'europe/stockolm' is not known; write a name such as Europe/Stock",
        ),
        ("calendar: {timezone: ../../etc/passwd}", ":1:22: timezone '../../etc/passwd' is not known"),
        ("calendar: {fiscal_year_starts: 13}", ":1:32: fiscal_year_starts cannot be '13'"),
        ("gross_margin: 78", ":1:15: gross_margin must be a share between 0 and 1 such as 0.4 or 40%"),
        ("gross_margin: 0", ":1:15: gross_margin must be above 0"),
        ("gross_margin: nan", ":1:15: gross_margin must be a share"),
        ("gross_margin: -1", ":1:15: gross_margin must be a share"),
        ("usage_in_mrr: always", ":1:15: usage_in_mrr cannot be 'always'; known: never, trailing 3 months"),
        ("plausibility: {mmr: 10%}", ":1:16: plausibility has no entry 'mmr'; did you mean mrr?"),
        ("plausibility:\n  rows: 120%", ":2:9: rows must be a share between 0 and 1 such as 0.4 or 40%, not '120%'"),
        ("plausibility: {movements: 0.5}", ":1:27: movements must be 1 or more: how many times what they were"),
        (
            "plausibility: {new_words: many}",
            ":1:27: new_words must be a number such as 0.088, with a point, not 'many'",
        ),
        ("ticket_topics: [Data]", ":1:16: ticket_topics needs entries `topic: {keywords: […], sentences: […]}`"),
        (
            "ticket_topics:\n  Data: {keyword: [x]}",
            ":2:10: topic 'Data' has no entry 'keyword'; did you mean keywords?",
        ),
        ("ticket_topics:\n  Data: {keywords: x}", ":2:20: the keywords of topic 'Data' need a list"),
        (
            "ticket_topics:\n  Data:\n    keywords: [move, move]",
            ":3:22: 'move' stands twice, first in line 3; keep one",
        ),
        (
            "ticket_topics:\n  Data:\n    sentences: ['?!']",
            ":3:17: one of the sentences of topic 'Data' has no letters",
        ),
        ("ticket_topics:\n  Data: {}", ":2:9: topic 'Data' needs keywords or sentences by which tickets are known"),
        ("bands: {arr: [1, 2]}", ":1:14: arr needs 3 amounts, such as [10000, 50000, 100000]"),
        ("bands: {arr: 10000}", ":1:14: arr needs 3 amounts"),
        ("bands: {arr: [1, 3, 3]}", ":1:21: arr must rise: 3 is not above 3"),
        ("bands: {list_price: [0, 3]}", ":1:22: an amount of list_price must be above 0"),
        ("bands: {list_price: [50, 2 00]}", ":1:26: an amount of list_price must be a number"),
        ("bands: {key_account: 1}", ":1:9: bands has no entry 'key_account'; did you mean key_account_arr?"),
        ("bands: {key_account_arr: -1}", ":1:26: key_account_arr must be a number"),
        ("words: {segments: [A]}", ":1:9: words has no entry 'segments'; did you mean segment?"),
        ("words:\n  segment: [A, B, A]", ":2:19: 'A' stands twice, first in line 2; keep one"),
        ("words: {segment: [A, ]}\nname:\n - x", ":3:2: name must be one value"),
        ("words: {segment: ['']}", ":1:19: a word of segment is empty"),
        ("words: {segment: A}", ":1:18: segment needs a list of words such as [first, second], not 'A'"),
        ("words: {segment: {paid: [A]}}", ":1:19: segment has no entry 'paid'; known: label, values"),
        ("words: {acquisition_channel: {paid: [A], other: [B, A]}}", ":1:53: 'A' stands twice"),
        ("words: {acquisition_channel: {values: [A], other: [B]}}", ":1:51: acquisition_channel has `values` and"),
        ("words: {ticket_priorities: {values: {P1: 0}}}", ":1:42: the severity of 'P1' must be a whole number"),
        ("words: {ticket_priorities: {values: {P1: 1.5}}}", ":1:42: the severity of 'P1' must be a whole number"),
        ("pipelines: [Sales]", ":1:12: pipelines needs entries `pipeline: {stage: …}`"),
        ("pipelines: {Sales: won}", ":1:20: pipeline 'Sales' needs its stages, such as Signed: won"),
        ("pipelines: {Sales: {renewals: yes}}", ":1:20: pipeline 'Sales' has no stage"),
        ("pipelines: {Sales: {Signed: win}}", ":1:29: stage 'Signed' cannot be 'win'; did you mean won?"),
        ("pipelines: {Sales: {Signed: }}", ":1:28: stage 'Signed' cannot be ''"),
        ("pipelines: {Sales: {A: {probability: 1}}}", ":1:24: stage 'A' needs `open:`"),
        (
            "pipelines: {Sales: {A: {open: comit}}}",
            ":1:31: the forecast category of stage 'A' cannot be 'comit'; did you mean commit?",
        ),
        (
            "pipelines: {Sales: {A: {open: commit, probability: 80}}}",
            ":1:52: the probability of stage 'A' must be a share",
        ),
        ("service_hours: {from: 8am}", ":1:23: from must be a time from 00:00 to 24:00 such as 08:30"),
        ("service_hours: {to: 24:01}", ":1:21: to must be a time"),
        ("service_hours: {from: '17:00', to: '08:00'}", ":1:36: service hours must begin before they end"),
        ("service_hours: {days: mon-frei}", ":1:23: 'frei' is no day of the week; did you mean friday?"),
        ("service_hours: {days: mon-wed-fri}", ":1:23: days cannot be 'mon-wed-fri'"),
        ("service_hours: {days: m}", ":1:23: 'm' is no day of the week"),
        ("service_hours: {days: mon-}", ":1:23: '' is no day of the week"),
        ("service_hours: {holidays: [1900-12-31]}", ":1:28: a holiday must be a date such as 2026-12-25"),
        ("service_hours: {days: []}", ":1:23: days names no day"),
        ("service_hours: {holidays: [25.12.2026]}", ":1:28: a holiday must be a date such as 2026-12-25"),
        ("service_hours: {holidays: [2026-02-30]}", ":1:28: a holiday must be a date"),
        ("service_hours: {holidays: [2026-12-25, 2026-12-25]}", ":1:40: '2026-12-25' stands twice"),
        ("service_hours: {holidays: 2026-12-25}", ":1:27: holidays needs a list of dates"),
        ("service_hours: {priorities: {P1: sometimes}}", ":1:34: the clock of P1 cannot be 'sometimes'"),
        (
            "words: {ticket_priorities: [P1]}\nservice_hours: {priorities: {P2: always}}",
            ":2:30: 'P2' is none of the ticket_priorities in words; did you mean P1?",
        ),
        ("refresh: {mode: upsert}", ":1:17: mode cannot be 'upsert'; known: merge, replace, append"),
        ("refresh: {retries: 11}", ":1:20: retries must be a whole number from 0 to 10, not '11'"),
        ("refresh: {wait: 1.5}", ":1:17: wait, in seconds, must be a whole number from 0 to 3600, not '1.5'"),
        ("name: !!python/object/apply:os.system [ls]", ":1:7: tags such as"),
        ("name: &a X", ":1:7: anchors and aliases are not read; write the value out"),
        ("name: *a", ":1:7: anchors and aliases are not read"),
        ("name: X\n---\nname: Y", ":2:1: a second document"),
        ("? [a]\n: b", ":1:3: a list or map stands where a name should"),
        ("words: " + "[" * 3000, ":1:15: nested deeper than 8 levels"),
        ("- " * 3000, ":1:17: nested deeper than 8 levels"),
        ("words: {segment: [A", ":1:20: not YAML, while parsing a flow sequence expected ',' or ']'"),
        ("name: X\n  words: Y", ":2:8: not YAML, mapping values are not allowed here; mend or quote it"),
        ("\tname: X", ":1:1: not YAML"),
        ('name: "\\U0FFFFFFF"', ":1:1: not YAML, what follows has an escape that is no character"),
        ('name: "\\ud800"', ":1:7: a text with a line break or a control character"),
        ('name: "a\\nb"', ":1:7: a text with a line break or a control character"),
        ("name: X\n# \x07", ":2:3: a character that no text holds; remove it"),
        (b"name: X\nwords: \xff", ":2:8: not UTF-8; save the file as UTF-8"),
        (b"#" * (MAX_BYTES + 1), " is larger than 256 KiB"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str | bytes, said: str, tmp_path: Path) -> None:
    assert mistake(text, tmp_path).startswith(f"company.yml{said}")


def test_an_alias_bomb_is_refused_where_it_begins(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    assert (
        mistake("\n".join(lines), tmp_path) == "company.yml:1:4: anchors and aliases are not read; write the value out"
    )


def test_a_folder_or_a_pipe_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "company.yml").mkdir()
    os.mkfifo(tmp_path / "pipe.yml")
    for name in ("company.yml", "pipe.yml"):
        with pytest.raises(TowerError, match=f"{name} is not a file"):
            read_profile(tmp_path / name)


SNIPPETS = [
    *("{", "}", "[", "]", ":", ",", "-", "?", "&a", "*a", "!!x", "|", ">", '"', "'", "\n", "  ", "\t", "#", "%", "---"),
    *("words", "segment", "pipelines", "currency", "rates", "SEK", "service_hours", "days", "1", "\\", "é", "\x00"),
]


@given(st.lists(st.sampled_from(SNIPPETS), max_size=30).map("".join) | st.text(max_size=60) | st.binary(max_size=60))
@example("%YAML 1." + "9" * 5000)
@example('"\\UFFFFFFFF"')
def test_any_file_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "company.yml"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    try:
        read_profile(path)
    except TowerError as error:
        assert str(error).isprintable() and str(error).startswith("company.yml:")
