"""Transliteration, calendars and look-alike letters of ICU, called through its C interface
(`utrans.h`, `ucal.h`, `uspoof.h`).

The wheels of `icu4py` bring ICU and its data, in one version on every machine, but their classes
cover neither. Functions are looked up from an extension module that is linked with ICU, so nothing
here depends on where a wheel puts its libraries.
"""

from __future__ import annotations

import codecs
import datetime
import sys
from ctypes import PyDLL, byref, c_double, c_int32, c_void_p, create_string_buffer
from functools import cache
from typing import Any

from icu4py import icu_version_info, messageformat

from resolver.errors import ResolverError

_SINGLE_SCRIPT, _RESTRICTION_CHECK = 0x20000000, 16
"""USPOOF_SINGLE_SCRIPT_RESTRICTIVE and USPOOF_RESTRICTION_LEVEL of `uspoof.h`."""
_TOO_SMALL = 15
"""U_BUFFER_OVERFLOW_ERROR of `utypes.h`; errors are positive, warnings negative."""
_LENIENT, _TRADITIONAL, _FORWARD = 0, 0, 0
_encode, _decode = (
    (codecs.utf_16_le_encode, codecs.utf_16_le_decode)
    if sys.byteorder == "little"
    else (codecs.utf_16_be_encode, codecs.utf_16_be_decode)
)
_Outcome = c_int32 * 3
"""Length of a text, its limit, and the error code."""
# Calls keep the interpreter lock: they take some microseconds, less than handing it over.
_LIBRARY = PyDLL(messageformat.__file__)


def _function(name: str, result: Any = None) -> Any:
    # ICU appends its major version to the names of its functions.
    versioned = f"{name}_{icu_version_info[0]}"
    try:
        function = _LIBRARY[versioned]
    except AttributeError:
        raise ResolverError(
            f"the installed icu4py has no function {versioned}",
            hint="install icu4py in the version of constraints.txt",
        ) from None
    function.restype = result
    return function


_open_rules = _function("utrans_openU", c_void_p)
_transliterate = _function("utrans_transUChars")
_open_calendar = _function("ucal_open", c_void_p)
_close_calendar = _function("ucal_close")
_clear_calendar = _function("ucal_clear")
_set_attribute = _function("ucal_setAttribute")
_set_date = _function("ucal_setDate")
_milliseconds = _function("ucal_getMillis", c_double)
_open_spoofs = _function("uspoof_open", c_void_p)
_set_restriction = _function("uspoof_setRestrictionLevel")
_check_spoofs = _function("uspoof_check", c_int32)
_get_skeleton = _function("uspoof_getSkeleton", c_int32)


class SpoofChecker:
    """Finds names that look alike, by the rules of Unicode's UTS 39.

    The checker stays in memory until the process ends.
    """

    def __init__(self) -> None:
        error = c_int32()
        self._handle = c_void_p(_open_spoofs(byref(error)))
        if error.value > 0:
            raise ResolverError(
                f"ICU cannot check names (error {error.value})",
                hint="install icu4py in the version of constraints.txt",
            )
        _set_restriction(self._handle, _SINGLE_SCRIPT)

    def mixes_scripts(self, text: str) -> bool:
        """Return whether a text has letters of several scripts."""
        encoded, _ = _encode(text, "surrogatepass")
        error = c_int32()
        faults = _check_spoofs(self._handle, encoded, len(encoded) // 2, None, byref(error))
        return bool(faults & _RESTRICTION_CHECK)

    def skeleton(self, text: str) -> str:
        """Return a text that is the same for all texts that look alike."""
        encoded, _ = _encode(text, "surrogatepass")
        length = len(encoded) // 2
        # one letter becomes 18 at most, as in NFKC
        size = 18 * length + 1
        skeleton, error = create_string_buffer(2 * size), c_int32()
        written = _get_skeleton(self._handle, 0, encoded, length, skeleton, size, byref(error))
        if error.value > 0:
            return text
        return _decode(skeleton.raw[: 2 * written], "replace")[0]


@cache
def spoof_checker() -> SpoofChecker:
    """Return the checker of this process."""
    return SpoofChecker()


class Transliterator:
    """Transform of ICU, named by an identifier such as `Any-Latin; Latin-ASCII`.

    Threads may share one, since ICU keeps no state between calls (`translit.h`). It stays in memory
    until the process ends. Raises `ValueError` for an identifier that ICU does not know.
    """

    def __init__(self, identifier: str) -> None:
        encoded, _ = _encode(identifier)
        error = c_int32()
        handle = _open_rules(encoded, len(encoded) // 2, _FORWARD, None, 0, None, byref(error))
        if error.value > 0:
            raise ValueError(f"ICU has no transform {identifier!r} (error {error.value})")
        self._handle = c_void_p(handle)

    def transliterate(self, text: str) -> str:
        """Return the transform of a text. Half a surrogate pair becomes U+FFFD."""
        encoded, _ = _encode(text, "surrogatepass")
        length = len(encoded) // 2
        size = 4 * length + 64
        while True:
            letters: Any = create_string_buffer(encoded, 2 * size)
            outcome = _Outcome(length, length)
            _transliterate(
                self._handle, letters, outcome, size, 0, byref(outcome, 4), byref(outcome, 8)
            )
            if outcome[2] <= 0:
                return _decode(letters[: 2 * outcome[0]], "replace", True)[0]
            if outcome[2] != _TOO_SMALL:
                raise ValueError(f"ICU cannot transliterate {text[:40]!r} (error {outcome[2]})")
            size = outcome[0] + 1


def gregorian_day(
    calendar: str, date: tuple[int, int, int], *, is_lenient: bool = False
) -> datetime.date:
    """Return the Gregorian day of a year, month (1…12) and day in a calendar of ICU.

    `calendar`: its Unicode name, such as `islamic-umalqura` or `persian`. A lenient calendar takes
    day 30 of a month of 29 days for the first of the next one; otherwise such a day raises
    `ValueError`.
    """
    year, month, day = date
    zone, _ = _encode("UTC")
    locale = f"en@calendar={calendar}".encode("ascii")
    error = c_int32()
    handle = c_void_p(_open_calendar(zone, 3, locale, _TRADITIONAL, byref(error)))
    if error.value > 0:
        raise ValueError(f"ICU has no calendar {calendar!r} (error {error.value})")
    try:
        _clear_calendar(handle)
        _set_attribute(handle, _LENIENT, is_lenient)
        _set_date(handle, year, month - 1, day, byref(error))
        milliseconds = _milliseconds(handle, byref(error))
    finally:
        _close_calendar(handle)
    if error.value > 0:
        raise ValueError(f"the calendar {calendar} has no day {year}-{month}-{day}")
    return datetime.date(1970, 1, 1) + datetime.timedelta(days=round(milliseconds / 86_400_000))
