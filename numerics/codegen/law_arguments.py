"""The gate in front of a law's generated functions: names, kinds, shapes and domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from numbers import Integral
from typing import Any

from sympy import Interval, Set, oo

from longlag.numerics.codegen.backend import Backend
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw

_POSITIVE, _REAL, _LAGS = Interval.open(0, oo), Interval(-oo, oo), Interval(0, oo)
_DOMAINS = {
    "samples": _POSITIVE,
    "cost": _POSITIVE,
    "kappa": _POSITIVE,
    "ell": _LAGS,
    "log_horizon": _REAL,
}


class LawArguments:
    """Checks and converts the arguments of one law's functions on one backend.

    Args:
        law: whose parameters they are.
        backend: how arrays are recognised.
        functions: the generated module; its ``arrays`` converts, its ``start``, where the smallest
            lag depends on the parameters, says where lags begin.
    """

    def __init__(
        self, law: DecayLaw, backend: Backend, functions: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.law = law
        self.backend = backend
        self._functions = functions
        self._domains = {s.name: _interval(s.name, d) for s, d in law.domains.items()}

    def check(self, given: Mapping[str, Any], parameter: Mapping[str, Any]) -> list[Any]:
        """Return the given quantities and then the parameters as arrays.

        Raises:
            LonglagError: a wrong name, type, dtype or device, shapes that do not broadcast, or a
                value outside its domain.
        """
        named = self._ordered(parameter)
        values = self._converted([*given.items(), *named.items()])
        own = values[len(given) :]
        for what, value in zip(given, values, strict=False):
            self._check(what, value, _DOMAINS[what])
            if what == "ell":
                self._check_lag(value, own)
        for what, value in zip(named, own, strict=True):
            self._check(what, value, self._domains[what])
        return values

    def _ordered(self, parameter: Mapping[str, Any]) -> dict[str, Any]:
        names = [symbol.name for symbol in self.law.parameters]
        if not isinstance(parameter, Mapping):
            raise LonglagError(
                f"parameters of type {type(parameter).__name__} for law {self.law.name!r}",
                "they are a dictionary by name",
                f"give one with the keys {names}",
            )
        named = {str(key): value for key, value in parameter.items()}
        if named.keys() != set(names):
            raise LonglagError(
                f"parameters {sorted(named)} of law {self.law.name!r}",
                f"the law has {', '.join(names) or 'none'}",
                "give each of them once, by name",
            )
        return {name: named[name] for name in names}

    def _converted(self, given: Sequence[tuple[str, Any]]) -> list[Any]:
        """Arrays of one kind; numbers follow the arrays, or take the widest precision alone."""
        values = [self._number_or_array(name, value) for name, value in given]
        if all(isinstance(value, (int, float)) for value in values):
            return list(self.backend.array(values))
        named = [(name, v) for (name, _), v in zip(given, values, strict=True) if _axes(v)]
        kinds = [self.backend.kind(array) for _, array in named]
        axes: tuple[int, ...] = ()
        for (name, array), kind in zip(named, kinds, strict=True):
            axes = self._broadcast(name, _axes(array), axes)
            if kind != kinds[0]:
                raise LonglagError(
                    f"{name} of law {self.law.name!r} has {self._described(kind)}",
                    f"all arrays have that of {named[0][0]}, {self._described(kinds[0])}",
                    "convert it",
                )
        return list(self._functions["arrays"](*values))

    def _broadcast(
        self, name: str, own: tuple[int, ...], others: tuple[int, ...]
    ) -> tuple[int, ...]:
        pairs = list(zip_longest(reversed(own), reversed(others), fillvalue=1))
        if any(left != right and 1 not in (left, right) for left, right in pairs):
            raise LonglagError(
                f"{name} of shape {own} for law {self.law.name!r}",
                f"it broadcasts with the arguments before it, of shape {others}",
                "give arrays of one shape, or axes of length 1",
            )
        return tuple(right if left == 1 else left for left, right in reversed(pairs))

    def _described(self, kind: tuple[Any, ...]) -> str:
        pairs = zip(self.backend.aspects, kind, strict=True)
        return " and ".join(f"{aspect} {value}" for aspect, value in pairs)

    def _number_or_array(self, name: str, value: Any) -> Any:
        if isinstance(value, Integral) and not isinstance(value, bool):
            value = int(value)
        value = self.backend.prepare("argument", name, value)
        try:
            return float(value) if isinstance(value, int) else value
        except OverflowError:
            raise LonglagError(
                f"{name} of law {self.law.name!r}",
                "it is larger than every double",
                "give a smaller number, or use the mpmath backend",
            ) from None

    def _check(self, name: str, value: Any, domain: Interval) -> None:
        """Refuse what lies outside; NaN compares as outside, and infinity is no number here."""
        low, high = float(domain.start), float(domain.end)
        above = value > low if domain.left_open else value >= low
        below = value < high if domain.right_open else value <= high
        if not (self.backend.holds(above) and self.backend.holds(below)):
            raise LonglagError(
                f"{name} = {_first_outside(value, above & below)} of law {self.law.name!r}",
                f"every value lies in {'(' if domain.left_open else '['}{low:g}, {high:g}"
                f"{')' if domain.right_open else ']'}",
                "choose a value inside",
            )

    def _check_lag(self, lag: Any, parameters: Sequence[Any]) -> None:
        start = self.law.start
        number = self._functions["start"](*parameters) if start.free_symbols else float(start)
        if not self.backend.holds(lag >= number):
            raise LonglagError(
                f"ell = {_first_outside(lag + 0 * number, lag >= number)} of law {self.law.name!r}",
                f"lags begin at {start}",
                "choose a larger one",
            )


def _first_outside(value: Any, inside: Any) -> str:
    """The first entry of an array, or the number, that a condition does not hold for."""
    entry = value[~inside].ravel()[0] if _axes(value) else value
    return f"{float(entry):g}"


def _axes(value: Any) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))


def _interval(name: str, domain: Set) -> Interval:
    if isinstance(domain, Interval) and domain.start.is_number and domain.end.is_number:
        return domain
    raise LonglagError(
        f"{name} in {domain}",
        "generated functions check intervals between numbers",
        "give the law an Interval for it",
    )
