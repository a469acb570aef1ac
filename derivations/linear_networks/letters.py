"""The letters of linear networks, and what they stand for."""

from __future__ import annotations

from sympy import Expr

from longlag.derivations.results import Letters
from longlag.theory.linear.second_moments import correlation
from longlag.theory.memory.reparametrisation import REPARAMETRISATIONS, multiplier

_LETTERS = Letters()
_letter = _LETTERS.add

UNITS = _letter("n", "units of the network, with distinct multipliers")
LAMBDA = _letter(r"\lambda", r"the multiplier of a unit, $h_t = \lambda h_{t-1} + x_t$")
OTHER = _letter(r"\mu", "the multiplier of another unit")
CAPACITY = _letter("C", r"$\sum_{\ell \ge 0} R_{\ell}$")
RECALLED = _letter(r"R_{\ell}", r"share of the variance of $x_{t-\ell}$ that a readout recalls")
RECALLED_BEFORE = _letter(r"R_{\ell-1}", "the same one lag before")
STEP = _letter(r"b_{\ell}", r"coefficient of $z^{\ell}$ in $\prod_i (z-\lambda_i)/(1-\lambda_i z)$")
LAST = _letter(r"\ell_r", r"the last lag with $R_{\ell} \ge r^2$")
SHARE = _letter("r", "correlation of the readout with what it recalls, in $(0, 1]$")
BY_INVERSE = _letter(
    r"\tilde{C}", r"$C$ by a pseudo-inverse in float64, for 16 multipliers evenly in $[.5, .95]$"
)
BY_FILTERS = _letter(r"\hat{C}", "the same by all-pass filters, without an inverse")
REGRESSED = _letter(r"\hat{R}_{\ell}", "the share that a regression on a simulated network finds")

RHO = _letter(r"\rho", "correlation of neighbouring inputs, $E\\, x_t x_{t-k} = \\rho^{|k|}$")
POWER = _letter("P", r"$E\, h_t^2$")
SENSITIVITY = _letter("G", r"$E\, (\partial h_t/\partial\lambda)^2$")
NORMALISED = _letter(
    r"S", r"$E\, (\partial\tilde{h}_t/\partial\lambda)^2$ with $\tilde{h} = \sqrt{1-\lambda^2}\, h$"
)
LEARNT = _letter(
    r"S_{\tanh}", r"$E\, (\partial\tilde{h}_t/\partial\theta)^2$, $\lambda = \tanh\theta$"
)
_OF_MAP = {
    name: _letter(
        rf"S_{{\mathrm{{{name}}}}}",
        rf"$E\, (\partial\tilde{{h}}_t/\partial\theta)^2$ of the map “{name}”",
    )
    for name in REPARAMETRISATIONS
}
ANGLE = _letter(
    r"S_{\varphi}",
    r"$E\, |\partial\tilde{h}_t/\partial\varphi|^2$ for $|\lambda| e^{i\varphi}$ and $\rho = 0$",
)
CURVATURE = _letter("k", r"curvature of the rational map, $\lambda = e^{-1/(k\theta^2+b)}$")

KEPT = _letter("q", "$a^2 - c^2$ of a mode")
SPEED = _letter(r"\dot{q}", "its change along gradient flow")
TIME = _letter("t", "time of gradient flow")
PRODUCT = _letter("p", "$a c$, what a mode makes of its input at $b$ held, from $a = c$")
START = _letter("p_0", "its start")
DRIVE = _letter("A", r"$\sum_i s_i b^{T-i}$")
RESISTANCE = _letter("B", r"$\sum_i b^{2(T-i)}$")
HALF_TIME = _letter(r"t_{1/2}", "when $p$ is half of its plateau $A/B$")
LEAD = _letter("z", "$A/(B p_0)$, the plateau of a mode over its start")
LOSS = _letter("E", "mean loss of a mode under white input of unit variance")
MODE_LOSS = _letter(r"E_{\Sigma}", r"$\tfrac12 \sum_{i \le T} (s_i - c\, b^{T-i} a)^2$")
LATE = _letter(r"t_{\mathrm{late}}", "when the loss has fallen by half, of a task at the last step")
EARLY = _letter(r"t_{\mathrm{early}}", "the same of a task at the first step")
GAP = _letter(r"g", "distance of $a, b, c$ under gradient descent from the flow, over its step")
GAP_AT_ZERO = _letter("g_0", "its limit for small steps")

#: Letters that are written as they are named.
OWN = {
    letter: letter.name
    for letter in (UNITS, LAMBDA, OTHER, RHO, TIME, START, DRIVE, RESISTANCE, LEAD)
}


def weighed(name: str, power: int) -> Expr:
    """Return (1−λ)^power E (∂h̃/∂θ)² of a map."""
    found: Expr = (1 - LAMBDA) ** power * _OF_MAP[name]
    return found


def lettered(expression: Expr) -> Expr:
    """Return an expression of the theory in the letters of the chapter."""
    found: Expr = expression.subs({multiplier: LAMBDA, correlation: RHO})
    return found


GLOSSARY = _LETTERS.glossary(
    r"A linear network is taken apart into units $h_t = \lambda h_{t-1} + x_t$. For recall $x$ is "
    r"white, of unit variance, and all units see it; for sensitivity it is correlated; a mode of "
    r"learning has an input $a$, a multiplier $b$ and a gain $c$, and the loss "
    r"$\tfrac12 \sum_{i \le T} (s_i - c\, b^{T-i} a)^2$."
)
