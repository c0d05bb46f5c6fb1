"""The texts of tickets: what each is about, what else it mentions, in which language and manner it is written.

No word gives the topic away: much of what is written about one topic is quoted, mentioned or long settled in tickets
about another. What another ticket mentions is what some customer writes about as his matter, so that both are said in
the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_gen.arrays import NONE, Ints, Mask, constant, floats
from data_gen.plan import Plan
from data_gen.shapes.service import Matter
from data_gen.shapes.shape import Shape
from data_gen.support.grammar import OTHER, grammar

SECTIONS = tuple(matter.name.lower() for matter in Matter)
UNCLEAR = "no clue"


class Place(IntEnum):
    """Where another matter is mentioned."""

    NOWHERE = 0
    BEFORE = 1
    AFTER = 2
    QUOTED = 3


class Subject(IntEnum):
    """What the subject says."""

    OWN = 0
    GENERAL = 1
    BEGINNING = 2  # of the text
    OTHER = 3  # an old thread about something else


@dataclass(frozen=True)
class Manner:
    """How a channel's tickets are written: shares of those with a greeting, a closing, all in small letters."""

    greets: float = 0.45
    closes: float = 0.45
    small: float = 0.12
    is_call: bool = False  # somebody notes what was said
    quotes: bool = False


@dataclass(frozen=True)
class Writing:
    """Shares of tickets: without any clue, with another matter, with further sentences, by kind of subject."""

    no_clue: float = 0.065
    mentions: float = 0.34
    places: tuple[float, float, float] = (0.3, 0.42, 0.28)  # before, after, quoted
    details: tuple[float, float] = (0.55, 0.25)  # one sentence more, and another
    subjects: tuple[float, float, float] = (0.50, 0.34, 0.16)
    old_thread: float = 0.5  # of those that mention another matter before or in a quote
    again: float = 0.1  # Re: or Fwd:
    beginning: int = 42  # letters
    loud: float = 0.006


MANNERS = {
    "email": Manner(0.85, 0.8, 0.07, quotes=True),
    "chat": Manner(0.25, 0.05, 0.4),
    "phone": Manner(0.0, 0.0, 0.0, is_call=True),
}
WRITING = Writing()


@dataclass(frozen=True)
class Texts:
    """Subjects and descriptions, and what they say: has_clue, language, the other topic (NONE without one)."""

    subject: pa.Array
    description: pa.Array
    has_clue: Mask
    language: Ints  # as its place among the shape's
    other: Ints


def languages(shape: Shape) -> list[str]:
    """The languages in which the company's customers write, English first."""
    return list(dict.fromkeys(["en", *(name for region in shape.regions for name, _ in region.languages)]))


def write_texts(plan: Plan, matter: Ints, region: Ints, channel: Ints, bad: Mask) -> Texts:
    """Draw the text of every ticket from its topic, the region of the account, the channel and the bad release."""
    rng, n = plan.rng(11), len(matter)
    language = _languages(plan.shape, rng, region)
    has_clue = bad | (rng.random(n) >= WRITING.no_clue)
    subject, description = (np.full(n, "", dtype=object) for _ in range(2))
    other = constant(NONE, matter)
    for place, name in enumerate(languages(plan.shape)):
        rows = np.flatnonzero(language == place)
        if len(rows):
            writer = Writer(plan.shape, rng, name, matter[rows], channel[rows], bad[rows], has_clue[rows])
            subject[rows], description[rows], other[rows] = writer.write()
    return Texts(pa.array(subject, pa.string()), pa.array(description, pa.string()), has_clue, language, other)


def _languages(shape: Shape, rng: np.random.Generator, region: Ints) -> Ints:
    names, draw = languages(shape), rng.random(len(region))
    language = np.zeros(len(region), dtype=np.int64)
    for place, one in enumerate(shape.regions):
        edges = np.cumsum([share for _, share in one.languages] + [1.0])
        words = np.array([names.index(name) for name, _ in one.languages] + [0])
        here = region == place
        language[here] = words[np.searchsorted(edges, draw[here], side="right")]
    return language


class Writer:
    """Writes the tickets of one language."""

    def __init__(
        self,
        shape: Shape,
        rng: np.random.Generator,
        language: str,
        matter: Ints,
        channel: Ints,
        bad: Mask,
        has_clue: Mask,
    ) -> None:
        self.rng, self.grammar, self.matter, self.has_clue = rng, grammar(language), matter, has_clue
        modules = shape.product.modules
        self.things = tuple(one.noun for one in modules) if language == "en" else tuple(one.name for one in modules)
        manners = [MANNERS.get(name, Manner()) for name, _ in shape.support.channels]
        self.greets, self.closes, self.small, self.is_call, self.quotes = (
            floats(manners, figure)[channel]
            for figure in (
                lambda one: one.greets,
                lambda one: one.closes,
                lambda one: one.small,
                lambda one: float(one.is_call),
                lambda one: float(one.quotes),
            )
        )
        self.code = self._matters(matter, has_clue, bad)

    def write(self) -> tuple[np.ndarray, np.ndarray, Ints]:
        """(subjects, descriptions, the other topic)."""
        rng, n = self.rng, len(self.matter)
        core = self._said(self.matter, self.code, self.has_clue)
        donor = self._donors()
        place = self._places(donor)
        mentioned = self._mentioned(donor, place)
        parts = [self._some("greeting", rng.random(n) < self.greets), mentioned[Place.BEFORE]]
        parts += [self._framed("call", core, self.is_call > 0, core)]
        more = [rng.random(n) < share for share in WRITING.details]
        parts += [_spaced(self._some("detail", wanted & (self.is_call == 0), sentence=True)) for wanted in more]
        parts += [mentioned[Place.AFTER], _spaced(self._some("closing", rng.random(n) < self.closes))]
        parts += [mentioned[Place.QUOTED]]
        text = pc.binary_join_element_wise(*parts, "")
        subject = self._subjects(text, donor, place)
        small, loud = rng.random(n) < self.small, rng.random(n) < WRITING.loud
        text, subject = (_in_letters(one, small, loud) for one in (text, subject))
        other = np.where(place == Place.NOWHERE, NONE, self.matter[donor])
        return subject.to_numpy(zero_copy_only=False), text.to_numpy(zero_copy_only=False), other

    def _matters(self, matter: Ints, has_clue: Mask, bad: Mask) -> Ints:
        code = self.grammar.draw(self.rng, UNCLEAR, len(matter))
        for place, section in enumerate(SECTIONS):
            rows = np.flatnonzero((matter == place) & has_clue)
            code[rows] = self.grammar.draw(self.rng, section, len(rows), bad[rows])
        return code

    def _said(self, matter: Ints, code: Ints, wanted: Mask, sentence: bool = True) -> pa.Array:
        """The matters in words; those without a clue from their own section, empty nowhere."""
        texts = np.full(len(matter), "", dtype=object)
        for place, section in enumerate([*SECTIONS, UNCLEAR]):
            rows = np.flatnonzero((matter == place) & wanted if place < len(SECTIONS) else ~wanted)
            if len(rows):
                said = self.grammar.phrases(section, code[rows], self.things, sentence)
                texts[rows] = said.to_numpy(zero_copy_only=False)
        return pa.array(texts, pa.string())

    def _donors(self) -> Ints:
        """For each ticket another one, about another topic, whose matter it may mention; itself where there is none.

        Every matter is mentioned elsewhere in the measure in which it is written about: the donors are taken at even
        distances from all tickets in the order of what they say.
        """
        rng, n = self.rng, len(self.matter)
        clear = np.flatnonzero(self.has_clue)
        order = clear[np.lexsort((self.code[clear], self.matter[clear]))]
        taken = np.arange(rng.random() / WRITING.mentions, len(order), 1 / WRITING.mentions).astype(np.int64)
        givers = rng.permutation(order[taken[taken < len(order)]])
        takers = rng.permutation(clear)[: len(givers)]
        for _ in range(12):  # those who would mention their own topic exchange with others
            same = np.flatnonzero(self.matter[givers] == self.matter[takers])
            mixed = np.union1d(same, rng.integers(0, max(1, len(givers)), 2 * len(same)))
            givers[mixed] = givers[rng.permutation(mixed)]
        donor = np.arange(n)
        fits = self.matter[givers] != self.matter[takers]
        donor[takers[fits]] = givers[fits]
        return donor

    def _places(self, donor: Ints) -> Ints:
        n = len(donor)
        place = 1 + self.rng.choice(len(WRITING.places), n, p=WRITING.places)
        place = np.where((place == Place.QUOTED) & (self.quotes == 0), Place.AFTER, place)
        return np.where(donor == np.arange(n), Place.NOWHERE, place)

    def _mentioned(self, donor: Ints, place: Ints) -> dict[Place, pa.Array]:
        """What each ticket mentions, by where: one of the three, the others are empty."""
        said = self._said(self.matter[donor], self.code[donor], self.has_clue[donor], sentence=False)
        nothing = pa.array([""] * len(donor), pa.string())
        found = {}
        for one, section in ((Place.BEFORE, "context"), (Place.AFTER, "also"), (Place.QUOTED, "quote")):
            framed = self._framed(section, said, place == one, nothing)
            found[one] = _spaced(framed, behind=True) if one == Place.BEFORE else _spaced(framed)
        return found

    def _framed(self, section: str, said: pa.Array, wanted: Mask, otherwise: pa.Array) -> pa.Array:
        """What is said within one of a section's frames where it is wanted."""
        frame = self._some(section, wanted)
        ends = pc.split_pattern(pc.if_else(pa.array(wanted), frame, pa.scalar(OTHER)), OTHER)
        before, after = pc.list_element(ends, 0), pc.list_element(ends, 1)
        return pc.if_else(pa.array(wanted), pc.binary_join_element_wise(before, said, after, ""), otherwise)

    def _some(self, section: str, wanted: Mask, sentence: bool = False) -> pa.Array:
        code = np.where(wanted, self.grammar.draw(self.rng, section, len(wanted)), NONE)
        return self.grammar.phrases(section, code, self.things, sentence)

    def _subjects(self, text: pa.Array, donor: Ints, place: Ints) -> pa.Array:
        rng, n = self.rng, len(donor)
        kind = rng.choice(len(WRITING.subjects), n, p=WRITING.subjects)
        old = np.isin(place, (Place.BEFORE, Place.QUOTED)) | ((place == Place.AFTER) & (rng.random(n) < 0.5))
        kind = np.where(old & (rng.random(n) < WRITING.old_thread), Subject.OTHER, kind)
        kind = np.where(~self.has_clue & (kind == Subject.OWN), Subject.GENERAL, kind)
        about = self.matter[np.where(kind == Subject.OTHER, donor, np.arange(n))]
        written = np.full(n, "", dtype=object)
        for number, section in enumerate(SECTIONS):
            rows = np.flatnonzero(about == number)
            code = self.grammar.draw(rng, f"subject {section}", len(rows))
            phrases = self.grammar.phrases(f"subject {section}", code, self.things)
            written[rows] = phrases.to_numpy(zero_copy_only=False)
        general = self._some("subject", np.ones(n, dtype=bool))
        subject = pc.if_else(pa.array(kind == Subject.GENERAL), general, pa.array(written, pa.string()))
        beginning = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(text, 0, WRITING.beginning))
        subject = pc.if_else(pa.array(kind == Subject.BEGINNING), beginning, subject)
        again = np.where(kind == Subject.OTHER, "Re: ", np.where(rng.random(n) < WRITING.again, "Fwd: ", ""))
        subject = pc.binary_join_element_wise(pa.array(again), subject, "")
        return pc.utf8_trim_whitespace(subject)


def _spaced(text: pa.Array, behind: bool = False) -> pa.Array:
    """The text with a space before (or behind) it, unless it is empty."""
    ends = [text, ""] if behind else ["", text]
    return pc.if_else(pc.equal(text, ""), text, pc.binary_join_element_wise(*ends, " "))


def _in_letters(text: pa.Array, small: Mask, loud: Mask) -> pa.Array:
    text = pc.if_else(pa.array(small), pc.utf8_lower(text), text)
    return pc.if_else(pa.array(loud), pc.utf8_upper(text), text)
