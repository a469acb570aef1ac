"""From a gate to its learnability window, in the gate's own symbols, and on real networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

import torch
from sympy import Add, Expr, Rational, Symbol
from sympy import log as ln

from longlag.derivations.gates.networks import (
    LAGS,
    WEIGHT_SCALE,
    Gated,
    exact_diagonals,
    gated_network,
)
from longlag.derivations.gates.spread import spread_gates
from longlag.derivations.rates.readings import of_rates
from longlag.derivations.rates.wrong_versions import (
    mistakes,
    nothing_leaks,
    rates_of_twice_the_leak,
)
from longlag.derivations.window.law import window_items
from longlag.numerics.checks import CHECKS, Subject, combine, subject
from longlag.theory.bridges.gates import UNIT, gate_growth, keep_factor
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import WINDOW, ell
from longlag.theory.readback import Name, Verbatim, of_relation, read_back, said
from longlag.theory.scalar.parameters import positive
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Level,
    Relation,
    Settings,
    Statement,
    Text,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.transport.rates import effective_learning_rates, rate_latex
from longlag.theory.typeset.shown import aligned
from longlag.theory.verify import claim
from longlag.theory.window.formula import domain_latex, formula
from longlag.theory.window.window import learnability_window

_SIZE = 24
#: Gates are drawn between these: the envelope is then visible over all the lags.
_SLOWEST, _FASTEST = 0.02, 0.4
_RATE_CHECKS = ("parts", "rates")
#: Of what a section is one.
_FAMILY = "Cells, from a constant gate to their window"


CONST_GATE = Gated(PAPER_CELLS["const_gate"])
LEAKY = Gated(PAPER_CELLS["leaky"])
DIAG_GATE = Gated(PAPER_CELLS["diag_gate"], {"z": (positive("z1"), positive("z2"))})


def envelope_verdict(settings: Settings, *, gated: Gated, envelope: Expr) -> Verdict:
    """Compare the envelope with the diagonal of the exact transport of random networks.

    Args:
        settings: examples and seed.
        gated: the cell with its gates.
        envelope: the stated f over ``ell`` and the gates.

    Returns:
        measured where |f − mean exact diagonal| stays within the remainder bound of order 0, which
        is small because the weights are.
    """
    worst = largest = 0.0
    for example in range(settings.examples):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + example)
        values = _draw_gates(gated.law.parameters, generator)
        network = gated_network(gated, values, generator, size=_SIZE)
        numbers = {symbol: values[symbol.name] for symbol in envelope.free_symbols - {ell}}
        given = envelope.subs(numbers)
        for lag, exact, bound in exact_diagonals(gated.cell, network):
            error = abs(float(given.subs(ell, lag)) - exact)
            worst, largest = max(worst, error / bound), max(largest, error / exact)
            if not error <= bound:
                listed = ", ".join(f"{name} = {value:.4f}" for name, value in values.items())
                return _network_verdict(
                    error / bound,
                    f"lag {lag}, {listed}: exact {exact:.6g}, off by {error:.2g}",
                    settings,
                    largest,
                )
    return _network_verdict(worst, "", settings, largest)


def _network_verdict(worst: float, where: str, settings: Settings, largest: float) -> Verdict:
    method = (
        f"exact diagonal by autograd, H = {_SIZE}, weights N(0, {WEIGHT_SCALE**2:g}/H), lags "
        f"{', '.join(map(str, LAGS))}: within the remainder bound, relative error {largest:.1g}"
    )
    return Verdict(
        level=Level.REFUTED if where else Level.MEASURED,
        method="exact diagonal by autograd, against the remainder bound" if where else method,
        points=None if where else settings.examples,
        error=worst,
        tolerance=1.0,
        seed=settings.seed,
        failure_rate=None if where else failure_rate_bound(settings.examples),
        counterexample=where,
    )


def _draw_gates(parameters: Sequence[Symbol], generator: torch.Generator) -> dict[str, float]:
    span = log(_FASTEST / _SLOWEST)
    return {
        symbol.name: _SLOWEST * exp(span * float(torch.rand((), generator=generator)))
        for symbol in parameters
    }


def _sections() -> list[Derivation]:
    return [
        _section(
            CONST_GATE,
            "const_gate_window",
            "From a constant gate to its window",
            "One gate $s$ for all neurons and times.",
        ),
        _section(
            LEAKY,
            "leaky_window",
            "From a leak to its window",
            r"The leaky integrator is a constant gate whose letter is $\alpha$.",
        ),
        _section(
            DIAG_GATE,
            "diag_gate_window",
            "From two constant gates to their window",
            "Half of the neurons have the gate $z_1$, half $z_2$: a mixture over neurons, and the "
            "law of two exponentials.",
        ),
    ]


def _section(gated: Gated, name: str, title: str, text: str) -> Derivation:
    law = gated.law
    window = replace(learnability_window(law), growth=gate_growth(law))
    domains = ", ".join(f"${domain_latex(symbol, UNIT)}$" for symbol in law.parameters)
    items = (
        Text(
            rf"{text} Here {domains}; $D^{{(q)}}_t$ is what neuron $q$ keeps of its own value in "
            r"step $t$ without crossing a weight, $\mu^{(q)}_0$ its effective learning rate to "
            r"zeroth order and $\eta$ the global step size."
        ),
        _rate_claim(gated),
        _envelope_claim(gated),
        *([_time_scale_claim(law)] if len(law.parameters) == 1 else []),
        *window_items(window),
    )
    return Derivation(name, title, items, WINDOW, _FAMILY)


def _rate_claim(gated: Gated) -> Claim:
    rates = effective_learning_rates(gated.cell)
    factor = keep_factor(rates)
    tex = aligned([rate_latex(rates.zeroth), rf"D^{{(q)}}_t &= {formula(factor)}"])
    found = subject(gated.cell)
    return Claim(
        Statement(
            "rate",
            Kind.IDENTITY,
            tex,
            reading=of_rates(rates.zeroth, also=[said(Name(r"D^{(q)}_t"), "=", factor)]),
        ),
        _rate_verdict,
        title="Effective learning rate",
        text="Zeroth order, derived from the update.",
        stated={"found": found},
        wrong=mistakes(found, nothing_leaks, rates_of_twice_the_leak),
    )


def _rate_verdict(settings: Settings, *, found: Subject) -> Verdict:
    return combine([CHECKS[each].run(found, settings) for each in _RATE_CHECKS])


def _envelope_claim(gated: Gated) -> Claim:
    law = gated.law
    factor = formula(keep_factor(effective_learning_rates(gated.cell)))
    mean = r"\frac{1}{\eta H} \sum_q \mu^{(q)}_{0}(t, \ell)"
    power = f"{mean} = {formula(law.envelope)}"
    return Claim(
        Statement(
            "envelope",
            Kind.IDENTITY,
            rf"f(\ell) = {power}",
            (r"constant gates", "zeroth order: recurrent weights small"),
            reading=read_back(said(Name(r"f(\ell)"), "=", Verbatim(mean), "=", law.envelope)),
        ),
        envelope_verdict,
        title="Envelope",
        text=rf"The product of $\ell$ equal factors ${factor}$, mean over the neurons.",
        stated={"gated": gated, "envelope": law.envelope},
        wrong={name: {"envelope": wrong} for name, wrong in _wrong_envelopes(law).items()},
    )


def _wrong_envelopes(law: DecayLaw) -> dict[str, Expr]:
    """What one might write in place of the envelope of constant gates."""
    first, *others = law.parameters
    mean = Add(*law.parameters) / len(law.parameters)
    if others:
        return {
            "of the first gate alone": (1 - first) ** ell,
            "of the mean gate": (1 - mean) ** ell,
            "what is taken in": Add(*(gate**ell for gate in law.parameters)) / len(law.parameters),
        }
    return {
        "what is taken in": first**ell,
        "a flipped sign": (1 + first) ** ell,
        "one factor more": (1 - first) ** (ell + 1),
        "a gate larger by one per cent": (1 - first * Rational(101, 100)) ** ell,
    }


def time_scale_relation(law: DecayLaw) -> Relation:
    """Return 1/|ln(1 − s)| ≤ 1/s: the time scale of a constant gate is at most its inverse."""
    (gate,) = law.parameters
    return Relation(Kind.BOUND, -1 / ln(law.envelope.subs(ell, 1)), 1 / gate, {gate: UNIT})


def _time_scale_claim(law: DecayLaw) -> Claim:
    relation = time_scale_relation(law)
    (gate,) = law.parameters
    tex = rf"\frac{{-1}}{{{formula(ln(law.envelope.subs(ell, 1)))}}} \le {formula(relation.rhs)}"
    return claim(
        "time_scale",
        relation,
        tex,
        title="Time scale",
        text=rf"The time scale of $e^{{-\ell/\tau}}$ on the left; so $H_N \le "
        rf"\ln(1/\varphi)/{formula(gate)}$.",
        wrong={"the bound from below": replace(relation, lhs=relation.rhs, rhs=relation.lhs)},
        reading=of_relation(relation),
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    return [*_sections(), spread_gates()]
