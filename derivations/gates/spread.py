"""Gates whose rates are spread over the neurons like a Gamma law: a power law from a gate."""

from __future__ import annotations

import torch
from scipy.stats import gamma
from sympy import Expr, Function, IndexedBase, Integral, S, Sum, Symbol, exp, oo

from longlag.derivations.gates.networks import (
    LAGS,
    WEIGHT_SCALE,
    Gated,
    exact_diagonals,
    gated_network,
)
from longlag.derivations.window.law import window_items
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.notation import WINDOW, ell, neurons
from longlag.theory.readback import Name, ReadBack, read_back, said
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.spectrum import law_of
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Level,
    Settings,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.tex.names import ANY, Family, Key
from longlag.theory.window.formula import formula
from longlag.theory.window.window import learnability_window

#: Neurons; that many quantiles of the spectrum are off by at most 1/(2H) in the mean.
_SIZE = 96
_SHAPES, _SCALES = (0.7, 1.5), (0.3, 0.8)
_MOST_NETWORKS = 2
_SHAPE, _SCALE = positive("b"), positive("theta")


def _reading(envelope: Expr) -> ReadBack:
    """The mean over the neurons, and the average that it tends to."""
    gates, q, rate = IndexedBase("z"), Symbol("q", integer=True), Symbol("nu", positive=True)
    mean = Sum((1 - gates[q]) ** ell, (q, 1, neurons)) / neurons
    average = Integral(Function("p")(rate) * exp(-rate * ell), (rate, 0, oo))
    return read_back(
        said(Name(r"f(\ell)"), "=", mean, "→", average, "=", envelope),
        said(neurons, "→", oo),
        others={Key("z", ANY): Family(gates, 1, S.Reals)},
        ranges={"q": (S.One, neurons)},
    )


def spread_gates() -> Derivation:
    """Return the section: gates with Gamma-distributed rates, their envelope and window."""
    law = law_of(SPECTRA["gamma_rates"])
    tex = (
        r"f(\ell) = \frac{1}{H} \sum_q \bigl(1 - z_q\bigr)^{\ell} \to "
        r"\int_0^{\infty} p(\nu) \, e^{-\nu \ell} \, d\nu = "
        rf"{formula(law.envelope)} \qquad (H \to \infty)"
    )
    claim = Claim(
        Statement(
            "envelope",
            Kind.LIMIT,
            tex,
            ("zeroth order: recurrent weights small",),
            reading=_reading(law.envelope),
        ),
        spread_verdict,
        title="Envelope",
        text=r"A mixture over neurons with $p$ the Gamma density of shape $b$ and scale $\theta$.",
        stated={"envelope": law.envelope},
        wrong={
            "twice the exponent": {"envelope": (1 + _SCALE * ell) ** (-2 * _SHAPE)},
            "of the mean rate": {"envelope": exp(-_SHAPE * _SCALE * ell)},
            "the scale upside down": {"envelope": (1 + ell / _SCALE) ** -_SHAPE},
        },
    )
    text = Text(
        r"Each neuron of a diagonal gate has its own constant gate $z_q = 1 - e^{-\nu_q}$, and the "
        r"rates $\nu_q$ are spread over the neurons like a Gamma law. A finite network leaves the "
        r"power law at lags beyond its slowest time scale, $\max_q 1/\nu_q$."
    )
    items = (text, claim, *window_items(learnability_window(law)))
    return Derivation(
        "spread_gate_window", "From spread gates to a power-law window", items, glossary=WINDOW
    )


def spread_verdict(settings: Settings, *, envelope: Expr) -> Verdict:
    """Compare the law with the exact diagonal of networks with spread gates.

    Args:
        settings: examples and seed.
        envelope: the stated f over ``ell``, b and theta.

    Returns:
        measured where the gap stays within the remainder bound of order 0 plus 1/(2H): the mean of
        a monotone function over H midpoint quantiles is off by at most half its range over H.
    """
    gates = tuple(positive(f"z{q}") for q in range(1, _SIZE + 1))
    gated = Gated(PAPER_CELLS["diag_gate"], {"z": gates})
    worst = 0.0
    for example in range(min(settings.examples, _MOST_NETWORKS)):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + example)
        shape, scale = (
            low + (high - low) * float(torch.rand((), generator=generator))
            for low, high in (_SHAPES, _SCALES)
        )
        rates = gamma.ppf((torch.arange(_SIZE).double() + 0.5).numpy() / _SIZE, shape, scale=scale)
        kept = -torch.expm1(-torch.from_numpy(rates))
        values = dict(zip((gate.name for gate in gates), kept.tolist(), strict=True))
        network = gated_network(gated, values, generator, size=_SIZE)
        given = envelope.subs({_SHAPE: shape, _SCALE: scale})
        for lag, exact, bound in exact_diagonals(gated.cell, network):
            error = abs(float(given.subs(ell, lag)) - exact)
            tolerance = bound + 0.5 / _SIZE
            worst = max(worst, error / tolerance)
            if error > tolerance:
                return Verdict(
                    level=Level.REFUTED,
                    method="exact diagonal by autograd",
                    error=error,
                    tolerance=tolerance,
                    seed=settings.seed,
                    counterexample=f"lag {lag}, b = {shape:.4g}, theta = {scale:.4g}: "
                    f"exact {exact:.6g}",
                )
    return Verdict(
        level=Level.MEASURED,
        method=f"exact diagonal by autograd, H = {_SIZE}, weights N(0, {WEIGHT_SCALE**2:g}/H), "
        f"lags {', '.join(map(str, LAGS))}: within the remainder bound and 1/(2H)",
        points=min(settings.examples, _MOST_NETWORKS),
        error=worst,
        tolerance=1.0,
        seed=settings.seed,
    )
