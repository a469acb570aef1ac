"""The letters of the chapter on stability, and what they stand for."""

from __future__ import annotations

from sympy import Expr, Integer

from longlag.derivations.results import Letters

_LETTERS = Letters()
_letter = _LETTERS.add

RADIUS = _letter("r", r"the largest $|\lambda|$ with $\rho(G(\lambda)) = 1$, or of $D$ if larger")
FOUND = _letter(r"\hat{r}", "the largest modulus of an eigenvalue of $J$ with drawn weights")
CRITICAL = {
    "plain": _letter(r"g_{\mathrm{plain}}", r"gain of all maps of a plain cell with $r = 1$"),
    "gru": _letter(r"g_{\mathrm{GRU}}", "the same of PyTorch's GRU at rest, without biases"),
    "lstm": _letter(r"g_{\mathrm{LSTM}}", "the same of an LSTM"),
}
EXPONENT = _letter(r"\lambda_1", "largest Lyapunov exponent of a network without input")

SHARE = _letter("x", r"share of the directions, $i/H$ of the $i$-th exponent")
SPECTRUM = _letter(
    r"\lambda_x", r"Lyapunov exponent of products of $D + \sigma W$, fresh $W$ in each step"
)
TIED_SPECTRUM = _letter(r"\tilde{\lambda}_x", "the same with one $W$ in all steps")
MODULUS = _letter(
    r"q_x", r"quantile of $|D + \sigma z|$, $z$ uniform on the unit disc, above which are $x$"
)
SLOPE = _letter(
    r"\hat{s}", r"slope of the mean of $\ln \mathrm{AI}_{10}$ over the lag, of sampled networks"
)
GAP = _letter(r"s", r"$\lambda_0 - \lambda_{9/H}$ of $\mathrm{diag}(b) W$ by mean field")
DIMENSION = _letter(r"\hat{D}", "Kaplan-Yorke dimension of the attractor of sampled networks")
MEAN_DIMENSION = _letter(r"D_{\infty}", "the same of the exponents by mean field")

SQUARE = _letter(r"Q_{\ell}", r"$E\, \|M_{\ell}\|_F^2/(SH)$ with fresh weights in each step")
MOMENT = _letter(r"\bar{v}_{\ell}", "mean trace of the recursion, over $S$")
CHI = _letter(r"\chi", r"$E\, \|J\|_F^2/(SH)$, the mean squared singular value")

KEPT = _letter("D", "what equal neurons keep, $J = D + \\sigma W$")
CROSSED = _letter(r"\sigma", r"what crosses $W$, with $E\, \|W\|_F^2 = H$")
TIED = _letter(r"T_{\ell}", r"$\lim_H E\, \|M_{\ell}\|_F^2/H$ with one $W$ in all steps")
TIED_AT_CHI = _letter(r"T_{\ell}^{\chi = 1}", r"the same where $D^2 + \sigma^2 = 1$")
ORTHOGONAL = _letter(r"\hat{T}_{\ell}", r"$\|M_{\ell}\|_F^2/H$ of one drawn Haar orthogonal $W$")
MEAN_ORTHOGONAL = _letter(r"\bar{T}_{\ell}", r"the mean of $\hat{T}_{\ell}$, for $H$ neurons")
NEURONS = _letter("H", "neurons")
FRESH_AT_CHI = _letter(
    r"Q_{\ell}^{\chi = 1}", r"the same with fresh matrices, where $D^2 + \sigma^2 = 1$"
)
FRESH = _letter(r"\hat{Q}_{\ell}", r"$\|M_{\ell}\|_F^2/H$ of drawn orthogonal $W$, fresh each step")

#: The constant gate on which tied weights are shown: s = 1/20, ℓ = 144, H = 256.
GATE, SHOWN_LAG, SHOWN_SIZE = Integer(1) / 20, 144, 256


def of_gate(expression: Expr) -> Expr:
    """Return an expression of D and σ at D = 1 − s, σ = s of the constant gate shown."""
    found: Expr = expression.subs({KEPT: 1 - GATE, CROSSED: GATE})
    return found


GLOSSARY = _LETTERS.glossary(
    r"$J = D + \sum_k \mathrm{diag}(b_k) W_k \mathrm{diag}(c_k)$ with independent $W_k$ of "
    r"variance $g_k^2/H$. Of $S$ states $D$ is a block of diagonals, $b_k$ a column and $c_k$ a "
    r"row of them; where the map $k$ acts on the map $l$, $m_{kl}$ is what it takes of it. "
    r"$G_{kl}(\lambda) = g_k^2 \langle |m_{kl} + c_k (\lambda - D)^{-1} b_l|^2 \rangle$ over the "
    r"neurons, and $\rho$ is the spectral radius of that small matrix."
)
