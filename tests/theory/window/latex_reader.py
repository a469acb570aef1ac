"""A reader of the LaTeX that formulas are printed in: what a text says, as a number.

It knows nothing of SymPy or of the printer, so it can check both: products by juxtaposition,
fractions and powers by their braces, a slash after everything that stands before it in its product,
a function without brackets up to the next operator or command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import mpmath

_TOKEN = re.compile(r"\\[A-Za-z]+|\\[,;!]|\d+(?:\.\d+)?|[A-Za-z]|[-+*/^_(){}\[\],|]")
_SILENT = {r"\left", r"\right", r"\,", r"\;", r"\!"}
_OPENING = {"(": ")", "[": "]", "{": "}"}

#: Commands and names of functions of one or two arguments in brackets.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    r"\ln": mpmath.log,
    r"\log": mpmath.log,
    r"\tanh": mpmath.tanh,
    r"\sinh": mpmath.sinh,
    r"\cosh": mpmath.cosh,
    r"\sin": mpmath.sin,
    r"\cos": mpmath.cos,
    r"\tan": mpmath.tan,
    r"\Gamma": lambda *x: mpmath.gamma(*x) if len(x) == 1 else mpmath.gammainc(*x),
    r"\min": min,
    r"\max": max,
    r"\sigma": lambda x: 1 / (1 + mpmath.exp(-x)),
    "W": lambda x: mpmath.lambertw(x).real,
    "W0": lambda x: mpmath.lambertw(x).real,
    "W-1": lambda x: mpmath.lambertw(x, -1).real,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


def read(tex: str, values: Mapping[str, Any]) -> Any:
    """Return the number that a formula stands for.

    Args:
        tex: the formula.
        values: letter, with its index as it is written, ↦ number.
    """
    reader = _Reader([token for token in _TOKEN.findall(tex) if token not in _SILENT], values)
    value = reader.sum()
    assert reader.next is None, f"{tex}: {reader.next!r} is left over"
    return value


class _Reader:
    def __init__(self, tokens: list[str], values: Mapping[str, Any]) -> None:
        self.tokens = tokens
        self.values = values
        self.place = 0

    @property
    def next(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        token = self.next
        assert token is not None
        assert wanted is None or token == wanted, f"{token!r} instead of {wanted!r}"
        self.place += 1
        return token

    def group(self) -> str:
        """The text of a pair of braces, as it stands."""
        self.take("{")
        text, depth = "", 1
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            text += token if depth else ""
        return text

    def sum(self) -> Any:
        total = -self.product() if self.accept("-") else self.product()
        while self.next in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.product()
        return total

    def accept(self, token: str) -> bool:
        found = self.next == token
        self.place += found
        return found

    def product(self) -> Any:
        """Factors side by side; a slash divides all before it by the one factor behind it."""
        value = self.factor()
        while self.next is not None and self.next not in "+-)]},|":
            if self.accept("/"):
                value /= self.factor()
                assert self.next is None or self.next in "+-)]},", "what does the slash divide?"
            else:
                self.accept(r"\cdot")
                value *= self.factor()
        return value

    def factor(self) -> Any:
        base = self.atom()
        return base ** self.braced() if self.accept("^") else base

    def braced(self) -> Any:
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def atom(self) -> Any:
        token = self.take()
        if token in _OPENING:
            value = self.sum()
            self.take(_OPENING[token])
            return value
        if token[0].isdigit():
            return mpmath.mpf(token)
        if token == r"\frac":
            return self.braced() / self.braced()
        if token == r"\sqrt":
            if self.accept("["):
                root = self.sum()
                self.take("]")
                return mpmath.root(self.braced(), int(root))
            return mpmath.sqrt(self.braced())
        if token in (r"\operatorname", r"\mathrm"):
            token = self.group()
        elif token == "|":
            value = abs(self.sum())
            self.take("|")
            return value
        name = token
        if self.accept("_"):
            index = self.group()
            name = f"{token}_{{{index}}}" if token != "W" else f"W{index}"
        if name in self.values:
            return self.values[name]
        if name == "e":
            return mpmath.e
        if name == r"\pi":
            return mpmath.pi
        return self.call(name)

    def call(self, name: str) -> Any:
        function = _FUNCTIONS[name]
        if self.accept("^"):
            # A power of the value, written at the name.
            power = self.braced()
            return self.call(name) ** power
        if name == r"\ln" and self.next not in ("(", "[", "{"):
            # \ln x stands alone, or before another function: \ln \ell \ln b.
            value = function(self.atom())
            assert self.next is None or self.next in "+-)]},|" or self.next == r"\ln", (
                f"does {self.next!r} belong to the logarithm?"
            )
            return value
        closing = _OPENING[self.take()]
        nested = self.accept("(") if closing == "}" else False
        arguments = [self.sum()]
        while self.accept(","):
            arguments.append(self.sum())
        if nested:
            self.take(")")
        self.take(closing)
        return function(*arguments)
