"""Is the signal of a lag c(ℓ)(T−ℓ) times an envelope, and which? The law of N(ℓ), measured."""

from __future__ import annotations

from longlag.derivations.learned import law_checks as checks
from longlag.derivations.learned import letters as the
from longlag.derivations.learned.figures import trained_figure
from longlag.derivations.learned.signals import MOMENTS, spread
from longlag.derivations.results import measured_claim
from longlag.theory.statement import Claim, Derivation, Figure, Item, Settings, Source, Table, Text

_PAPER = "arXiv 2512.05790"
_LAST = MOMENTS[-1]


def _claims() -> tuple[Claim, ...]:
    return (
        measured_claim(
            "null_of_signals",
            the.NULL,
            "<",
            0.05,
            checks.null,
            title="Shuffled targets show no lag",
            text="All cells, moments and lags; a lag is found if its 95 % interval is above 0.",
            stated={"most": 0.05},
            wrong={"none at all": {"most": 0.0}},
        ),
        measured_claim(
            "law_read_out",
            the.READ_OUT,
            "<",
            the.EXACT,
            checks.steadier,
            title="The signal follows what the readout sees of the mean transport",
            text="$s(\\ell) = c(\\ell)(T-\\ell) k f(\\ell)$ is steadier over lags with the norm of "
            "$V \\mathbb{E} M_{t,\\ell}$ than with the mean absolute diagonal that windows take.",
            stated={"better": "read_out", "worse": "exact", "update": 0},
            wrong={"the other way round": {"better": "exact", "worse": "read_out", "update": 0}},
        ),
        measured_claim(
            "law_operator",
            the.EXACT,
            "<",
            the.NORM,
            checks.steadier,
            title="And the diagonal follows it better than the operator norm",
            text="$\\|M\\|_2$ is a direction that neither the inputs nor the readout need share.",
            stated={"better": "exact", "worse": "operator", "update": 0},
            wrong={"the other way round": {"better": "operator", "worse": "exact", "update": 0}},
        ),
        measured_claim(
            "law_exact",
            the.EXACT,
            "<",
            -1.5,
            checks.constant,
            title="With the diagonal the law holds from lag to lag",
            text="Within a factor of 1.25, the logarithm of which is $e^{-3/2}$.",
            source=Source(_PAPER, "the window of an envelope"),
            expected_to_hold=False,
            stated={"form": "exact", "update": 0, "most": -1.5},
            wrong={},
        ),
        measured_claim(
            "law_after_training",
            the.READ_OUT_AFTER,
            "<",
            the.EXACT_AFTER,
            checks.steadier,
            title="After training the readout tells still more",
            text="Networks have slow neurons by then, and read some of them.",
            stated={"better": "read_out", "worse": "exact", "update": _LAST},
            wrong={
                "the other way round": {"better": "exact", "worse": "read_out", "update": _LAST}
            },
        ),
        measured_claim(
            "law_first_order",
            the.FIRST_AFTER,
            "<",
            0,
            checks.constant,
            title="First order is an envelope of trained networks",
            text="Within a factor of $e$.",
            source=Source(_PAPER, "rates of first order in the window"),
            expected_to_hold=False,
            stated={"form": "first_order", "update": _LAST, "most": 0.0},
            wrong={},
        ),
        measured_claim(
            "noise_over_lags",
            the.NOISE,
            "<",
            -2,
            checks.noise,
            title="The noise is the same along every lag",
            text="The deviation of gradients along the direction of a lag, within a seventh.",
            source=Source(_PAPER, "one scale of the noise for all lags"),
            expected_to_hold=False,
            stated={"most": -2.0},
            wrong={},
        ),
        measured_claim(
            "exponent_of_blocks",
            the.DECAY,
            "=",
            the.FROM_TAIL,
            checks.exponent,
            title="The fitted tail says how means concentrate",
            text="A stable law fitted to peaked noise has a tail whether or not the noise has one. "
            "Block differences of 512 sequences are too uncertain to tell.",
            source=Source(_PAPER, "κ = α/(α−1)"),
            expected_to_hold=None,
            stated={"tail": True, "within": 0.1},
            wrong={},
        ),
        measured_claim(
            "slope_of_the_law",
            the.SLOPE,
            "=",
            1,
            checks.near_one,
            title="The slope of the law is one",
            text="Within a tenth, with what the readout sees of the mean transport. The noise and "
            "$\\kappa$ stand on both sides: it says how the signal goes with $f$.",
            stated={"form": "read_out", "weighed": True, "within": 0.1},
            wrong={
                "without weights and times": {"form": "read_out", "weighed": False, "within": 0.1}
            },
        ),
        measured_claim(
            "slope_with_the_diagonal",
            the.SLOPE_EXACT,
            "=",
            1,
            checks.near_one,
            title="With the diagonal it is one too",
            text="Within a tenth.",
            source=Source(_PAPER, "ln N against ln f"),
            expected_to_hold=False,
            stated={"form": "exact", "weighed": True, "within": 0.1},
            wrong={"without weights and times": {"form": "exact", "weighed": False, "within": 0.1}},
        ),
        measured_claim(
            "own_envelope",
            the.READ_OUT,
            "<",
            the.OTHER,
            checks.own,
            title="A cell's own envelope tells its signal better than another cell's",
            text="Before training, at one time scale for all cells.",
            stated={"form": "read_out", "update": 0, "mine": True},
            wrong={"the other way round": {"form": "read_out", "update": 0, "mine": False}},
        ),
        measured_claim(
            "own_diagonal",
            the.EXACT,
            "<",
            the.OTHER_EXACT,
            checks.own,
            title="And so does its own diagonal",
            text="The mean absolute diagonal of another cell of the same time scale tells as much.",
            source=Source(_PAPER, "the envelope tells architectures apart"),
            expected_to_hold=None,
            stated={"form": "exact", "update": 0, "mine": True},
            wrong={},
        ),
        measured_claim(
            "own_envelope_after",
            the.READ_OUT_AFTER,
            "<",
            the.OTHER_AFTER,
            checks.own,
            title="And after training",
            text="When cells and time scales have parted.",
            stated={"form": "read_out", "update": _LAST, "mine": True},
            wrong={"the other way round": {"form": "read_out", "update": _LAST, "mine": False}},
        ),
    )


def absolute_claim() -> Claim:
    """Return the claim that windows from signal and noise, with no fitted factor, say something."""
    return measured_claim(
        "absolute_windows",
        the.ABSOLUTE,
        "<",
        the.SAME,
        checks.absolute,
        title="Signal and noise before training alone tell what will be learned",
        text="Lags with $N(\\ell) \\le N$ before training beside the windows after 800 updates, no "
        "factor fitted; against one window for all runs, the best there is.",
        source=Source(_PAPER, "H_N predicts what is learned"),
        expected_to_hold=False,
        stated={"better": "signal", "worse": "same"},
        wrong={},
    )


def _spreads(settings: Settings) -> list[tuple[str, ...]]:
    def mean(form: str, update: int) -> str:
        return str(checks.pooled(lambda cell, seed: spread(form, cell, seed, update)))

    return [
        (name, *(mean(form, update) for update in MOMENTS)) for form, name in checks.FORMS.items()
    ]


def agreement_table() -> Table:
    """Return how far predicted windows are from measured ones, cell by cell."""
    return Table(
        "predictions_by_cell",
        "Mean absolute logarithm of predicted over measured window after 800 updates, over numbers "
        "of sequences and seeds: signal and noise before training; the law and one window for all, "
        "each at its best factor.",
        ("cell", "signal and noise", "law", "one window"),
        lambda settings: checks.by_cell(),
    )


def section() -> Derivation:
    """Return the section about the law of N(ℓ) and its envelope."""
    text = Text(
        "A gradient is $g = \\sum_\\ell g^{(\\ell)}$, and a lag is detected inside it when the "
        "mean of $g^{(\\ell)}$ stands out of the noise: "
        "$N(\\ell) = (\\sigma_\\ell q/s(\\ell))^\\kappa$. A law of windows takes "
        "$s = c(\\ell)(T-\\ell) k f(\\ell)$ for granted. It is measured here on the networks of "
        "the section before, 1024 sequences at a time."
    )
    table = Table(
        "spreads_over_lags",
        "Mean logarithm of the spread over lags of signal over envelope, by what is taken for the "
        "envelope: means over cells, intervals over seeds.",
        ("f", "before training", *(f"after {at} updates" for at in MOMENTS[1:])),
        _spreads,
    )
    figure = Figure(
        "trained_networks",
        "Networks trained on 1024 sequences: gains, and gradients by lag over that of lag 2; what "
        "they transport after training, dotted before; the sequences that a lag needs by its "
        "signal and noise before training, filled where it was learned. Thin lines are seeds.",
        trained_figure,
    )
    items: tuple[Item, ...] = (text, *_claims(), figure, table)
    return Derivation("signal_of_a_lag", "The law, measured", items, glossary=the.LAW_GLOSSARY)


__all__ = ["absolute_claim", "agreement_table", "section"]
