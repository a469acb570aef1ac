"""What is published on linear and selective recurrences, on stability and on time scales."""

from __future__ import annotations

from longlag.derivations.published.sentence import Published

WANG = "Wang et al. 2025, arXiv 2501.00658"
ZUCCHET = "Zucchet, Orvieto 2024, arXiv 2405.21064"
PROCA = "Proca et al., ICML 2025"
COLLAPSE = "Livi 2026, arXiv 2606.29519"
CHEN = "Chen, Pennington, Schoenholz 2018, arXiv 1806.05394"
_DECAYS = "A token's influence decays exponentially in the distance."
_ISOTROPY = r"$\chi = 1$ keeps gradients over long lags."

SENTENCES = (
    Published(WANG, _DECAYS, ("linear_recurrences--mamba_mean",), reading="on average over inputs"),
    Published(
        WANG, _DECAYS, ("linear_recurrences--influence_for_every_input",), reading="for every input"
    ),
    Published(
        "Huang et al. 2025, arXiv 2506.11891",
        "Selectivity counteracts memory decay.",
        ("linear_recurrences--selectivity_counteracts_decay",),
        reading="on average over inputs, at one mean step",
    ),
    Published(
        "Jaeger 2002; Gonon et al. 2020",
        r"The recall of a linear network sums over the lags to its number of units.",
        ("recall--capacity",),
    ),
    Published(ZUCCHET, r"$E\, h^2 = (1 + 2 s_0)/(1 - \lambda^2)$.", ("sensitivity--state_power",)),
    Published(
        ZUCCHET,
        r"$E\, (\partial h/\partial\lambda)^2 = (1+\lambda^2)(1 + 2 s_0)/(1-\lambda^2)^3 + 2 "
        r"s_1/(1-\lambda^2)^2$.",
        ("sensitivity--sensitivity_power",),
    ),
    Published(
        ZUCCHET,
        r"Sensitivity exceeds the growth of the state by $(1-\lambda^2)^{-2}$.",
        ("sensitivity--excess_of_sensitivity",),
    ),
    Published(
        ZUCCHET,
        r"A norm $\sqrt{1-\lambda^2}$ with $\lambda = \tanh \omega$ or $e^{-e^{\nu}}$ keeps the "
        r"sensitivity bounded, for real $\lambda$.",
        ("sensitivity--tanh_cancels", "sensitivity--limit_of_exponential"),
    ),
    Published(
        ZUCCHET,
        r"Sensitivity to the angle of a complex $\lambda$ grows as the square of the time scale.",
        ("sensitivity--angle_sensitivity",),
    ),
    Published(
        PROCA,
        r"Aligned modes have the loss $\frac{1}{2} \sum_i (s_i - c\, b^{T-i} a)^2$.",
        ("modes--aligned_loss",),
    ),
    Published(PROCA, r"Gradient flow keeps $a^2 - c^2$.", ("modes--kept",)),
    Published(
        PROCA,
        "Larger singular values are learned first.",
        ("modes--larger_first",),
        reading="from small starts",
    ),
    Published(
        PROCA,
        r"Later singular values are learned first while $|b(0)| < 1$.",
        ("modes--late_first",),
        reading="at .7 and .8",
    ),
    Published(
        PROCA,
        r"Later singular values are learned first while $|b(0)| < 1$.",
        ("modes--late_first_below_one",),
        reading="up to 1",
    ),
    Published(
        PROCA,
        r"Above $b(0) = 1$ earlier singular values are learned first.",
        ("modes--early_first",),
        reading="at 1.1 and 1.2",
    ),
    Published(
        "Gu et al. 2020, arXiv 2008.07669",
        r"LegS projects on Legendre polynomials of $e^{-t}$.",
        ("initialisations--hippo_response",),
    ),
    Published(
        "Tallec, Ollivier 2018, arXiv 1804.11188",
        r"With $b_f = \ln U[1, T-1]$ the times $1/(1-f)$ are uniform on $[2, T]$.",
        ("initialisations--chrono_times",),
    ),
    Published(
        "De et al. 2024, arXiv 2402.19427",
        r"$a^c$ begins uniform on $[.9, .999]$.",
        ("initialisations--text_and_code",),
        reading="what the published code keeps of a state",
    ),
    Published(
        "Sompolinsky, Crisanti, Sommers 1988",
        "A random network at rest turns chaotic at the gain 1.",
        ("boundary--critical_gain_plain",),
        reading="where its fixed point loses stability",
    ),
    Published(CHEN, _ISOTROPY, ("tied_weights--isotropy_of_fresh",), reading="of fresh weights"),
    Published(CHEN, _ISOTROPY, ("tied_weights--isotropy_of_tied",), reading="of one matrix"),
    Published(
        COLLAPSE,
        r"A power law of time scales and its envelope have one exponent $\beta$.",
        ("workload--leading_envelope",),
    ),
    Published(
        COLLAPSE,
        "A spectrum survives only when heavy-tailed pushes are strong enough.",
        ("workload--heavy_tails_needed",),
    ),
    Published(
        COLLAPSE,
        r"$R^2 \ge .9$ of a line through the tail shows a power law.",
        denied_by=("judged_spectra--gate_accepts",),
        reading="through the upper quarter",
        is_procedure=True,
    ),
    Published(
        COLLAPSE,
        "The control, a network of one constant gate, shows no spectrum.",
        denied_by=("judged_spectra--constant_gate_accepted",),
        is_procedure=True,
    ),
)

STEPS: tuple[str, ...] = ()

__all__ = ["SENTENCES", "STEPS"]
