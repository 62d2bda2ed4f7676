"""Sign-in through an identity provider: the certified `oidc-provider` of npm, run by Node.js."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from waitress.server import create_server

from resolver.api.identity_provider import (
    ClaimMap,
    IdentityProvider,
    Logout,
    ProviderSettings,
    SignInRefusedError,
)
from resolver.api.server.run import desk_line
from resolver.cli.app import run
from resolver.cli.operate import serve
from resolver.errors import InputError, ResolverError, UsageError
from resolver.settings import Settings
from resolver.store import UserRole
from resolver.store.schema import sessions
from tests.api.desk.conftest import Desk, field
from tests.store.passwords import quick_passwords
from tests.visitor import Page, Visitor

jwk = pytest.importorskip("joserfc.jwk", reason="joserfc comes with the extra `server`")
jwt = pytest.importorskip("joserfc.jwt")
pytestmark = pytest.mark.slow
ROLES = ClaimMap("groups", {"hub stewards": "steward", "hub admins": "admin"})
ACCOUNTS: dict[str, dict[str, Any]] = {
    "1": {"preferred_username": "Amira", "groups": ["x", "hub stewards"], "department": "C"},
    "2": {"preferred_username": "bo", "groups": ["hub stewards", "hub admins"], "department": "C"},
    "3": {"preferred_username": "cleo", "groups": ["x"], "department": "C"},
    "4": {"preferred_username": "dan", "groups": ["hub stewards"], "department": "unknown"},
    "5": {"preferred_username": "lee", "groups": ["hub stewards"], "department": "C"},
}


@pytest.fixture(scope="module")
def package(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the provider with its dependencies."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not installed (on Debian: nodejs npm)")
    folder = tmp_path_factory.mktemp("provider")
    for path in (root / "tests/api/desk/provider").iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install the provider: {done.stderr[-300:]}")
    return folder


class ServedDesk:
    """Desk over an empty store, served at an address, beside a provider that runs."""

    def __init__(self, folder: Path, package: Path) -> None:
        server: Any = create_server(self._answer, host="127.0.0.1", port=0, threads=4)
        self.server, self.address = server, f"http://127.0.0.1:{server.effective_port}"
        self.accounts = folder / "accounts.json"
        self.accounts.write_text(json.dumps(ACCOUNTS))
        command = ["node", "provider.js", self.address, str(self.accounts)]
        self.provider = subprocess.Popen(
            command, cwd=package, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.provider.stdout is not None
        self.issuer = self.provider.stdout.readline().strip()
        self.settings = ProviderSettings(
            issuer=self.issuer,
            client_id="hub",
            address=self.address,
            label="Ministry",
            roles=ROLES,
            secret="a secret of the tests",
            agencies=ClaimMap("department", {"C": "Coast"}),
            hosts=frozenset({"127.0.0.1"}),
        )
        self.desk = Desk(f"sqlite:///{folder}/hub.db", provider=self.settings)
        threading.Thread(target=self.server.run, daemon=True).start()

    def _answer(self, environ: Any, start: Callable[..., Any]) -> Any:
        return self.desk.app(environ, start)

    def close(self) -> None:
        self.provider.kill()
        self.provider.communicate()
        self.server.close()
        self.desk.service.close()


@pytest.fixture(scope="module")
def served(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    """Return a served desk beside a running provider."""
    desk = ServedDesk(tmp_path_factory.mktemp("hub"), package)
    yield desk
    desk.close()


def send(visitor: Visitor, address: str, form: dict[str, str]) -> Page:
    """Send a form to an address, which may be another server's."""
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(urllib.parse.urljoin(visitor.address, address), body)
    return visitor._open(request)


def begin(visitor: Visitor, **fields: str) -> str:
    """Send the sign-in form to the provider; return the address that the page leads to."""
    page = visitor.get("/desk/sign-in")
    form = {"form": field(page, "form"), "purpose": "a test", "next": "", **fields}
    page = send(visitor, "/desk/sign-in/provider", form)
    assert page.status == 200, page.text
    match = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page.text)
    assert match, page.text
    return unescape(match[1])


def sign_in_there(visitor: Visitor, address: str, account: str) -> Page:
    """Fill in the pages of the provider until it leads back."""
    page = visitor.get(address)
    for form in ({"prompt": "login", "login": account, "password": "x"}, {"prompt": "consent"}):
        action = re.search(r'action="([^"]*/interaction/[^"]*)"', page.text)
        if action is None:
            break
        page = send(visitor, unescape(action[1]), form)
    return page


def signed_in(served: ServedDesk, account: str, **fields: str) -> tuple[Visitor, Page]:
    visitor = Visitor(served.address)
    return visitor, sign_in_there(visitor, begin(visitor, **fields), account)


def events(served: ServedDesk) -> list[tuple[str, str, str, str]]:
    served.desk.service.audit_log.flush()
    return [
        (row.action, row.actor, row.query.get("name", ""), row.answer["outcome"])
        for row in served.desk.store.audit_events.list()
        if row.action in ("sign-in", "sign-out")
    ]


def test_a_user_of_the_provider_signs_in_and_out(served: ServedDesk) -> None:
    visitor, page = signed_in(served, "1", next="/desk/account")
    assert (page.status, page.address) == (200, served.address + "/desk/account")
    user = served.desk.store.users.get("amira")
    assert (user.role, user.agency, user.has_password) == (UserRole.STEWARD, "Coast", False)
    # a password of the own choice would outlive the account at the provider
    page = visitor.send("/desk/account", {"new": "six loud herons"})
    assert (page.status, "you set no password here" in page.text) == (422, True)
    assert not served.desk.store.users.get("amira").has_password
    assert user.subject == f"{served.issuer} 1"
    assert events(served)[-1] == ("sign-in", "amira", "", "done")
    # so long may a role hold that is taken away there
    with served.desk.store.engine.connect() as connection:
        rows = connection.execute(select(sessions.c.created, sessions.c.expires)).all()
    assert {datetime.fromisoformat(end) - datetime.fromisoformat(start) for start, end in rows} == {
        timedelta(hours=1)
    }
    elsewhere, _ = signed_in(served, "1")
    assert elsewhere.get("/desk/account").status == 200
    assert len(served.desk.store.users.list()) == 1
    # signing out ends the session there, which ends the other one here
    page = visitor.send("/desk/sign-out", {})
    there = re.search(r'content="0; url=([^"]*)"', page.text)
    assert there, page.text
    page = visitor.get(unescape(there[1]))
    assert "/session/end/confirm" in page.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    page = send(visitor, f"{served.issuer}/session/end/confirm", {**fields, "logout": "yes"})
    assert page.address == served.address + "/desk/sign-in"
    assert "/desk/sign-in" in visitor.get("/desk/account").address


def test_the_provider_ends_sessions(served: ServedDesk) -> None:
    visitor, page = signed_in(served, "2", next="/desk/users")
    assert page.address == served.address + "/desk/users"
    assert served.desk.store.users.get("bo").role is UserRole.ADMIN
    # the browser ends the session at the provider, and the desk learns it from there
    page = visitor.get(f"{served.issuer}/session/end?client_id=hub")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    send(visitor, f"{served.issuer}/session/end/confirm", {**fields, "logout": "yes"})
    assert "/desk/sign-in" in visitor.get("/desk/users").address
    assert ("sign-out", "bo", "", "done") in events(served)
    assert not served.desk.store.sessions.of_user(
        served.desk.store.users.get("bo"), idle=timedelta(hours=1)
    )


def test_sign_ins_are_refused_with_a_reason(served: ServedDesk) -> None:
    users = served.desk.store.users
    users.add("lee", UserRole.VIEWER, "Coast")
    # whoever has no role or no agency any more goes on nowhere
    dan = users.sign_in_by_provider(f"{served.issuer} 4", "dan", UserRole.STEWARD, "Coast")
    served.desk.store.sessions.begin(dan, via="provider", lifetime=timedelta(hours=1))
    for account, reason in (
        ("3", "The provider gives &#39;cleo&#39; no role at this desk."),
        ("4", "The provider states no agency of you (claim department)."),
        ("5", "The desk has another user called &#39;lee&#39;."),
    ):
        visitor, page = signed_in(served, account)
        assert (page.status, reason in page.text) == (403, True), page.text
        assert "/desk/sign-in" in visitor.get("/desk/account").address
    assert not served.desk.store.sessions.of_user(dan, idle=timedelta(hours=1))
    for name in ("cleo", "dan", "lee"):
        assert ("sign-in", "", name, "refused") in events(served)
    assert users.find("cleo") is None
    _, page = signed_in(served, "2")
    assert page.status == 200
    users.add("root", UserRole.ADMIN)
    users.disable("bo")
    _, page = signed_in(served, "2")
    assert (page.status, "The account &#39;bo&#39; is disabled." in page.text) == (403, True)
    users.enable("bo")


def test_the_provider_decides_on_role_and_agency(served: ServedDesk) -> None:
    accounts = {**ACCOUNTS, "6": {**ACCOUNTS["1"], "preferred_username": "fay"}}
    served.accounts.write_text(json.dumps(accounts))
    first, _ = signed_in(served, "6")
    assert served.desk.store.users.get("fay").role is UserRole.STEWARD
    # a new name there is no new user here
    accounts["6"] |= {"groups": ["hub admins"], "preferred_username": "faye"}
    served.accounts.write_text(json.dumps(accounts))
    second, page = signed_in(served, "6", next="/desk/users")
    assert page.address == served.address + "/desk/users"
    assert served.desk.store.users.get("fay").role is UserRole.ADMIN
    assert served.desk.store.users.find("faye") is None
    # whoever has lost the role is refused, and goes on nowhere else
    accounts["6"]["groups"] = []
    served.accounts.write_text(json.dumps(accounts))
    assert "/desk/sign-in" not in first.get("/desk/account").address
    _, page = signed_in(served, "6")
    assert page.status == 403
    for visitor in (first, second):
        assert "/desk/sign-in" in visitor.get("/desk/account").address


def test_answers_that_nobody_asked_for_are_refused(served: ServedDesk) -> None:
    visitor = Visitor(served.address)
    there = begin(visitor, next="https://evil.example/")
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(there).query)["state"][0]
    callback = f"/desk/sign-in/callback?code=x&state={state}"
    # another browser, and one without the cookie
    other = Visitor(served.address)
    assert other.get(callback).status == 400
    begin(other)
    assert other.get(callback).status == 400
    page = sign_in_there(visitor, there, "1")
    assert page.address.startswith(f"{served.address}/desk")
    # once only, and only from the provider that was asked
    assert visitor.get(callback).status == 400
    for answer in ("error=access_denied", "code=x", "code=x&iss=https://evil.example"):
        visitor = Visitor(served.address)
        again = begin(visitor)
        state = urllib.parse.parse_qs(urllib.parse.urlsplit(again).query)["state"][0]
        assert visitor.get(f"/desk/sign-in/callback?state={state}&{answer}").status == 403
    form = {"form": "x" * 43, "purpose": "a test", "next": ""}
    assert send(visitor, "/desk/sign-in/provider", form).status == 400


def test_passwords_work_while_the_provider_is_away(tmp_path: Path, served: ServedDesk) -> None:
    away = replace(served.settings, issuer="http://127.0.0.1:9/")
    with quick_passwords():
        desk = Desk(f"sqlite:///{tmp_path}/hub.db", provider=away)
        browser = desk.browser()
        page = browser.get("/desk/sign-in")
        assert "Sign in with Ministry" in page.text
        assert "form-action 'self';" in page.headers["Content-Security-Policy"]
        form = {"form": field(page, "form"), "purpose": "a test"}
        answer = browser.post("/desk/sign-in/provider", data=form)
        assert (answer.status_code, "Ministry does not answer now" in answer.text) == (503, True)
        answer = browser.post("/desk/sign-out/provider", data={"logout_token": "x"})
        assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
        assert desk.signed_in("zoe").get("/desk/account").status_code == 200
        # programs need a key although there was no user when the service began
        assert desk.service.is_guarded()
        desk.service.close()


def make_token(key: Any, claims: dict[str, Any], *left_out: str) -> str:
    """Return a signed token of the provider, or of somebody who pretends to be it."""
    now = int(time.time())
    content: dict[str, Any] = {
        "iss": "https://login.example.org",
        "aud": "hub",
        "iat": now,
        "exp": now + 100,
        "sub": "7",
        **claims,
    }
    content = {name: value for name, value in content.items() if name not in left_out}
    header = {"alg": "RS256", "kid": key.kid}
    return str(jwt.encode(header, content, key))


@pytest.fixture(scope="module")
def keys() -> tuple[Any, Any]:
    """Return the key of the provider, and one that somebody else has made under its name."""
    return tuple(
        jwk.RSAKey.generate_key(2048, parameters={"kid": "1", "use": "sig"}) for _ in range(2)
    )


@pytest.fixture
def provider(keys: tuple[Any, Any]) -> IdentityProvider:
    """Return a client of a provider whose documents it has fetched."""
    client = IdentityProvider(
        ProviderSettings(
            "https://login.example.org",
            "hub",
            "https://hub.example.org",
            "Ministry",
            ROLES,
            hosts=frozenset({"login.example.org"}),
        )
    )
    metadata = {"jwks_uri": "https://login.example.org/keys", "token_endpoint": "https://x.org/"}
    now = time.monotonic()
    client._metadata = (now, metadata)
    client._keys = (now, jwk.KeySet([keys[0]]))
    return client


LOGOUT: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


def test_logout_tokens_are_checked(provider: IdentityProvider, keys: tuple[Any, Any]) -> None:
    good = {"jti": "1", "events": LOGOUT, "sid": "s"}
    logout = provider.read_logout(make_token(keys[0], good))
    assert logout == Logout("1", "https://login.example.org 7", "s")
    assert provider.read_logout(make_token(keys[0], good, "sub")).subject == ""
    # the clocks of both may differ by a minute
    assert provider.read_logout(make_token(keys[0], {**good, "iat": time.time() + 50})).id == "1"
    wrong: tuple[dict[str, Any], ...] = (
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"events": {}},
        {"events": [*LOGOUT]},
        {"nonce": "n"},
        {"iat": time.time() - 400},
        {"iat": time.time() + 400},
        {"exp": time.time() - 100},
        {"sub": 7},
    )
    for claims in wrong:
        with pytest.raises(SignInRefusedError):
            provider.read_logout(make_token(keys[0], {**good, **claims}))
    for left_out in (("jti",), ("iat",), ("aud",), ("sub", "sid"), ("events",)):
        with pytest.raises(SignInRefusedError):
            provider.read_logout(make_token(keys[0], good, *left_out))
    header, _, rest = make_token(keys[0], good).partition(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    # the public key as a shared secret
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"1"}').decode().rstrip("=")
    signed = f"{head}.{rest.partition('.')[0]}"
    mark = hmac.digest(keys[0].as_pem(private=False), signed.encode(), "sha256")
    confused = f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
    for token in (
        "",
        "a.b.c",
        header,
        make_token(keys[1], good),
        f"{unsigned}.{rest.partition('.')[0]}.",
        confused,
    ):
        with pytest.raises(SignInRefusedError):
            provider.read_logout(token)


def test_id_tokens_are_checked(provider: IdentityProvider, keys: tuple[Any, Any]) -> None:
    assert provider._checked_claims(make_token(keys[0], {"nonce": "n"}), "n", "")["sub"] == "7"
    for claims in (
        {"nonce": "m"},
        {"iss": "https://evil.example"},
        {"aud": ["hub", "other"]},
        {"azp": "other"},
        {"exp": time.time() - 61},
        {"iat": time.time() + 61},
    ):
        with pytest.raises(SignInRefusedError):
            provider._checked_claims(make_token(keys[0], {"nonce": "n", **claims}), "n", "")
    for left_out in ("nonce", "exp", "sub", "iss", "aud"):
        with pytest.raises(SignInRefusedError):
            provider._checked_claims(make_token(keys[0], {"nonce": "n"}, left_out), "n", "")


def test_further_factors_can_be_required(
    provider: IdentityProvider, keys: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules: dict[str, Any] = {"require_amr": ("mfa",), "require_acr": ("high", "higher")}
    provider.settings = replace(provider.settings, **rules)
    assert provider._metadata is not None
    provider._metadata[1]["authorization_endpoint"] = "https://login.example.org/auth?a=1"
    address = provider.authorization_address("s", "n", "v" * 64)
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    assert (query["acr_values"], query["code_challenge_method"]) == (["high higher"], ["S256"])
    user = {"nonce": "n", "preferred_username": "zoe", "groups": ["hub stewards"]}
    for stated, is_enough in (
        ({}, False),
        ({"amr": ["pwd"], "acr": "high"}, False),
        ({"amr": ["pwd", "mfa"], "acr": "low"}, False),
        ({"amr": ["pwd", "mfa"], "acr": "high"}, True),
    ):
        token = make_token(keys[0], {**user, **stated})
        monkeypatch.setattr(provider, "_fetch_token", lambda *_, token=token: (token, ""))
        if is_enough:
            assert provider.exchange("code", "n", "v").role is UserRole.STEWARD
            continue
        with pytest.raises(SignInRefusedError, match="did not ask for all factors"):
            provider.exchange("code", "n", "v")


def test_no_other_host_is_asked(provider: IdentityProvider) -> None:
    with pytest.raises(ResolverError, match="states no token_endpoint at its own host"):
        provider.exchange("code", "n", "v")


def test_a_logout_token_counts_once(served: ServedDesk) -> None:
    steps = served.desk.store.sign_in_steps
    assert [steps.use_once("logout", "id", timedelta(hours=1)) for _ in range(2)] == [True, False]
    browser = served.desk.browser()
    answer = browser.post("/desk/sign-out/provider", data={"logout_token": "x"})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert events(served)[-1] == ("sign-out", "", "", "invalid token of the provider")


GOOD = """
issuer: https://login.example.org/realms/hub
client_id: hub
address: https://hub.example.org/
secret_file: secret.txt
roles: {claim: realm_access.roles, values: {hub-steward: steward}}
agencies: {claim: agency}
"""


def test_the_file_of_a_provider_is_read(tmp_path: Path) -> None:
    path = tmp_path / "provider.yml"
    (tmp_path / "secret.txt").write_text("very secret\n")
    path.write_text(GOOD)
    settings = ProviderSettings.read(path)
    assert (settings.secret, settings.label) == ("very secret", "login.example.org")
    assert settings.hosts == {"login.example.org"}
    assert "very secret" not in repr(settings)
    claims = {"realm_access": {"roles": ["x", "hub-steward"]}, "agency": "Coast"}
    assert settings.roles.meanings(claims) == ["steward"]
    assert settings.agencies is not None
    assert settings.agencies.meanings(claims) == ["Coast"]
    for changed, reason in (
        (GOOD.replace("https://login", "http://login"), "the field issuer is no address"),
        (GOOD.replace("client_id: hub", ""), "the field client_id is missing"),
        (GOOD.replace("steward}", "king}"), "there is no role 'king'"),
        (GOOD + "colour: red", "there is no field 'colour'"),
        (GOOD.replace("{claim: agency}", "agency"), "the field agencies is no claim"),
        (GOOD + "label: [a]", "the field label is no text"),
        (GOOD.replace("secret.txt", "absent.txt"), "the file cannot be read"),
        ("a: [", "the file is no YAML"),
        ("", "the file has no fields"),
    ):
        path.write_text(changed)
        with pytest.raises(InputError, match=reason):
            ProviderSettings.read(path)


def test_the_command_reads_the_provider(tmp_path: Path) -> None:
    path = tmp_path / "provider.yml"
    path.write_text(GOOD.replace("secret_file: secret.txt", ""))
    options = dict.fromkeys(("model_dir", "jobs", "rate", "listed"))
    options |= {"ask_purpose": False, "accept_restricted": False, "user_header": "", "proxies": ()}
    options |= {"provider": path}
    settings = Settings(provider_secret="very secret", security_key_roles="senior, admin")
    made = serve._service_settings(settings, "sqlite://", options)
    assert (made.provider.secret, made.security_key_roles) == ("very secret", {"senior", "admin"})
    assert "very secret" not in repr((made, settings))
    with pytest.raises(UsageError, match="names 'king', which is no role"):
        serve._service_settings(Settings(security_key_roles="king"), "sqlite://", options)
    assert run(["serve", "--store", f"sqlite:///{tmp_path}/hub.db", "--provider", "absent"]) == 1


def test_without_a_provider_its_sessions_end(tmp_path: Path) -> None:
    desk = Desk(f"sqlite:///{tmp_path}/hub.db", first_code="right")
    user = desk.store.users.sign_in_by_provider("issuer 1", "admin", UserRole.ADMIN, "Coast")
    # nor does the service become open, although nobody has a password
    assert desk.service.is_guarded()
    assert "code=" not in desk_line(desk.service, "http://127.0.0.1:8000")
    token = desk.store.sessions.begin(user, via="provider", lifetime=timedelta(hours=1))
    browser = desk.browser()
    browser.set_cookie("desk", token)
    assert browser.get("/desk/account").headers["Location"].startswith("/desk/sign-in")
    assert desk.store.sessions.end_at_provider(subject="issuer 2") == []
    assert desk.store.sessions.end_at_provider(subject="issuer 1") == [user]
    with pytest.raises(ValueError, match="all sessions would end"):
        desk.store.sessions.end_at_provider()
    desk.service.close()
