"""Streaming XML records from untrusted files.

Document types are refused (entities, external files and entity bombs all need one), nothing is
fetched, and the parser's own limit limits the length of a text. Records before a damaged place are
kept.

Tags are local names: publishers change the namespace of a list from one version to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from resolver.errors import InputError
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Reject, Truncation

CHUNK = 65_536
MAX_ROOT_BYTES = 1_000_000
"""Maximum number of bytes within which the root must open, so that no other document is held in
memory.
"""
MAX_ELEMENT_BYTES = 2_000_000
"""Bytes of the longest element; reading stops at a longer one."""
Element = Any
_DEFAULT_NAMESPACE = re.compile(rb"""(<[A-Za-z_][^<>]*?)\sxmlns=(?:"[^"<]*"|'[^'<]*')""")
"""Declaration of a default namespace. It is removed, since otherwise each tag would contain the
namespace, and removing it from each element takes as long as reading the list. Tags with a prefix
are the exception.
"""
_ROOT = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<([A-Za-z_][\w.:-]*)", re.S)


def read_elements(file: SourceFile, root: str, tags: frozenset[str]) -> Iterator[Element | Reject]:
    """Yield the root element (as it opens), then finished elements of the given tags.

    The last item is a `Truncation` if the file is damaged or an element is longer than
    `MAX_ELEMENT_BYTES`. An element is emptied after it was yielded, so use it at once. Other
    elements are discarded as they come. Raises `InputError` for a file that is not XML with that
    root, that has a document type, or that is damaged before the root.

    Elements lose their namespace before they are yielded, so `findtext("NAME")` finds them.
    """
    parser = _create_parser(root, tags)
    outermost: Element = None
    size = element_start = 0
    with file.open() as stream:
        while True:
            data = stream.read(CHUNK)
            size += len(data)
            if outermost is None:
                data = _DEFAULT_NAMESPACE.sub(rb"\1", data, count=1)
            damage = _feed(parser, data)
            for event, element in parser.read_events():
                if outermost is None:
                    _check_root(element, root, file)
                    outermost = element
                    yield element
                elif event == "end" and local_name(element) in tags:
                    if element.tag[0] == "{":
                        _strip_namespaces(element)
                    yield element
                    _release(element)
                    element_start = size
            if outermost is None:
                if damage is not None or not data or size > MAX_ROOT_BYTES:
                    raise _no_root_error(file, root, damage)
                continue
            if not _drop_finished(outermost, tags):
                element_start = size
            if truncation := _find_truncation(file, size - element_start, damage):
                yield truncation
                return
            if not data:
                return


def _create_parser(root: str, tags: frozenset[str]) -> Any:
    return etree.XMLPullParser(
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in (root, *sorted(tags))],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _no_root_error(file: SourceFile, root: str, damage: etree.XMLSyntaxError | None) -> InputError:
    reason = _describe(damage) if damage is not None else f"it has no element {root}"
    return InputError(f"no readable list: {reason}", place=file.label, hint="fetch the file again")


def _describe(damage: etree.XMLSyntaxError) -> str:
    """Return the message of the parser, which can quote pages of a hostile file."""
    return " ".join(damage.msg.split())[:200]


def _find_truncation(
    file: SourceFile, element_bytes: int, damage: etree.XMLSyntaxError | None
) -> Truncation | None:
    """Return the place at which the list breaks off; None if it is complete."""
    if element_bytes > MAX_ELEMENT_BYTES:
        reason = f"an element is longer than {MAX_ELEMENT_BYTES:,} bytes; the rest is not read"
        return Truncation(file.label, 0, reason)
    if damage is not None:
        reason = f"the file breaks off or is damaged here, the rest is lost: {_describe(damage)}"
        return Truncation(file.label, int(damage.lineno or 0), reason)
    return None


def _feed(parser: Any, data: bytes) -> etree.XMLSyntaxError | None:
    """Feed a piece of data, or the end if it is empty; return the error of a damaged file."""
    try:
        if data:
            parser.feed(data)
        else:
            parser.close()
    except etree.XMLSyntaxError as error:
        return error
    return None


def _check_root(element: Element, root: str, file: SourceFile) -> None:
    information = element.getroottree().docinfo
    if information.doctype or information.internalDTD is not None:
        raise InputError(
            "the file declares a document type, which is refused since attacks use it",
            place=file.label,
            hint="fetch the list again from its publisher",
        )
    if element.getparent() is not None or local_name(element) != root:
        raise InputError(f"{root} is not the outermost element", place=file.label)


def _release(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _drop_finished(root: Element, tags: frozenset[str]) -> bool:
    """Discard finished elements outside the tags; return whether the open element has one of the
    tags.
    """
    element = root
    while len(element):
        del element[:-1]
        element = element[-1]
        if local_name(element) in tags:
            return True
    return False


def local_name(element: Element) -> str:
    """Return the tag of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child_texts(element: Element) -> dict[str, str]:
    """Return the text of the first child with each tag, with white space normalized.

    For several children this takes a fraction of the time of as many calls of `findtext`.
    """
    texts: dict[str, str] = {}
    for child in element:
        if (tag := child.tag) not in texts:
            texts[tag] = " ".join((child.text or "").split())
    return texts


def _strip_namespaces(element: Element) -> None:
    for inner in element.iter():
        inner.tag = inner.tag.rpartition("}")[2]


def root_name(head: bytes) -> str:
    """Return the local name of the first element of a file, or an empty text.

    Declarations and comments before the element are skipped; a document type gives an empty text.
    """
    match = _ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    return match[1].decode("ascii", "replace").rpartition(":")[2] if match else ""
