"""Ranking of candidates. They are compared with a query in rounds, the likeliest first, and
compete. Candidates at or above a cutoff are kept, and also namesakes in review (`find_crowd`).

A round has a high fixed cost and a low cost for each entity, so there are two rounds: the first for
the likeliest entities, which suffices for many queries, and the second for far more entities.

Candidates compete (`resolver.matching.scoring.competition`), because the query means at most one of
them. All compared candidates compete if their own evidence reaches the review threshold; all others
are distinct and do not compete. A score must not depend on the limit or the cutoff. So the limit
does not decide whether the second round is compared or whether its candidates compete, and the
cutoff does not decide whether they compete.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.check.entity_index import IndexSnapshot
from resolver.check.index_segment import IndexSegment
from resolver.check.retrieval import locate
from resolver.data import load_words
from resolver.engines.pair_scoring import ExplainedPairs, score_explained
from resolver.hub.entity_preview import find_pairs_in_review
from resolver.hub.hub import Hub
from resolver.matching.blocking.keys import identity_tokens
from resolver.matching.comparators import COMPARATORS
from resolver.matching.scoring import scores, threshold_logodds
from resolver.matching.scoring.competition import (
    MAX_COMPARED_CANDIDATES,
    InReview,
    compete,
    group_in_review,
    spare_equals,
)
from resolver.names.folding import letters
from resolver.names.lexicons.name_roles import find_titles, split_titles, title_codes
from resolver.names.row_gathering import GatheredBatch, NameMaterial, name_material
from resolver.records import Kind, Record
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.prepared.value_flags import TokenFlag
from resolver.records.properties import FULL_NAMES
from resolver.records.results.explanation import PHRASES
from resolver.records.visibility import Viewer, viewer_classes
from resolver.values.kernels.dates import SAME_YEAR

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FIRST_ROUND_SIZE = 100
"""Number of entities compared in the first round. With fewer, more people of a common name are
never compared. With 480, a screening against 100,000 records takes twice as long and finds nobody
more.
"""
MAX_COMPARED = 1_000
"""Maximum number of entities that are compared for one query."""
MAX_FULL_NAMES = 6
"""Number of names of a query above which fewer entities are compared, since each of these names is
compared with each name of an entity.
"""
LATE_FRACTION = 3
"""Part of a round (its last 1 / 3) that must be without a match to end the comparison."""
_MAX_LOOKED_UP_RECORDS = 64
"""Maximum number of visible records of the competitors whose review links are looked up. More would
take longer, since each pair of records is looked up.
"""


_SAME_NAME = PHRASES["name"].agree_from
"""Similarity from which two names are called the same."""
ALIKE_NAME = 0.95
"""Similarity from which a name is so near that its bearers are shown, however common it is. Of 800
invented people, asked of 10,000 real and of 20,000 generated records, nobody is shown for this
reason; from 0.92 on, one is.
"""
_MAX_KIND_SHIFT = 4.0
"""Maximum number of nats that the words of a name take from candidates of another kind."""
_TRANSLATED = -1_500
"""Log-odds (thousandths) of a name that is equal only in translation, if another candidate is
written like the query. No query of training is a translation, so this number is a guess.
"""
_WRITTEN, _WRITTEN_COMMON = 2_500, 1_250
"""Log-odds (thousandths) that a group gains if one of its established names is written like the
query; half if all words of the query are common or places (`Bank Melli`). Such a name is rarer than
its words: of 5,429 firms and institutions on no list, none has exactly a name of the 4,155 groups
of two lists.
"""
_TITLED, _TITLED_ALIKE = 3_000, 1_000
"""Log-odds (thousandths) that a person gains who has a title of the query in a name (`Hafiz
Muhammad Saeed`), if the rest of the names is (nearly) the same, and if it is similar. Titles before
a name are left out of the other comparison. At most 0.4 % of the people on two lists have any one
title, so more could be gained.
"""
_EVERYWHERE = -200
"""Maximum log-odds (thousandths) of a group for the name of an institution that every state has
(`Ministry of Defence`), because a caller may mean that of another state. It is below a match.
"""
_INSTITUTIONS = load_words("kind_words", use="institution of every state")
_INSTITUTION_WORDS = _INSTITUTIONS | load_words("kind_words", use="field of an institution")
_COMMON = int(TokenFlag.GENERIC | TokenFlag.PLACE)
_ALIAS = 0.5
"""Quality of an alias that is not weak, as `name_quality` states it."""
ALIKE_WORD = 0.88
"""Similarity from which the only word of a query counts as a word of a name, for example with a
typo (Ahmaad).
"""
_STANDS_OUT = 0.5
"""Score from which a candidate is more likely than not the person who is asked for."""
_NAME_FEATURES = frozenset(row.name for row in COMPARATORS if row.shows in ("names", "principals"))
"""Comparators of names."""
_OTHER_NAME_FEATURES = _NAME_FEATURES - {"name", "name_weakest", "name_omitted"}
"""Comparators of names that do not say how similar a name is to the query. They say how common the
name is, or which other names its bearer has.
"""
_MAX_KEPT_PAIRS = 4_096
"""Maximum number of sets of candidates whose pairs in review are kept. With more, memory grows;
with fewer, pairs are found again more often.
"""


@dataclass(frozen=True, slots=True)
class RoundHits:
    """Entities of one round at or above a floor: their segments, their rows there, the log-odds
    (thousandths) of their own evidence, whether they compete and have the name of the query, and
    their pairs in `scored_pairs`.
    """

    scored_pairs: ExplainedPairs
    pairs: Numbers
    segments: Numbers
    rows: Numbers
    logodds: Numbers
    is_competitor: Bools
    has_name: Bools

    def __len__(self) -> int:
        return len(self.pairs)

    def candidates(self) -> list[Candidate]:
        """Return the hits one by one."""
        similarities = self.scored_pairs.similarities("name")[self.pairs].tolist()
        return [
            # a missing similarity is NaN, which is not equal to itself
            Candidate(
                *(logodds, competes, has_name, segment, row, pair),
                round(name, 4) if name == name else 0.0,
                self,
            )
            for logodds, competes, has_name, segment, row, pair, name in zip(
                self.logodds.tolist(),
                self.is_competitor.tolist(),
                self.has_name.tolist(),
                self.segments.tolist(),
                self.rows.tolist(),
                self.pairs.tolist(),
                similarities,
                strict=True,
            )
        ]


@dataclass(frozen=True, slots=True)
class Hit:
    """Entity at or above the cutoff: its id, its place in the index, its pair in `scored_pairs`.

    `score` is the score after competition with `others`, which took `weight` (thousandths). `shift`
    is as in `Candidate`. `is_crowded`: it is in band review, whatever its score, because it is one
    of a crowd (`find_crowd`). `in_review`: ids of the competitors that wait for a steward with it.
    """

    id: str
    segment: int
    row: int
    score: float
    scored_pairs: ExplainedPairs
    pair: int
    shift: int
    weight: int
    others: int
    is_crowded: bool
    in_review: tuple[str, ...]


class Candidate(NamedTuple):
    """Candidate of a query: the log-odds (thousandths) of its own evidence, whether it competes,
    whether it has the name of the query, its segment and row in the index, its pair in
    `hits.scored_pairs`, and the similarity of the names (0…1; 0 if the query states none). `shift`
    is the part of the log-odds that comes from the other candidates and readings of the query
    (`weigh_readings`).
    """

    logodds: int
    is_competitor: bool
    has_name: bool
    segment: int
    row: int
    pair: int
    name_similarity: float
    hits: RoundHits
    shift: int = 0


def gather_candidates(rounds: Sequence[RoundHits]) -> list[Candidate]:
    """Return the hits of the rounds of all variants of a query. If an entity is in several rounds,
    its hit with the strongest evidence is returned.
    """
    if len(rounds) == 1:
        return rounds[0].candidates()
    best: dict[tuple[int, int], Candidate] = {}
    for hits in rounds:
        for candidate in hits.candidates():
            place = candidate.segment, candidate.row
            if place not in best or candidate.logodds > best[place].logodds:
                best[place] = candidate
    return list(best.values())


def weigh_readings(
    candidates: Sequence[Candidate],
    query: Record,
    prepared: Sequence[PreparedBatch],
    snapshot: IndexSnapshot,
    *,
    is_dated: bool,
) -> list[Candidate]:
    """Return the candidates, with lower log-odds if the query rather means another entity.

    `prepared`: the query as a person, and as a group or an asset, if it may be one. If its words
    are typical of people's names, groups and assets whose names are only similar lose. If they are
    words of groups, people lose. If a name of a group is written exactly like the query, the group
    gains, and candidates that have the name only in translation lose. A name that every state has
    is no match without further values. People with the title of the query gain. People lose if the
    query states a birth date (`is_dated`), because fewer of such callers are listed.
    """
    shifts = _kind_shifts(prepared)
    dated_shift = snapshot.dated_shift if is_dated else 0
    titles = frozenset[str]().union(*(find_titles(name) for name in query.texts(*FULL_NAMES)))
    is_written = _are_written(candidates, query, snapshot) if query.kind != Kind.PERSON else {}
    has_written = any(is_written[place] for place in is_written if candidates[place].is_competitor)
    gain, most = _weigh_group_name(query, prepared)
    review = threshold_logodds(snapshot.thresholds.review)
    weighed = []
    for place, candidate in enumerate(candidates):
        shift = 0
        if shifts and candidate.name_similarity < ALIKE_NAME:
            shift = shifts.get(int(candidate.hits.scored_pairs.kinds[candidate.pair]), 0)
        if has_written and candidate.is_competitor and not is_written.get(place, True):
            shift += _TRANSLATED
        if is_written.get(place, False) and _is_established_group(candidate):
            shift += gain
        kind = candidate.hits.scored_pairs.kinds[candidate.pair]
        if titles and kind == Kind.PERSON and _share_titles(titles, candidate, snapshot):
            shift += _TITLED if candidate.name_similarity >= ALIKE_NAME else _TITLED_ALIKE
        if dated_shift and kind == Kind.PERSON:
            shift += dated_shift
        if most is not None and kind == Kind.GROUP:
            shift = min(shift, most - candidate.logodds)
        logodds = candidate.logodds + shift
        competes = (candidate.is_competitor or shift > 0) and logodds >= review
        if shift or competes != candidate.is_competitor:
            candidate = candidate._replace(logodds=logodds, is_competitor=competes, shift=shift)
        weighed.append(candidate)
    return weighed


def _are_written(
    candidates: Sequence[Candidate], query: Record, snapshot: IndexSnapshot
) -> dict[int, bool]:
    """Return whether a name of a candidate is written like the query, with its titles or without
    them, by the position of each candidate with the same name.
    """
    texts = query.texts(*FULL_NAMES)
    written = {letters(text) for text in (*texts, *(split_titles(text)[1] for text in texts))}
    return {
        place: not written.isdisjoint(
            map(letters, snapshot.segments[candidate.segment].names(candidate.row))
        )
        for place, candidate in enumerate(candidates)
        if candidate.name_similarity >= _SAME_NAME
    }


def _share_titles(titles: frozenset[str], candidate: Candidate, snapshot: IndexSnapshot) -> bool:
    """Return whether a candidate with a similar name has a title of the query in a name."""
    if candidate.name_similarity < ALIKE_WORD:
        return False
    names = snapshot.segments[candidate.segment].names(candidate.row)
    return any(not titles.isdisjoint(title_codes(name.split())) for name in names)


def _is_established_group(candidate: Candidate) -> bool:
    """Return whether a candidate is a group whose name like the query is no weak alias."""
    scored_pairs, pair = candidate.hits.scored_pairs, candidate.pair
    quality = scored_pairs.similarity(pair, "name_quality")
    return scored_pairs.kinds[pair] == Kind.GROUP and (quality or 0.0) >= _ALIAS


def _weigh_group_name(query: Record, prepared: Sequence[PreparedBatch]) -> tuple[int, int | None]:
    """Return the log-odds (thousandths) that a group gains if its name is written like the query,
    and the most log-odds of a group (None: no limit).
    """
    for variant in prepared:
        if variant.kinds[0] & Kind.GROUP:
            words = identity_tokens(variant).nonzero()[0]
            texts = set(variant.tokens.texts[words].tolist())
            if texts <= _INSTITUTION_WORDS and not texts.isdisjoint(_INSTITUTIONS):
                says_more = bool(query.identifiers or query.addresses or query.relations)
                says_more |= any(value.prop not in FULL_NAMES for value in query.values)
                return _WRITTEN_COMMON, None if says_more else _EVERYWHERE
            if np.all(variant.tokens.flags[words] & _COMMON):
                return _WRITTEN_COMMON, None
    return _WRITTEN, None


def _kind_shifts(prepared: Sequence[PreparedBatch]) -> dict[int, int]:
    """Return, by kind, how much the words of a name take from the log-odds of a candidate with a
    similar name, because entities of that kind rarely have such words. Empty for a single word.
    """
    if len(prepared) < 2 or prepared[0].kinds[0] != Kind.PERSON:
        return {}
    words = identity_tokens(prepared[0])
    if words.sum() < 2:
        return {}
    tokens = prepared[0].tokens
    nats = float((tokens.rarity_group[words] - tokens.rarity_person[words]).sum())
    shift = -round(1000 * min(abs(nats), _MAX_KIND_SHIFT))
    kinds = (Kind.GROUP, Kind.ASSET) if nats > 0 else (Kind.PERSON,)
    return dict.fromkeys(map(int, kinds), shift)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Candidates among which none stands out: their number, the `Kind` bits of all of them, and
    whether all names equal the name of the query.
    """

    count: int
    kinds: int
    have_same_name: bool


class Ranking(NamedTuple):
    """Candidates to show: the best candidates, and the number of all.

    `rivals`: candidates in review whose names are like the query's; if there are none, all
    candidates in review. Empty if one candidate stands out, or if no candidate has such a name and
    none would stand out alone.
    """

    hits: list[Hit]
    total: int
    rivals: list[Candidate]


def rank_hits(
    candidates: Sequence[Candidate],
    snapshot: IndexSnapshot,
    cutoff: float | None,
    count: int,
    in_review: InReview,
    *,
    is_word: bool = False,
    is_dated: bool = False,
) -> Ranking:
    """Let the candidates compete; return the best `count` to show, best first (ties by id).

    Candidates to show are those at or above the cutoff; without a cutoff, those at or above the
    review threshold and the crowd. `is_word`: the query is a single word, so the crowd is everybody
    whose name has this word. `is_dated`: the query states a birth date.
    """
    own, competes = list[int](), list[bool]()
    for candidate in candidates:
        own.append(candidate.logodds)
        competes.append(candidate.is_competitor)
    competitions = compete(own, competes, in_review)
    logodds = [competition.logodds for competition in competitions]
    score = scores(np.array(logodds)).tolist()
    # the scores that several equal candidates have without each other show whether anybody stands
    # out
    shares = score
    equals = _group_equals(candidates)
    if equals:
        competitions = spare_equals(own, competitions, competes, in_review, equals)
        logodds = [competition.logodds for competition in competitions]
        score = scores(np.array(logodds)).tolist()
    review = snapshot.thresholds.review
    shown = set((np.array(score) >= review).nonzero()[0].tolist())
    crowd = find_crowd(
        {
            place: score[place]
            for place, candidate in enumerate(candidates)
            if place not in shown and (candidate.is_competitor or _is_namesake(candidate, is_dated))
        },
        list(map(shares.__getitem__, shown)),
        0.0 if is_word and not is_dated else review,
    )
    if not is_word and math.fsum(score[place] for place in shown | crowd) < review:
        # a crowd that is only similar to the query is in review as a whole, like one candidate
        has_name = any(candidates[place].name_similarity >= _SAME_NAME for place in crowd)
        crowd = crowd if has_name else frozenset()
    shown |= crowd
    strengths = {
        place: logodds[place]
        for place in (range(len(candidates)) if cutoff is not None else shown)
        if cutoff is None or score[place] >= cutoff
    }
    hits = []
    for place in _strongest_first(strengths, candidates, snapshot, count):
        candidate, competition = candidates[place], competitions[place]
        partners = in_review.get(place, ())
        hits.append(
            Hit(
                _entity_id(candidate, snapshot),
                candidate.segment,
                candidate.row,
                score[place],
                candidate.hits.scored_pairs,
                candidate.pair,
                candidate.shift,
                competition.weight,
                competition.others,
                place in crowd,
                tuple(sorted(_entity_id(candidates[row], snapshot) for row in partners)),
            )
        )
    best = max(shown, key=logodds.__getitem__, default=None)
    rivals: list[Candidate] = []
    if best is not None and max(map(shares.__getitem__, shown)) < _STANDS_OUT:
        all_shown = [candidates[place] for place in sorted(shown)]
        namesakes = [row for row in all_shown if not is_word and row.name_similarity >= ALIKE_NAME]
        if is_word or namesakes or crowd or candidates[best].logodds >= 0:
            rivals = namesakes or all_shown
    return Ranking(hits, len(strengths), rivals)


def describe_rivals(rivals: Sequence[Candidate], snapshot: IndexSnapshot) -> Rivals:
    """Return how many candidates there are, of which kinds, and how their names fit the query."""
    kinds = 0
    for candidate in rivals:
        kinds |= int(snapshot.segments[candidate.segment].prepared.kinds[candidate.row])
    have_same_name = all(candidate.name_similarity >= _SAME_NAME for candidate in rivals)
    return Rivals(len(rivals), kinds, have_same_name)


def _group_equals(candidates: Sequence[Candidate]) -> list[list[int]]:
    """Return the positions of competitors that the query cannot tell apart; each group has two or
    more. Their names are equally similar to the query's, and every other value of the query gives
    the same evidence for them.
    """
    places = [place for place, candidate in enumerate(candidates) if candidate.is_competitor]
    groups: dict[object, list[int]] = {}
    for place in places if len(places) > 1 else ():
        candidate = candidates[place]
        if candidate.name_similarity >= ALIKE_NAME:
            stated = candidate.hits.scored_pairs.stated_similarities(candidate.pair)
            key = tuple(row for row in stated if row[0] not in _OTHER_NAME_FEATURES)
            groups.setdefault(key, []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _is_namesake(candidate: Candidate, is_dated: bool) -> bool:
    """Return whether a candidate has the name of the query and nothing contradicts.

    If the query states a birth date (`is_dated`), the candidate must also have the whole name and
    be born in that year: a caller who adds a date to a common name does not ask for everybody with
    the name.
    """
    scored_pairs, pair = candidate.hits.scored_pairs, candidate.pair
    if not candidate.has_name:
        return False
    if is_dated and (
        scored_pairs.kinds[pair] != int(Kind.PERSON)
        or candidate.name_similarity < ALIKE_NAME
        or (scored_pairs.similarity(pair, "birth_date") or 0.0) < SAME_YEAR
    ):
        return False
    return not scored_pairs.contradicts(pair, _NAME_FEATURES)


def find_crowd(score: Mapping[int, float], shown: Sequence[float], review: float) -> frozenset[int]:
    """Return which candidates are in review although each of them is below the threshold.

    `score`: scores, by position, of the candidates that only competition or a common name keeps
    below review. `shown`: scores of the candidates at or above the threshold. Each of them alone is
    unlikely, but forty people of one name together hold most of the probability. So if no candidate
    stands out (0.5 or more), the strongest candidates stay in review, together with those of equal
    strength. The candidates that are left out together have a share below the threshold.
    """
    if max(shown, default=0.0) >= _STANDS_OUT:
        return frozenset()
    ordered = sorted(score, key=score.__getitem__, reverse=True)
    left_out = math.fsum(score.values())
    least = review * (math.fsum(shown) + left_out)
    weakest = math.inf
    for place in ordered:
        if left_out < least and score[place] < weakest:
            break
        weakest = score[place]
        left_out -= score[place]
    return frozenset(place for place in ordered if score[place] >= weakest)


class ReviewPairs:
    """Pairs of entities in review, by entity number, according to the records that a viewer may
    see.

    The stored links of an entity with hidden records may come from these. So its pairs are found by
    resolving the visible records of the candidates together with related records. The pairs are
    kept as long as the store has the same revision.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._pairs_by_key: OrderedDict[object, set[tuple[int, int]]] = OrderedDict()

    def among(
        self,
        places: Sequence[tuple[IndexSegment, int]],
        snapshot: IndexSnapshot,
        viewer: Viewer,
    ) -> set[tuple[int, int]]:
        """Return the pairs among some entities, each given by its segment and row there."""
        rows = {int(segment.entities[row]): (segment, row) for segment, row in places}
        stored = self._hub.store.entities_in_review(snapshot.revision, sorted(rows))
        partial = snapshot.partial.intersection(rows)
        if not partial:
            return stored
        key = snapshot.revision, viewer_classes(viewer), frozenset(rows)
        resolved = self._pairs_by_key.get(key)
        if resolved is None:
            numbers = [segment.record_numbers[segment.member_rows(row)] for segment, row in places]
            owners = np.repeat(
                [int(segment.entities[row]) for segment, row in places], list(map(len, numbers))
            )
            members = np.concatenate(numbers), owners
            resolved = find_pairs_in_review(self._hub, snapshot.revision, members, viewer)
            self._pairs_by_key[key] = resolved
            if len(self._pairs_by_key) > _MAX_KEPT_PAIRS:
                self._pairs_by_key.popitem(last=False)
        return {pair for pair in stored if partial.isdisjoint(pair)} | {
            pair for pair in resolved if not partial.isdisjoint(pair)
        }


def find_in_review(
    candidates: Sequence[Candidate], snapshot: IndexSnapshot, pairs: ReviewPairs, viewer: Viewer
) -> InReview:
    """Find the competitors that wait in review as pairs, if a viewer may know it. This takes one
    query of the store, and none for fewer than two competitors.
    """
    strengths = {
        place: candidate.logodds
        for place, candidate in enumerate(candidates)
        if candidate.is_competitor
    }
    if len(strengths) < 2:
        return {}
    strongest = _strongest_first(strengths, candidates, snapshot, MAX_COMPARED_CANDIDATES)
    places: dict[int, int] = {}
    chosen: list[tuple[IndexSegment, int]] = []
    record_count = 0
    for place in strongest:
        segment, row = snapshot.segments[candidates[place].segment], candidates[place].row
        record_count += len(segment.member_rows(row))
        if record_count > _MAX_LOOKED_UP_RECORDS:
            break
        places[int(segment.entities[row])] = place
        chosen.append((segment, row))
    if len(places) < 2:
        return {}
    in_review = pairs.among(chosen, snapshot, viewer)
    return group_in_review(strongest, [(places[left], places[right]) for left, right in in_review])


def _strongest_first(
    strengths: Mapping[int, int],
    candidates: Sequence[Candidate],
    snapshot: IndexSnapshot,
    count: int,
) -> list[int]:
    """Return the `count` strongest of some positions among the candidates, by log-odds, ties by
    id.
    """
    ordered = sorted(strengths, key=strengths.__getitem__, reverse=True)
    # reading an id takes longer than everything else here
    if len(ordered) > count:
        lowest = strengths[ordered[count - 1]] if count else math.inf
        ordered = [place for place in ordered if strengths[place] >= lowest]
    if len(ordered) > 1:
        ordered.sort(key=lambda place: (-strengths[place], _entity_id(candidates[place], snapshot)))
    return ordered[:count]


def _entity_id(candidate: Candidate, snapshot: IndexSnapshot) -> str:
    return str(snapshot.segments[candidate.segment].ids[candidate.row].as_py())


def compared_share(query: PreparedBatch) -> float:
    """Return the share of candidates (0…1) that are compared for a query, by its number of
    names.
    """
    return min(1.0, MAX_FULL_NAMES / max(len(query.names.items), 1))


def compare_in_rounds(
    query: PreparedBatch,
    snapshot: IndexSnapshot,
    candidates: Numbers,
    cutoff: float,
) -> tuple[list[RoundHits], bool, int | None]:
    """Compare candidates (positions in the index), the likeliest first. Return three things. First,
    the candidates that compete or whose own evidence reaches the cutoff. Second, whether these are
    all. Third, the log-odds (thousandths) of the own evidence of the strongest late candidate,
    which candidates that were not compared could have, too (None if there are no such candidates,
    or none is in review).

    The second round is compared only if the best candidate of the last part of the first round
    still reaches the cutoff or the review threshold after competition, because later candidates
    score no better. Its candidates compete if the review threshold is reached.
    """
    rounds: list[RoundHits] = []
    share, material, is_word = compared_share(query), name_material(query), is_single_word(query)
    max_compared = int(share * MAX_COMPARED)
    review = snapshot.thresholds.review
    floor, competes_from = min(cutoff, review), review
    remaining_score, late_logodds = 0.0, np.zeros(0, dtype=np.int64)
    for first, last in pairwise((0, int(share * FIRST_ROUND_SIZE), max_compared)):
        places = candidates[first:last]
        if not len(places):
            break
        round_hits, is_late = compare_round(
            material, snapshot, places, floor, competes_from, is_word=is_word
        )
        rounds.append(round_hits)
        late_logodds = round_hits.logodds[is_late]
        if len(candidates) <= last and len(candidates) < max_compared:
            return rounds, True, None
        remaining_score = score_after_competition(round_hits, is_late)
        if remaining_score < floor:
            break
        if remaining_score < review:
            # later candidates are compared only because of a low cutoff
            competes_from = np.inf
    is_complete = remaining_score < cutoff or len(candidates) < max_compared
    return rounds, is_complete, int(late_logodds.max()) if len(late_logodds) else None


def score_after_competition(round_hits: RoundHits, is_late: Bools) -> float:
    """Return the score of the best late candidate after competition with its whole round. Late
    candidates with the name of the query may be equal to all of the round (`spare_equals`).
    """
    logodds = round_hits.logodds[is_late]
    if not len(logodds):
        return 0.0
    named = logodds[round_hits.has_name[is_late]]
    spared = min(float(scores(named.max())), _STANDS_OUT) if len(named) else 0.0
    best = float(np.exp(logodds.max() / 1000.0))
    competing = float(np.exp(round_hits.logodds[round_hits.is_competitor] / 1000.0).sum())
    return max(best / (1.0 + max(best, competing)), spared)


def compare_round(
    query_material: NameMaterial,
    snapshot: IndexSnapshot,
    candidates: Numbers,
    floor: float,
    competes_from: float,
    *,
    is_word: bool,
) -> tuple[RoundHits, Bools]:
    """Return the candidates whose score is `floor` or more, or whose name is (nearly) the name of
    the query; and which of them are in the least likely part.

    `competes_from`: score from which they compete. `is_word`: the name of the query is one word,
    which may be a part of a candidate's name.
    """
    segment_of, row_of = locate(snapshot.segments, candidates)
    query = query_material.prepared
    parts = [BatchRows(query, np.zeros(1, dtype=np.int64))]
    positions = [np.zeros(0, dtype=np.int64)]
    materials = [query_material]
    for number in np.bincount(segment_of).nonzero()[0].tolist():
        chosen = (segment_of == number).nonzero()[0]
        parts.append(BatchRows(snapshot.segments[number].prepared, row_of[chosen]))
        materials.append(snapshot.segments[number].material)
        positions.append(chosen)
    order = np.concatenate(positions)
    work = GatheredBatch(parts, _ids_of_round().slice(0, len(order) + 1), materials)
    right = np.arange(1, len(work), dtype=np.int32)
    scored_pairs = score_explained(
        work,
        work.name_index(),
        snapshot.models,
        np.zeros_like(right),
        right,
        query=query,
    )
    score, has_name = scored_pairs.scores, scored_pairs.similarities("name") >= ALIKE_NAME
    if is_word:
        has_name |= scored_pairs.similarities("name_weakest") >= ALIKE_WORD
    # namesakes may be shown whatever their score
    chosen = ((score >= floor) | has_name).nonzero()[0]
    hits, logodds = order[chosen], scored_pairs.logodds[chosen].astype(np.int64)
    is_late = hits >= len(candidates) - len(candidates) // LATE_FRACTION
    round_hits = RoundHits(
        scored_pairs,
        chosen,
        segment_of[hits],
        row_of[hits],
        logodds,
        score[chosen] >= competes_from,
        has_name[chosen],
    )
    return round_hits, is_late


@cache
def _ids_of_round() -> pa.Array:
    """Return the ids under which a query and the entities of a round are compared."""
    return pa.array(["!", *(f"p{place:06d}" for place in range(MAX_COMPARED))], pa.string())


def is_single_word(query: PreparedBatch) -> bool:
    """Return whether a query has one word in a name, not counting particles, legal forms and
    initials.
    """
    return int(identity_tokens(query).sum()) == 1
