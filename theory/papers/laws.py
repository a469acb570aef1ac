r"""A decay law that a paper names or writes: what is derived from it, for the paper's displays.

``% longlag: law f from polynomial`` or ``% longlag: f(\ell) = c \ell^{-b}, c > 0, b > 0`` lets

====================  =============================================================================
``f(\ell)``           be the envelope
``N(\ell)``           be the sequences that a lag needs, A f(ℓ)^{−κ}; N alone is a number
``H_N``               be the longest lag that N sequences teach, where it has a closed form
``A``, ``\kappa``     be the sequences that a lag with f = 1 needs, and the concentration exponent
====================  =============================================================================

Letters that the paper has declared stand for those of the law; the others come with its domains.
``with H_N as L_N, N as M`` names them otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Dummy, Expr, Interval, Set, Symbol, latex, oo

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.papers.letters import renamings, require_known
from longlag.theory.tex import Declarations
from longlag.theory.tex.names import Definition, Key, Quantity
from longlag.theory.tex.tokens import Token, refusal
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window

#: The letters of a window by their names.
_WINDOW = {"N": SAMPLES, "A": COST, r"\kappa": KAPPA}


def declare_law(
    declarations: Declarations,
    note: Token,
    name: str,
    law: DecayLaw,
    renamed: str,
    own: Mapping[Symbol, Symbol] | None = None,
) -> None:
    """Let names of a paper stand for what is derived from a law.

    Args:
        declarations: that hold from there on.
        note: the comment.
        name: of the envelope; empty where it is declared already.
        law: the decay law.
        renamed: the author's letters, ``H_N as L_N``.
        own: letters of the law ↦ symbols of the paper, where they are known.

    Raises:
        LonglagError: a name is declared already, or what is written is no decay law.
    """
    letters = renamings(renamed, note)
    require_known(letters, [*_WINDOW, "H_N"], f"the law {name or law.name}", note)
    binding = _Binding(declarations, law, letters, dict(own or {}))
    if name:
        lag, body = binding.of_lag(law.envelope)
        declarations.stand(name, Definition((lag,), body), note)
    try:
        window = learnability_window(law)
    except LonglagError as error:
        raise refusal(note, f"{error.value}: {error.rule}", error.remedy) from None
    lag, size = binding.of_lag(window.sample_size)
    samples = binding.symbol(SAMPLES)
    key = declarations.key(letters.get("N", "N"))
    declarations.names.entities[key] = Quantity(samples, Definition((lag,), size))
    horizon = declarations.key(letters.get("H_N", "H_N"))
    if window.horizon is None:
        declarations.names.withhold(
            horizon, "it has no closed form for this law", "state what f(H_N) is, and bound that"
        )
    else:
        declarations.names.add(horizon, Quantity(binding.written(window.horizon)), note)


def law_of_definition(
    declarations: Declarations, note: Token, definition: Definition
) -> tuple[DecayLaw, dict[Symbol, Symbol]]:
    """Return a law that a paper writes, and its letters ↦ symbols of the paper.

    Args:
        declarations: what they are.
        note: the comment.
        definition: f as a function of the lag.
    """
    if len(definition.parameters) != 1:
        raise refusal(note, "a law is a function of the lag", r"write f(\ell) = c \ell^{-b}")
    (lag,) = definition.parameters
    own: dict[Symbol, Symbol] = {}
    domains: dict[Symbol, Set] = {}
    for symbol in sorted(definition.body.free_symbols - {lag}, key=str):
        domain = declarations.domains[symbol]
        # No window has such a letter.
        letter = Symbol(f"P_{len(own) + 1}", real=True, positive=_is_positive(domain) or None)
        own[letter], domains[letter] = symbol, domain
    back = {symbol: letter for letter, symbol in own.items()}
    envelope = definition.body.xreplace({**back, lag: ell})
    try:
        return DecayLaw("law", envelope, domains), own
    except LonglagError as error:
        raise refusal(note, f"{error.value}: {error.rule}", error.remedy) from None


def _is_positive(domain: Set) -> bool:
    return bool(domain.inf > 0 or (domain.inf == 0 and 0 not in domain))


class _Binding:
    """The letters of a law and its window in a paper."""

    def __init__(
        self,
        declarations: Declarations,
        law: DecayLaw,
        letters: Mapping[str, str],
        own: dict[Symbol, Symbol],
    ) -> None:
        self.declarations, self.law, self.letters, self.own = declarations, law, letters, own

    def of_lag(self, value: Expr) -> tuple[Symbol, Expr]:
        """Return an expression in the symbols of the paper, and the symbol of the lag in it."""
        lag = Dummy("ell", real=True)
        return lag, self.written(value).subs(ell, lag)

    def written(self, value: Expr) -> Expr:
        """Return an expression in the symbols of the paper."""
        symbols = sorted(value.free_symbols - {ell}, key=str)
        written: Expr = value.xreplace({symbol: self.symbol(symbol) for symbol in symbols})
        return written

    def symbol(self, symbol: Symbol) -> Symbol:
        """Return the symbol of the paper for a letter of the law or its window."""
        if symbol not in self.own:
            self.own[symbol] = self._found(symbol)
        return self.own[symbol]

    def _found(self, symbol: Symbol) -> Symbol:
        known = {own.name: own for own in self.declarations.domains}
        default = next((name for name, each in _WINDOW.items() if each == symbol), latex(symbol))
        tex = self.letters.get(default, default)
        name = tex.replace("\\", "").replace("_{", "_").replace("}", "")
        found = known.get(self._key(tex).plain) or known.get(name) or known.get(symbol.name)
        if found is None:
            found = Symbol(name)
            self.declarations.let(tex, found, self.law.domains.get(symbol, Interval.open(0, oo)))
        return found

    def _key(self, tex: str) -> Key:
        return self.declarations.key(tex)


__all__ = ["declare_law", "law_of_definition"]
