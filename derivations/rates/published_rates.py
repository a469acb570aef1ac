"""Published effective rates that do not survive a check, with the numbers that refute them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch
from sympy import Rational, Symbol, log
from torch import Tensor

from longlag.derivations.rates import networks_readings
from longlag.derivations.results.judged import live_claim
from longlag.numerics.canvas import canvas
from longlag.numerics.checks.reference import autograd_jacobian, autograd_parts, evaluate_update
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.measurement import measure_transport
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.notation import TRANSPORT, Entry, Glossary
from longlag.theory.readback import with_readings
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
    judged,
)

_SIZE = 16
#: The drive of a slow gate: z is about .95; the reset gate stays about one half.
_SLOW = 3.0
#: How far a zeroth-order rate may be from the exact diagonal at lag 1.
_TOLERANCE = 0.1
#: How far a gate term may be from autograd.
_ROUNDING = 1e-12
_GLOSSARY = Glossary(
    TRANSPORT.convention,
    (*TRANSPORT.notation, Entry(r"\tau", "time scale, $-1/\\ln$ of what a neuron keeps in a step")),
)
#: An update gate as the protocol begins it.
_TWENTIETH = 0.05
_TIME_SCALE = Symbol(r"\tau", real=True)
#: The trajectory and the lags of the figure.
_STEPS, _LAGS = 128, 64

_TEX = (
    r"\mu^{(q)}_{0}(t,\ell) = \eta \Bigl[ \prod_{j=0}^{\ell-1} \bigl(1 - \bar z_{t-j}^{(q)}\bigr) "
    r"+ \prod_{j=0}^{\ell-1} r_{t-j}^{(q)} "
    r"+ \prod_{j=0}^{\ell-1} \bigl(1 - \bar z_{t-j}^{(q)}\bigr) r_{t-j}^{(q)} \Bigr]"
)


def slow_network(seed: int, steps: int | None = None) -> Network:
    """Return a GRU with slow update gates and reset gates near one half.

    Args:
        seed: of its weights and drives.
        steps: the number of time steps; a single step without a time axis if left out.
    """
    generator = torch.Generator().manual_seed(seed)
    network = sample_network(
        PAPER_CELLS["gru"], generator, size=_SIZE, steps=steps, weight_scale=0.1, drive_scale=0.1
    )
    drive = {**network.drive, "z": network.drive["z"] + _SLOW}
    return replace(network, drive=drive)


def surrogate_envelope(run: Network, lags: int) -> Tensor:
    """Return the published sum, mean over neurons and anchors, at lags 1…L.

    Args:
        run: states and drives of one step, or of every step of a trajectory, shape (T, H).
        lags: L.
    """
    kept = generate(run.cell, "torch").coefficients(*run.arguments).local["h", "h"]
    reset = torch.sigmoid(run.drive["r"] + run.state["h"] @ run.weight["r"].mT)
    factors = torch.stack([kept, reset, kept * reset]).reshape(3, -1, run.size)
    products, means = torch.ones_like(factors), []
    for lag in range(lags):
        anchors = factors.shape[1] - lag
        products = products[:, -anchors:] * factors[:, :anchors]
        means.append(products.sum(0).mean())
    return torch.stack(means)


def surrogate_figure(settings: Settings) -> Any:
    """Draw the published sum beside the exact diagonal and its first order over the lag."""
    network = slow_network(settings.seed, _STEPS)
    report = measure_transport(network, max_lag=_LAGS)
    run = trajectory(generate(network.cell, "torch"), network)
    figure, axes = canvas(size=(6.0, 3.2))
    lags = report.lags.tolist()
    axes.plot(lags, surrogate_envelope(run, _LAGS).tolist(), "C3-", label="published sum")
    axes.plot(lags, report.neuron_mean("exact").tolist(), "C0-", label="exact")
    axes.plot(lags, report.neuron_mean("first_order").tolist(), "C1--", label="first order")
    axes.axhline(1, color="0.7", lw=0.7)
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel("mean rate per neuron")
    axes.set_title(f"GRU with slow gates, H = {_SIZE}, seed {settings.seed}", fontsize=9)
    axes.legend(frameon=False)
    return figure


def surrogate_verdict(settings: Settings) -> Verdict:
    """Compare the published GRU surrogate with the exact diagonal at lag 1, by autograd.

    In the paper's convention z̄ = 1 − z opens the gate, so 1 − z̄ is what PyTorch calls z.
    """
    gru = PAPER_CELLS["gru"]
    network = slow_network(settings.seed)
    surrogate = float(surrogate_envelope(network, 1)[0])
    exact = float(
        autograd_jacobian(lambda *arguments: evaluate_update(gru, *arguments), network)
        .diagonal()
        .mean()
    )
    error = abs(surrogate - exact)
    found = f"published {surrogate:.3f}, exact {exact:.3f}"
    where = f"lag 1, H = {_SIZE}, slow gates: {found}"
    return Verdict(
        level=Level.MEASURED if error <= _TOLERANCE else Level.REFUTED,
        method="the exact diagonal by autograd, mean over neurons",
        points=_SIZE,
        error=error,
        tolerance=_TOLERANCE,
        seed=settings.seed,
        counterexample=where if error > _TOLERANCE else "",
    )


def twentieth_verdict(settings: Settings, *, steps: float) -> Verdict:
    """Compare a time scale with that of the GRU whose update gate is one twentieth.

    Args:
        settings: not used.
        steps: the time scale as stated.
    """
    network = sample_network(
        PAPER_CELLS["gru"],
        torch.Generator().manual_seed(settings.seed),
        size=_SIZE,
        weight_scale=0.0,
        drive_scale=0.0,
    )
    gate = torch.full_like(network.drive["z"], _TWENTIETH).logit()
    network = replace(network, drive={**network.drive, "z": gate})
    local = generate(network.cell, "torch").coefficients(*network.arguments).local["h", "h"]
    kept = float(local.mean())
    found = -1 / math.log(kept)
    error = abs(found / steps - 1)
    return judged(
        Level.MEASURED,
        "the local part of the generated Jacobian, weights 0",
        error,
        _TOLERANCE,
        f"it keeps {kept:.3g} of its state in a step, {found:.3g} steps where {steps:g} are stated",
        points=_SIZE,
        seed=settings.seed,
    )


def _twentieth() -> Claim:
    return live_claim(
        "gate_of_a_twentieth",
        _TIME_SCALE,
        "=",
        -1 / log(1 - Rational(1, 20)),
        twentieth_verdict,
        title="An update gate of one twentieth",
        text="The protocol begins all cells at one twentieth, and all are to have 19.5 steps then. "
        "In PyTorch's GRU the update gate is what a neuron keeps, and not what it takes in.",
        source=Source("arXiv 2512.05790", "initial gates"),
        kind=Kind.IDENTITY,
        expected_to_hold=False,
        stated={"steps": -1 / math.log(1 - _TWENTIETH)},
        wrong={},
    )


def updated_state_verdict(settings: Settings) -> Verdict:
    """Compare the gate term that holds the updated state with autograd, the gate held or not.

    With h_t = (1−z) h_{t−1} + z n, n − h_t is (1−z)(n − h_{t−1}): every row is (1−z) times the
    true one.
    """
    cell = PAPER_CELLS["diag_gate"]
    generator = torch.Generator().manual_seed(settings.seed)
    network = sample_network(cell, generator, size=_SIZE, weight_scale=1.0, drive_scale=1.0)
    _, exact = autograd_parts(network, "gate")
    state, drive, weight = network.state["h"], network.drive, network.weight
    gate = torch.sigmoid(drive["z"] + weight["z"] @ state)
    candidate = torch.tanh(drive["n"] + weight["n"] @ state)
    updated = (1 - gate) * state + gate * candidate
    published = (gate * (1 - gate) * (candidate - updated))[:, None] * weight["z"]
    error = float((published - exact).norm() / exact.norm())
    share = published.norm(dim=-1) / exact.norm(dim=-1)
    wrong_by = float((share - (1 - gate)).abs().max())
    where = (
        f"H = {_SIZE}: the published norm is {float(published.norm() / exact.norm()):.3f} of the "
        f"true one, row by row 1 - z to {wrong_by:.0e}"
    )
    return Verdict(
        level=Level.MEASURED if error <= _ROUNDING else Level.REFUTED,
        method="autograd with the gate held and not held, float64",
        points=_SIZE,
        error=error,
        tolerance=_ROUNDING,
        seed=settings.seed,
        counterexample=where if error > _ROUNDING else "",
    )


def _updated_state() -> Claim:
    return Claim(
        Statement(
            "gate_term_of_the_updated_state",
            Kind.IDENTITY,
            r"G_t = \operatorname{diag}\bigl(z_t (1 - z_t) (n_t - h_t)\bigr) W_z",
            source=Source("arXiv 2508.12121", "gate-derivative term as computed for its figures"),
        ),
        updated_state_verdict,
        title="The updated state in the gate term",
        text="What multiplies the derivative of the gate is $n_t - h_{t-1}$. With the updated "
        "state, $n_t - h_t = (1 - z_t)(n_t - h_{t-1})$, the gate term is $1 - z_t$ times too "
        "small, and slow gates hide it.",
        expected_to_hold=False,
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the derivation; the order of expansions does not matter here."""
    claim = Claim(
        Statement(
            "gru_surrogate",
            Kind.IDENTITY,
            _TEX,
            assumptions=(
                r"the paper's convention, $\bar z = 1 - z$ opens the gate",
                "zeroth order",
            ),
            source=Source("arXiv 2512.05790", "zeroth-order rate of the GRU"),
        ),
        surrogate_verdict,
        title="The GRU surrogate",
        text="At lag 1 the local part of a GRU is $z$, so no zeroth-order rate exceeds 1; the "
        "published sum does.",
        expected_to_hold=False,
    )
    text = Text("What is published and fails is kept, with the counterexample beside it.")
    figure = Figure(
        "gru_surrogate_over_lags",
        "The published zeroth-order sum beside the exact diagonal: about twice it at lag 1.",
        surrogate_figure,
    )
    items = (text, claim, figure, _updated_state(), _twentieth())
    found = Derivation("published_rates", "Published rates that fail", items, glossary=_GLOSSARY)
    return [with_readings(found, networks_readings.surrogate())]
