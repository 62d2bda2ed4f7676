"""Telephones, e-mail addresses and streets of persons and groups, some of them shared.

Households share a number, branches a mailbox, and an agent gives his own contacts for many clients
who have nothing else in common.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from resolver.synthetic.entities import document_numbers
from resolver.synthetic.geography import load_geography
from resolver.synthetic.names.name_lexicon import Bools, Form, Ints
from resolver.synthetic.names.vocabulary import load_vocabulary
from resolver.synthetic.random_columns import Dice, choose_where, concat_texts, keep_where

OTHER_RATE = 0.25
"""Share of records that state the second number or address of their entity."""
HOUSEHOLD_RATE, BRANCH_RATE, AGENT_RATE = 0.35, 0.3, 0.02
"""Shares of kin of one household, of related groups with one office, and of entities that give the
contacts of an agent."""
_PHONE_RATE, _EMAIL_RATE, _STREET_RATE = 0.8, 0.5, 0.8
"""Shares of households and offices with one telephone, one mailbox and one street."""
_CLIENTS = 8
"""Clients of an agent, on average."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contacts of n entities: the usual ones, and others that some records state instead."""

    phone: pa.StringArray
    other_phone: pa.StringArray
    email: pa.StringArray
    other_email: pa.StringArray
    street: pa.StringArray

    def phones(self, dice: Dice, rows: Ints) -> pa.StringArray:
        """Draw the telephone that each record states; `rows`: the entity of each record."""
        return _draw_either(dice, self.phone, self.other_phone, rows)

    def emails(self, dice: Dice, rows: Ints) -> pa.StringArray:
        """Draw the e-mail address that each record states."""
        return _draw_either(dice, self.email, self.other_email, rows)


def _draw_either(
    dice: Dice, usual: pa.StringArray, other: pa.StringArray, rows: Ints
) -> pa.StringArray:
    index = pa.array(rows)
    return choose_where(dice.chance(len(rows), OTHER_RATE), other.take(index), usual.take(index))


def make_person_contacts(
    dice: Dice, names: tuple[Ints, Ints], countries: Ints, partners: Ints
) -> Contacts:
    """Make the contacts of persons.

    `names`: given and family names (lexicon words). `partners`: a relative of each person, or -1.
    """
    lexicon = load_vocabulary().lexicon
    first, family = (lexicon.spell(words, int(Form.STANDARD)) for words in names)
    own = Contacts(
        document_numbers.draw_phones(dice, countries),
        document_numbers.draw_phones(dice, countries),
        document_numbers.draw_emails(dice, first, family),
        document_numbers.draw_emails(dice, first, family),
        load_geography().street_lines(dice, countries),
    )
    return _share(dice, own, partners, HOUSEHOLD_RATE)


def make_group_contacts(
    dice: Dice, names: pa.StringArray, countries: Ints, partners: Ints
) -> Contacts:
    """Make the contacts of groups. `names`: words for their mailboxes."""
    count = len(countries)
    word = pc.utf8_lower(pc.replace_substring_regex(pc.fill_null(names, ""), "[^A-Za-z0-9]", ""))
    domain = concat_texts(["@", word, pa.array(_DOMAINS).take(pa.array(dice.integers(count, 3)))])
    boxes = pa.array(_MAILBOXES)
    has_mailbox = np.asarray(pc.greater(pc.utf8_length(word), 2))

    def draw_mailboxes() -> pa.StringArray:
        """Draw a mailbox of each group."""
        box = boxes.take(pa.array(dice.integers(count, len(_MAILBOXES))))
        return keep_where(concat_texts([box, domain]), has_mailbox)

    own = Contacts(
        document_numbers.draw_phones(dice, countries),
        document_numbers.draw_phones(dice, countries),
        draw_mailboxes(),
        draw_mailboxes(),
        load_geography().street_lines(dice, countries),
    )
    return _share(dice, own, partners, BRANCH_RATE)


_MAILBOXES = ["info", "office", "contact", "sales"]
_DOMAINS = [".example", ".test", ".invalid"]


def _share(dice: Dice, own: Contacts, partners: Ints, rate: float) -> Contacts:
    """Return contacts of which related entities share some, and an agent's clients others.

    Who shares one contact mostly shares the others: they are one household or one office.
    """
    count = len(partners)
    close = (partners >= 0) & (partners < np.arange(count)) & dice.chance(count, rate)
    phone, email, street = (
        _agents(dice, _share_with(partners, close & dice.chance(count, share)))
        for share in (_PHONE_RATE, _EMAIL_RATE, _STREET_RATE)
    )
    return Contacts(
        own.phone.take(pa.array(phone)),
        own.other_phone,
        own.email.take(pa.array(email)),
        own.other_email,
        own.street.take(pa.array(street)),
    )


def _share_with(partners: Ints, chosen: Bools) -> Ints:
    return np.where(chosen, partners, np.arange(len(partners)))


def _agents(dice: Dice, owners: Ints) -> Ints:
    """Return whose contact each entity gives, after agents have given theirs for some clients.

    Few agents have many clients, and many have few.
    """
    clients = np.flatnonzero(dice.chance(len(owners), AGENT_RATE))
    agents = max(len(clients) // _CLIENTS, 1)
    chosen = np.floor(dice.uniform(len(clients)) ** 2 * agents).astype(np.int64)
    result = owners.copy()
    result[clients] = owners[clients[chosen]] if len(clients) else owners[clients]
    return result
