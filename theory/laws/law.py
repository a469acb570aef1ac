"""A decay law: the envelope f(ℓ) of what a network still knows after ℓ steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
from sympy import Expr, Integer, Interval, S, Set, Symbol, nan, oo, zoo

from longlag.theory.errors import LonglagError
from longlag.theory.laws.letters import check_letters, marks, tex_letter
from longlag.theory.notation import ell, of_lag
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import as_expression, parameter_values, validate_name
from longlag.theory.typeset.author import letter
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

#: Of what an envelope is made.
_OF_A_LAW = "build it from longlag.theory.ell, symbols and SymPy functions"


@dataclass(frozen=True)
class DecayLaw(Shown):
    """An envelope f(ℓ), positive and in the end decreasing or constant.

    Args:
        name: an identifier.
        envelope: f over ``ell`` and the parameters.
        domains: for every parameter, the set it lives in; those left out are positive.
        smallest_lag: where lags begin; by default 0, or 1 where f is not finite at 0.
        description: a few words.
        source: where it is used.

    >>> from longlag.theory.scalar.parameters import positive
    >>> b = positive("b")
    >>> DecayLaw("zipf", ell**-b).start
    1
    >>> print(DecayLaw("zipf", ell**-b).latex())
    f(\\ell) = \\ell^{- b}
    """

    name: str
    envelope: Expr
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    smallest_lag: Expr | int | None = None
    description: str = ""
    source: str = ""

    def __repr__(self) -> str:
        return described(
            f"law {self.name}: f(ell) = {self.envelope}, ell >= {self.start}", "domains", "latex()"
        )

    def __post_init__(self) -> None:
        validate_name("law", self.name)
        envelope = as_expression(f"envelope of law {self.name!r}", self.envelope, _OF_A_LAW)
        domains = {s: self.domains.get(s, assumed_domain(s)) for s in _parameters(envelope)}
        strangers = sorted(str(symbol) for symbol in set(self.domains) - set(domains))
        if strangers:
            raise LonglagError(
                f"domains of {strangers} in law {self.name!r}",
                f"only parameters of the envelope {envelope} have domains",
                "remove them or correct their names",
            )
        if self.smallest_lag is not None and as_expression("lag", self.smallest_lag).is_negative:
            raise LonglagError(
                f"smallest lag {self.smallest_lag} of law {self.name!r}",
                "lags are not negative",
                "give 0 or more",
            )
        names = [symbol.name for symbol in domains]
        for name in names:
            if name == ell.name or names.count(name) > 1:
                raise LonglagError(
                    f"envelope {envelope} of law {self.name!r}",
                    f"two different symbols are called {name!r}",
                    "use one; the lag is longlag.theory.ell" if name == ell.name else "use one",
                )
        _require_lag(self.name, envelope, self.domains)
        check_letters(f"law {self.name!r}", domains, envelope)
        object.__setattr__(self, "envelope", envelope)
        object.__setattr__(self, "domains", domains)

    def __hash__(self) -> int:
        return hash((self.name, self.envelope, self.smallest_lag))

    @property
    def start(self) -> Expr:
        """The smallest lag."""
        if self.smallest_lag is None:
            return _smallest_lag(self.envelope)
        return as_expression("smallest lag", self.smallest_lag)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters, in alphabetic order."""
        return tuple(self.domains)

    @property
    def marks(self) -> dict[Symbol, Symbol]:
        """The parameters that bear a letter of the window, and what they are displayed as."""
        return marks(self.parameters, self.envelope)

    @property
    def displayed(self) -> DecayLaw:
        """The same law with its letters told apart from those of the window.

        >>> from longlag.theory.scalar.parameters import positive
        >>> samples = positive("N")
        >>> DecayLaw("law", samples / ell).displayed.envelope
        N_f/ell
        """
        marked = self.marks
        if not marked:
            return self
        start = self.smallest_lag
        return replace(
            self,
            envelope=self.envelope.xreplace(marked),
            domains={marked.get(symbol, symbol): domain for symbol, domain in self.domains.items()},
            smallest_lag=start.xreplace(marked) if isinstance(start, Expr) else start,
        )

    def _lines(self) -> list[str]:
        shown = self.displayed
        names = {s: letter(s.name, tex_letter(s.name)) for s in shown.parameters}
        return [f"{of_lag('f')} &= {scalar_tex(shown.envelope, names)}"]

    def values(self, given: Mapping[Any, Any]) -> dict[Symbol, Expr]:
        """Return a number for every parameter, checked against its domain.

        Args:
            given: parameter, by symbol or by name, ↦ a real number; floats are read as the
                decimals that they print as.

        Raises:
            LonglagError: a parameter that is missing, unknown, not real or outside its domain.

        >>> from longlag.theory.scalar.parameters import positive
        >>> DecayLaw("zipf", ell ** -positive("b")).values({"b": 0.5})
        {b: 1/2}
        """
        return parameter_values(f"law {self.name!r}", self.domains, given)


def _require_lag(name: str, envelope: Expr, domains: Mapping[Symbol, Set]) -> None:
    """Refuse a law that has its lag under another name, and would be taken for a constant."""
    letters = envelope.free_symbols - set(domains)
    if envelope.has(ell) or not letters or envelope.is_polynomial(*letters):
        return
    raise LonglagError(
        f"envelope {envelope} of law {name!r}",
        "a decay law depends on the lag, which is longlag.theory.ell, and this one does not",
        "write it in ell; of a constant give the domains of its parameters",
    )


def _parameters(envelope: Expr) -> list[Symbol]:
    return sorted(envelope.free_symbols - {ell}, key=lambda symbol: str(symbol.name))


def assumed_domain(symbol: Symbol) -> Set:
    """Return where a parameter lives by its own assumptions.

    Args:
        symbol: of a law that gives no domain for it.

    >>> assumed_domain(Symbol("b", positive=True))
    Interval.open(0, oo)
    """
    low = 0 if symbol.is_nonnegative else -oo
    high = 0 if symbol.is_nonpositive else oo
    domain = Interval(low, high, bool(symbol.is_positive), bool(symbol.is_negative))
    return domain.intersect(S.Integers) if symbol.is_integer else domain


def _smallest_lag(envelope: Expr) -> Expr:
    """0 where f is finite and real there, else 1."""
    try:
        if envelope.free_symbols == {ell}:
            # Not by subs, which works on a tower of exponentials for ever.
            value = evaluate(envelope, {ell: 0})
            usable = bool(mpmath.isfinite(value)) and not isinstance(value, mpmath.mpc)
            return Integer(0) if usable else Integer(1)
        start = envelope.subs(ell, 0)
        usable = not start.has(oo, -oo, zoo, nan) and start.is_real is not False
        if usable and start.is_number:
            # SymPy leaves expint(1, 0) as it is.
            usable = bool(mpmath.isfinite(evaluate(start, {})))
    except (ArithmeticError, LonglagError, ValueError):
        # Infinities that SymPy does not compare, in Min and Max; ranges such as that of sin(1/0).
        usable = False
    return Integer(0) if usable else Integer(1)
