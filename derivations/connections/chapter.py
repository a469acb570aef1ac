"""The slowest time scale as what windows, plateaus, the cutoff and gates have in common."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Rational, S, exp

from longlag.derivations.connections.clock_checks import (
    clocks_verdict,
    cutoff_verdict,
    slowest_verdict,
)
from longlag.derivations.connections.figures import costs_figure, plateau_figure
from longlag.derivations.connections.plateau_checks import (
    CONSTANT,
    DRIFTS,
    RADIUS,
    SLOW,
    bound_verdict,
    drift_verdict,
    law_verdict,
    plateau_verdict,
)
from longlag.derivations.connections.price_checks import (
    AMPLITUDE,
    STEADY_POWER,
    bounds_verdict,
    curvature_verdict,
    late_price_verdict,
    late_target_verdict,
    needed_gate_verdict,
    price_verdict,
    push_verdict,
    rest_verdict,
)
from longlag.derivations.connections.readings import readings
from longlag.numerics.checks import combine
from longlag.theory.bridges.time_scale import needed_time_scale, reach, tau, window_of_time_scale
from longlag.theory.laws import LAWS
from longlag.theory.memory.plateau import length
from longlag.theory.notation import WINDOW, Entry, Glossary, ell
from longlag.theory.readback import with_readings
from longlag.theory.scalar.parameters import POSITIVE
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.verify import claim, verify
from longlag.theory.window.window import COST, KAPPA, SAMPLES, learnability_window

_WINDOWS = Source("arXiv 2512.05790", "learnability window")
_PLATEAU = Source("JMLR 23(42), 2022", "plateau theorem")
_DESCENT = Source("arXiv 2402.12241", "cutoff")
_SAMPLES_DOMAINS = {symbol: POSITIVE for symbol in (tau, reach, SAMPLES, COST, KAPPA, AMPLITUDE)}

#: What stands in the section's own formulas.
GLOSSARY = Glossary(
    "A lag counts steps of length 1; the time of the gradient flow is that of training.",
    (
        Entry(r"\tau", r"slowest time scale $\tau_{\max}$ of a network"),
        Entry("s", "a constant gate"),
        Entry("w", "rate of a unit $e^{-wt}$"),
        Entry("r", r"$\alpha_m s_1$: recurrent weight times the largest slope of $\sigma$"),
        *(line for line in WINDOW.notation if line.tex in (r"f(\ell)", "A", r"\kappa", "H_N")),
        Entry("N", "number of sequences"),
        Entry(r"\omega", r"inverse length of a memory, whose late part is $\rho_0(t-1/\omega)$"),
        Entry("B(v)", r"$\int \rho_0(u) e^{-vu} du$"),
        Entry("J", "loss of training with white noise"),
        Entry(r"t_{\text{exit}}", r"time at which the flow leaves a $\delta$-ball"),
        Entry("H", "a lag to be reached; $H_t$ is the state of a neuron"),
        Entry(r"\ell_t,\ B_t", r"bounds on $\|\nabla H_t\|$ and $\|\nabla^2 H_t\|$"),
        Entry(r"n_{\text{GD}},\ m", "iterations and width that suffice for a risk"),
        Entry("L", r"$\ln(N c^{\kappa}/A)/\kappa$"),
    ),
)


def sample_relation(window: Expr) -> Relation:
    """Return N(H_N) = N for a window H_N of one time scale."""
    return Relation(Kind.IDENTITY, _sample_size(window, tau), SAMPLES, _SAMPLES_DOMAINS)


def needed_relation() -> Relation:
    """Return N(H) = N at the time scale that N samples need for the lag H."""
    needed = needed_time_scale()
    return Relation(Kind.IDENTITY, _sample_size(reach, needed), SAMPLES, _SAMPLES_DOMAINS)


def reached_relation(power: Expr = S.One) -> Relation:
    """Return e^{H_N/τ} = (N c^κ/A)^{1/κ}: what the window leaves of the push.

    Args:
        power: of the right side; not 1 is wrong.
    """
    reached = (SAMPLES * AMPLITUDE**KAPPA / COST) ** (power / KAPPA)
    return Relation(Kind.IDENTITY, exp(window_of_time_scale() / tau), reached, _SAMPLES_DOMAINS)


def gate_relations(offset: Expr) -> tuple[Relation, Relation]:
    """Return τ + offset ≤ 1/s ≤ τ + 1 for s = 1 − e^{−1/τ}.

    Args:
        offset: of the lower bound.
    """
    inverse = 1 / (1 - exp(-1 / tau))
    domains = {tau: POSITIVE}
    return (
        Relation(Kind.BOUND, tau + offset, inverse, domains),
        Relation(Kind.BOUND, inverse, tau + 1, domains),
    )


def _sample_size(lag: Expr, scale: Expr) -> Expr:
    decay, _ = LAWS["exponential"].parameters
    needed = learnability_window(LAWS["exponential"]).sample_size
    return needed.subs({decay: 1 / scale}).subs(ell, lag)


def scale_rows(settings: Settings) -> list[list[str]]:
    """Return what each paper's quantity is over the slowest time scale, and where it tends."""
    return [
        ["2512.05790", "gate $s$", r"$1 - e^{-1/\tau}$", r"$\sim 1/\tau$"],
        ["2512.05790", "window $H_N$", r"$\tau \ln(N c^{\kappa}/A)/\kappa$", r"$\propto \tau$"],
        [
            "JMLR 23(42)",
            "push on a silent unit",
            r"$2 B(1/\tau) e^{-1/(\omega\tau)}$",
            r"$\to 2 B(0)$",
        ],
        [
            "JMLR 23(42)",
            "bound on the plateau",
            r"$K \omega^2 e^{1/(\omega\tau)}$",
            r"$\to K \omega^2$",
        ],
        ["2402.12241", "distance $1 - r$ to the cutoff", r"$1 - e^{-1/\tau}$", r"$\sim 1/\tau$"],
        [
            "2402.12241",
            r"gradient bound $\ell_\infty$",
            r"$s_1 \sqrt{s_0^2 + \chi^2}/(1-r)$",
            r"$\propto \tau$",
        ],
        [
            "2402.12241",
            r"Hessian bound $B_\infty$",
            r"$s_2 (s_0^2 + \chi^2)/(1-r)^3 + \dots$",
            r"$\propto \tau^3$",
        ],
    ]


def derivation() -> Derivation:
    """Return the section."""
    items: Sequence[Item] = (
        Text(
            "Four papers, one resource: the slowest time scale. It opens the window, shortens the "
            "plateau, brings a recurrent weight to the cutoff, and closes a gate."
        ),
        *_clock_items(),
        *_window_items(),
        *_plateau_items(),
        *_descent_items(),
        *_price_items(),
        Table(
            "time_scale",
            "Each paper's quantity over the slowest time scale. Checked above.",
            ("paper", "quantity", r"over $\tau$", r"$\tau \to \infty$"),
            scale_rows,
        ),
        Figure(
            "connections_costs",
            "What a time scale reaches and what it costs, for tanh. Dotted: what a steady neuron "
            "reaches of the bound on the Hessian.",
            costs_figure,
        ),
        Figure(
            "connections_plateau",
            "Exit times with a silent slow unit: the slope in $1/\\omega$ is $1/\\tau$ at short "
            "memories and $2/\\tau$ at long ones.",
            plateau_figure,
        ),
    )
    return Derivation("connections", "One slowest time scale", tuple(items), GLOSSARY)


def _clock_items() -> list[Item]:
    return [
        Claim(
            Statement(
                "one_factor",
                Kind.IDENTITY,
                r"1 - s = e^{-w} = r = e^{-1/\tau}, \qquad \tau = \frac{-1}{\ln(1-s)} = "
                r"\frac{1}{w} "
                r"= \frac{-1}{\ln r}",
                ("no recurrent weights in the gated neuron; the plain neuron at rest",),
            ),
            clocks_verdict,
            title="Four clocks, one number",
            text="One step of a gated neuron, its envelope over a lag, its response to inputs, and "
            "one step of a plain neuron read the same $\\tau$.",
            stated={"misread": False},
            wrong={"s for 1 - s": {"misread": True}},
        ),
        Claim(
            Statement(
                "gate",
                Kind.BOUND,
                r"\tau + \tfrac{1}{2} \le \frac{1}{s} = \frac{1}{1-r} \le \tau + 1",
            ),
            _relations_verdict,
            stated={"relations": gate_relations(S.Half)},
            wrong={"two thirds in place of a half": {"relations": gate_relations(Rational(2, 3))}},
            title="Closing the gate is approaching the cutoff",
            text="Both $s$ and $1 - r$ are $1 - e^{-1/\\tau}$. With $2 y = 1/\\tau$ the bounds say "
            "$y \\coth y \\ge 1$ and $e^{2y} \\ge 1 + 2y$.",
        ),
        Claim(
            Statement(
                "cutoff",
                Kind.BOUND,
                r"\left| \frac{\partial H_t}{\partial H_{t-k}} \right| \le r^k, \qquad r = "
                r"\alpha_m s_1",
                (
                    r"diagonal recurrence, $|W| \le \alpha_m$, $|\sigma'| \le s_1 = \sigma'(0)$",
                    "equality at rest",
                ),
                _DESCENT,
            ),
            cutoff_verdict,
            title="The cutoff",
            stated={"excess": 0},
            wrong={"one power more": {"excess": 1}},
        ),
    ]


def _window_items() -> list[Item]:
    return [
        claim(
            "window",
            sample_relation(window_of_time_scale()),
            r"N(H_N) = N, \qquad H_N = \frac{\tau}{\kappa} \ln \frac{N c^{\kappa}}{A}",
            title="The window is a multiple of the time scale",
            source=_WINDOWS,
            wrong={"twice the window": sample_relation(2 * window_of_time_scale())},
        ),
        Claim(
            Statement(
                "slowest",
                Kind.BOUND,
                r"\tau_{\max} \ln \frac{c_{\max}}{\varphi} \le H_N \le \tau_{\max} \ln "
                r"\frac{\sum_q "
                r"c_q}{\varphi}, \qquad \frac{H_N}{\ln N^{1/\kappa}} \to \tau_{\max}",
                (
                    r"$f(\ell) = \sum_q c_q e^{-\ell/\tau_q}$, $\varphi = (A/N)^{1/\kappa}$; "
                    r"$c_{\max}$ "
                    r"belongs to $\tau_{\max}$",
                ),
            ),
            slowest_verdict,
            title="Of several time scales the slowest counts",
            text="Since $c_{\\max} e^{-\\ell/\\tau_{\\max}} \\le f(\\ell) \\le \\sum_q c_q \\, "
            "e^{-\\ell/\\tau_{\\max}}$. The two ends differ by a constant in $N$.",
            stated={"which": "slowest"},
            wrong={"the fastest": {"which": "fastest"}, "their mean": {"which": "mean"}},
        ),
    ]


def _relations_verdict(settings: Settings, *, relations: Sequence[Relation]) -> Verdict:
    return combine([verify(each, settings) for each in relations])


def _push_verdict(settings: Settings, *, lag: Expr) -> Verdict:
    return combine([push_verdict(settings, lag=lag), verify(reached_relation(), settings)])


def _needed_verdict(settings: Settings, *, power: int) -> Verdict:
    return combine(
        [verify(needed_relation(), settings), needed_gate_verdict(settings, power=power)]
    )


def _plateau_items() -> list[Item]:
    target = r"$\rho(t) = e^{-t} + e^{-(t - 1/\omega)^2/2}$"
    start = rf"$(a; w) = (1, 0; 1, {SLOW:g})$, $\delta = {RADIUS:g}$"
    drifts = "; ".join(
        rf"$w = {slow:g}$, $\delta = {radius:g}$, ${memories[0]} \le 1/\omega \le {memories[-1]}$"
        for slow, radius, memories in DRIFTS
    )
    return [
        Claim(
            Statement(
                "push",
                Kind.IDENTITY,
                r"-\frac{\partial J}{\partial a} = 2 B(1/\tau) \, e^{-1/(\omega\tau)} = "
                r"2 B(1/\tau) \, "
                r"f(1/\omega), \qquad e^{H_N/\tau} = \Bigl( \frac{N c^{\kappa}}{A} "
                r"\Bigr)^{1/\kappa}",
                (r"a unit of amplitude $a = 0$ and time scale $\tau$; $f(\ell) = e^{-\ell/\tau}$",),
            ),
            _push_verdict,
            stated={"lag": length},
            wrong={"at twice the memory": {"lag": 2 * length}},
            title="The push out of a plateau is the envelope at the lag of the memory",
            text="At a memory as long as the window it is a power of the number of samples, "
            "whatever $\\tau$.",
        ),
        Claim(
            Statement(
                "lower_bound",
                Kind.BOUND,
                rf"K \omega^2 e^{{1/(\omega\tau)}} \min\{{\delta/\sqrt{{m}}, \ln(1 + \delta)\}} "
                rf"\le t_{{\text{{exit}}}}, \qquad K = {CONSTANT:g}",
                (target, start, r"$8 \le 1/\omega \le 40$"),
                _PLATEAU,
            ),
            bound_verdict,
            title="The published plateau",
            stated={"excess": 0.0},
            wrong={"a larger rate in the exponent": {"excess": 0.55}},
        ),
        Claim(
            Statement(
                "plateau_exponent",
                Kind.EXPONENT,
                r"\frac{d \ln t_{\text{exit}}}{d(1/\omega)} \to \frac{1}{\tau} \qquad (\omega \to "
                r"0)",
                (target, start),
            ),
            plateau_verdict,
            title="Its exponent is not that of the exit",
            text="Here it describes memories up to $1/\\omega = 16$.",
            expected_to_hold=False,
            stated={"exponent": 1},
        ),
        Claim(
            Statement(
                "drift",
                Kind.LIMIT,
                r"t_{\text{exit}} \approx \int_{w-\delta}^{w} \frac{dv}{|G'(v)|}, \qquad G(v) = "
                r"\frac{B(v)^2}{D(v)} e^{-2v/\omega}, \quad D(v) = \frac{1}{2v} \Bigl( "
                r"\frac{1-v}{1+v} \Bigr)^4",
                (target, r"$(a; w) = (1, 0; 1, w)$, $w = 1/\tau$", rf"within 2 % for {drifts}"),
            ),
            drift_verdict,
            title="A silent unit settles, then drifts",
            text="The amplitude settles at $B e^{-w/\\omega}/D$, where the loss has fallen by $G$. "
            "From there the rate falls at the speed $G'$.",
            stated={"power": 2},
            wrong={"the first power": {"power": 1}},
        ),
        Claim(
            Statement(
                "plateau",
                Kind.LIMIT,
                r"\int_{w-\delta}^{w} \frac{dv}{|G'(v)|} \sim \frac{D(w) \, \omega^2}{4 B(w)^2} "
                r"e^{2/(\omega\tau)} \qquad (\omega \to 0)",
                (target, start),
            ),
            law_verdict,
            title="The plateau has twice the exponent",
            text="Two units that merge have 5/2 times it: see the plateau of training.",
            stated={"power": 2},
            wrong={"the first power": {"power": 1}},
        ),
    ]


def _descent_items() -> list[Item]:
    return [
        Claim(
            Statement(
                "bounds",
                Kind.LIMIT,
                r"\ell_\infty = \frac{s_1 \sqrt{s_0^2 + \chi^2}}{1-r} \sim s_1 \sqrt{s_0^2 + "
                r"\chi^2} \, "
                r"\tau, \qquad B_\infty \sim s_2 (s_0^2 + \chi^2) \, \tau^3",
                (r"$r = e^{-1/\tau} < 1$, $\|X_t\| \le \chi$",),
            ),
            bounds_verdict,
            title="What gradient descent pays for a time scale",
            stated={"powers": (1, 3)},
            wrong={
                "another power of the Hessian": {"powers": (1, 2)},
                "one power more of the gradient": {"powers": (2, 3)},
            },
        ),
        Claim(
            Statement(
                "rest",
                Kind.IDENTITY,
                r"\|\nabla H_t\| = s_1 \chi \sum_{k<t} r^k \to \frac{s_1 \chi}{1-r}",
                (
                    r"constant input with $\langle U, X \rangle = 0$, which leaves the neuron at "
                    r"rest",
                ),
            ),
            rest_verdict,
            title="A neuron pays the first power",
            text="The bound on the gradient is too large by $\\sqrt{1 + s_0^2/\\chi^2}$ at most.",
            stated={"excess": 0},
            wrong={"one step later": {"excess": 1}},
        ),
        Claim(
            Statement(
                "steady",
                Kind.LIMIT,
                r"\max_u \left| \frac{\partial^2 h}{\partial u^2} \right| = \max_h \frac{2 h (1 - "
                r"h^2)}{(1 - r + r h^2)^3} \sim \frac{25 \sqrt{5}}{108} \tau^{5/2}",
                (r"$h = \tanh(rh + u)$, a neuron under a constant input",),
            ),
            curvature_verdict,
            title="A steady neuron pays less than the third",
            text="At rest $\\sigma''(0) = 0$; away from it $\\sigma'$ falls.",
            stated={"power": STEADY_POWER},
            wrong={"the third power": {"power": S(3)}},
        ),
    ]


def _price_items() -> list[Item]:
    return [
        Claim(
            Statement(
                "needed",
                Kind.IDENTITY,
                r"\tau = \frac{\kappa H}{\ln(N c^{\kappa}/A)} = \frac{H}{L}, \qquad s = 1 - r \sim "
                r"\frac{L}{H}",
            ),
            _needed_verdict,
            stated={"power": 1},
            wrong={"the square of the gate": {"power": 2}},
            title="The time scale that a lag needs",
            text="The window, inverted: $N$ sequences reach $L$ time scales.",
        ),
        Claim(
            Statement(
                "price",
                Kind.LIMIT,
                r"n_{\text{GD}} \sim a_L \frac{8 \nu^2 s_1^2 (s_0^2 + \chi^2)}{\epsilon} "
                r"\Bigl(\frac{H}{L}\Bigr)^2, "
                r"\qquad m \sim b_L \frac{25 \rho^4 s_2^2 (s_0^2 + \chi^2)^2}{\epsilon} "
                r"\Bigl(\frac{H}{L}\Bigr)^6",
                (
                    r"$a_L = (1 - e^{-L})^2$, $b_L = (1 - 2Le^{-L} - e^{-2L})^2$",
                    r"$T = H \to \infty$; risk $\epsilon$, target of size $\nu$, ball of radius "
                    r"$\rho$",
                ),
            ),
            price_verdict,
            title="The price of a lag, for a given target",
            text="$a_L$ and $b_L$ are what $H$ steps leave of $\\ell_\\infty^2$ and $B_\\infty^2$. "
            "From the required $n_{\\text{GD}} = 8\\ell^2\\nu^2/\\epsilon$ and $m$ of "
            "projected gradient "
            "descent: what suffices, not what is necessary.",
            stated={"powers": (2, 6)},
            wrong={
                "a lower price in iterations": {"powers": (1, 6)},
                "a lower price in width": {"powers": (2, 4)},
            },
        ),
        Claim(
            Statement(
                "late_target",
                Kind.BOUND,
                r"g \le \nu_u \, s_1 r^H + \nu_w \sqrt{\tfrac{2}{\pi}} \, s_1^2 H r^{H-1}",
                (r"to first order in the inputs; $r = \alpha s_1$ at the start",),
            ),
            late_target_verdict,
            title="How large a target with a late part is",
            text="A target $\\mathbb{E} \\langle \\nabla H_t, v \\rangle$ with $|v_w| \\le "
            "\\nu_w$, "
            "$\\|v_u\\| \\le \\nu_u$ weighs the input of $H$ steps ago with $g$.",
            stated={"excess": 0},
            wrong={"one step later": {"excess": 1}},
        ),
        Claim(
            Statement(
                "late_price",
                Kind.LIMIT,
                r"n_{\text{GD}} \sim a_L \frac{4 \pi g^2 (s_0^2 + \chi^2)}{\epsilon s_1^2 L^2} "
                r"e^{2L} = a_L \frac{4 \pi g^2 (s_0^2 + \chi^2)}{\epsilon s_1^2 L^2} \Bigl( "
                r"\frac{N c^{\kappa}}{A} \Bigr)^{2/\kappa}, \qquad m \propto H^2",
                (
                    r"$T = H \to \infty$, the smallest $\nu$ with this $g$, $\rho = \nu$",
                    r"$\alpha_m - \alpha = \rho/\sqrt{m} \propto H^{-2}$ is left out",
                ),
            ),
            late_price_verdict,
            title="Its price",
            text="Here $\\nu \\propto e^{H/\\tau}/H$ and $n_{\\text{GD}} \\propto \\tau^2 H^{-2} "
            "e^{2H/\\tau}$: the factor $\\omega^2 e^{2/\\omega\\tau}$ of the plateau.",
            stated={"powers": (0, 2)},
            wrong={
                "iterations that grow": {"powers": (1, 2)},
                "the third power of the lag": {"powers": (0, 3)},
            },
        ),
    ]


def derivations(order: int = 1) -> list[Derivation]:
    """Return the section; the order of expansions does not matter here."""
    return [with_readings(derivation(), readings())]
