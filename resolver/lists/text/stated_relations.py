"""Relations that texts of lists state in words: "brother of", "member of", "front company for".

A phrase of the table `relation_phrases` is followed by a name: words that begin with capitals, or a
name in quotation marks. Only sentences count whose subject is the entry itself: they begin with the
phrase ("Senior member of …"), with a pronoun ("He is the brother of …") or with the entry's own
name. If a sentence is about somebody else ("His uncle, a member of …") or is denied, it says
nothing about the entry. The origin of each relation cites the sentence that states it.

A time beside the name is the period of the relation: "since 2009", "from May 2014 to 2018". If a
name is followed by a reference number of the list, "(QDi.001)", the relation leads to that entry.
Further names with numbers are targets, too: "linked to Red Pier (QDe.001), Iron Quay (QDe.002)".

A role may also follow the name of an entry of the list: "senior Iron Quay Front (IQF) member".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from resolver.data import load_rows
from resolver.lists.text.list_dates import read_dates
from resolver.records import Relation, RelationType
from resolver.records.stated_links import cite_sentence

MAX_READ = 20_000
"""Maximum number of characters in a text that are read."""
MAX_SENTENCE = 300
"""Maximum number of characters of the sentence that is kept with a relation."""
_MAX_NAME_WORDS, _MAX_PREFIX_WORDS = 13, 14
_MIN_LETTERS = 3
_NO_CAPITALS = frozenset(("ar",))
"""Languages whose names are only read in quotation marks: no capital says where one begins."""
_MAX_RELATIONS, _MAX_LETTERS = 200, 60
"""Maximum number of relations of one text, and maximum number of letters of a word in a name. A
record with longer words, or with very many facts, would be refused as a whole.
"""


def split_own_names(names: Iterable[str]) -> frozenset[str]:
    """Return the casefolded words of names, in the form for `find_stated_relations`."""
    return frozenset(word for name in names for word in re.findall(r"\w+", name.casefold()))


class _Phrase(NamedTuple):
    type: RelationType
    role: str
    is_quoted: bool


_PHRASES: Mapping[str, _Phrase] = {
    phrase.casefold(): _Phrase(RelationType(kind), role, language in _NO_CAPITALS)
    for phrase, language, kind, role, _example, _target in load_rows("relation_phrases")
}


def _read_words(use: str) -> frozenset[str]:
    return frozenset(word for row_use, word in load_rows("relation_words") if row_use == use)


_JOINING = _read_words("joining")
"""Words within names that begin without a capital."""
_GENERAL = _read_words("general")
"""Words with capitals that name nobody by themselves."""
_KINDS_AFTER = _read_words("kind")
"""Words without a capital that end a name: "Missile Planning unit"."""
_CHAIN_WORDS, _ARTICLES = _read_words("chain"), _read_words("article")
"""Words between two relations of one subject, and words that may follow them."""
_ROLES = frozenset(
    (
        *(RelationType.MEMBER_OF, RelationType.LEADER_OF, RelationType.DIRECTOR_OF),
        *(RelationType.FOUNDER_OF, RelationType.FAMILY_OF),
    )
)
"""Relations whose phrases follow one another after a comma, in a list of roles or of kin."""
_PART_ENDS = _read_words("clause")
"""Words that begin another clause, and so end the name of a part of an organization."""
_OWN_WORDS = _read_words("subject")
"""Words with capitals that may stand before a phrase, such as titles of the entry."""
_FIND = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(map(re.escape, sorted(_PHRASES, key=len, reverse=True)))
    + r")(?=\s)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<![A-Z])(?<!\b(?:No|Mr|Dr|St|Co))(?<!\bMrs)(?<!\bLtd)[.;!?]\s+|\n")
_OPEN, _CLOSE = "‘“\"«'", "’”\"»'"
_QUOTED = re.compile(
    rf"[{_OPEN}]([^{_OPEN}{_CLOSE}]{{2,80}}(?:’s[^{_OPEN}{_CLOSE}]{{1,60}})?)[{_CLOSE}]"
)
_DETERMINER = re.compile(r"(?:the|both|le|la|les|l’|el|los|las)\s+", re.IGNORECASE)
_NAME_WORD = re.compile(r"(?:[a-z]{2,3}[-’'])?[^\W\d_a-zßà-öø-ÿа-яё][\w.’'&/+-]*")
_WORD = re.compile(r"\S+")
# a body of an organization: the relation is to the organization that follows
_BODY = re.compile(
    r"(?:board of (?:directors|trustees|governors)|(?:supervisory|management|executive|advisory)"
    r" (?:board|committee)|board|management|presidium|secretariat|central committee|leadership"
    r"|political bureau|politburo|shura council|military (?:council|commission))\s+(?:of|in)\s+",
    re.IGNORECASE,
)
_TITLES = re.compile(
    r"(?:(?:former|late|ex-)?\s*(?:president|prime minister|minister|general|colonel|major|captain"
    r"|mr|mrs|ms|dr|prof(?:essor)?|sheikh|mullah|mawlawi|haji|ayatollah|king|prince|sultan"
    r"|lieutenant|admiral|senator|governor|oligarch|businessman)\.?\s+)+",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\b(?:former|ex-|ancien|previously)\b", re.IGNORECASE)
_BELOW = re.compile(r"\b(deputy|vice|assistant)[\s-]+(?:\w+\s+)?$", re.IGNORECASE)
_DEPUTIES = {
    RelationType.LEADER_OF: RelationType.MEMBER_OF,
    RelationType.DIRECTOR_OF: RelationType.EMPLOYEE_OF,
}
"""Roles of deputies: what the deputy of a person with a relation is."""
# words before a phrase which show that the sentence is about somebody else or is denied
_OTHERS = re.compile(
    r"\b(?:his|her|its|their|whose|who|which|that|by|with|for|to|against|not|never|denie[sd]"
    r"|alleg\w+|accus\w+|than|between|where|when|via|through|under|over|from|targeted|killed|met"
    r"|supports?)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)


_NONE: Mapping[str, str] = MappingProxyType({})


def find_stated_relations(
    text: str,
    own_names: frozenset[str],
    ids: Mapping[str, str],
    origin: str,
    references: Mapping[str, str] = _NONE,
) -> Iterator[Relation]:
    """Yield the relations that a text states about its entry.

    `own_names`: casefolded words of the entry's names. `ids`: record ids by the casefolded names of
    the list, and `references`: record ids by reference numbers, for targets on the list. `origin`:
    the column of the text. Together with the sentence, it becomes the origin of each relation. A
    relation always names its target.
    """
    seen: set[tuple[RelationType, str]] = set()
    for sentence in _SENTENCE.split(text[:MAX_READ]):
        stated = cite_sentence(origin, sentence.strip()[:MAX_SENTENCE])
        if led := _find_role_after_name(sentence, own_names, ids):
            kind, role, name = led
            if len(seen) < _MAX_RELATIONS and (kind, name.casefold()) not in seen:
                seen.add((kind, name.casefold()))
                yield Relation(kind, ids[name.casefold()], name, role, origin=stated)
        words = list(islice(_WORD.finditer(sentence), _MAX_PREFIX_WORDS + 1))
        last = words[-1].start() if len(words) > _MAX_PREFIX_WORDS else len(sentence)
        stated_before, stated_until = "", len(sentence)
        for found in _FIND.finditer(sentence):
            if found.start() > last:
                # there are too many words before it
                break
            before = sentence[: found.start()]
            kind, role, is_quoted = _PHRASES[found[0].casefold()]
            is_chained = _is_chained(before[stated_until:], stated_before, kind)
            if not is_chained and not _is_about_entry(_without_period(before), own_names):
                continue
            after = sentence[found.end() :]
            if is_quoted and not _QUOTED.match(after.lstrip()):
                continue
            is_person = kind in _PERSONAL
            listed, read, rest = _read_reference(after, references, is_person=is_person) or (
                "",
                *_read_name(after, ids, is_person=is_person),
            )
            if not read:
                continue
            stated_before, stated_until = read, found.end()
            start, end = _read_period(before, rest)
            if match := _BELOW.search(before):
                kind, role = _DEPUTIES.get(kind, kind), f"{match[1].lower()} {role}"
            if _FORMER.search(before):
                role = f"former {role}"
            targets = [(listed, read)]
            if listed:
                targets += _read_further_references(rest, references)
            elif is_person:
                targets = [("", name) for name in read.split(" and ")]
            for listed_id, name in targets:
                key = kind, name.casefold()
                words_of_name = name.casefold().split()
                if key in seen or set(words_of_name) <= own_names:
                    continue
                if max(map(len, words_of_name)) > _MAX_LETTERS:
                    continue
                if len(seen) == _MAX_RELATIONS:
                    return
                seen.add(key)
                target = listed_id or ids.get(name.casefold(), "")
                yield Relation(kind, target, name, role, start, end, origin=stated)


def _find_role_after_name(
    sentence: str, own_names: frozenset[str], ids: Mapping[str, str]
) -> tuple[RelationType, str, str] | None:
    """Return the relation, the role and the name that "senior Iron Quay Front (IQF) member" states
    about the entry. The name must be that of an entry of the list, so that no adjective is taken
    for a group.
    """
    for found in _ROLE_AFTER_NAME.finditer(sentence[:_MAX_BEFORE_ROLE]):
        before = _ACRONYM.sub("", sentence[: found.start()]).rstrip()
        words = list(_WORD.finditer(before))
        for first in words[-_MAX_NAME_WORDS:]:
            name = before[first.start() :].strip()
            if name.casefold() not in ids or not _NAME_WORD.fullmatch(first[0]):
                continue
            subject = {word.strip("(),").casefold() for word in before[: first.start()].split()}
            if subject <= own_names | _OWN_WORDS | _BEFORE_ROLE and not (
                set(name.casefold().split()) <= own_names
            ):
                kind, role, _ = _PHRASES[f"{found[1].casefold()} of"]
                return kind, role, name
    return None


_ROLE_AFTER_NAME = re.compile(
    r"(?<=[\w)])\s("
    + "|".join(
        sorted(
            (
                phrase.removesuffix(" of")
                for phrase, meaning in _PHRASES.items()
                if phrase.endswith(" of")
                and meaning.type in (RelationType.LEADER_OF, RelationType.MEMBER_OF)
            ),
            key=len,
            reverse=True,
        )
    )
    + r")(?=$|[,.)]|\s(?:in|who|as|since|and|responsible|based|under|at|from)\b)"
)
_MAX_BEFORE_ROLE = 200
"""Maximum number of characters in a sentence in which the name and the role that follows it are
looked for.
"""
_ACRONYM = re.compile(r"\([^\W\d_]{2,10}\)$")
_BEFORE_ROLE = _read_words("before role")
_BRACKETS = re.compile(r"\([^()]{0,80}\)")


def _is_chained(between: str, name: str, kind: RelationType) -> bool:
    """Return whether between two phrases there are only the name that the first one leads to and
    "and" or a comma: "member of Red Pier (RP), and leader of …". Both are about one subject.

    An article or a participle after a comma is about the name: "owner of Red Pier, a branch of …".
    """
    if not name or name not in between:
        return False
    rest = _BRACKETS.sub(" ", between).replace(name, " ", 1)
    words = {word.strip(",") for word in rest.split()} - {"", *_ARTICLES}
    return (bool(words) and words <= _CHAIN_WORDS) or (kind in _ROLES and rest.strip() == ",")


def _is_about_entry(before: str, own_names: frozenset[str]) -> bool:
    """Return whether the subject is still the entry itself after the words before a phrase."""
    words = _WORD.findall(before)
    if _OTHERS.search(before):
        return False
    for place, word in enumerate(words):
        bare = word.strip("(),:‘’“”\"'-–")
        is_known = bare.casefold() in own_names or bare.casefold() in _OWN_WORDS
        if place and not is_known and _NAME_WORD.fullmatch(bare):
            return False
    return True


_POSSESSIVE = re.compile(r"[’']s?$")
_QUALIFIED = re.compile(
    r"(?!(?:in|of|and|or|since|from|as|who|which|that|until|till|for|on|at|under|with|by|to|during"
    r"|before|after|between|based|operating|listed|responsible|where|when|was|is|has|he|she|also"
    r"|y|et|en|dans|depuis)\b)[a-z]"
)


_PERSONAL = frozenset((RelationType.FAMILY_OF, RelationType.ASSOCIATE_OF, RelationType.LINKED_TO))


def _read_reference(
    after: str, references: Mapping[str, str], *, is_person: bool
) -> tuple[str, str, str] | None:
    """Return the record id, the name and the text after a name that is followed by a reference
    number; None if there is none. The id is empty for an entry that left the list.
    """
    text = _skip_words_before_name(after, is_person=is_person)
    name, _, rest = text.partition("(")
    if not references or not 2 <= len(name.strip()) <= _MAX_REFERENCED or "." in name:
        return None
    for _ in range(2):
        # an acronym may be between the name and its number
        bracket, _, rest = rest.partition(")")
        if _REFERENCE.fullmatch(bracket):
            return references.get(bracket, ""), name.strip(" ,'’"), rest
        if not rest.lstrip().startswith("("):
            break
        rest = rest.lstrip()[1:]
    return None


def _read_further_references(rest: str, references: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield record id and name of each entry that follows in an enumeration: ", Iron Quay (QDe.002)
    and Red Pier (QDe.003)".
    """
    while match := _NEXT_REFERENCE.match(rest):
        rest, words = rest[match.end() :], match[1].split()
        if not all(_NAME_WORD.fullmatch(word) or word in _WITHIN_LISTED for word in words):
            # another clause: "(CDe.001), Ann used to be …"
            return
        if match[2] in references:
            yield references[match[2]], " ".join(words).strip("'’")


_WITHIN_LISTED = _JOINING | frozenset(("and", "in", "i"))
_NEXT_REFERENCE = re.compile(
    r",?\s(?:and |or )?(?:the )?([^\W\d_a-zßà-öø-ÿа-яё][^(),;.]{1,79}?)"
    r"(?:\([^\W\d_]{2,10}\)\s?)?\(([A-Z]{2}[ie]\.\d{3})\)"
)
_REFERENCE = re.compile(r"[A-Z]{2}[ie]\.\d{3}")
_MAX_REFERENCED = 80
"""Maximum number of characters between a phrase and the reference number of its target."""


def _skip_words_before_name(after: str, *, is_person: bool) -> str:
    text = after.lstrip()
    for pattern in (_DETERMINER, _BODY, _DETERMINER):
        text = text[match.end() :] if (match := pattern.match(text)) else text
    if is_person and (match := _TITLES.match(text)):
        text = text[match.end() :]
    return text


def _read_name(after: str, ids: Mapping[str, str], *, is_person: bool) -> tuple[str, str]:
    """Return the name at the beginning of a text, or an empty text, and the text after it."""
    text = _skip_words_before_name(after, is_person=is_person)
    if match := _QUOTED.match(text):
        return match[1].strip(" ,"), text[match.end() :]
    words: list[str] = []
    rest = text
    for _ in range(_MAX_NAME_WORDS):
        # a name in quotation marks ends the words before it: JSC ‘Red Pier’
        if words and (match := _QUOTED.match(rest)):
            words += match[1].strip(" ,").split()
            rest = rest[match.end() :]
            break
        word = match[0] if (match := _WORD.match(rest)) else ""
        plain = word.rstrip(",.;:)")
        is_joining = bool(words) and plain in _JOINING and words[-1].casefold() != "the"
        is_kind = bool(words) and plain in _KINDS_AFTER
        if not is_joining and not is_kind and not _NAME_WORD.fullmatch(plain):
            break
        words.append(plain)
        rest = rest[len(word) :].lstrip()
        if plain != word:
            rest = f"{word[len(plain) :]} {rest}"
        if is_kind or plain != word or not rest:
            break
    if len(words) > 1 and _POSSESSIVE.search(words[-1]):
        words.pop()
    if len(words) == 1 and _QUALIFIED.match(rest):
        # "part of the Russian financial sector"
        return "", ""
    while words and words[-1].casefold() in _JOINING:
        words.pop()
    name = " ".join(words)
    if part := _PART.match(rest):
        name, rest = _read_part(name, rest[part.end() :], ids)
    else:
        name = _extend(name, rest, ids)
    name = name.strip(" ,'’")
    return (name, rest) if _is_name(name, words, ids) else ("", "")


_PART = re.compile(r"\([\w/&-]{2,15}\)\s+(?=[^\W\d_a-zßà-öø-ÿа-яё]\w)")
_MAX_PART_WORDS = 8


def _read_part(name: str, rest: str, ids: Mapping[str, str]) -> tuple[str, str]:
    """Return the name of a part of an organization whose acronym stands between the two, and the
    text after it: "Iron Quay Front (IQF) Harbor Brigade in the North since 2009".
    """
    words: list[str] = []
    places: list[int] = []
    for match in islice(_WORD.finditer(rest), _MAX_PART_WORDS):
        plain = match[0].rstrip(",.;:)")
        if plain.casefold() in _PART_ENDS or plain.startswith("("):
            break
        words.append(plain)
        places.append(match.start() + len(plain))
        if plain != match[0]:
            break
    for count in range(len(words), 0, -1):
        longer = " ".join((name, *words[:count]))
        if longer.casefold() in ids:
            return longer, rest[places[count - 1] :]
    return " ".join((name, *words)), rest[places[-1] :] if places else rest


_DATE = (
    r"(?:\d{1,2}\.\d{1,2}\.\d{4}|(?:(?:\d{1,2}\s)?(?:January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\s)?(?:19|20)\d\d)(?!\d)"
)
_START, _END = ("|".join(map(re.escape, sorted(_read_words(use)))) for use in ("start", "end"))
_SPAN = (
    rf"(?:(?:{_START})\s({_DATE})"
    rf"(?:\s(?:{_END}|and|y|et|to|à|a)\s(?:(?:early|mid|late)[\s-])?({_DATE}))?"
    rf"|(?:{_END})\s({_DATE}))"
)
_PERIOD_AFTER = re.compile(rf"[^,;.]{{0,80}}?,?\s?\b{_SPAN}", re.IGNORECASE)
_PERIOD_BEFORE = re.compile(rf"{_SPAN},?\s", re.IGNORECASE)
_OTHER_TIME = re.compile(
    r"\b(?:which|that|who|whose|where|he|she|it|is|was|are|were|has|have|had|established|founded"
    r"|created|active|listed|designated|formerly|known|renamed|detained|imprisoned)\b",
    re.IGNORECASE,
)
"""Words between a name and a time which show that the time is that of something else."""


def _read_period(before: str, after: str) -> tuple[str, str]:
    """Return the first and the last day of a relation, as far as the words directly around it say;
    empty texts for unknown ones.
    """
    following = _FIND.search(after)
    found = _PERIOD_AFTER.match(after[: following.start()] if following else after)
    if found and _OTHER_TIME.search(found[0]):
        found = None
    found = found or _PERIOD_BEFORE.match(before.lstrip())
    if not found:
        return "", ""
    start, end = (_first_date(text or "") for text in (found[1], found[2] or found[3]))
    # a relation that ends before it starts is misread
    return ("", "") if start and end and end[:4] < start[:4] else (start, end)


def _without_period(before: str) -> str:
    text = before.lstrip()
    found = _PERIOD_BEFORE.match(text)
    return text[found.end() :] if found else text


def _first_date(text: str) -> str:
    dates, _ = read_dates(text)
    return dates[0] if dates else ""


def _extend(name: str, rest: str, ids: Mapping[str, str]) -> str:
    """Return a name with the words that follow, such as "in Iraq", if the list has the longer
    name.
    """
    following = [match[0] for match in islice(_WORD.finditer(rest), _MAX_NAME_WORDS)]
    for count in range(len(following), 0, -1):
        longer = f"{name} {' '.join(following[:count])}".rstrip(",.;:)’")
        if longer.casefold() in ids:
            return longer
    return name


def _is_name(name: str, words: list[str], ids: Mapping[str, str]) -> bool:
    """Return whether words can be a name. A general word cannot, and a single word can only if it
    is an acronym or on the list.
    """
    plain = name.casefold()
    if plain in _GENERAL or len(name) < _MIN_LETTERS:
        return False
    return plain in ids or len(words) > 1 or (name.isupper() and name.isalpha())
