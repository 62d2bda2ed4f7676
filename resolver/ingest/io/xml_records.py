"""XML read one record at a time, from files that nobody vouches for.

No document type is accepted (entities, external files and bombs all need one), nothing is fetched, and a text is at
most as long as the parser's own limit. What was read before the file breaks off is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from resolver.errors import InputError
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import BrokenOff, Reject

CHUNK = 65_536
ROOT_WITHIN = 1_000_000
"""Bytes within which the root must open, so that no other document is held in memory."""
MOST_OF_ONE = 2_000_000
"""Bytes of the longest element; a list that goes on in one for longer is given up."""
Element = Any


def elements(file: SourceFile, root: str, tags: frozenset[str]) -> Iterator[Element | Reject]:
    """The root element (as it opens), then finished elements of the given tags; a `Reject` where the file breaks.

    An element is emptied after its turn, so it must be used at once. What lies beside elements of the given tags is
    thrown away as it comes, and one that is longer than `MOST_OF_ONE` is where the file breaks. Raises `InputError` for
    a file that is no XML with that root, for one with a document type, and for one that breaks before the root.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=[root, *sorted(tags)],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    outermost: Element = None
    opened, size, since = False, 0, 0
    with file.open() as stream:
        while True:
            data = stream.read(CHUNK)
            size += len(data)
            broken = _feed(parser, data)
            for event, element in parser.read_events():
                if not opened:
                    _check_root(element, root, file)
                    opened, outermost = True, element
                    yield element
                elif event == "end" and element.tag in tags:
                    yield element
                    _forget(element)
                    since = size
            if opened and not _trimmed(outermost, tags):
                since = size
            if not opened and (broken is not None or not data or size > ROOT_WITHIN):
                reason = broken.msg if broken is not None else f"it has no element {root}"
                raise InputError(
                    f"no readable list: {reason}", where=file.label, mend="fetch the file again"
                )
            if opened and size - since > MOST_OF_ONE:
                yield BrokenOff(
                    file.label,
                    0,
                    f"an element is longer than {MOST_OF_ONE:,} bytes; the rest is not read",
                )
                return
            if broken is not None:
                line = int(broken.lineno or 0)
                yield BrokenOff(
                    file.label,
                    line,
                    f"the file breaks off or is damaged here, the rest is lost: {broken.msg}",
                )
                return
            if not data:
                return


def _feed(parser: Any, data: bytes) -> etree.XMLSyntaxError | None:
    """Feed a piece, or the end; the error if the file is broken there."""
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
            "the file declares a document type, which lists never do and attacks need",
            where=file.label,
            mend="fetch the list again from its publisher",
        )
    if element.getparent() is not None or element.tag != root:
        raise InputError(f"{root} is not the outermost element", where=file.label)


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _trimmed(root: Element, tags: frozenset[str]) -> bool:
    """Throw away what is finished and was not asked for, down to the element being read: whether that was asked for."""
    element = root
    while len(element):
        del element[:-1]
        element = element[-1]
        if element.tag in tags:
            return True
    return False
