"""What the displays about networks and published rates came from, for them to be read back."""

from __future__ import annotations

from sympy import Abs, IndexedBase, Integral, Product, S, Sum, Symbol, binomial, oo, pi

from longlag.theory.notation import ell, learning_rate
from longlag.theory.readback import TIME, Name, ReadBack, Verbatim, read_back, said
from longlag.theory.tex.names import ANY, Family, Key, Quantity

_S = Symbol("s", positive=True)


def constant_gate() -> dict[str, ReadBack]:
    """Return the readings of the section on a constant gate at all orders."""
    norm, circle, entry = (Symbol(name, real=True) for name in ("norm", "circle", "entry"))
    theta, k = Symbol("theta", real=True), Symbol("k", integer=True)
    mean = Integral(Abs(1 - _S + _S * circle) ** (2 * ell), (theta, 0, 2 * pi)) / (2 * pi)
    phrases = {r"\frac{1}{H} \|M_{t,\ell}\|_F^2": norm, r"e^{i\theta}": circle}
    expanded = Sum(binomial(ell, k) * (1 - _S) ** (ell - k) * _S**k * entry, (k, 0, ell))
    return {
        "diagonal": read_back(
            said(Name(r"M_{t,\ell}^{(qq)}"), "=", expanded), phrases={r"(W^k)_{qq}": entry}
        ),
        "norm": read_back(said(norm, "→", mean), said(Symbol("H"), "→", oo), phrases=phrases),
        "power_law": read_back(
            said(mean, "∼", (4 * pi * _S * (1 - _S) * ell) ** -S.Half),
            said(ell, "→", oo),
            phrases=phrases,
        ),
        "exponential_norm": read_back(said(norm, "→", (1 - _S) ** (2 * ell)), phrases=phrases),
    }


def trained() -> dict[str, ReadBack]:
    """Return the readings of the section on trained networks."""
    gap, error, bound = (Symbol(name, real=True) for name in ("gap", "error", "bound"))
    return {
        "autograd": read_back(
            said(
                Verbatim(r"\operatorname{diag} M_{t,\ell}"),
                "=",
                Verbatim(r"\operatorname{diag} \frac{\partial h_t}{\partial h_{t-\ell}}"),
            )
        ),
        "lag_one": read_back(
            said(gap, "=", S.Zero),
            said(ell, "=", S.One),
            phrases={r"\| \operatorname{diag} M_{t,\ell} - \mu_{t,\ell} \|_1": gap},
        ),
        "remainder": read_back(
            said(error, "≤", bound),
            phrases={
                r"| \mathbb{E}\, M^{(qq)}_{t,\ell} - \mathbb{E}\, \mu^{(q)}_{t,\ell} |": error,
                r"\mathbb{E} [ \prod_j (d_j + r_j) - \prod_j d_j - \sum_j r_j "
                r"\prod_{i \ne j} d_i ]": bound,
            },
        ),
    }


def surrogate() -> dict[str, ReadBack]:
    """Return the readings of the published zeroth order of the GRU, and of the gate term."""
    gate, reset, j = IndexedBase("z"), IndexedBase("r"), Symbol("j", integer=True)
    opened, kept = 1 - gate[TIME - j], reset[TIME - j]
    products = [Product(each, (j, 0, ell - 1)) for each in (opened, kept, opened * kept)]
    return {
        "gate_term_of_the_updated_state": read_back(
            said(
                Name("G_t"),
                "=",
                Verbatim(r"\operatorname{diag}\bigl(z_t (1 - z_t) (n_t - h_t)\bigr) W_z"),
            )
        ),
        "gru_surrogate": read_back(
            said(Name(r"\mu^{(q)}_{0}(t,\ell)"), "=", learning_rate * sum(products)),
            others={
                Key(r"\bar{z}", ANY, "(q)"): Family(gate, 1, S.Reals),
                Key("r", ANY, "(q)"): Family(reset, 1, S.Reals),
                Key("t"): Quantity(TIME),
            },
        ),
    }


def layer_norm() -> dict[str, ReadBack]:
    """Return the reading of the published factor of LayerNorm."""
    normalised, deviation, mean = (Symbol(n, real=True) for n in ("p", "sigma_p", "average"))
    spread, epsilon = Symbol("spread", real=True), Symbol("epsilon", positive=True)
    return {
        "layer_norm_factor": read_back(
            said(
                Verbatim(r"\frac{\partial}{\partial h_{t-1}} \operatorname{LayerNorm}(p_t)"),
                "=",
                Verbatim(
                    r"\frac{1}{\sigma_p} \operatorname{diag}(\gamma) \Bigl( I - \tfrac{1}{H} "
                    r"\mathbf{1} \mathbf{1}^{\top} - \tfrac{1}{H} z z^{\top} \Bigr) W"
                ),
            ),
            said(Name("z"), "=", (normalised - mean) / deviation),
            said(deviation**2, "=", spread + epsilon),
            phrases={
                r"\langle p \rangle": mean,
                r"\langle (p - \langle p \rangle)^2 \rangle": spread,
            },
        )
    }


__all__ = ["constant_gate", "layer_norm", "surrogate", "trained"]
