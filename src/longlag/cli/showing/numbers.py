"""Numbers as the command line prints them: in text and in JSON, however large or long they are."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

import mpmath

#: Integers from here on are rounded to the digits that are shown.
_EXACT = 2**53
#: A double has no more digits, so further ones are written out.
_DOUBLE_DIGITS = 15


class _Literal(str):
    """A number with more digits than a double, to be written without quotes."""


def number_text(value: Any, digits: int = 6, *, up: bool = False) -> str:
    """Return a number as text: small integers as they are, others in some digits.

    Args:
        value: an int, a float or a number of mpmath; None where there is none.
        digits: significant ones.
        up: round a count up, of which a smaller number would not suffice.

    >>> number_text(0.1 + 0.2, 4), number_text(12.0), number_text(None), number_text(float("-inf"))
    ('0.3', '12', 'none', '-inf')
    >>> number_text(99990.0000001), number_text(2.999, 2)
    ('99990', '3')
    >>> number_text(2**70, 3), number_text(2**70, 3, up=True), number_text(mpmath.mpf(10)**-400, 3)
    ('1.18e+21', '1.19e+21', '1.0e-400')
    """
    return "none" if value is None else _written(value, digits, up).removesuffix(".0")


def _written(value: Any, digits: int, up: bool) -> str:
    """A number in some digits; with a point where it is no integer, or one only by rounding."""
    number = _as_number(value)
    if mpmath.isinf(number):
        return "inf" if number > 0 else "-inf"
    if mpmath.isint(number) and abs(number) < _EXACT:
        return str(int(number))
    if up and number > 1 and (mpmath.isint(number) or not _is_double(number)):
        number = _rounded_up(number, digits)
    return str(mpmath.nstr(number, digits, min_fixed=-5, max_fixed=digits + 1))


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Args:
        count: how many.
        noun: of one of them, with a plural in s.

    >>> counted(1, "claim"), counted(2, "claim")
    ('1 claim', '2 claims')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def number_json(value: Any, digits: int = _DOUBLE_DIGITS, *, up: bool = False) -> Any:
    """Return what JSON takes for a number: a string where a double would overflow.

    Args:
        value: an int, a float or a number of mpmath; None where there is none.
        digits: significant ones; more than a double has are written by ``json_text``.
        up: round a count up, of which a smaller number would not suffice.

    >>> number_json(mpmath.mpf(12)), number_json(mpmath.mpf("0.25")), number_json(None)
    (12, 0.25, None)
    >>> number_json(mpmath.inf), number_json(mpmath.mpf(10)**400)
    ('inf', '1.0e+400')
    """
    if value is None:
        return None
    number = _as_number(value)
    if not _is_double(number):
        return number_text(number, digits, up=up)
    if digits > _DOUBLE_DIGITS:
        return _Literal(_written(number, digits, up))
    if mpmath.isint(number) and abs(number) < _EXACT:
        return int(number)
    found = float(number)
    too_small = up and mpmath.isint(number) and found < number
    return math.nextafter(found, math.inf) if too_small else found


def json_text(fields: Mapping[str, Any]) -> str:
    """Return JSON, in which a number may have more digits than a double.

    >>> print(json_text({"pi": number_json(+mpmath.mpf("3.25"), 20), "name": "pi"}))
    {
      "pi": 3.25,
      "name": "pi"
    }
    """
    lines = []
    for name, value in fields.items():
        text = json.dumps(value, indent=2).replace("\n", "\n  ")
        lines.append(f"  {json.dumps(name)}: {value if isinstance(value, _Literal) else text}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _as_number(value: Any) -> Any:
    """A number of mpmath with all the digits of a value, which its own constructor would round."""
    return value if hasattr(value, "_mpf_") else mpmath.mpf(value)


def _is_double(number: Any) -> bool:
    """Whether a number is finite and in the range of doubles."""
    largest = sys.float_info.max
    return number == 0 or bool(1 / largest < abs(number) < largest)


def _rounded_up(number: Any, digits: int) -> Any:
    """A positive number in a few digits, none of them too small."""
    with mpmath.workprec(mpmath.mp.prec + int(mpmath.mag(number)).bit_length() + 64):
        unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(number)) - digits + 1)
        nearest = mpmath.nint(number / unit)
        # What the last digits of a computation miss is no reason to go up.
        close = abs(number / unit - nearest) < mpmath.mpf(10) ** (digits - _DOUBLE_DIGITS - 2)
        return (nearest if close else mpmath.ceil(number / unit)) * unit
