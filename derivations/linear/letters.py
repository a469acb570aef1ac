"""The letters of linear recurrences, and what they stand for."""

from __future__ import annotations

from sympy import Expr

from longlag.derivations.results import Letters
from longlag.theory.notation import ell

_LETTERS = Letters()
_letter = _LETTERS.add

ALPHA = _letter(r"\alpha", "what every entry of the state keeps at a step, in $(0, 1]$")
BETA = _letter(r"\beta", "how much of what stands at the key is replaced, in $[0, 2]$")
SIZE = _letter("K", "entries of a key")
REPLACED = _letter("w", r"$K$ times what a factor takes away on average, in $(0, 1]$")
EXPONENT = _letter("p", "gates have the density $p\\, a^{p-1}$ on $(0, 1)$")
GATE = _letter("a", "a gate")
DIAGONAL = _letter(r"d_{\ell}", r"$E\, M_{t,\ell}^{(qq)}$ over the keys")
SQUARE = _letter(r"n_{\ell}", r"$E \|M_{t,\ell}\|_F^2/K$ over the keys")
MEAN_PRODUCT = _letter(r"m_{\ell}", r"$E \prod_{j < \ell} a_{t-j}$")
MEAN_LOGARITHM = _letter(r"g_{\ell}", r"$E \ln \prod_{j < \ell} a_{t-j}$")
OF_CELL = _letter(
    r"\hat{n}_{\ell}",
    r"mean of $\|S_t\|_F^2/\|S_{t-\ell}\|_F^2$ of the cell gated_delta_net, $v = 0$",
)
CENTRE = _letter(r"\mu", r"$-E \ln a$ of correlated gates")
DEVIATION = _letter(r"\sigma", r"standard deviation of their $\ln a$")
CORRELATION = _letter(r"\varphi", r"its correlation at neighbouring steps")
MAMBA_MEAN = _letter("r_1", r"$-\ln E a$ of the gate of the cell mamba, $a = e^{-A\Delta}$")
MAMBA_TYPICAL = _letter("r_2", r"$-E \ln a$ of the same gate")
LEAST_RATE = _letter("r_0", r"$\inf -\ln a$ of the same gate, over all inputs")
SIXTH = _letter("r_6", r"$-\ln E a$ by the first six cumulants of $\ln a$")

#: Letters that are written as they are named.
OWN = {letter: letter.name for letter in (ALPHA, BETA, SIZE, EXPONENT, GATE, REPLACED)}

#: What one factor leaves on average: of the diagonal, and of the squared norm.
KEPT: Expr = ALPHA * (1 - BETA / SIZE)
KEPT_SQUARE: Expr = ALPHA**2 * (1 - BETA * (2 - BETA) / SIZE)


def over_the_lag(factor: Expr) -> Expr:
    """Return the power of one factor that independent ones make over the lag."""
    found: Expr = factor**ell
    return found


GLOSSARY = _LETTERS.glossary(
    r"A linear recurrence has no recurrent part: $M_{t,\ell}$ is a product of factors that depend "
    r"on the inputs alone, here drawn independently at every step. A delta rule has "
    r"$\alpha (I - \beta k k^{\top})$ with unit keys that prefer no direction, $E\, k k^{\top} = "
    r"I/K$; a gated recurrence has numbers $a \in (0, 1)$."
)
