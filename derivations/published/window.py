"""What the paper on the learnability window states, version by version, and its protocol."""

from __future__ import annotations

from functools import partial

from longlag.derivations.published.sentence import Published

PAPER = "Livi, Learnability Window in Gated Recurrent Neural Networks, arXiv 2512.05790"
_says = partial(Published, PAPER)
_does = partial(Published, PAPER, is_procedure=True)

_HEAVY = "Heavier tails of the noise compress the window."
_BROAD = "Broader spectra of time scales slow the decay."
_PREDICTS = "$H_N$ predicts what is learned."
_GROWS = "The window grows with $N$."
_DETECTS = r"A lag is detected when $\mathrm{SNR} > \varepsilon$: noise alone is not."
_EARLY = r"Versions 1 and 2: $N(\ell) \propto f(\ell)^{-\alpha}$."
_LATE = r"Versions 3 and later: $N(\ell) \propto f(\ell)^{-\alpha/(\alpha-1)}$."


def _window(law: str, stated: str) -> Published:
    """The row of a decay law: its window in closed form and how it grows."""
    return _says(stated, (f"window_{law}--horizon", f"window_{law}--growth"))


SENTENCES = (
    _says(
        r"To first order $\mu = \eta\, [\Gamma + \Gamma \sum_j R_j^{(qq)} / D_j^{(q)}]$.",
        ("*--rates",),
    ),
    _says(
        r"LayerNorm on a candidate multiplies its weight by $\operatorname{diag}(\gamma)"
        r"\sigma_p^{-1} (I - 11^{\top}/H - zz^{\top}/H)$.",
        ("layer_norm--layer_norm_factor",),
    ),
    _says(
        r"The zeroth-order rate of a GRU is $\prod (1-\bar z) + \prod r + \prod (1-\bar z) r$.",
        ("published_rates--gru_surrogate",),
    ),
    _says(
        "A constant gate has an exponential envelope.",
        ("constant_gate--exponential_norm",),
        reading="of backpropagation, all orders",
    ),
    _says(_EARLY, ("published_exponents--versions_1_2",), reading="of the mean"),
    _says(_EARLY, ("published_exponents--versions_1_2_any_test",), reading="of some test"),
    _says(
        _LATE, ("published_exponents--versions_3", "detection--kappa_mean"), reading="of the mean"
    ),
    _says(
        _LATE,
        ("published_exponents--versions_3_any_estimator",),
        reading="of the noise, for any estimator",
    ),
    _says(
        _HEAVY,
        ("published_exponents--versions_1_2_compression",),
        reading="by the law of versions 1 and 2",
    ),
    _says(
        _HEAVY,
        ("published_exponents--versions_3_compression",),
        reading="by the law of versions 3 and later",
    ),
    _says(
        _HEAVY,
        ("changed_windows--heavy_tails", "changed_windows--heavier_tails"),
        reading="in trained networks",
    ),
    _says(
        r"A lag is detected from $N(\ell) = (\varepsilon \sigma / m(\ell))^{\kappa}$ on.",
        ("window_*--sample_size", "spectrum_*--sample_size", "spread_gate_window--sample_size"),
    ),
    _says(
        r"$H_N = \sup \{\ell : N(\ell) \le N\}$: there $f$ is $\varphi = (A/N)^{1/\kappa}$.",
        (
            "laws--level",
            "spectrum_*--horizon",
            "spread_gate_window--horizon",
            "window_exponential_mixture--horizon",
        ),
    ),
    _says(
        r"A local exponent of any law: $d \ln H / d \ln N = 1/(\kappa\, |d \ln f / d \ln \ell|)$.",
        (
            "window_*--local_exponent",
            "spectrum_*--local_exponent",
            "spread_gate_window--local_exponent",
        ),
    ),
    _window(
        "logarithmic",
        r"Logarithmic decay: $H_N = e^{(c/\varphi)^{1/b} - 1}$, exponential in $N^{1/\kappa b}$.",
    ),
    _window("polynomial", r"Polynomial decay: $H_N = (c/\varphi)^{1/b} \sim N^{1/\kappa b}$."),
    _says(
        r"Exponential decay: $H_N = \ln(c/\varphi)/b \sim \ln N/(\kappa b)$.",
        ("window_exponential--horizon", "window_exponential--growth", "connections--window"),
    ),
    _window(
        "shifted_polynomial",
        r"Shifted polynomial decay: $H_N = \tau ((c/\varphi)^{1/b} - 1) \sim N^{1/\kappa b}$.",
    ),
    _window(
        "stretched_exponential",
        r"Stretched exponential decay: $H_N = \tau \ln(c/\varphi)^{1/s} \sim \tau (\ln N/"
        r"\kappa)^{1/s}$.",
    ),
    _window(
        "tempered_power", r"Tempered power decay: $H_N$ by Lambert's $W$, $\sim \tau \ln N/\kappa$."
    ),
    _says(
        r"Two exponentials or more: $H_N \sim \ln N/(\kappa \min b)$.",
        (
            "window_two_exponentials--horizon",
            "window_two_exponentials--growth",
            "window_exponential_mixture--growth",
        ),
    ),
    _says(
        r"A constant envelope above $\varphi$ has an infinite window.", ("window_constant--growth",)
    ),
    _says(
        r"Gamma-distributed rates make a power law, $f = (1 + \theta \ell)^{-b}$.",
        ("spectrum_gamma_rates--envelope", "spectrum_gamma_rates--growth"),
    ),
    _says(
        r"Log-uniform rates make $f = (E_1(a\ell) - E_1(B\ell))/\ln(B/a)$.",
        ("spectrum_log_uniform_rates--envelope", "spectrum_log_uniform_rates--growth"),
    ),
    _says(
        r"$P(\tau > x) \sim x^{-b}$ makes a power law of exponent $b$.",
        ("spectrum_pareto_time_scales--envelope", "spectrum_pareto_time_scales--growth"),
    ),
    _says(
        r"A density $\sim 1/(\nu \ln^2 \nu)$ of rates makes logarithmic decay.",
        ("spectrum_logarithmic_rates--growth",),
    ),
    _says(
        r"Two time scales cross over at $\ell^* = \ln(p_1/p_2)/(1/\tau_1 - 1/\tau_2)$.",
        ("spectrum_two_time_scales--crossover", "spectrum_two_time_scales--growth"),
    ),
    _says(_BROAD, ("heterogeneity--jensen_*",), reading="at one mean rate"),
    _says(_BROAD, ("heterogeneity--published_reading",), reading="at one mean time scale"),
    _says(
        _BROAD,
        ("changed_windows--broad_spectrum", "changed_windows--broad_spectrum_of_rates"),
        reading="in trained networks",
    ),
    _says(
        _PREDICTS, ("measured_window--window_predicts",), reading="better than one window for all"
    ),
    _says(
        _PREDICTS,
        ("measured_window--absolute_windows",),
        reading="from signal and noise before training alone",
    ),
    _says(
        "$H_N$ orders architectures.",
        ("measured_window--windows_rank",),
        reading="a rank correlation above one half",
    ),
    _says(_GROWS, ("measured_window--sequences_widen",), reading="from 16 sequences to 1024"),
    _says(_GROWS, ("measured_window--enough_sequences",), reading="beyond 128 sequences"),
    _says(
        "The envelope, the mean absolute diagonal, decides lag by lag.",
        ("signal_of_a_lag--law_exact",),
        reading="within a factor of 1.25",
    ),
    _says(
        "Rates of first order are an envelope of trained networks.",
        ("signal_of_a_lag--law_first_order",),
        reading="within a factor of $e$",
    ),
    _says(
        "The noise has one scale for all lags.",
        ("signal_of_a_lag--noise_over_lags",),
        reading="within a seventh",
    ),
    _says(
        r"$\kappa = \alpha/(\alpha-1)$ with the fitted tail index $\alpha$ of the noise.",
        ("signal_of_a_lag--exponent_of_blocks",),
    ),
    _says(
        r"$\ln N$ falls on $\ln f$ with the slope $-\kappa$.",
        ("signal_of_a_lag--slope_with_the_diagonal",),
        reading="within a tenth",
    ),
    _says("The envelope tells architectures apart.", ("signal_of_a_lag--own_diagonal",)),
    _says(
        r"The law of $N(\ell)$ follows from the matched statistic $\psi = \sum_q \mu^{(q)} "
        r"\delta^{(q)} v^{(q)}$.",
        denied_by=("detection--transport_invariance",),
    ),
    _says(
        r"The matched statistics of all lags sum to the directional gradient.",
        denied_by=(
            "coupling_analogies--counted_too_often",
            "coupling_profiles--counted_in_training",
        ),
        reading="with the total derivative $v$",
    ),
    _does(_DETECTS, ("published_detection--normal_noise",), reading="last protocol, normal noise"),
    _does(
        _DETECTS,
        ("published_detection--stable_noise",),
        reading=r"last protocol, stable noise, $\alpha = 3/2$",
    ),
    _does(
        _DETECTS,
        ("published_detection--oriented_noise",),
        reading="version 6, signs by the batch mean",
    ),
    _does(
        "A GRU whose update gate begins at .05 has a time scale of 19.5 steps.",
        ("published_rates--gate_of_a_twentieth",),
        reading="of PyTorch's GRU",
    ),
    _does(
        "Cells whose gates begin with other time scales are compared.",
        denied_by=("changed_windows--published_time_scale",),
        reading="as if they learned the same lags",
    ),
)

#: Claims that name the paper for a definition, and one that joins two of its sentences.
STEPS = ("*--update", "spectrum_*--density", "spread_gate_window--growth")

__all__ = ["PAPER", "SENTENCES", "STEPS"]
