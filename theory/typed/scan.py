"""A linear scan of typed text, before any parser: what may stand in a formula, and how much of it.

Parsers crash on a hundred thousand brackets and Python computes a literal of a million digits; text
that passes here has only short numbers, plain names, brackets and six operators, of bounded depth.
"""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterator

from sympy import Integer, Rational

from longlag.theory.errors import LonglagError

_LONGEST_TEXT = 2000
_MOST_TOKENS = 300
#: Brackets, signs and towers of powers that may stand inside one another.
_DEEPEST = 30
_LONGEST_NAME = 40
#: Digits of a typed number, and the size of its decimal exponent.
_MOST_DIGITS, _LARGEST_EXPONENT = 60, 400

_TOKEN = re.compile(
    r" *(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/(),]))",
    re.ASCII,
)
_NUMBER = re.compile(r"(?P<digits>\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?", re.ASCII)

#: Names that would read as something else than a real parameter.
_MISLEADING = {
    "e": "write exp(x), or E for the number 2.718...",
    "I": "write real numbers only, or another name for a parameter",
    **dict.fromkeys(("oo", "inf", "infinity", "nan", "zoo"), "write finite numbers"),
}
_HINTS = {
    "^": "write ** for a power",
    "'": "write a formula without quotes",
    '"': "write a formula without quotes",
    "−": "write - for a minus",
    "–": "write - for a minus",
    "×": "write * for a product",
    "·": "write * for a product",
    "ℓ": "write ell",
    "√": "write sqrt",
    "²": "write **2",
    "³": "write **3",
    "λ": "write lam",
    "=": "write one side of the equation",
}


def scan(text: str, shown: str, names: Collection[str], functions: Collection[str]) -> None:
    """Refuse, in one pass, whatever a parser should not see or might choke on.

    Args:
        text: a formula.
        shown: the text as messages show it.
        names: the names that are known, which need not be checked.
        functions: the names that may be called.

    Raises:
        LonglagError: for another character, two values side by side, a bad name, brackets that do
            not match, and for too long or too deep a text.

    >>> scan("c*ell**(-b)", "formula", (), ())
    >>> scan("c*ell^b", "formula", (), ())
    Traceback (most recent call last):
    ...
    longlag.theory.errors.LonglagError: formula: '^' at character 6 is not allowed: numbers, names \
and + - * / ** ( ) , on one line make a formula; write ** for a power
    """
    if not isinstance(text, str):
        raise LonglagError(shown, "a formula is text", "give a string such as 'c*ell**(-b)'")
    if not text.strip(" "):
        raise LonglagError(shown, "it is empty", "write a formula such as c*ell**(-b)")
    if len(text) > _LONGEST_TEXT:
        raise LonglagError(
            shown, f"it is longer than {_LONGEST_TEXT} characters", "write a shorter formula"
        )
    levels = [0]  # for every open bracket: the signs and powers since its last binary + - * / or ,
    before = "("
    for count, (kind, token) in enumerate(_tokens(text, shown)):
        if kind == "number":
            exact_decimal(token, shown)
        elif kind == "name" and token not in names:
            _check_name(token, shown)
        _check_neighbours(before, kind, token, shown, names, functions)
        if token == "(":
            levels.append(0)
        elif token == ")":
            levels.pop()
        elif token == "**" or (token in "+-" and not _ends_value(before)):
            levels[-1] += 1
        elif kind == "operator":
            levels[-1] = 0
        if not levels:
            raise LonglagError(shown, "a ')' closes no bracket", "remove it, or open one")
        if len(levels) + sum(levels) > _DEEPEST or count >= _MOST_TOKENS:
            raise LonglagError(
                shown,
                f"it has more than {_DEEPEST} levels or {_MOST_TOKENS} parts",
                "write a simpler formula",
            )
        before = token
    if len(levels) > 1:
        raise LonglagError(shown, "a '(' is not closed", "close it")


def exact_decimal(text: str, shown: str) -> Rational:
    """Return a typed number as the decimal it is, neither rounded nor too large.

    >>> exact_decimal("0.1", "b"), exact_decimal("1e-3", "b")
    (1/10, 1/1000)
    """
    match = _NUMBER.fullmatch(text)
    if not match:
        raise LonglagError(
            shown, "it must be a real number", "write an integer, a decimal or a quotient: 1e6, 1/3"
        )
    digits, exponent = match["digits"], match["exponent"] or "0"
    if len(digits) > _MOST_DIGITS or len(exponent) > 5 or abs(int(exponent)) > _LARGEST_EXPONENT:
        raise LonglagError(
            shown,
            f"a number has at most {_MOST_DIGITS} digits and an exponent up to {_LARGEST_EXPONENT}",
            "write a smaller or shorter number",
        )
    whole, _, decimals = digits.partition(".")
    return int(whole + decimals) * Integer(10) ** (int(exponent) - len(decimals))


def abbreviated(value: object) -> str:
    """Return a value as one line of ASCII, not too long.

    >>> abbreviated("9" * 1000)
    "'9999999999999999999999999999999999999999...9999999999'"
    """
    text = value if isinstance(value, str) else type(value).__name__
    return ascii(text if len(text) <= 60 else f"{text[:40]}...{text[-10:]}")


def _tokens(text: str, shown: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(text.rstrip(" "))
    while position < end:
        match = _TOKEN.match(text, position)
        if not match:
            character = text[position:].lstrip(" ")[0]
            place = text.index(character, position) + 1
            raise LonglagError(
                shown,
                f"{character!a} at character {place} is not allowed: numbers, names and"
                " + - * / ** ( ) , on one line make a formula",
                _hint(character),
            )
        kind = str(match.lastgroup)
        yield kind, match[kind]
        position = match.end()


def _ends_value(token: str) -> bool:
    """Whether a value ends with ``token``: a number, a name or a closing bracket."""
    return token == ")" or token[-1].isalnum() or token[-1] in "_."


def _check_neighbours(
    before: str,
    kind: str,
    token: str,
    shown: str,
    names: Collection[str],
    functions: Collection[str],
) -> None:
    """Refuse two values without an operator between them, and calls of unknown functions."""
    starts_value = kind != "operator" or token == "("
    called = token == "(" and before in functions
    if not (starts_value and _ends_value(before)) or called:
        return
    if token == "(" and before.isidentifier() and before not in names:
        close = difflib.get_close_matches(before, functions, n=1)
        hint = f"did you mean {close[0]}(...)?" if close else f"write {before}*(...) for a product"
        raise LonglagError(shown, f"no function {before!r} is known", hint)
    raise LonglagError(
        shown,
        f"an operator is missing between {abbreviated(before)} and {abbreviated(token)}",
        "write a product with *",
    )


def _check_name(name: str, shown: str) -> None:
    if keyword.iskeyword(name):
        hint = "try lam or lambda_" if name == "lambda" else f"try {name}_"
        raise LonglagError(shown, f"{name!r} is a Python keyword, not a name", hint)
    if name.startswith("_") or "__" in name or len(name) > _LONGEST_NAME:
        raise LonglagError(
            shown,
            f"name {abbreviated(name)} begins with an underscore, has two in a row or more than"
            f" {_LONGEST_NAME} letters",
            "choose a simple name such as tau",
        )
    if name in _MISLEADING:
        raise LonglagError(shown, f"{name!r} stands for no real parameter", _MISLEADING[name])


def _hint(character: str) -> str:
    """Return what to write instead of a character."""
    if character in _HINTS:
        return _HINTS[character]
    words = unicodedata.name(character, "").split()
    if words[:1] == ["GREEK"] and "LETTER" in words:
        return f"write {words[words.index('LETTER') + 1].lower()}"
    return "leave it out, or spell it out"
