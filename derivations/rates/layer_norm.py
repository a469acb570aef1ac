"""LayerNorm on a candidate: the dense factor of the Jacobian, derived and compared with the paper.

arXiv 2512.05790 multiplies the recurrent weight of a normalised pre-activation p by
diag(γ)/σ_p · (I − 11ᵀ/H − zzᵀ/H), z = (p − mean)/σ_p. longlag derives it from the two means.
"""

from __future__ import annotations

import sympy
from sympy import Matrix, Symbol

from longlag.numerics.checks.symbolic import zero_verdict
from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import drive, layer_norm, recurrent, state
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.transport.jacobian import jacobian

_SIZES = (2, 3)
_TEX = (
    r"\frac{\partial}{\partial h_{t-1}} \operatorname{LayerNorm}(p_t) = "
    r"\frac{1}{\sigma_p} \operatorname{diag}(\gamma) "
    r"\Bigl( I - \tfrac{1}{H} \mathbf{1} \mathbf{1}^{\top} - \tfrac{1}{H} z z^{\top} \Bigr) W, "
    r"\quad z = \frac{p - \langle p \rangle}{\sigma_p}, "
    r"\quad \sigma_p^2 = \langle (p - \langle p \rangle)^2 \rangle + \epsilon"
)


def normalised_map() -> Cell:
    """Return the cell h = LayerNorm(W h₋ + drive): its whole Jacobian is the factor times W."""
    h = state("h")
    return Cell("normalised_map", {h: layer_norm(recurrent("n", h) + drive("n"), "n")})


def published_factor(size: int, *, zz_sign: int) -> Matrix:
    """Return the published factor times W, written out for ``size`` neurons.

    Args:
        size: the number of neurons.
        zz_sign: the sign of zzᵀ.
    """
    neurons = range(1, size + 1)
    weight = Matrix(size, size, lambda q, p: Symbol(f"W_n_{q + 1}_{p + 1}", real=True))
    previous = Matrix([Symbol(f"h_{q}", real=True) for q in neurons])
    p = weight * previous + Matrix([Symbol(f"d_n_{q}", real=True) for q in neurons])
    centred = p - Matrix([sum(p) / size] * size)
    sigma = sympy.sqrt(sum(entry**2 for entry in centred) / size + sympy.Rational(1, 100_000))
    z = centred / sigma
    gain = sympy.diag(*(Symbol(f"n_gain_{q}", real=True) for q in neurons))
    ones = sympy.ones(size, size)
    return gain * (sympy.eye(size) - ones / size + zz_sign * z * z.T / size) * weight / sigma


def factor_verdict(settings: Settings, *, zz_sign: int) -> Verdict:
    """Compare the derived Jacobian with the published factor in 50 digits.

    Args:
        settings: digits and seed.
        zz_sign: see ``published_factor``.
    """
    derived = jacobian(normalised_map())
    differences = [
        derived.to_explicit(size) - published_factor(size, zz_sign=zz_sign) for size in _SIZES
    ]
    method = "the published factor written out for H = " + ", ".join(map(str, _SIZES))
    return zero_verdict(differences, method, settings, expand=False)


def derivations(order: int = 1) -> list[Derivation]:
    """Return the derivation; the order of expansions does not matter here."""
    claim = Claim(
        Statement(
            "layer_norm_factor",
            Kind.IDENTITY,
            _TEX,
            assumptions=(r"$p = W h_{t-1} + d_t$", r"$\langle \cdot \rangle$: mean over neurons"),
            source=Source("arXiv 2512.05790", "LayerNorm on the candidate"),
        ),
        factor_verdict,
        title="The dense factor of LayerNorm",
        text="The Jacobian derived from the two means equals the published factor.",
        stated={"zz_sign": -1},
        wrong={"a plus before zz": {"zz_sign": 1}, "no zz, as of the mean alone": {"zz_sign": 0}},
    )
    text = Text(
        "LayerNorm is written with two means over neurons, so its derivative crosses neurons "
        "without a learned weight; longlag counts these paths to the recurrent part."
    )
    return [Derivation("layer_norm", "LayerNorm on a candidate", (text, claim))]
