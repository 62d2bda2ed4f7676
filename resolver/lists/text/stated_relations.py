"""Relations that texts of lists state in words: "brother of", "member of", "front company for".

A phrase of the table `relation_phrases` is followed by a name: words that begin with capitals, or a
name in quotation marks. Only sentences count whose subject is the entry itself: they begin with the
phrase ("Senior member of …"), with a pronoun ("He is the brother of …") or with the entry's own
name. If a sentence is about somebody else ("His uncle, a member of …") or is denied, it says
nothing about the entry. The origin of each relation cites the sentence that states it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from resolver.data import load_rows
from resolver.records import Relation, RelationType
from resolver.records.stated_links import cite_sentence

MAX_READ = 20_000
"""Characters of a text that are read."""
MAX_SENTENCE = 300
"""Most characters of the sentence that is kept with a relation."""
_MAX_NAME_WORDS, _MAX_PREFIX_WORDS = 13, 14
_MIN_LETTERS = 3
_NO_CAPITALS = frozenset(("ar",))
"""Languages whose names are only read in quotation marks: no capital says where one begins."""
_MAX_RELATIONS, _MAX_LETTERS = 200, 60
"""Most relations of one text, and most letters of a word in a name. A record with longer words, or
with very many facts, would be refused as a whole.
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


def find_stated_relations(
    text: str, own_names: frozenset[str], ids: Mapping[str, str], origin: str
) -> Iterator[Relation]:
    """Yield the relations that a text states about its entry.

    `own_names`: casefolded words of the entry's names. `ids`: record ids by the casefolded names of
    the list, for targets on the list. `origin`: the column of the text. Together with the sentence,
    it becomes the origin of each relation. A relation always names its target.
    """
    seen: set[tuple[RelationType, str]] = set()
    for sentence in _SENTENCE.split(text[:MAX_READ]):
        words = list(islice(_WORD.finditer(sentence), _MAX_PREFIX_WORDS + 1))
        last = words[-1].start() if len(words) > _MAX_PREFIX_WORDS else len(sentence)
        for found in _FIND.finditer(sentence):
            if found.start() > last:
                # there are too many words before it
                break
            if not _is_about_entry(sentence[: found.start()], own_names):
                continue
            kind, role, is_quoted = _PHRASES[found[0].casefold()]
            after = sentence[found.end() :]
            if is_quoted and not _QUOTED.match(after.lstrip()):
                continue
            read = _read_name(after, ids, is_person=kind in _PERSONAL)
            if not read:
                continue
            before = sentence[: found.start()]
            if match := _BELOW.search(before):
                kind, role = _DEPUTIES.get(kind, kind), f"{match[1].lower()} {role}"
            if _FORMER.search(before):
                role = f"former {role}"
            for name in read.split(" and ") if kind in _PERSONAL else (read,):
                key = kind, name.casefold()
                words_of_name = name.casefold().split()
                if key in seen or set(words_of_name) <= own_names:
                    continue
                if max(map(len, words_of_name)) > _MAX_LETTERS:
                    continue
                if len(seen) == _MAX_RELATIONS:
                    return
                seen.add(key)
                target = ids.get(name.casefold(), "")
                stated = cite_sentence(origin, sentence.strip()[:MAX_SENTENCE])
                yield Relation(kind, target, name, role, origin=stated)


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


def _read_name(after: str, ids: Mapping[str, str], *, is_person: bool) -> str:
    """Return the name at the beginning of a text, or an empty text."""
    text = after.lstrip()
    for pattern in (_DETERMINER, _BODY, _DETERMINER):
        text = text[match.end() :] if (match := pattern.match(text)) else text
    if is_person and (match := _TITLES.match(text)):
        text = text[match.end() :]
    if match := _QUOTED.match(text):
        return match[1].strip(" ,")
    words: list[str] = []
    rest = text
    for _ in range(_MAX_NAME_WORDS):
        # a name in quotation marks ends the words before it: JSC ‘Red Pier’
        if words and (match := _QUOTED.match(rest)):
            words += match[1].strip(" ,").split()
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
            rest = ""
        if is_kind or not rest:
            break
    if len(words) > 1 and _POSSESSIVE.search(words[-1]):
        words.pop()
    if len(words) == 1 and _QUALIFIED.match(rest):
        # "part of the Russian financial sector"
        return ""
    while words and words[-1].casefold() in _JOINING:
        words.pop()
    name = _extend(" ".join(words), rest, ids).strip(" ,'’")
    return name if _is_name(name, words, ids) else ""


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
