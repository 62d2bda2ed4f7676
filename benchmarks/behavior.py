"""Record and compare what the commands and the service answer, to show that a change keeps it.

    python -m benchmarks.behavior record
    python -m benchmarks.behavior compare --parts demo,increment --keep build/behavior
    python -m benchmarks.behavior compare --tiny

Only the outside interface is used: `python -m resolver` in processes of its own, and HTTP requests
to `resolver serve`. A baseline (`benchmarks/data/behavior.json`) holds one SHA-256 digest per
output and no data. `compare` prints one line per part and exits with 1 where an output differs.
Outputs lie in `--keep DIR`, one folder per part; without it only those of parts that differ are
kept, in a new folder that is named. To see what changed, run `record --keep A --baseline /dev/null`
on the state before, `compare --keep B` on the state after, and compare the folders with
`diff -r A B`.

What is written for people is left out of the digests: reasons in rejects.csv, report.html, and the
words under the keys in `PROSE`. So is what differs from run to run or with each release
(`VOLATILE`). Files whose names begin with `raw-` are kept to be read and have no digest.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
BASELINE = ROOT / "benchmarks" / "data" / "behavior.json"
REAL_LISTS = ("raw/us_ofac_sdn", "raw/us_ofac_cons", "raw/un_sc/consolidated_2026-02.xml")
HISTORICAL = "peers/historical_figures_with_errors_50k.parquet"
HISTORICAL_PROPERTIES: dict[str, dict[str, Any]] = {
    "few": {
        "name": ["full_name"],
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "birthPlace": "birth_place",
    },
    "all": {
        "name": ["full_name"],
        "firstName": "first_name",
        "lastName": "surname",
        "birthDate": "dob",
        "birthPlace": "birth_place",
        "position": "occupation",
        "gender": "gender",
        "address.postalCode": "postcode_fake",
    },
}
DEMO_RECORDS, DEMO_CHECKS, REAL_CHECKS = 30_000, 500, 300
TINY_RECORDS, TINY_CHECKS = 300, 40
RESULTS = ("links.csv", "entities.csv", "entities.ftm.json", "statements.csv")
PROSE = frozenset({"detail", "warnings"})
"""Keys of JSON answers that hold sentences for people: the key counts, the words do not."""
EVIDENCE_VALUES = frozenset({"query", "candidate"})
"""Keys of an evidence row that show the compared values; they have a digest of their own."""
VOLATILE = frozenset({"version", "model", "store", "stamp", "at", "first_seen", "last_change"})
"""Keys whose values are times, random ids or the version of a model."""
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
_RAW = "raw-"
_QUERIES_PER_REQUEST = 10
_GET_EVERY = 8
_READY_SECONDS = 600
_SEED = 20


class AbsentError(Exception):
    """Signal that a part cannot run here; the text says why."""


class CommandError(Exception):
    """Signal that a command failed; the text holds its last lines."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Folders of one run: `data` holds real lists, `work` the inputs and stores made meanwhile."""

    data: Path
    work: Path

    def real(self, *names: str) -> list[Path]:
        """Return paths of real data. Raises `AbsentError` where one does not exist."""
        paths = [self.data / name for name in names]
        for path in paths:
            if not path.exists():
                raise AbsentError(f"{path.name} is not in {path.parent}")
        return paths

    def demo_lists(self, records: int) -> list[Path]:
        """Return the lists of a generated world, sorted by name; it is generated once."""
        folder = self.work / f"demo-{records}"
        if not folder.is_dir():
            command("demo", "--records", records, "--only-lists", "--out", folder)
        return sorted(p for p in (folder / "lists").iterdir() if ".mapping." not in p.name)


# --- Commands and service


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with these settings alone, and this tree first among the packages."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("RESOLVER_")}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def command(*words: object, settings: Mapping[str, str] = NO_SETTINGS) -> str:
    """Run a command of `resolver`; return its standard output. Raises `CommandError`.

    `settings`: environment variables (`RESOLVER_*`); none of this process are passed on.
    """
    done = subprocess.run(
        [sys.executable, "-m", "resolver", *map(str, words)],
        cwd=ROOT,
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise CommandError(f"resolver {words[0]} ended with {done.returncode}: {said}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Serving:
    """Service that answers at `address`, in a process that one may end."""

    address: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(
    store: str, *options: object, settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[Serving]:
    """Serve a store; yield once checks are answered. Raises `CommandError`."""
    words = ["-m", "resolver", "serve", "--store", store, "--port", "0", *map(str, options)]
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=_environment(settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    log: list[str] = []
    reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    try:
        address = ""
        while not address:
            line = process.stderr.readline()
            if not line:
                raise CommandError(f"resolver serve ended: {' / '.join(log[-3:])}")
            log.append(line.strip())
            seen = re.search(r"https?://[^\s/]+:\d+", line)
            # lines of the log are JSON; the address is announced in plain text
            address = seen[0] if seen and not line.startswith("{") else ""
        reader.start()
        _wait_ready(address, process)
        yield Serving(address, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if reader.ident is not None:
            reader.join(timeout=10)
        process.stderr.close()


def _wait_ready(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if request(f"{address}/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise CommandError("resolver serve does not answer")


def request(url: str, body: object = None, key: str = "") -> tuple[int, Any]:
    """Send a GET, or a POST where there is a body; return the status and the JSON answer.

    A body of bytes is sent as it is, any other as JSON. `key`: the secret of an API key.
    """
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"ApiKey {key}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data, headers), timeout=120
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


# --- What counts of an output


def essence(value: Any, dropped: frozenset[str] = PROSE) -> Any:
    """Return JSON data without the words of `dropped` keys and the values of `VOLATILE` ones.

    Only named keys lose anything: everything else must be the same, order of keys and types of
    numbers included.
    """
    if isinstance(value, dict):
        return {key: _kept(key, one, dropped) for key, one in value.items()}
    if isinstance(value, list):
        return [essence(one, dropped) for one in value]
    return value


def _kept(key: str, value: Any, dropped: frozenset[str]) -> Any:
    if key in VOLATILE:
        return "volatile"
    if key in dropped and isinstance(value, str):
        return "text"
    if key in dropped and isinstance(value, list):
        return ["text"] * len(value)
    return essence(value, dropped)


def evidence_values(value: Any) -> Any:
    """Return per result of a response the texts that evidence rows compare, by feature."""
    return [
        [
            result.get("id"),
            {
                name: [row.get(key) for key in sorted(EVIDENCE_VALUES)]
                for name, row in result.get("explanations", {}).items()
            },
        ]
        for result in value.get("results", [])
    ]


def reject_places(path: Path, folders: Sequence[Path]) -> str:
    """Return the columns `file,line` of a rejects.csv, with paths relative to the given folders."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["file"], row["line"]) for row in csv.DictReader(file)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, line in [("file", "line"), *rows]:
        writer.writerow([_relative(name, folders), line])
    return out.getvalue()


def _relative(name: str, folders: Sequence[Path]) -> str:
    for folder in folders:
        for prefix in {f"{folder}/", f"{folder.resolve()}/"}:
            if name.startswith(prefix):
                return name.removeprefix(prefix)
    return name


def export_lines(path: Path) -> str:
    """Return the lines of a full export without volatile values."""
    lines = path.read_text("utf-8").splitlines()
    return "".join(json.dumps(essence(json.loads(line))) + "\n" for line in lines)


def _keep_results(result: Path, out: Path, space: Workspace, prefix: str = "") -> None:
    """Copy the files of a run that count, with the places of its rejects."""
    for name in RESULTS:
        shutil.copyfile(result / name, out / f"{prefix}{name}")
    shutil.copyfile(result / "rejects.csv", out / f"{_RAW}{prefix}rejects.csv")
    places = reject_places(result / "rejects.csv", (space.data, space.work))
    (out / f"{prefix}rejects-places.csv").write_text(places, "utf-8")


def _dedupe(
    files: Sequence[Path], out: Path, space: Workspace, *more: object, prefix: str = ""
) -> None:
    with tempfile.TemporaryDirectory(dir=space.work) as result:
        command("dedupe", *files, "--out", result, *more)
        _keep_results(Path(result), out, space, prefix)


def digests_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 digest of each file of a folder, by name, but for the raw ones."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if not path.name.startswith(_RAW)
    }


# --- Parts


def _real(space: Workspace, out: Path) -> None:
    _dedupe(space.real(*REAL_LISTS), out, space)


def _historical(space: Workspace, out: Path) -> None:
    (table,) = space.real(HISTORICAL)
    for name, properties in HISTORICAL_PROPERTIES.items():
        mapping = space.work / f"historical-{name}.yml"
        said = {"id": "unique_id", "kind": "person", "source": "h50k", "properties": properties}
        # JSON is YAML
        mapping.write_text(json.dumps(said), "utf-8")
        _dedupe([table], out, space, "--mapping", mapping, prefix=f"{name}-")


def _demo(space: Workspace, out: Path) -> None:
    lists = space.demo_lists(DEMO_RECORDS)
    _dedupe(lists, out, space)
    # pairs across only, and pairs scored as asked
    half = len(lists) // 2
    linked = space.work / "linked"
    others = [word for path in lists[half:] for word in ("--to", path)]
    command("link", *lists[:half], *others, "--out", linked)
    _keep_results(linked, out, space, "link-")
    pairs = space.work / "pairs.csv"
    with (out / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["left_id"], row["right_id"]) for row in csv.DictReader(file)]
    with pairs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("left", "right"), *((right, left) for left, right in rows[::20])])
    command("score", pairs, *lists, "--out", out / "score.csv")


def _store(space: Workspace, name: str, groups: Sequence[Sequence[Path]], out: Path | None) -> Path:
    """Return the path of a store filled by one increment per group of lists; it is made once.

    With `out` the results of every increment are kept there, and exports of the store.
    """
    path = space.work / f"{name}.db"
    url = f"sqlite:///{path}"
    if (space.work / f"{name}.filled").exists() and out is None:
        return path
    for stale in space.work.glob(f"{name}.*"):
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    for number, files in enumerate(groups, start=1):
        if out is None:
            command("dedupe", *files, "--store", url)
        else:
            _dedupe(files, out, space, "--store", url, prefix=f"increment{number}-")
    canonical = space.work / f"{name}.canonical"
    command("export", "--store", url, "--canonical", "--out", canonical)
    if out is not None:
        shutil.copyfile(canonical, out / "canonical.jsonl")
        command("export", "--store", url, "--out", out / f"{_RAW}export.jsonl")
        (out / "export.jsonl").write_text(export_lines(out / f"{_RAW}export.jsonl"), "utf-8")
    (space.work / f"{name}.filled").touch()
    return path


def _halves(lists: Sequence[Path]) -> list[Sequence[Path]]:
    half = len(lists) // 2
    return [lists[:half], lists[half:]]


def _demo_store(space: Workspace, out: Path | None, records: int = DEMO_RECORDS) -> Path:
    return _store(space, f"store-{records}", _halves(space.demo_lists(records)), out)


def _real_store(space: Workspace, out: Path | None) -> Path:
    lists = space.real(*REAL_LISTS)
    return _store(space, "store-real", [lists[:1], lists[1:]], out)


def _increment(space: Workspace, out: Path) -> None:
    _demo_store(space, out)


def _real_increment(space: Workspace, out: Path) -> None:
    _real_store(space, out)


def queries_of(lines: Sequence[str], count: int) -> list[dict[str, Any]]:
    """Return queries drawn evenly from the lines of a canonical export.

    In turn a name as written and misspelt, each with and without a birth date; every twentieth is a
    name of shuffled letters, borne by nobody.
    """
    entities = [row for row in map(json.loads, lines) if "entity" in row]
    dice = random.Random(_SEED)
    queries = []
    for number in range(count):
        row = entities[number * len(entities) // count]
        name = row["caption"]
        if number % 20 == 19:
            name = "".join(dice.sample(name, len(name)))
        elif number % 4 >= 2:
            name = _misspelt(name, dice)
        properties: dict[str, list[str]] = {"name": [name]}
        if number % 2 == 0 and row["birthDate"]:
            properties["birthDate"] = [row["birthDate"]]
        if number % 3 == 0 and "nationality" in row["properties"]:
            properties["nationality"] = [row["properties"]["nationality"][0]["value"]]
        queries.append({"schema": row["schema"], "properties": properties})
    return queries


def _misspelt(name: str, dice: random.Random) -> str:
    """Return a name with a letter left out, doubled, or swapped with the next."""
    at = dice.randrange(max(len(name) - 1, 1))
    changes = (
        name[:at] + name[at + 1 :],
        name[: at + 1] + name[at:],
        name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :],
    )
    return dice.choice(changes).strip() or name


def ask(address: str, queries: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield (key, response) of each query: most by `POST /match/default`, some by `GET /check`."""
    named = {f"q{number:04}": query for number, query in enumerate(queries)}
    gets = list(named)[::_GET_EVERY]
    posts = [name for name in named if name not in set(gets)]
    for start in range(0, len(posts), _QUERIES_PER_REQUEST):
        chosen = posts[start : start + _QUERIES_PER_REQUEST]
        body = {"queries": {name: named[name] for name in chosen}}
        status, answer = request(f"{address}/match/default", body)
        if status != 200:
            raise CommandError(f"POST /match/default answered {status}: {answer}")
        responses = answer.pop("responses")
        yield f"envelope {start:04}", answer
        yield from responses.items()
    for name in gets:
        said = [("schema", named[name]["schema"])]
        said += [(prop, text) for prop, all_ in named[name]["properties"].items() for text in all_]
        status, answer = request(f"{address}/check?{urllib.parse.urlencode(said)}")
        yield name, {"http": status, **answer}


def _checks(store: Path, count: int, out: Path) -> None:
    """Send checks to a served store; write what counts of each answer, one line each."""
    canonical = store.with_suffix(".canonical").read_text("utf-8")
    queries = queries_of(canonical.splitlines(), count)
    with (
        serving(f"sqlite:///{store}") as service,
        (out / f"{_RAW}answers.jsonl").open("w", encoding="utf-8") as raw,
        (out / "answers.jsonl").open("w", encoding="utf-8") as answers,
        (out / "evidence-values.jsonl").open("w", encoding="utf-8") as values,
    ):
        for name, answer in ask(service.address, queries):
            for file, row in (
                (raw, answer),
                (answers, _answer_essence(answer)),
                (values, evidence_values(answer)),
            ):
                file.write(json.dumps([name, row], ensure_ascii=False) + "\n")


def _answer_essence(answer: Any) -> Any:
    """Return what counts of a response: evidence rows keep their keys and numbers alone."""
    kept = essence(answer)
    for result in kept.get("results", []):
        rows = result.get("explanations", {})
        result["explanations"] = {
            name: essence(row, PROSE | EVIDENCE_VALUES) for name, row in rows.items()
        }
    return kept


def _demo_checks(space: Workspace, out: Path) -> None:
    _checks(_demo_store(space, None), DEMO_CHECKS, out)


def _real_checks(space: Workspace, out: Path) -> None:
    _checks(_real_store(space, None), REAL_CHECKS, out)


def _tiny(space: Workspace, out: Path) -> None:
    _dedupe(space.demo_lists(TINY_RECORDS), out, space)
    _checks(_demo_store(space, out, TINY_RECORDS), TINY_CHECKS, out)


PARTS: dict[str, Callable[[Workspace, Path], None]] = {
    "tiny": _tiny,
    "demo": _demo,
    "increment": _increment,
    "checks": _demo_checks,
    "real": _real,
    "real_increment": _real_increment,
    "real_checks": _real_checks,
    "historical": _historical,
}


# --- Runs


@dataclass(frozen=True, slots=True)
class PartResult:
    """Outcome of one part: digests by file, or the reason why it was skipped; seconds it took."""

    name: str
    digests: dict[str, str]
    skipped: str
    seconds: float


def run_part(name: str, space: Workspace, out: Path) -> PartResult:
    """Run one part into the folder `out`, which is emptied first. Raises `CommandError`."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    began = time.monotonic()
    skipped = ""
    try:
        PARTS[name](space, out)
    except AbsentError as error:
        skipped = str(error)
    digests = {} if skipped else digests_of(out)
    return PartResult(name, digests, skipped, time.monotonic() - began)


def differences(result: PartResult, recorded: Mapping[str, str]) -> list[str]:
    """Return the names of files that differ, lack or are new, in order."""
    names = {*result.digests, *recorded}
    return sorted(name for name in names if result.digests.get(name) != recorded.get(name))


def verdict(result: PartResult, recorded: Mapping[str, str] | None, out: Path) -> tuple[bool, str]:
    """Return whether a part counts as the same, and its line."""
    if result.skipped:
        return True, f"{result.name}: skipped, {result.skipped}"
    took = f"{result.seconds:.1f} s"
    if recorded is None:
        return False, f"{result.name}: DIFFERS, it is not in the baseline ({took})"
    changed = differences(result, recorded)
    if not changed:
        return True, f"{result.name}: same ({len(recorded)} files, {took})"
    return False, f"{result.name}: DIFFERS in {', '.join(changed)} (see {out}, {took})"


def _environment_of_record() -> dict[str, str]:
    return {"python": platform.python_version(), "machine": platform.machine()}


def record(results: Sequence[PartResult], baseline: Path) -> None:
    """Write the digests of parts into a baseline; those of other parts in it stay."""
    known = read_baseline(baseline)["parts"] if baseline.is_file() else {}
    fresh = {result.name: result.digests for result in results if not result.skipped}
    parts = {**known, **fresh}
    ordered = {name: parts[name] for name in PARTS if name in parts}
    content = {"recorded_with": _environment_of_record(), "parts": ordered}
    baseline.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def read_baseline(path: Path) -> dict[str, Any]:
    """Return the content of a baseline file."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.behavior", description="Record or compare behavior."
    )
    parser.add_argument("action", choices=("record", "compare"))
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="Real lists.")
    parser.add_argument("--parts", default="", metavar="A,B", help=f"Of: {', '.join(PARTS)}.")
    parser.add_argument("--tiny", action="store_true", help="Run the part tiny alone.")
    parser.add_argument("--baseline", type=Path, default=BASELINE, metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="Keep all outputs here.")
    options = parser.parse_args(words)
    names = ["tiny"] if options.tiny else [one for one in options.parts.split(",") if one]
    unknown = [one for one in names if one not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; parts are {', '.join(PARTS)}")
    options.parts = names or list(PARTS)
    if options.action == "compare" and not options.baseline.is_file():
        parser.error(f"there is no baseline {options.baseline}; make one with record")
    return options


def run_parts(
    options: argparse.Namespace, recorded: Mapping[str, Any], keep: Path
) -> Iterator[tuple[bool, str, PartResult | None]]:
    """Run the parts asked for; yield of each whether all is well, its line, and its result."""
    with tempfile.TemporaryDirectory(prefix="behavior-work-") as work:
        space = Workspace(options.data.resolve(), Path(work).resolve())
        for name in options.parts:
            out = keep.resolve() / name
            try:
                result = run_part(name, space, out)
            except CommandError as error:
                yield False, f"{name}: FAILED, {error}", None
                continue
            if options.action == "compare" or result.skipped:
                same, line = verdict(result, recorded.get(name), out)
            else:
                took = f"{result.seconds:.1f} s"
                same, line = True, f"{name}: recorded ({len(result.digests)} files, {took})"
            if same and options.keep is None:
                shutil.rmtree(out, ignore_errors=True)
            yield same, line, result


def main(words: Sequence[str] | None = None) -> int:
    """Run the parts asked for; return 0 where all are the same or recorded, 1 otherwise."""
    options = _arguments(words)
    recorded: dict[str, Any] = {}
    if options.action == "compare":
        content = read_baseline(options.baseline)
        recorded = content["parts"]
        if content["recorded_with"] != _environment_of_record():
            print(f"note: the baseline was recorded with {content['recorded_with']}")
    keep = options.keep or Path(tempfile.mkdtemp(prefix="behavior-"))
    all_same, results = True, []
    for same, line, result in run_parts(options, recorded, keep):
        print(line, flush=True)
        all_same = all_same and same
        results += [result] if result is not None else []
    if options.action == "record" and options.baseline != Path(os.devnull):
        record(results, options.baseline)
    if options.keep is None:
        # folders of parts that differ stay
        with contextlib.suppress(OSError):
            keep.rmdir()
    return 0 if all_same else 1


if __name__ == "__main__":
    sys.exit(main())
