"""LayerNorm on a candidate: the dense factor of the Jacobian, derived and compared with the paper.

arXiv 2512.05790 multiplies the recurrent weight of a normalised pre-activation p by
diag(γ)/σ_p · (I − 11ᵀ/H − zzᵀ/H), z = (p − mean)/σ_p. longlag derives it from the two means.
"""

from __future__ import annotations

import sympy
from sympy import Interval, Rational, S

from longlag.derivations.rates import networks_readings
from longlag.numerics.checks.symbolic import zero_verdict
from longlag.theory.cells.cell import Cell
from longlag.theory.language.explicit import explicit_matrix
from longlag.theory.language.maps import DenseWeight, MapValue, SharedMapValue, recurrent
from longlag.theory.language.matrix import (
    IDENTITY,
    Diagonal,
    Matrix,
    RankOne,
    Weight,
    add,
    multiply,
)
from longlag.theory.language.norms import layer_norm
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.notation import neurons
from longlag.theory.readback import with_readings
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.transport.entrywise import SymbolicEntries
from longlag.theory.transport.jacobian import jacobian

#: Numbers of neurons at which a factor is written out that is not seen to be the derived one.
_SIZES = (2, 3)
_EVERY_SIZE = "entry by entry, at neurons that are symbols, for every H"
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


def published_factor(*, zz_sign: int) -> Matrix:
    """Return the published factor times W, over the neurons of ``normalised_map``.

    Args:
        zz_sign: the sign of zzᵀ.
    """
    centred = MapValue("n") + drive("n") - SharedMapValue("n_mean")
    sigma = sympy.sqrt(SharedMapValue("n_variance") + Rational(1, 100_000))
    gain = parameter("n_gain", Interval(S.Half, 2), per_neuron=True)
    z = centred / sigma
    dense = add(IDENTITY, RankOne(S.NegativeOne, 1 / neurons), RankOne(zz_sign * z, z / neurons))
    return multiply(Diagonal(gain / sigma), dense, Weight(DenseWeight("n")))


def factor_verdict(settings: Settings, *, zz_sign: int) -> Verdict:
    """Compare the derived Jacobian with the published factor: for every H, else in 50 digits.

    Args:
        settings: digits and seed.
        zz_sign: see ``published_factor``.
    """
    derived, stated = jacobian(normalised_map()), published_factor(zz_sign=zz_sign)
    if SymbolicEntries(derived.cell).agree(derived.matrix, stated):
        return Verdict(level=Level.PROVED, method=_EVERY_SIZE)
    graph = derived.cell.graph
    differences = [
        derived.to_explicit(size) - explicit_matrix(stated, graph, size) for size in _SIZES
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
    found = Derivation("layer_norm", "LayerNorm on a candidate", (text, claim))
    return [with_readings(found, networks_readings.layer_norm())]
