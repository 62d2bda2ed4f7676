"""Identity provider of the desk: OpenID Connect with Authlib, without HTTP routes.

The program is a client of one provider (OpenID Connect Core 1.0): authorization code with PKCE,
`state` and `nonce`. It reads role and agency of a user from claims of the ID token, and it checks
the tokens by which the provider says that a session has ended (Back-Channel Logout 1.0).

Requests go to the host of the issuer and to hosts that the operator has named, and nowhere else:
an address in the provider's own documents that leads elsewhere is refused.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from resolver.errors import InputError, ResolverError
from resolver.feeds.transfer import (
    NetworkRules,
    TransferError,
    TransferLimits,
    fetch,
    parse_networks,
    send,
)
from resolver.hub.admin import ROLES, UserRole

_LEEWAY = 60
"""Seconds by which the clocks of provider and service may differ."""
_MAX_LOGOUT_AGE = 300
"""Seconds for which a logout token is accepted after it was issued."""
LOGOUT_MEMORY = 2 * (_MAX_LOGOUT_AGE + _LEEWAY)
"""Seconds for which the id of a logout token is remembered, so that nobody can send it again."""
_METADATA_SECONDS = 3_600.0
_KEYS_PAUSE = 30.0
"""Seconds that pass before keys are fetched again for a token that names an unknown key."""
_RETRY_SECONDS = 15.0
"""Seconds for which a provider that did not answer is not asked again."""
_WAIT_SECONDS = 2.0
"""Seconds for which a request waits while another one asks the provider for its documents. The
threads of the service are few, and anybody can send requests that need these documents.
"""
_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""Signatures with a key of the provider; a token may not choose one with a shared secret."""
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LIMITS = TransferLimits(max_bytes=1 << 20, seconds=10.0, stall_seconds=5.0, redirects=2)
_EVERYWHERE = parse_networks("0.0.0.0/0 ::/0")
_MAX_FILE = 100_000
_TEXTS = ("issuer", "client_id", "address", "label", "secret_file", "scope", "name_claim")
_LISTS = ("hosts", "require_amr", "require_acr")
_FIELDS = frozenset({*_TEXTS, *_LISTS, "roles", "agencies", "agency", "existing_users"})
CALLBACK_PATH = "/desk/sign-in/callback"


class SignInRefusedError(ResolverError):
    """Sign-in that the provider has confirmed, or should have, and that is refused. `subject` and
    `name`: user who has no role or agency any more at the provider, or empty.
    """

    def __init__(self, message: str, *, hint: str = "", subject: str = "", name: str = "") -> None:
        super().__init__(message, hint=hint)
        self.subject, self.name = subject, name


@dataclass(frozen=True, slots=True)
class ClaimMap:
    """Claim of an ID token, and what each of its values means; without values, it means itself."""

    claim: str
    values: Mapping[str, str] = field(default_factory=dict)

    def meanings(self, claims: Mapping[str, Any]) -> list[str]:
        """Return the meanings of the values of the claim; values without a meaning are left out."""
        found = _claim(claims, self.claim)
        texts = [text for text in (found if isinstance(found, list) else [found]) if text]
        texts = [text for text in texts if isinstance(text, str)]
        return (
            [self.values[text] for text in texts if text in self.values] if self.values else texts
        )


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Identity provider as the operator has described it in a file.

    `address`: public address of the service. `secret`: empty if the client has no secret. `agency`:
    agency of all users, if no claim states it. `may_adopt`: whether users that exist without a
    password are taken over by their name.
    """

    issuer: str
    client_id: str
    address: str
    label: str
    roles: ClaimMap
    secret: str = field(default="", repr=False)
    agencies: ClaimMap | None = None
    agency: str = ""
    name_claim: str = "preferred_username"
    scope: str = "openid profile email"
    hosts: frozenset[str] = frozenset()
    require_amr: tuple[str, ...] = ()
    require_acr: tuple[str, ...] = ()
    may_adopt: bool = False

    @classmethod
    def read(cls, path: Path, secret: str = "") -> ProviderSettings:
        """Read the file of an operator. Raises `InputError` with what is wrong and where.

        secret: that of the client, unless the file names a file with it.
        """
        place = str(path)
        content = _read_yaml(path)
        unknown = sorted(str(name) for name in content.keys() - _FIELDS)
        if unknown:
            raise InputError(
                f"there is no field {unknown[0][:60]!r}",
                place=place,
                hint=f"use {', '.join(sorted(_FIELDS))}",
            )
        texts = {name: _text(content, name, place) for name in (*_TEXTS, "agency")}
        lists = {name: _texts(content, name, place) for name in _LISTS}
        for name in ("issuer", "client_id", "address"):
            if not texts[name]:
                raise InputError(f"the field {name} is missing", place=place)
        for name in ("issuer", "address"):
            _check_https(name, texts[name], place)
        roles = _claim_map(content, "roles", place)
        if roles is None or not roles.values:
            raise InputError(
                "the field roles is missing",
                place=place,
                hint="name a claim, and the role that each of its values means",
            )
        for role in roles.values.values():
            if role not in ROLES:
                raise InputError(
                    f"there is no role {role[:40]!r}", place=place, hint=f"use {', '.join(ROLES)}"
                )
        if texts["secret_file"]:
            secret = _read_text(path.parent / texts["secret_file"]).strip()
        issuer_host = urlsplit(texts["issuer"]).hostname or ""
        defaults = cls("", "", "", "", roles)
        return cls(
            issuer=texts["issuer"],
            client_id=texts["client_id"],
            address=texts["address"].rstrip("/"),
            label=texts["label"] or issuer_host,
            roles=roles,
            secret=secret,
            agencies=_claim_map(content, "agencies", place),
            agency=texts["agency"],
            name_claim=texts["name_claim"] or defaults.name_claim,
            scope=texts["scope"] or defaults.scope,
            hosts=frozenset({issuer_host, *lists["hosts"]}),
            require_amr=lists["require_amr"],
            require_acr=lists["require_acr"],
            may_adopt=content.get("existing_users") is True,
        )


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")[:_MAX_FILE]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(f"the file cannot be read: {reason.lower()}", place=str(path)) from None


def _read_yaml(path: Path) -> dict[Any, Any]:
    import yaml

    try:
        content = yaml.safe_load(_read_text(path))
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise InputError(
            "the file is no YAML", place=str(path) if line is None else f"{path}:{line + 1}"
        ) from None
    if not isinstance(content, dict):
        raise InputError("the file has no fields", place=str(path))
    return content


def _text(content: Mapping[Any, Any], name: str, place: str) -> str:
    value = content.get(name)
    if value is not None and not isinstance(value, str):
        raise InputError(f"the field {name} is no text", place=place)
    return (value or "").strip()


def _texts(content: Mapping[Any, Any], name: str, place: str) -> tuple[str, ...]:
    value = content.get(name) or []
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"the field {name} is no list of texts", place=place)
    return tuple(texts)


def _claim_map(content: Mapping[Any, Any], name: str, place: str) -> ClaimMap | None:
    value = content.get(name)
    if value is None:
        return None
    claim = value.get("claim") if isinstance(value, dict) else None
    values = (value.get("values") or {}) if isinstance(value, dict) else None
    is_valid = isinstance(claim, str) and claim != "" and isinstance(values, dict)
    if not is_valid or set(value) - {"claim", "values"}:
        raise InputError(
            f"the field {name} is no claim", place=place, hint="it has the fields claim and values"
        )
    assert isinstance(values, dict)
    return ClaimMap(str(claim), {str(key): str(text) for key, text in values.items()})


def _check_https(name: str, address: str, place: str) -> None:
    """Raise `InputError` if an address is neither HTTPS nor an address of this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    is_local = host in ("localhost", "127.0.0.1", "::1")
    is_http = parts.scheme == "https" or (parts.scheme == "http" and is_local)
    if not is_http or not host or parts.username is not None or parts.query or parts.fragment:
        raise InputError(
            f"the field {name} is no address of a host", place=place, hint="it begins with https://"
        )


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by the path to it such as `realm_access.roles`, or None."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@dataclass(frozen=True, slots=True)
class ProviderUser:
    """Who has signed in at the provider, as the ID token says."""

    subject: str
    name: str
    role: UserRole
    agency: str
    provider_session: str
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Logout:
    """End of sessions, as the provider announces it: of all sessions of a subject, of one session,
    or of both; `id` is the id of the token.
    """

    id: str
    subject: str
    provider_session: str


class IdentityProvider:
    """Client of an identity provider; thread-safe.

    The provider's description of itself (its metadata) is fetched when it is first needed. So the
    service starts, and passwords work, while the provider is away.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, Any] | None = None
        self._failed: tuple[float, ResolverError] | None = None

    def authorization_address(self, state: str, nonce: str, verifier: str) -> str:
        """Return the address at the provider where a user signs in. Raises `ResolverError`."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        acr = " ".join(self.settings.require_acr)
        address: str = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=self.settings.address + CALLBACK_PATH,
            scope=self.settings.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            acr_values=acr or None,
        )
        return address

    def end_session_address(self, id_token: str) -> str:
        """Return the address where a user's session at the provider ends; empty if the provider has
        no such address.

        The provider is not asked for it: whoever signs out is not kept waiting.
        """
        metadata = {} if self._metadata is None else self._metadata[1]
        if "end_session_endpoint" not in metadata:
            return ""
        query = {
            "id_token_hint": id_token,
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": self.settings.address + "/desk/sign-in",
        }
        endpoint = self._endpoint("end_session_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def exchange(self, code: str, nonce: str, verifier: str) -> ProviderUser:
        """Return the user for whom the provider has given a code.

        Raises `SignInRefusedError` if a check of the token fails or the user has no role, and
        `ResolverError` if the provider does not answer.
        """
        raw, access_token = self._fetch_token(code, verifier)
        claims = self._checked_claims(raw, nonce, access_token)
        missing = [
            text for text in self.settings.require_amr if text not in (claims.get("amr") or ())
        ]
        acr = self.settings.require_acr
        if missing or (acr and claims.get("acr") not in acr):
            raise SignInRefusedError(
                "the provider did not ask for all factors that this service requires",
                hint="sign in there with a second factor",
            )
        name = _claim(claims, self.settings.name_claim)
        if not isinstance(name, str) or not name:
            raise SignInRefusedError(
                f"the provider states no name of you (claim {self.settings.name_claim})",
                hint="tell the operator of the service",
            )
        subject = f"{claims['iss']} {claims['sub']}"
        roles = [UserRole.from_label(label) for label in self.settings.roles.meanings(claims)]
        if not roles:
            raise SignInRefusedError(
                f"the provider gives {name[:60]!r} no role at this desk",
                hint="ask an admin of the provider for one",
                subject=subject,
                name=name,
            )
        return ProviderUser(
            subject,
            name,
            max(roles),
            self._agency(claims, subject, name),
            str(claims.get("sid") or ""),
            raw,
        )

    def _agency(self, claims: Mapping[str, Any], subject: str, name: str) -> str:
        """Return the agency of a user. Raises `SignInRefusedError` if the claim of the agency
        states none.
        """
        if self.settings.agencies is None:
            return self.settings.agency
        agencies = self.settings.agencies.meanings(claims)
        if len(set(agencies)) != 1:
            raise SignInRefusedError(
                f"the provider states {'several agencies' if agencies else 'no agency'} of you "
                f"(claim {self.settings.agencies.claim})",
                hint="tell the operator of the service",
                subject=subject,
                name=name,
            )
        return agencies[0].replace("\x00", "")[:200]

    def read_logout(self, token: str) -> Logout:
        """Return the sessions that a logout token ends. Raises `SignInRefusedError` for one that is
        not valid, and `ResolverError` if the provider's keys cannot be had.
        """
        from authlib.oauth2.claims import JWTClaims
        from joserfc.errors import JoseError

        decoded = self._decode(token)
        claims = JWTClaims(decoded.claims, decoded.header, self._claim_options("iat", "jti"))
        try:
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid_token(error) from None
        events = claims.get("events")
        subject, session = (claims.get(name) or "" for name in ("sub", "sid"))
        is_logout = isinstance(events, dict) and isinstance(events.get(_LOGOUT_EVENT), dict)
        if (
            not is_logout
            or "nonce" in claims
            or claims["iat"] < time.time() - (_MAX_LOGOUT_AGE + _LEEWAY)
        ):
            raise SignInRefusedError("the token is no logout token, or too old")
        if not (subject or session) or not all(
            isinstance(part, str) for part in (subject, session)
        ):
            raise SignInRefusedError("the logout token names no subject and no session")
        issuer = self.settings.issuer
        return Logout(claims["jti"], f"{issuer} {subject}" if subject else "", session)

    def _claim_options(self, *essential: str) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            **{name: {"essential": True} for name in essential},
        }

    def _checked_claims(self, raw: str, nonce: str, access_token: str) -> Mapping[str, Any]:
        """Return the claims of an ID token. Raises `SignInRefusedError` for one that is invalid."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        decoded = self._decode(raw)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            self._claim_options("sub", "exp", "iat", "nonce"),
            {"nonce": nonce, "client_id": self.settings.client_id, "access_token": access_token},
        )
        try:
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise _invalid_token(error) from None
        checked: Mapping[str, Any] = claims
        return checked

    def _decode(self, raw: str) -> Any:
        """Return a token whose signature is the provider's. Raises `SignInRefusedError`."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError, JoseError

        try:
            try:
                return jwt.decode(raw, self._key_set(), algorithms=_ALGORITHMS)
            except InvalidKeyIdError:
                # the provider may have begun to sign with a new key
                return jwt.decode(raw, self._key_set(renew=True), algorithms=_ALGORITHMS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise _invalid_token(error) from None

    def _fetch_token(self, code: str, verifier: str) -> tuple[str, str]:
        """Return the ID token and the access token of a code. Raises `ResolverError`."""
        from authlib.oauth2.auth import ClientAuth
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self.settings.address + CALLBACK_PATH,
            code_verifier=verifier,
        )
        methods = self._load_metadata().get("token_endpoint_auth_methods_supported") or ()
        method = "none"
        if self.settings.secret:
            method = "client_secret_" + ("post" if "client_secret_post" in methods else "basic")
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        auth = ClientAuth(self.settings.client_id, self.settings.secret, method)
        endpoint = self._endpoint("token_endpoint")
        endpoint, headers, body = auth.prepare("POST", endpoint, headers, body)
        answer = send(endpoint, body.encode(), rules=self._rules(), limits=_LIMITS, headers=headers)
        tokens = _parse_object(answer.body)
        raw, access_token = (tokens.get(name) for name in ("id_token", "access_token"))
        if answer.status != 200 or not isinstance(raw, str):
            error = tokens.get("error")
            raise SignInRefusedError(
                "the provider gives no token for this sign-in "
                f"({error[:40] if isinstance(error, str) else f'HTTP {answer.status}'})",
                hint="sign in again",
            )
        return raw, access_token if isinstance(access_token, str) else ""

    def _endpoint(self, name: str) -> str:
        """Return an address that the provider states. Raises `ResolverError` for another host."""
        address = self._load_metadata().get(name)
        try:
            parts = urlsplit(address if isinstance(address, str) else "")
            host = parts.hostname or ""
        except ValueError:
            host = ""
        scheme = urlsplit(self.settings.issuer).scheme
        if host not in self.settings.hosts or parts.scheme not in ("https", scheme):
            raise ResolverError(
                f"the identity provider states no {name} at its own host",
                place=host[:100],
                hint="if the host is the provider's, name it in the field hosts",
            )
        return str(address)

    def _load_metadata(self) -> dict[str, Any]:
        """Return the metadata by which the provider describes itself. Raises `ResolverError`."""
        known = self._metadata
        if known is not None and time.monotonic() - known[0] <= _METADATA_SECONDS:
            return known[1]
        with self._turn():
            known = self._metadata
            if known is None or time.monotonic() - known[0] > _METADATA_SECONDS:
                base = self.settings.issuer.rstrip("/")
                try:
                    metadata = self._fetch_json(f"{base}/.well-known/openid-configuration")
                except ResolverError:
                    if known is None:
                        raise
                    # earlier metadata are still good while the provider is away
                    return known[1]
                if metadata.get("issuer") != self.settings.issuer:
                    raise ResolverError(
                        "the identity provider calls itself by another issuer than the settings",
                        place=base,
                        hint="state the issuer exactly as the provider does",
                    )
                self._metadata = known = (time.monotonic(), metadata)
            return known[1]

    def _key_set(self, *, renew: bool = False) -> Any:
        """Return the keys that the provider signs with. Raises `ResolverError`, `ValueError`."""
        from joserfc.jwk import KeySet

        address = self._endpoint("jwks_uri")
        known, limit = self._keys, _KEYS_PAUSE if renew else _METADATA_SECONDS
        if known is not None and time.monotonic() - known[0] <= limit:
            return known[1]
        with self._turn():
            known = self._keys
            if known is None or time.monotonic() - known[0] > limit:
                keys: Any = self._fetch_json(address)
                usable = [key for key in keys.get("keys", ()) if key.get("use", "sig") == "sig"]
                self._keys = known = (
                    time.monotonic(),
                    KeySet.import_key_set({"keys": usable}),
                )
            return known[1]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one thread ask the provider. Raises `ResolverError` if another one asks for long."""
        if not self._lock.acquire(timeout=_WAIT_SECONDS):
            raise ResolverError("the identity provider does not answer in time")
        try:
            yield
        finally:
            self._lock.release()

    def _fetch_json(self, address: str) -> dict[str, Any]:
        """Return an object that the provider serves. Raises `ResolverError`."""
        failed = self._failed
        if failed is not None and time.monotonic() - failed[0] < _RETRY_SECONDS:
            raise failed[1]
        sink = io.BytesIO()
        try:
            fetch(address, sink, rules=self._rules(), limits=_LIMITS)
        except ResolverError as error:
            self._failed = (time.monotonic(), error)
            raise
        content = _parse_object(sink.getvalue())
        if not content:
            raise TransferError("the identity provider sent no JSON object", place=address[:200])
        return content

    def _rules(self) -> NetworkRules:
        # the operator has named the hosts, so they may be in a private network
        return NetworkRules(self.settings.hosts, _EVERYWHERE)


def _invalid_token(error: Exception) -> SignInRefusedError:
    reason = " ".join(str(error).split())[:100]
    return SignInRefusedError(
        f"the token of the identity provider is not valid ({type(error).__name__}: {reason})",
        hint="sign in again",
    )


def _parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body; an empty object if there is none."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
