"""Write docs/reference/licenses.md: the licenses of all packages and data that the project ships
or requires. Run by `make pages`.

The licenses of packages are those that their metadata state. `STATED` has them where the metadata
have a text that is no SPDX expression. What is not in `ALLOWED` cannot go with a project under
Apache-2.0, or nobody has looked at it: then this program fails.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "requirements.txt"
EXTRAS = ("charts", "excel", "pdf", "postgres", "server", "source", "spark", "train", "url")
"""Extras that users install; `dev` and `docs` are for work on the project."""
SHIPPED = ("resolver", "api", "models")
CODE = {".py", ".html", ".css", ".js", ".typed", ".so", ".ts"}
"""Endings of files that are the project's own code; all others are data."""

PERMISSIVE = set(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 HPND ISC MIT MIT-0 MIT-CMU OFL-1.1 PSF-2.0 "
    "Unicode-3.0 WTFPL ZPL-2.1 Zlib".split()
)
WEAK_COPYLEFT = {"LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"}
"""Licenses that bind those who change or copy a package, not the program that imports it."""
ALLOWED = PERMISSIVE | WEAK_COPYLEFT | {"Apache-2.0 WITH LLVM-exception"}

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Zope Public License": "ZPL-2.1",
}
STATED = {
    "fonttools": "MIT",
    "frozenlist": "Apache-2.0",
    "lxml": "BSD-3-Clause",
    "numba": "BSD-2-Clause",
    "propcache": "Apache-2.0",
    "pyasn1": "BSD-2-Clause",
    "pyspark": "Apache-2.0",
    "python-stdnum": "LGPL-2.1-or-later",
    "tzdata": "Apache-2.0",
    "uharfbuzz": "Apache-2.0",
    "vl-convert-python": "BSD-3-Clause",
    "yarl": "Apache-2.0",
}
"""Licenses of packages whose metadata have no SPDX expression and no clear classifier."""

SOURCES = ROOT / "resolver" / "data" / "SOURCES.tsv"
DATA = [tuple(line.split("\t")[:4]) for line in SOURCES.read_text("utf-8").splitlines()[1:]]
"""Data that the project ships: pattern of files, content, source, license."""

HEAD = """\
# Licenses

<!-- Written by `make pages` from the metadata of packages; do not edit. -->

Watchlist resolver is under the Apache License 2.0. This page lists the license of each package that
an installation fetches, and of each data file in the package. A test fails for a package or a file
that is missing here. It also fails for a license that cannot go with Apache-2.0, such as the GPL or
the AGPL.

## Packages

Packages marked *service* are locked in `deploy/requirements.txt`. The others come with the extra
that is named.

"""
NOTES = """
Some of these licenses bind those who change or copy the package itself. They do not extend to
programs that import it:

- **LGPL**: `python-stdnum`, which checks numbers of documents, and `psycopg`, which speaks to
  PostgreSQL. The project imports them unchanged. If you pass on an installation, such as a
  container, pass on their license texts, say where their source is (PyPI), and let the receiver
  replace them by another version. An installation by pip allows that. If you change one of them,
  publish the change under the LGPL.
- **MPL-2.0**: `pathspec`, and parts of `orjson`. If you change one of their files, publish that
  file under the MPL.
- **OFL-1.1**: the fonts of the extra `pdf`. Reports embed them, which the license allows.
  Nobody may sell the fonts by themselves.

## Data

"""
UNIDIC = """
These licenses require notices. They are in `resolver/data/README.md` (MIT and Unicode),
in the heads of the files, and for UniDic here:

"""


def normalized(name: str) -> str:
    """Return the name of a package as the locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def license_of(name: str) -> str:
    """Return the SPDX expression of a package; empty where its metadata state none."""
    metadata = distribution(name).metadata
    if name in STATED:
        return STATED[name]
    if metadata.get("License-Expression"):
        return metadata["License-Expression"]
    labels = metadata.get_all("Classifier") or []
    known = [
        CLASSIFIERS.get(label.split(" :: ")[-1], "") for label in labels if "License ::" in label
    ]
    return " AND ".join(dict.fromkeys(known)) if known and all(known) else ""


def is_allowed(expression: str) -> bool:
    """Return whether a project under Apache-2.0 can require or ship what has this license."""
    # of an expression that has both words, every part must be allowed
    choice = " OR " in expression and " AND " not in expression
    parts = [part.strip("() ") for part in re.split(r"\s(?:AND|OR)\s", expression)]
    return any(part in ALLOWED for part in parts) if choice else set(parts) <= ALLOWED


def locked() -> set[str]:
    """Return the packages of the service, those for other systems left out."""
    lines = LOCK.read_text("utf-8").splitlines()
    stated = (Requirement(line.rstrip(" \\")) for line in lines if "==" in line.split("--hash")[0])
    return {item.name for item in stated if item.marker is None or item.marker.evaluate()}


def required(texts: Iterable[str]) -> set[str]:
    """Return the names of some requirements and of all that these require."""
    names: set[str] = set()
    pending = [(text, frozenset({""})) for text in texts]
    while pending:
        text, extras = pending.pop()
        item = Requirement(text)
        name, marker = normalized(item.name), item.marker
        if name in names or not (
            marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
        ):
            continue
        if name != "watchlist-resolver":
            names.add(name)
            inner = frozenset({"", *item.extras})
            pending += [(other, inner) for other in distribution(name).requires or ()]
    return names


def packages() -> dict[str, str]:
    """Return what brings each package: `service`, or extras."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    use = dict.fromkeys(sorted(locked() | required(stated["dependencies"])), "service")
    for extra in EXTRAS:
        for name in sorted(required(stated["optional-dependencies"][extra])):
            if use.get(name) != "service":
                use[name] = ", ".join(filter(None, (use.get(name), extra)))
    return dict(sorted(use.items()))


def data_files() -> Iterator[str]:
    """Yield the data files of the package."""
    for folder in SHIPPED:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            is_linked = any(parent.is_symlink() for parent in path.parents)
            hidden = {"__pycache__", "node_modules", ".gitignore"} & set(path.parts)
            if path.is_file() and not is_linked and not hidden and path.suffix not in CODE:
                yield name


def uncovered(files: Iterable[str]) -> list[str]:
    """Return the files that no row of `DATA` has."""
    return [name for name in files if not any(Path(name).match(pattern) for pattern, *_ in DATA)]


def page() -> str:
    """Return the page. Raises `SystemExit` for what cannot be shipped and what is not listed."""
    licenses = {name: license_of(name) for name in packages()}
    stated = [
        *licenses.items(),
        *((pattern, text) for pattern, _, _, text in DATA if text != "public domain"),
    ]
    refused = [f"{name}: {text or 'unknown'}" for name, text in stated if not is_allowed(text)]
    refused += [f"{name}: not listed" for name in uncovered(data_files())]
    if refused:
        raise SystemExit("cannot be shipped with Apache-2.0:\n" + "\n".join(refused))
    rows = [f"| {name} | {licenses[name]} | {use} |\n" for name, use in packages().items()]
    data = [
        f"| `{pattern}` | {what} | {source} | {text} |\n" for pattern, what, source, text in DATA
    ]
    notice = (ROOT / "resolver/data/japanese_readings.LICENSE.txt").read_text("utf-8")
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in notice.strip().splitlines())
    head = "| package | license | of |\n|---|---|---|\n"
    head_of_data = "| file | content | source | license |\n|---|---|---|---|\n"
    return f"{HEAD}{head}{''.join(rows)}{NOTES}{head_of_data}{''.join(data)}{UNIDIC}{quoted}"


if __name__ == "__main__":
    sys.stdout.write(page())
