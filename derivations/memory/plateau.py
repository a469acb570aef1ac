"""The plateau of training: how long gradient flow takes to find the late part of a memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from longlag.derivations.memory.plateau_checks import (
    LENGTHS,
    PAIR,
    RADIUS,
    REFERENCE,
    adam_verdict,
    asymptotic_verdict,
    bound_verdict,
    derivative_verdict,
    generated_verdict,
    growth_verdict,
    hessian_verdict,
    ito_verdict,
    law,
    leaving,
    optimiser_verdict,
    plateau_verdict,
    reference_verdict,
    silent_verdict,
    spread_verdict,
    target,
)
from longlag.numerics.canvas import canvas
from longlag.numerics.memory.flow import gradient_flow
from longlag.numerics.memory.optimisers import OPTIMISERS, descend
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Settings,
    Source,
    Statement,
    Table,
    Text,
)

_PAPER = Source("JMLR 23(42), 2022", "plateau theorem")
_TARGET = r"$\rho(t) = e^{-t} + e^{-(t - 1/\omega)^2/2}$"
_START = rf"$(a; w) = (.5, .5; 1.05, .95)$, $\delta = {RADIUS:g}$"
_SHOWN = (4, 6, 8, 10)
#: Of the start with several units: as many as m, rates evenly between 1.05 and .95.
_MANY = 4
_SLOWEST = (1.0, 0.5, 0.2)
_LATEST = 16


def exit_rows(settings: Settings) -> list[list[str]]:
    """Return exit times over 1/ω: measured, by the law, of more units and of silent slow ones."""
    many = (tuple([1 / _MANY] * _MANY), tuple(map(float, np.linspace(1.05, 0.95, _MANY))))
    rows = []
    for length in LENGTHS:
        found = leaving(length)
        others: list[str] = ["–"] * 3
        if length <= _LATEST:
            others = [
                f"{leaving(length, *start):.4g}"
                for start in (many, *(((1.0, 0.0), (1.0, slow)) for slow in _SLOWEST[1:]))
            ]
        stated = law(length, factor=True)
        rows.append(
            [str(length), f"{found:.5g}", f"{stated:.4g}", f"{found / stated:.3g}", *others]
        )
    return rows


def loss_figure(settings: Settings) -> Any:
    """Draw the loss over time for several lengths of the memory."""
    figure, axes = canvas()
    for place, length in enumerate(_SHOWN):
        flow = gradient_flow(target(length), *PAIR, until=1e4, loss_drop=0.9)
        inside = flow.times > 0
        axes.plot(
            flow.times[inside],
            flow.losses[inside] / flow.losses[0],
            f"C{place}",
            label=rf"$1/\omega = {length}$",
        )
        axes.axvline(leaving(length), color=f"C{place}", linestyle=":", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(left=1e-2)
    axes.set_xlabel("time of the gradient flow")
    axes.set_ylabel("loss over loss at the start")
    axes.set_title(f"{_START}; dotted: exit from the ball", fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    return figure


def law_figure(settings: Settings) -> Any:
    """Draw ln τ against 1/ω: two units, the law, and silent slow units."""
    figure, axes = canvas()
    lengths = np.array(LENGTHS)
    axes.plot(lengths, [leaving(k) for k in LENGTHS], "C0o-", ms=3, label="two units, rates near 1")
    axes.plot(
        lengths,
        [law(k, factor=True) for k in LENGTHS],
        "C0--",
        lw=0.8,
        label=r"law, $\propto \omega^2 e^{1/\omega}$",
    )
    last = leaving(LENGTHS[-1])
    late = lengths[lengths >= 13]
    drift = last * (late / late[-1]) ** -6 * np.exp(2.5 * (late - late[-1]))
    axes.plot(late, drift, "k:", lw=1, label=r"drift, $\propto \omega^6 e^{5/(2\omega)}$")
    short = lengths[lengths <= _LATEST]
    for place, slowest in enumerate(_SLOWEST[1:], start=1):
        times = [leaving(int(k), (1.0, 0.0), (1.0, slowest)) for k in short]
        axes.plot(short, times, f"C{place}o-", ms=3, label=rf"silent unit of rate {slowest:g}")
        scale = times[-1] * np.exp(slowest * (short - short[-1]))
        axes.plot(short, scale, f"C{place}--", lw=0.8)
    axes.set_yscale("log")
    axes.set_xlabel(r"$1/\omega$")
    axes.set_ylabel(r"exit time $\tau$")
    axes.legend(frameon=False, fontsize=8)
    return figure


def optimiser_figure(settings: Settings) -> Any:
    """Draw the loss of discrete optimisers beside the flow."""
    figure, axes = canvas()
    length = 8
    flow = gradient_flow(target(length), *PAIR, until=40.0)
    axes.plot(flow.times, flow.losses, "k-", lw=1, label="gradient flow")
    for place, name in enumerate(OPTIMISERS):
        run = descend(target(length), *PAIR, optimiser=name, learning_rate=0.01, steps=4000)
        axes.plot(run.times, run.losses, f"C{place}--", label=name)
    axes.set_xlabel("steps × learning rate")
    axes.set_ylabel("loss")
    axes.set_xscale("log")
    axes.set_xlim(left=1e-2)
    axes.set_title(rf"$1/\omega = {length}$, learning rate .01", fontsize=9)
    axes.legend(frameon=False, fontsize=8)
    return figure


def derivation() -> Derivation:
    """Return the section."""
    delayed = (
        r"$R(v) = 1/(v + w) + e^{-v/\omega} B(v)$, $B(v) = \int \rho_0(u) e^{-vu} du$, "
        r"$\Lambda = B(w)$",
        r"at a fit of the first part: all rates $w$, $\sum_i a_i = 1$",
    )
    where = (_TARGET, _START)
    items: Sequence[Claim | Text | Table | Figure] = (
        Text(
            "A linear network of $m$ units with white-noise inputs learns a memory $\\rho$. If "
            "$\\rho$ has a late part, units that fit the early part hardly feel the late one, and "
            "training stands still."
        ),
        Claim(
            Statement(
                "ito",
                Kind.IDENTITY,
                r"J(a, w) = \mathbb{E} \Bigl( \int_0^\infty \bigl(\textstyle\sum_i a_i e^{-w_i t} "
                r"- \rho(t)\bigr) dW_t \Bigr)^2 = \sum_{ij} \frac{a_i a_j}{w_i + w_j} - 2 \sum_i "
                r"a_i R(w_i) + \int_0^\infty \rho^2 dt",
                (r"$R(w) = \int_0^\infty \rho(t) e^{-wt} dt$",),
                Source("JMLR 23(42), 2022"),
            ),
            ito_verdict,
            title="The objective",
            text="The Itô isometry turns the mean square error into an integral.",
            stated={"cross": 1.0},
            wrong={"four fifths of the mixed term": {"cross": 0.8}},
        ),
        Claim(
            Statement(
                "derivatives",
                Kind.IDENTITY,
                r"\frac{\partial J}{\partial a_i} = \sum_j \frac{2 a_j}{w_i + w_j} - 2 R(w_i), "
                r"\qquad \frac{\partial J}{\partial w_i} = -2 a_i \Bigl[ \sum_j \frac{a_j}"
                r"{(w_i + w_j)^2} + R'(w_i) \Bigr]",
            ),
            derivative_verdict,
            title="Its gradient",
            text="With the Hessian, which is checked with it.",
            stated={"sign": 1},
            wrong={"a minus before R": {"sign": -1}},
        ),
        Claim(
            Statement(
                "generated",
                Kind.IDENTITY,
                r"\bigl(J, \nabla J, \nabla^2 J\bigr)_{\text{generated}} = "
                r"\bigl(J, \nabla J, \nabla^2 J\bigr)_{\text{quadrature, autograd}}",
            ),
            generated_verdict,
            title="The generated functions",
            stated={"offset": 0.0},
            wrong={"rates off by a millionth": {"offset": 1e-6}},
        ),
        Claim(
            Statement(
                "hessian",
                Kind.IDENTITY,
                r"\sum_{ik} \delta w_i \, \delta w_k \frac{\partial^2 J}{\partial w_i \partial w_k}"
                r" = -2 \sum_i a_i \, \delta w_i^2 \, \frac{d^2}{dw^2} \bigl[ e^{-w/\omega} B(w) "
                r"\bigr] \qquad "
                r"\Bigl( \sum_i a_i \delta w_i = 0 \Bigr)",
                delayed,
            ),
            hessian_verdict,
            title="Only the late part pulls the rates apart",
            stated={"power": 2},
            wrong={"the first derivative": {"power": 1}},
        ),
        Claim(
            Statement(
                "growth",
                Kind.LIMIT,
                r"\lambda \sim \frac{2 a \Lambda}{\omega^2} e^{-w/\omega}, \qquad \lambda = "
                r"2 a \Lambda e^{-w/\omega} \bigl[(1/\omega - s^2 w)^2 + s^2\bigr] \;"
                r"\text{for a Gaussian late part}",
                (*delayed, r"$\omega \to 0$, units of the same amplitude $a$"),
            ),
            growth_verdict,
            title="The growth rate",
            text="What remains couples amplitudes and rates, and dies like $\\omega^2$.",
            stated={"power": 2},
            wrong={"the first power of the length": {"power": 1}},
        ),
        Claim(
            Statement(
                "plateau",
                Kind.LIMIT,
                r"\tau \approx \frac{\omega^2 e^{w/\omega}}{2 a \Lambda} \ln \frac{\tanh\bigl("
                r"(\varepsilon + \delta/\sqrt{2})/(2\omega)\bigr)}{\tanh(\varepsilon/(2\omega))} "
                r"\quad \text{within a factor } 3.5",
                (*where, r"rates $1 \pm \varepsilon$, $4 \le 1/\omega \le 12$"),
            ),
            plateau_verdict,
            title="The plateau law",
            text="The factor is the time of $\\varepsilon' = (2a\\Lambda/\\omega) e^{-w/\\omega} "
            "\\sinh(\\varepsilon/\\omega)$; while $\\varepsilon/\\omega$ is small it is the "
            "logarithm of $1 + \\delta/\\varepsilon\\sqrt{2}$. With $m$ units $a = 1/m$.",
            stated={"sign": 1},
            wrong={"a minus in the exponent": {"sign": -1}},
        ),
        Claim(
            Statement(
                "reference",
                Kind.IDENTITY,
                r"\tau = .195,\ .350,\ .672,\ 1.34,\ 2.76,\ 6.13,\ 15.4 \qquad (1/\omega = 2, "
                r"\dots, 8)",
                where,
            ),
            reference_verdict,
            title="Exit times",
            text="Within 1 %. An older list has .356 at $1/\\omega = 3$; a Taylor integration in "
            "20 digits gives .349560.",
            stated={"times": REFERENCE},
            wrong={"0.356 at length 3": {"times": {**REFERENCE, 3: 0.356}}},
        ),
        Claim(
            Statement(
                "law_as_a_limit",
                Kind.EXPONENT,
                r"\frac{d \ln \tau}{d(1/\omega)} - (w - 2\omega) \to 0 \qquad (\omega \to 0)",
                where,
            ),
            asymptotic_verdict,
            title="The law is no limit",
            text="For two units and a fixed ball the law ends near $1/\\omega = 12$: the exit "
            "times grow faster.",
            expected_to_hold=False,
            stated={"merged": False},
        ),
        Claim(
            Statement(
                "spread",
                Kind.LIMIT,
                r"\sum_i a_i \, \delta w_i^2 \to C^* = \frac{16 \Lambda w^5}{\omega^2} "
                r"e^{-w/\omega} \quad \text{at the exit, within } 25\,\%",
                (*where, r"$14 \le 1/\omega \le 20$"),
            ),
            spread_verdict,
            title="Why: two units resist being parted",
            text="A spread $C$ of two rates costs the first part $C^2/32w^5$, what of $C t^2 "
            "e^{-wt}/2$ neither $e^{-wt}$ nor $te^{-wt}$ can mend. Against the gain "
            "$C \\Lambda e^{-w/\\omega}/\\omega^2$ the growth ends at $C^*$, which at long "
            "memories lies inside the ball.",
            stated={"power": 2},
            wrong={"the third power of the length": {"power": 3}},
        ),
        Claim(
            Statement(
                "merged",
                Kind.EXPONENT,
                r"\frac{d \ln \tau}{d(1/\omega)} = \frac{5}{2} - 6\omega + o(\omega), \qquad \tau "
                r"\propto \omega^6 e^{5/(2\omega)}",
                (*where, r"$w = 1$; the order of the remainder is not proved"),
            ),
            asymptotic_verdict,
            title="The way out of merged units",
            text="At the spread $C^*$ the amplitudes drift, driven by the third moment of the "
            "rates, at a speed proportional to $C^{*5/2}/\\omega$.",
            stated={"merged": True},
            wrong={"the slope of the law": {"merged": False}},
        ),
        Claim(
            Statement(
                "silent",
                Kind.EXPONENT,
                r"-\frac{\partial J}{\partial a} \Big|_{a = 0} = 2 B(w_{\min}) e^{-w_{\min}/\omega}"
                r", \qquad \frac{d \ln \tau}{d(1/\omega)} \approx w_{\min} \text{ within } 15\,\%",
                (
                    _TARGET,
                    r"$(a; w) = (1, 0; 1, w_{\min})$, $w_{\min} = .5, .2$, "
                    r"$8 \le 1/\omega \le 16$",
                ),
            ),
            silent_verdict,
            title="The slowest unit sets the pace, even a silent one",
            text="A unit of zero amplitude feels the late part with the weight of its own rate. "
            "One slow silent unit removes most of the plateau. At longer memories the slope rises "
            "towards $2 w_{\\min}$: the section on time scales says why.",
            stated={"exponent": None},
            wrong={"the rate of the working units": {"exponent": 1.0}},
        ),
        Claim(
            Statement(
                "lower_bound",
                Kind.BOUND,
                r"K \omega^2 e^{c_0/\omega} \min\{\delta/\sqrt{m}, \ln(1 + \delta)\} \le \tau, "
                r"\qquad K = .2",
                (
                    _TARGET,
                    r"$c_0$ the smallest rate at the start; $m = 2, 4, 8$, $\delta = .03, "
                    r".1, .3$, with and without a silent unit, $1/\omega \le 16$",
                ),
                _PAPER,
            ),
            bound_verdict,
            title="The published lower bound",
            stated={"excess": 0.0},
            wrong={"a larger rate in the exponent": {"excess": 0.55}},
        ),
        Claim(
            Statement(
                "optimisers",
                Kind.IDENTITY,
                r"\eta \, n_{\text{gradient descent}} = \tau, \qquad \eta \, n_{\text{momentum } "
                r"\beta} = (1 - \beta) \tau \quad \text{within } 10\,\%",
                (*where, r"$\beta = .9$, $1/\omega = 6, 8$"),
            ),
            optimiser_verdict,
            title="Discrete optimisers",
            stated={"momentum": 0.9},
            wrong={"the speed of another momentum": {"momentum": 0.8}},
        ),
        Claim(
            Statement(
                "adam",
                Kind.BOUND,
                r"\eta \, n_{\text{Adam}} \le 2 \delta",
                (*where, r"$1/\omega = 6, 8, 12$, $\eta = .001$"),
            ),
            adam_verdict,
            title="Adam does not see the plateau",
            text="It divides by the size of the gradient, and so moves at the speed of its "
            "learning rate, as long as that size is far above its $10^{-8}$. At "
            "$1/\\omega = 12$ and $\\eta = .01$ it oscillates about the fit first, and takes 2.05.",
            stated={"optimiser": "adam"},
            wrong={"gradient descent": {"optimiser": "gradient descent"}},
        ),
        Table(
            "exit_times",
            f"Exit times, {_START} where nothing else is said; the law with its factor; {_MANY} "
            "units between the same rates; one unit at rate 1 beside a silent one.",
            (
                r"$1/\omega$",
                r"$\tau$",
                "law",
                "ratio",
                rf"$m = {_MANY}$",
                "silent, rate .5",
                "silent, rate .2",
            ),
            exit_rows,
        ),
        Figure(
            "plateau_loss",
            "The loss of the flow stands still, for longer the later the second part of the "
            "memory, and then falls.",
            loss_figure,
        ),
        Figure(
            "plateau_law",
            "Exit times over the length of the memory. Dashed: the law, and the slope of the "
            "slowest rate. Dotted: the drift of merged units.",
            law_figure,
        ),
        Figure(
            "plateau_optimisers",
            "Gradient descent follows the flow; momentum is faster by $1/(1-\\beta)$; Adam does "
            "not see the plateau.",
            optimiser_figure,
        ),
    )
    return Derivation("memory_plateau", "The plateau of training", tuple(items))
