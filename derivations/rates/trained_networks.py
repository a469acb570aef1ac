"""Where first order stops being true, on networks trained to predict a real series."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch

from longlag.derivations.rates import networks_readings
from longlag.numerics.checks.reference import autograd_transport, evaluate_update
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.measurement import TransportReport, measure_transport
from longlag.numerics.networks.network import Network
from longlag.numerics.series import SERIES, digits, last_value_loss, next_value, sunspots
from longlag.numerics.training import TrainedNetwork, train
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.readback import with_readings
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Settings,
    Statement,
    Table,
    Text,
    Verdict,
    judged,
)

SIZE, CROP, TRAINING_STEPS, LEARNING_RATE = 32, 64, 120, 5e-3
MAX_LAG = 128
#: Of the products compared with autograd, at the end of the series.
_AUTOGRAD_LAG = 12
_DIGIT_STEPS, _DIGIT_BATCH, _DIGIT_BIAS, _DIGITS_SHOWN = 250, 32, 2.0, 16
_TOLERANCE = 1e-10
#: A mistake shows on two cells as well as on all.
_TWO = ("leaky", "lstm")


class Trained(NamedTuple):
    """A trained network with the transport along the whole series, before and after training."""

    network: TrainedNetwork
    loss: float
    run: Network
    before: TransportReport
    after: TransportReport


@lru_cache(maxsize=2 * len(PAPER_CELLS))
def trained(name: str, seed: int) -> Trained:
    """Train a network of a registered cell on the yearly sunspot numbers and measure it."""
    task = next_value(sunspots(), CROP)
    series = sunspots()
    whole = ((series - series.mean()) / series.std(correction=0))[:, None, None]

    def fitted(steps: int) -> TrainedNetwork:
        return train(
            PAPER_CELLS[name],
            *task,
            size=SIZE,
            steps=steps,
            learning_rate=LEARNING_RATE,
            generator=torch.Generator().manual_seed(seed),
        )

    # One step moves a weight by at most the learning rate: as good as untrained.
    untrained, found = fitted(1), fitted(TRAINING_STEPS)
    before, after = (
        measure_transport(network.network(whole), max_lag=MAX_LAG) for network in (untrained, found)
    )
    return Trained(found, found.loss(*task), found.network(whole), before, after)


def autograd_verdict(settings: Settings, *, cells: Sequence[str], factors: int) -> Verdict:
    """Compare the exact diagonal at the end of the series with autograd.

    Args:
        settings: the seed of the networks.
        cells: which registered cells.
        factors: how many factors the product has that ends with the series, over the lag of 12.
    """
    worst, where = 0.0, ""
    for name in cells:
        cell, found = PAPER_CELLS[name], trained(name, settings.seed)
        report = measure_transport(found.run, max_lag=_AUTOGRAD_LAG + 1, per_anchor=True)
        assert report.per_anchor is not None
        assert report.per_anchor.exact is not None
        old, new = report.provenance.block.split("->")
        product = autograd_transport(
            lambda *arguments, cell=cell: evaluate_update(cell, *arguments),
            _last_steps(found.run, _AUTOGRAD_LAG),
        )
        rows, columns = (
            slice(place * SIZE, (place + 1) * SIZE)
            for place in (cell.states.index(new), cell.states.index(old))
        )
        expected = float(product[rows, columns].diagonal().abs().sum())
        exact = float(report.per_anchor.exact[factors - 1, -1, 0])
        error = abs(exact - expected) / max(abs(expected), 1e-300)
        if error > worst:
            worst, where = error, f"{name}: measured {exact:.6g}, autograd {expected:.6g}"
    return _within_tolerance(
        settings,
        cells,
        worst,
        where,
        f"autograd through the last {_AUTOGRAD_LAG} steps of the series",
    )


def remainder_verdict(settings: Settings, *, cells: Sequence[str], share: float) -> Verdict:
    """Compare the error of first order with the bound, for every neuron and lag.

    Args:
        settings: the seed of the networks.
        cells: which registered cells.
        share: of the derived bound that the error stays below.
    """
    worst, where = 0.0, ""
    for name in cells:
        for report in trained(name, settings.seed)[-2:]:
            gap = report.per_neuron_signed["exact"] - report.per_neuron_signed["first_order"]
            bound = share * report.remainder_bound[:, None] + 1e-13
            excess = gap.abs() / bound
            if float(excess.max()) > worst:
                worst = float(excess.max())
                where = f"{name}, lag {int(excess.amax(1).argmax()) + 1}"
    return judged(
        Level.MEASURED,
        "exact products before and after training, error over bound",
        worst,
        1.0,
        where,
        points=2 * len(cells) * MAX_LAG,
        seed=settings.seed,
    )


def lag_one_verdict(settings: Settings, *, cells: Sequence[str], reading: str) -> Verdict:
    """Show that the error of first order at lag 1 is rounding.

    Args:
        settings: the seed of the networks.
        cells: which registered cells.
        reading: the expansion that is exact at lag 1.
    """
    errors = {
        name: float(getattr(trained(name, settings.seed).after.errors, reading)[0])
        for name in cells
    }
    worst = max(errors, key=errors.__getitem__)
    return _within_tolerance(
        settings, cells, errors[worst], worst, "exact diagonals of trained networks"
    )


def breakdown_rows(
    settings: Settings, cells: Sequence[str] = tuple(PAPER_CELLS)
) -> list[list[str]]:
    """Return for every cell its loss and the lags at which its expansions break down."""
    rows = []
    for name in cells:
        found = trained(name, settings.seed)

        def lags(report: TransportReport, reading: str) -> list[str]:
            return [_shown(report.breakdown(level, reading)) for level in (0.1, 0.5)]

        rows.append(
            [
                name,
                f"{found.loss:.3f}",
                " / ".join(lags(found.before, "first_order")),
                " / ".join(lags(found.after, "first_order")),
                " / ".join(lags(found.after, "zeroth")),
                f"{float(found.after.time_scales.median()):.3g}",
                f"{float(found.after.neuron_mean('first_order')[31]):.2g}",
                f"{float(found.after.neuron_mean('exact')[31]):.2g}",
            ]
        )
    return rows


@lru_cache(maxsize=2)
def digit_reader(seed: int) -> tuple[float, TransportReport]:
    """Train a GRU with slow gates on digits read pixel by pixel; return accuracy and transport."""
    images, labels = digits()
    images = images.double()
    half = images.shape[1] * 3 // 4
    network = train(
        PAPER_CELLS["gru"],
        images[:, :half],
        labels[:half],
        size=SIZE,
        steps=_DIGIT_STEPS,
        batch=_DIGIT_BATCH,
        learning_rate=1e-2,
        drive_bias={"z": _DIGIT_BIAS},
        generator=torch.Generator().manual_seed(seed),
    )
    held_out = images[:, half:]
    right = network.predictions(held_out)[-1].argmax(-1) == labels[half:]
    report = measure_transport(network.network(held_out[:, :_DIGITS_SHOWN]), max_lag=len(images))
    return float(right.double().mean()), report


def _on_a_page(report: TransportReport) -> Any:
    """The plot of a report at the width of a printed line, its letters as they are."""
    figure = report.plot()
    figure.set_size_inches(6.5, 5.6)
    return figure


def digit_figure(settings: Settings) -> Any:
    """Draw the transport of the network that reads digits."""
    accuracy, report = digit_reader(settings.seed)
    figure = _on_a_page(report)
    task = f"digits read pixel by pixel, {accuracy:.0%} of held-out images right"
    title = f"{report.provenance.describe()}; {task}, seed {settings.seed}"
    figure.suptitle(textwrap.fill(title, 90), fontsize=9)
    return figure


def derivation() -> Derivation:
    """Return the section."""
    series = SERIES["sunspots"]
    last = last_value_loss(next_value(sunspots(), CROP))
    difference = r"\Bigl\| \operatorname{diag} M_{t,\ell} - \mu_{t,\ell} \Bigr\|_1"
    items = (
        Text(
            f"A network of every registered cell, $H = {SIZE}$, was trained with Adam "
            f"({TRAINING_STEPS} steps, learning rate {LEARNING_RATE:g}, crops of {CROP} years) to "
            f"predict the next value of a real series: {series.title} ({series.source}). Its "
            "transport was then measured along the whole series, over all anchors."
        ),
        Claim(
            Statement(
                "autograd",
                Kind.IDENTITY,
                r"\operatorname{diag} M_{t,\ell} = \operatorname{diag} "
                r"\frac{\partial h_t}{\partial h_{t-\ell}}",
            ),
            autograd_verdict,
            title="The exact diagonal",
            text="Divide and conquer over midpoints gives the diagonal of every product; autograd "
            "gives one at a time.",
            stated={"cells": tuple(PAPER_CELLS), "factors": _AUTOGRAD_LAG},
            wrong={"one factor more": {"cells": _TWO, "factors": _AUTOGRAD_LAG + 1}},
        ),
        Claim(
            Statement("lag_one", Kind.IDENTITY, rf"{difference} = 0 \quad (\ell = 1)"),
            lag_one_verdict,
            title="First order at lag 1",
            stated={"cells": tuple(PAPER_CELLS), "reading": "first_order"},
            wrong={"zeroth order": {"cells": _TWO, "reading": "zeroth"}},
        ),
        Claim(
            Statement(
                "remainder",
                Kind.BOUND,
                r"\bigl| \mathbb{E}\, M^{(qq)}_{t,\ell} - \mathbb{E}\, \mu^{(q)}_{t,\ell} \bigr| "
                r"\le \mathbb{E} \Bigl[ \prod_j (d_j + r_j) - \prod_j d_j - \sum_j r_j "
                r"\prod_{i \ne j} d_i \Bigr]",
                (r"$d_j \ge \|D_j\|_2$, $r_j \ge \|R_j\|_2$, mean over anchors",),
            ),
            remainder_verdict,
            title="The remainder, step by step",
            text="With the norms of every step in place of their maxima the bound is tighter.",
            stated={"cells": tuple(PAPER_CELLS), "share": 1.0},
            wrong={"a thousandth of the bound": {"cells": _TWO, "share": 1e-3}},
        ),
        Table(
            "breakdown",
            "Where the expansions stop being true: the first lag at which the relative error of "
            "the diagonal, entry by entry, exceeds 10 % / 50 %. The loss is the mean square error "
            f"of the standardised series; predicting the last value loses {last:.3f}. A dash: not "
            f"up to lag {MAX_LAG}. Last columns: the median time scale of the local path, and the "
            "mean rate at lag 32.",
            (
                "cell",
                "loss",
                "first order, untrained",
                "first order",
                "zeroth order",
                r"median $\tau$",
                "first order at 32",
                "exact at 32",
            ),
            breakdown_rows,
        ),
        Figure(
            "trained_gru",
            "The GRU on the sunspot numbers: exact envelope beside both expansions, time scales, "
            "rates over neuron and lag.",
            lambda settings: _on_a_page(trained("gru", settings.seed).after),
        ),
        Figure(
            "trained_lstm",
            "The LSTM on the sunspot numbers, cell state to cell state.",
            lambda settings: _on_a_page(trained("lstm", settings.seed).after),
        ),
        Figure(
            "digit_reader",
            f"A GRU with slow gates (initial bias {_DIGIT_BIAS:g} of $z$) trained to classify "
            f"images read pixel by pixel ({SERIES['digits'].source}).",
            digit_figure,
        ),
    )
    found = Derivation("trained_networks", "Transport of trained networks", items)
    return with_readings(found, networks_readings.trained())


def _last_steps(run: Network, count: int) -> Network:
    """Return the network of the last steps of one sequence, with the state before them."""
    states = trajectory(generate(run.cell, "torch"), run).state
    return Network(
        run.cell,
        {name: value[-count, 0] for name, value in states.items()},
        {name: value[-count:, 0] for name, value in run.drive.items()},
        run.weight,
        run.parameter,
    )


def _within_tolerance(
    settings: Settings, cells: Sequence[str], error: float, where: str, method: str
) -> Verdict:
    return judged(
        Level.MEASURED,
        f"{method}, {len(cells)} trained cells, H = {SIZE}",
        error,
        _TOLERANCE,
        where,
        points=len(cells),
        seed=settings.seed,
    )


def _shown(lag: int | None) -> str:
    return "–" if lag is None else str(lag)


def derivations(order: int = 1) -> Sequence[Derivation]:
    """Return the sections on transport at scale; the order of expansions does not matter here."""
    from longlag.derivations.rates.constant_gate import derivation as constant_gate

    return [constant_gate(), derivation()]


__all__ = ["Trained", "derivation", "derivations", "digit_reader", "trained"]
