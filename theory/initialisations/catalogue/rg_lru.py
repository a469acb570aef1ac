"""The real-gated linear recurrent unit of Griffin, by its text and by its published code."""

from sympy import Expr, Integer, Rational, S, exp, log

from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.notation import ell

_LOW, _HIGH = Rational(9, 10), Rational(999, 1000)
_SOURCE = "De et al. 2024, arXiv 2402.19427"
#: A recurrence gate that is open to 26 digits, as σ of it.
_OPEN = Integer(60)

_UNIFORM = _LOW + (_HIGH - _LOW) * chance
_SQUARED = _LOW**2 + (_HIGH**2 - _LOW**2) * chance


def _parameter(kept: Expr, gate: Expr) -> Expr:
    """Λ with a = exp(−8 softplus(Λ) r) for a share a."""
    return log(exp(-log(kept) / (8 * gate)) - 1)


rg_lru_text = Initialisation(
    "rg_lru_text",
    _UNIFORM,
    (_HIGH ** (ell + 1) - _LOW ** (ell + 1)) / ((_HIGH - _LOW) * (ell + 1)),
    cell="rg_lru",
    realised={"Lambda": _parameter(_UNIFORM, S.One), "r": _OPEN},
    description="as its paper says: a^c uniform on (.9, .999), recurrence gate open",
    source=_SOURCE,
)

rg_lru_code = Initialisation(
    "rg_lru_code",
    _SQUARED**2,
    (_HIGH ** (4 * ell + 2) - _LOW ** (4 * ell + 2)) / ((_HIGH**2 - _LOW**2) * (2 * ell + 1)),
    cell="rg_lru",
    realised={"Lambda": _parameter(_SQUARED**2, Rational(1, 2))},
    description="as its code draws: rad² uniform on (.9², .999²), a = rad^(8r), gate half open",
    source=_SOURCE,
)
