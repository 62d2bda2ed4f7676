"""Test that the wheel is complete: build it, install it elsewhere, run it outside the checkout."""

from __future__ import annotations

import itertools
import os
import re
import runpy
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from benchmarks.harness import browser
from resolver.api import ServiceSettings, create_app
from resolver.api.desk.networks import PICTURE
from resolver.network.formats import EXPORTS
from resolver.store import Store
from tests.api.desk import world
from tests.api.serving import wait_ready
from tests.lists.workbooks import worksheet_xml, write_xlsx
from tests.visitor import Page, Visitor

pytestmark = pytest.mark.slow
MAX_INSTALLED = 600 << 20
"""Bytes of an environment with nothing but the package for one platform, without bytecode."""


@pytest.fixture(scope="module")
def environment(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the installed wheel.

    It finds the libraries of the environment that runs the tests, but not the checkout.
    """
    pytest.importorskip("hatchling")
    dist, target = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("installed")
    call(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(root)], dist)
    (wheel,) = dist.glob("*.whl")
    call(["-m", "venv", "--without-pip", str(target)], dist)
    # Python reads no `.pth` file in a folder that one names: that of the checkout is left out
    libraries = sysconfig.get_path("purelib")
    (site_of(target) / "libraries.pth").write_text(libraries + "\n", "utf-8")
    options = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--ignore-installed"]
    python = str(python_of(target))
    call(["-m", "pip", "--python", python, "install", *options, str(wheel)], dist)
    return target


def site_of(environment: Path) -> Path:
    """Return the folder of a virtual environment's packages."""
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def call(args: list[str], folder: Path, python: Path = Path(sys.executable)) -> str:
    """Run Python in a folder, without what the variables of this process add to its path."""
    process = subprocess.run(
        [python, *args],
        cwd=folder,
        env={name: text for name, text in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_wheel_adds_one_import_package(environment: Path, root: Path) -> None:
    site = site_of(environment)
    names = {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")}
    assert names - {"libraries.pth"} == {"resolver"}
    assert (site / "resolver" / "py.typed").exists()
    kinds = (".py", ".json", ".html", ".css", ".js", ".svg", ".tsv", ".csv", ".txt", ".xz", ".md")
    missing = []
    for source, target in (("resolver", ""), ("models", "models"), ("api", "api")):
        files = [path for path in (root / source).rglob("*") if path.suffix in kinds]
        placed = {path: Path(target) / path.relative_to(root / source) for path in files}
        missing += [
            str(path) for path in placed.values() if not (site / "resolver" / path).exists()
        ]
    assert missing == []


def test_modules_named_models_and_api_do_not_conflict(environment: Path, tmp_path: Path) -> None:
    for name in ("models", "api"):
        (tmp_path / f"{name}.py").write_text("OWN = True\n")
    code = (
        "import api, models, resolver.models.loader, resolver.api;"
        "print(api.OWN, models.OWN, len(resolver.models.loader.load('person')) > 0)"
    )
    assert call(["-c", code], tmp_path, python_of(environment)).split() == ["True"] * 3


def test_the_wheel_for_one_platform_brings_compiled_files(environment: Path) -> None:
    site = site_of(environment)
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    (folder,) = site.glob("watchlist_resolver-*.dist-info")
    tag = re.findall(r"^Tag: (.*)", (folder / "WHEEL").read_text("utf-8"), re.MULTILINE)
    assert len(tag) == 1
    assert tag[0].startswith(f"{python}-{python}-")
    assert not sys.platform.startswith("linux") or "-manylinux_2_" in tag[0]
    assert required_compilers((folder / "METADATA").read_text("utf-8")) == []
    assert list(site.glob("resolver/data/words-*.bin"))
    code = (
        "import sys; from resolver.runtime import arrays"
        "; from resolver.runtime.machine_code import machine_code"
        "; print(machine_code() is not None, 'numba' in sys.modules)"
    )
    assert call(["-c", code], site.parent, python_of(environment)).split() == ["True", "False"]


def required_compilers(text: str) -> list[str]:
    """Return what a wheel requires in order to compile its kernels, extras left out."""
    return re.findall(r"^Requires-Dist: (numba|llvmlite)(?!.*extra)", text, re.MULTILINE)


def test_a_wheel_made_without_a_compiler_says_so_and_requires_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "/bin/false")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir"]
    process = subprocess.run(
        [*command, str(tmp_path), str(root)], capture_output=True, text=True, check=True
    )
    notes = [line for line in process.stderr.splitlines() if line.startswith("note: ")]
    assert len(notes) == 1
    assert "without compiled kernels (/bin/false compiles no C++" in notes[0]
    (wheel,) = tmp_path.glob("*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        stated = archive.read(place).decode("utf-8")
    assert sorted(required_compilers(stated)) == ["llvmlite", "numba"]


def test_the_build_has_what_kernels_and_tables_import(root: Path, tmp_path: Path) -> None:
    """Compare the modules that are loaded with the build requirements that the hook names."""
    hook = runpy.run_path(str(root / ".ci" / "wheel_hook.py"))
    code = (
        "import json, sys; from importlib import import_module\n"
        "from resolver.runtime import machine_code\n"
        "names = json.load(open(machine_code.RUNTIME / 'signatures.json'))\n"
        "for name in names: import_module('resolver.' + name.rpartition('.')[0])\n"
        "from resolver.names.lexicons import symbols\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = set(call(["-c", code], root).split())
    modules = metadata.packages_distributions()
    packages = {name.lower() for module in loaded for name in modules.get(module, ())}
    # libraries load these where they are installed; the hook always adds the last three
    packages -= {"watchlist-resolver", "cloudpickle", "six", "numba", "llvmlite", "setuptools"}
    assert packages <= hook["NEEDED"]


def without_compilers(folder: Path) -> dict[str, str]:
    """Return an environment in which no compiler and no other program is found."""
    folder.mkdir()
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    environment = {name: text for name, text in os.environ.items() if name not in hidden}
    return {**environment, "PATH": str(folder), "CC": "/bin/false", "CXX": "/bin/false"}


@pytest.mark.nightly
def test_the_wheel_is_installed_without_a_compiler(root: Path, tmp_path: Path) -> None:
    """Install the wheel for this platform and all that it needs in a fresh environment."""
    subprocess.run([root / ".ci" / "wheels", sys.executable, tmp_path], check=True, timeout=1_200)
    (wheel,) = tmp_path.glob("*.whl")
    environment = without_compilers(tmp_path / "nothing")
    fresh = tmp_path / "fresh"
    call(["-m", "venv", str(fresh)], tmp_path)
    (tmp_path / "models.py").write_text("OWN = True\n")
    (tmp_path / "api.py").write_text("OWN = True\n")
    steps = (
        ["-m", "pip", "install", "--quiet", "--no-compile", str(wheel)],
        ["-m", "pip", "check"],
        ["-c", "import api, models, resolver.models.loader; assert api.OWN and models.OWN"],
        ["-m", "resolver", "demo", "--records", "300", "--out", "demo"],
    )
    for step in steps:
        subprocess.run(
            [fresh / "bin" / "python", *step],
            cwd=tmp_path,
            env=environment,
            check=True,
            timeout=1_200,
        )
    assert not list(fresh.glob("lib/python*/site-packages/numba"))
    own = tmp_path / "own"
    call(["-m", "resolver", "demo", "--records", "300", "--out", str(own)], root)
    for name in ("links.csv", "entities.ftm.json", "statements.csv"):
        content = (tmp_path / "demo" / "result" / name).read_bytes()
        assert content == (own / "result" / name).read_bytes()
    installed = sum(path.stat().st_size for path in fresh.rglob("*") if path.is_file())
    assert installed < MAX_INSTALLED


@pytest.mark.nightly
def test_pip_compiles_the_kernels_of_a_source_tree(root: Path, tmp_path: Path) -> None:
    """Install from a copy without compiled files, as from a clone or a source distribution."""
    call(
        ["-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(root)], tmp_path
    )
    (source,) = tmp_path.glob("*.tar.gz")
    call(["-m", "venv", "fresh"], tmp_path)
    python = tmp_path / "fresh" / "bin" / "python"
    call(["-m", "pip", "install", "--quiet", str(source)], tmp_path, python)
    assert not list(site_of(tmp_path / "fresh").glob("numba"))
    command = ["-m", "resolver", "demo", "--records", "1000", "--out", "demo"]
    began = time.monotonic()
    assert "report.html" in call(command, tmp_path, python)
    assert time.monotonic() - began < 30


def test_demo_runs_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    python = python_of(environment)
    code = "import resolver, resolver.models; print(resolver.__file__, resolver.models.__file__)"
    places = call(["-c", code], tmp_path, python)
    assert all(name.startswith(str(environment)) for name in places.split())
    command = ["-m", "resolver", "demo", "--records", "300", "--out", "demo"]
    assert "report.html" in call(command, tmp_path, python)
    for name in (
        "links.csv",
        "entities.csv",
        "entities.ftm.json",
        "statements.csv",
        "rejects.csv",
        "report.html",
    ):
        assert (tmp_path / "demo" / "result" / name).stat().st_size > 0


class Service(NamedTuple):
    """Service that runs from the wheel: a signed-in visitor, the sign-in link, and its pages."""

    visitor: Visitor
    link: str
    paths: Sequence[str]
    """Paths of every page and file; the second of each endpoint shows more than the first."""


@pytest.fixture(scope="module")
def service(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve a store with pairs, networks, a batch and drafts of lists, from the wheel."""
    folder = tmp_path_factory.mktemp("served")
    store = f"sqlite:///{folder}/hub.db"
    world.fill(store, folder / "index")
    command = ["env", "-u", "PYTHONPATH", str(environment / "bin" / "resolver")]
    with served_desk([*command, "serve", "--store", store, "--port", "0"], folder) as link:
        visitor = Visitor(link)
        assert "Purpose of access" in visitor.get(link).text
        home = visitor.send("/desk/purpose", {"purpose": "a test", "next": ""})
        assert (home.status, "Waiting pairs" in home.text) == (200, True)
        table = b"id,name,birth_date\n1,Olena Bondarenko,1981-02-03\n"
        job = visitor.send("/desk/batches", {}, ("people.csv", table)).address.rpartition("/")[2]
        watched = {"watch": "crew", "until": "2031-01-31"}
        sent = visitor.send("/desk/screenings", watched, ("passengers.csv", table))
        screening = sent.address.rpartition("/")[2]
        for _ in (job, screening):
            subprocess.run([*command, "worker", "--store", store, "--once"], cwd=folder, check=True)
        ids = {"job_id": job, "screening": screening, "watch": "crew"}
        values = {**entity_ids(store), **drafts(visitor, table, folder), **ids}
        form = {"title": "A view", "note": "", "entity": values["entity_id"]}
        view = visitor.send("/desk/views?hops=2", form)
        values["view_id"] = parse_qs(urlsplit(view.address).query)["view"][0]
        yield Service(visitor, link, sorted(paths_of(store, values)))


@contextmanager
def served_desk(command: list[str], folder: Path) -> Iterator[str]:
    """Yield the sign-in link of a service once it answers; its log must name no failure."""
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=file)
    try:
        deadline = time.monotonic() + 120
        link: re.Match[str] | None = None
        while link is None:
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
            link = re.search(r"http://\S+/desk/first\?code=\S+", log.read_text("utf-8"))
        wait_ready(link[0].partition("/desk")[0])
        yield link[0]
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text("utf-8")


def entity_ids(store: str) -> dict[str, str]:
    """Return the values of paths that name entities: one with relations, and a pair that waits."""
    with Store.open(store) as opened, opened.view() as view:
        entities = {name: view.entity(f"coast:{name}") for name in ("p01", "p45", "crew")}
        river = view.entity("river:p45")
    assert river is not None
    ids = {name: entity.id for name, entity in entities.items() if entity is not None}
    return {"entity_id": ids["p01"], "left": ids["p45"], "right": river.id, "group": ids["crew"]}


def drafts(visitor: Visitor, table: bytes, folder: Path) -> dict[str, str]:
    """Begin to import a table and a workbook; return the path values of the drafts."""
    columns = visitor.send("/desk/batches/new", {"format": ""}, ("people.csv", table))
    assert columns.address.endswith("/columns"), columns.text
    answers = {"source": "visitors", "kind": "person", "column0": "id", "column1": "name"}
    preview = visitor.send(columns.address, answers)
    assert preview.address.endswith("/preview"), preview.text
    rows = worksheet_xml([["Name", "Birth date"], ["Olena Bondarenko", "1981-02-03"]])
    book = write_xlsx(folder / "book.xlsx", {"One": rows, "Two": rows}).read_bytes()
    worksheets = visitor.send("/desk/batches/new", {"format": ""}, ("book.xlsx", book))
    assert worksheets.address.endswith("/worksheets"), worksheets.text
    table_id, book_id = (page.address.split("/")[-2] for page in (columns, worksheets))
    return {"draft_id": table_id, "worksheets": book_id}


SAMPLE_QUERIES = {
    "catalog.changes": "?since=0",
    "desk.network": "?hops=2",
    "desk.pair_preview": "?verdict=same",
    "desk.search": "?q=ali",
    "match.check": "?name=Ivan+Petrov",
    "network.paths": "?from={entity_id}&to={entity_id}",
    "reconcile.preview": "?id={entity_id}",
    "reconcile.propose": "?type=Person",
    "reconcile.suggest_entity": "?prefix=zo",
    "reconcile.suggest_property": "?prefix=na",
    "reconcile.suggest_type": "?prefix=pe",
    "search.search": "?q=ali",
}
"""What an address needs after its path."""
OPEN_FORMS = {"desk.network", "desk.search"}
"""Pages that also open without what is in the table."""
OPENED_ELSEWHERE = {
    "desk.end_provider_sign_in",
    "desk.first_sign_in",
    "desk.missing_page",
    "review.list_queue",
    "review.show_link",
    "review.show_pair_values",
    "contacts.show_contact",
    "erasures.show_erasure",
    "watches.watch_hits",
}
"""Pages that need the code of a link or of a provider, pages of errors, answers to named keys."""


def paths_of(store: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield a path for each rule of the application and each choice that the rule names."""
    app = create_app(ServiceSettings(store))
    app.extensions["resolver"].close()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in OPENED_ELSEWHERE:
            continue
        choices: dict[str, Sequence[str]] = {
            "dataset": ["default"],
            "file_format": sorted((PICTURE, *EXPORTS)),
            "filename": ["desk.js", "desk.css"],
            "prop": ["familyPerson"],
            "name": ["admin"],
            **{name: [value] for name, value in values.items()},
        }
        if rule.endpoint.endswith(".group"):
            choices["entity_id"] = [values["group"]]
        if "/screenings/" in rule.rule:
            choices["job_id"] = [values["screening"]]
        if rule.endpoint == "desk.import_worksheets":
            choices["draft_id"] = [values["worksheets"]]
        listed = re.search(r"<any\((.*)\):(\w+)>", rule.rule)
        if listed:
            choices[listed[2]] = re.findall(r"[^', ]+", listed[1])
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(choices[name] for name in names)):
            built = rule.build(dict(zip(names, chosen, strict=True)))
            assert built is not None, rule
            query = SAMPLE_QUERIES.get(rule.endpoint, "").format_map(values)
            if rule.endpoint in OPEN_FORMS:
                yield built[1]
            yield built[1] + query


def test_every_page_opens_from_the_wheel(service: Service) -> None:
    failed = {}
    for path in service.paths:
        page = service.visitor.get(path)
        if page.status != 200:
            failed[path] = (page.status, page.text[:300])
    assert failed == {}
    for path in ("/desk/nowhere", "/review/nowhere"):
        page = service.visitor.get(path)
        assert (page.status, page.media_type) == (404, "text/html"), path
    wrong = Visitor(service.link).get(service.link + "x")
    assert (wrong.status, "This sign-in link is not valid" in wrong.text) == (403, True)


@pytest.mark.skipif(
    bool(browser.missing_program()),
    reason="no chromium or chromedriver (on Debian: chromium-driver)",
)
def test_every_page_shows_in_a_browser(service: Service) -> None:
    """Open the pages at the widths of a desk and of a telephone, beginning with the link."""
    pages = [path for path in service.paths if is_shown(service.visitor.get(path))]
    assert {"/desk", "/docs", "/review"} <= set(pages)
    assert any(path.startswith("/reconcile/") for path in pages)
    problems = []
    with browser.open_chromium() as driver:
        driver.get(service.link)
        driver.find_element("css selector", "main button.primary").click()
        for width, height in ((1440, 900), (390, 844)):
            browser.resize_page(driver, width, height)
            for path in pages:
                driver.get(urljoin(service.link, path))
                problems += [(path, width, text) for text in page_problems(driver, width)]
    assert problems == []


def is_shown(page: Page) -> bool:
    """Return whether a page is one that a browser shows, rather than data or a part of a page."""
    return page.media_type == "text/html" and page.text.lstrip().startswith("<!doctype html>")


def page_problems(driver: Any, width: int) -> Iterator[str]:
    """Yield what is wrong with the page that a browser shows."""
    status = driver.execute_script(
        "return performance.getEntriesByType('navigation')[0].responseStatus"
    )
    if status != 200:
        yield f"status {status}"
    size = driver.execute_script("return document.documentElement.scrollWidth")
    if size > width:
        yield f"{size} pixels wide"
    if not driver.find_element("css selector", "body").text.strip():
        yield "nothing to read"
    for row in driver.get_log("browser"):
        # Chromium asks for this icon where it shows data instead of a page
        if row["level"] == "SEVERE" and "/favicon.ico" not in row["message"]:
            yield row["message"]
