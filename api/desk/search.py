"""Search page. Words that are typed alone find entities by relevance; the data of a person, group
or asset is checked against the store, with an explanation of each match.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from resolver import review
from resolver.api.access import (
    NO_CONTACT,
    ContactAnswer,
    find_contacts,
    log_access,
    revision_of,
    viewer,
)
from resolver.api.desk.charts import build_waterfall
from resolver.api.desk.pages import blueprint, render_page
from resolver.api.desk.text_filters import (
    country_label,
    facet_choices,
    narrow_search,
    read_facet_filters,
)
from resolver.api.endpoints import read_integer
from resolver.api.errors import ApiError
from resolver.api.observability import current_metrics
from resolver.api.other_services import interpreted_query, logged_links, query_record
from resolver.api.routes.entities import ask_text_contacts
from resolver.api.service import current_service
from resolver.check import entity_reader, screener
from resolver.check.term_search import SearchScope
from resolver.lists.formats.ftm.ftm_entity import ANYTHING, SubmittedRecord
from resolver.records.labels import property_label
from resolver.records.properties import ASKED, COUNTRIES, IDENTIFIERS, SUMMARY
from resolver.records.results.explanation import describe_names, summarize_evidence
from resolver.review import EntityLinks
from resolver.search import TypedText, find_alike, read_typed_text

FIELDS = (("name", "Name"), *ASKED.items())
"""Fields of the form: FtM property and label."""
KINDS = (
    (ANYTHING, "any kind"),
    ("LegalEntity", "person or group"),
    ("Person", "person"),
    ("Company", "group or company"),
    ("Vessel", "vessel"),
)
"""Kinds of the form: FtM schema and label."""
FACTS = (*SUMMARY, "topics")
"""Properties shown of a match, in this order."""
STATED_FACTS = tuple(
    prop for prop in (*IDENTIFIERS, "phone", "email", "website", "address") if prop not in FACTS
)
"""Properties shown of a match only where they state a word that was typed."""
_MAX_MATCHES = 20
_MAX_FOUND = 1_000
"""Found entities that pages show at most."""


@blueprint.get("/desk/search", endpoint="search")
def show_search() -> Any:
    """Show the entities that state the typed words, or that the fields of the form may mean."""
    text = request.args.get("q", "").strip()[:500]
    query = {name: request.args.get(name, "").strip()[:500] for name, _ in FIELDS}
    schema = request.args.get("schema", ANYTHING)
    schema = schema if schema in dict(KINDS) else ANYTHING
    form = {"text": text, "query": query, "schema": schema}
    if not any(query.values()):
        return _search_words(text, form) if text else _search_page(**form)
    query["name"] = query["name"] or text
    id_match = _find_by_id(query["name"])
    properties = {name: [text] for name, text in query.items() if text}
    try:
        submitted = query_record({"schema": schema, "properties": properties}, "q")
    except ApiError as error:
        fault = error.detail.removeprefix("query 'q': ")
        problem = f"This cannot be compared: {fault}."
        return _search_page(**form, id_match=id_match, problem=problem), 422
    result, links, index_revision, contact = _screen(submitted)
    return _search_page(
        **form,
        id_match=id_match,
        result=result,
        matches=[
            {**_match_context(match), "links": links.get(match.entity["id"], ())}
            for match in result.matches
        ],
        unread=_unread_fields(submitted, query),
        warnings=[*_warnings(submitted), *contact.warnings],
        revision=index_revision.revision,
        contacts=contact.contacts,
    )


def _unread_fields(submitted: SubmittedRecord, query: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return name, label and text of the fields of the form whose texts cannot be read."""
    unread = {omission.prop for omission in submitted.omissions if omission.is_unread}
    return [(name, label, query[name]) for name, label in FIELDS if name in unread]


def _warnings(submitted: SubmittedRecord) -> list[str]:
    """Return the other warnings about the query, with the labels of its fields."""
    labels = dict(FIELDS)
    return [
        f"{omission.with_label(labels.get(omission.prop, omission.prop))}."
        for omission in submitted.omissions
        if not omission.is_unread
    ]


def _search_words(text: str, form: dict[str, Any]) -> str:
    """Show the entities that state the words of a text, whatever their kind, page by page."""
    filters, unknown = read_facet_filters(request.args.getlist("filter"))
    results = current_service().ready_screener().search(text, SearchScope(viewer()))
    results = narrow_search(results, filters)
    start = read_integer("from", 0, 0, _MAX_FOUND)
    best = results.best(min(start + _MAX_MATCHES, _MAX_FOUND))[start:]
    entities = screener.build_match_documents(best, results.snapshot)
    typed = read_typed_text(text)
    matches = [_entity_context(entity, typed) for entity in entities]
    revision = revision_of(results.snapshot.revision)
    contact = ask_text_contacts(text, results.snapshot)
    seen = [entity["id"] for entity in entities]
    answer = {"total": len(results), "seen": seen, **contact.logged}
    log_access("search", {"q": text}, answer, revision)
    return _search_page(
        **form,
        problem=f"There is no filter {', '.join(unknown)}." if unknown else None,
        id_match=_find_by_id(text),
        found_count=len(results),
        matches=matches,
        # the best come first
        only_alike=bool(matches) and not start and all(match["alike"] for match in matches),
        revision=revision.revision,
        facets=facet_choices(results, filters),
        filters=[":".join(row) for row in filters],
        start=start,
        warnings=contact.warnings,
        contacts=contact.contacts,
    )


def _search_page(**context: Any) -> str:
    defaults = dict.fromkeys(
        (
            *("problem", "result", "id_match", "found_count", "matches", "facets", "filters"),
            *("start", "only_alike", "warnings", "contacts"),
        )
    )
    choices = {
        "fields": FIELDS,
        "kinds": KINDS,
        "page_size": _MAX_MATCHES,
        "max_found": _MAX_FOUND,
    }
    return render_page("search.html", section="search", **{**defaults, **choices, **context})


def _screen(
    submitted: SubmittedRecord,
) -> tuple[screener.ScreeningResult, EntityLinks, screener.IndexRevision, ContactAnswer]:
    query = screener.MatchQuery(_MAX_MATCHES, viewer=viewer())
    ready = current_service().ready_screener()
    snapshot = ready.snapshot_for(viewer())
    (result,), index_revision = ready.check([submitted.record], query, snapshot)
    current_metrics().checks.inc()
    contact = NO_CONTACT
    if sources := ready.contacts.sources_for(viewer()):
        contact = find_contacts([submitted.record], sources, snapshot)[0]
    links = current_service().candidate_links.of_answer(result, index_revision.revision, viewer())
    scores = {match.entity["id"]: match.score for match in result.matches}
    linked = {"links": logged_links(links)} if links else {}
    log_access(
        "search",
        interpreted_query(submitted),
        {"total": result.total, "seen": scores, **linked, **contact.logged},
        index_revision,
    )
    return result, links, index_revision, contact


def _find_by_id(text: str) -> entity_reader.EntityDocument | None:
    """Return the entity of an id, or None if the text is no id."""
    if not entity_reader.may_be_id(text):
        return None
    document = entity_reader.read_entity(current_service().hub, text, viewer())
    return document if document is not None and document.entity is not None else None


def _match_context(match: screener.ScreeningMatch) -> dict[str, Any]:
    explanation = match.why
    return {
        **_entity_context(match.entity),
        "score": match.score,
        "name_similarity": match.name_similarity,
        "band": explanation.band.label,
        "summary": summarize_evidence(explanation),
        "names_agree": describe_names(explanation),
        "evidence": build_waterfall(explanation.rows),
        "probability": explanation.score,
    }


def _entity_context(entity: dict[str, Any], typed: TypedText | None = None) -> dict[str, Any]:
    """Return the values that the page shows for a search result. Values that state a typed word
    come first; if none does, the similar words are named.
    """
    properties = _order_stated(entity["properties"], typed) if typed else entity["properties"]
    names = [*properties.get("name", ()), *properties.get("alias", ())]
    return {
        "id": entity["id"],
        "caption": entity["caption"],
        "links": (),
        "names": [name for name in names if name != entity["caption"]],
        "facts": [
            (property_label(prop), _fact_texts(prop, properties[prop]))
            for prop in (*FACTS, *(STATED_FACTS if typed else ()))
            if properties.get(prop)
        ],
        "alike": _alike_words(entity, typed) if typed else [],
        "datasets": entity["datasets"],
        # other ids that a source lists do not begin with a source
        "record_count": sum(
            referent.partition(":")[0] in entity["datasets"] for referent in entity["referents"]
        ),
    }


def _order_stated(properties: dict[str, list[str]], typed: TypedText) -> dict[str, list[str]]:
    """Return properties in which values that state a typed word come first; properties of
    `STATED_FACTS` have only such values.
    """
    ordered = {}
    for prop, values in properties.items():
        stated = [value for value in values if _states(read_typed_text(value), typed)]
        others = [] if prop in STATED_FACTS else [value for value in values if value not in stated]
        ordered[prop] = [*stated, *others]
    return ordered


def _alike_words(entity: dict[str, Any], typed: TypedText) -> list[str]:
    """Return the words of an entity that are similar to typed words; empty if the entity states a
    typed word, a word that begins with one, or the typed number.
    """
    values = (value for texts in entity["properties"].values() for value in texts)
    texts = [entity["caption"], *(value for value in values if isinstance(value, str))]
    read_texts = list(map(read_typed_text, texts))
    words = list(dict.fromkeys(word for read in read_texts for word in read.words))
    if any(_states(read, typed) for read in read_texts) or any(
        word.startswith(typed.words) for word in words
    ):
        return []
    return list(dict.fromkeys(filter(None, (find_alike(word, words) for word in typed.words))))


def _states(read: TypedText, typed: TypedText) -> bool:
    """Return whether a text contains a typed word, or is the typed number."""
    return bool({*typed.words, *typed.wholes} & {*read.words, *read.wholes})


def _fact_texts(prop: str, values: list[str]) -> list[str]:
    """Return values in readable form: countries and topics by name."""
    if prop in COUNTRIES:
        return list(map(country_label, values))
    return [review.topic_label(value) for value in values] if prop == "topics" else values
