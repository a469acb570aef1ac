"""Cells that stress the generator."""

from __future__ import annotations

from sympy import Abs, Interval, Max, Min, Rational, exp, log, sin, sqrt, tanh

from longlag.theory import Cell, drive, mean, parameter, recurrent, relu, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS


def _toys() -> list[Cell]:
    h, a, b = state("h"), state("a"), state("a_a")
    p = parameter("p", Interval.open(0, 1))
    kinked = (
        relu(recurrent("n", h) + drive("n"))
        + Max(h, drive("m"), Rational(1, 3))
        + Min(h / 2, 1)
        + Abs(h - drive("n"))
    )
    mixed = recurrent("u", recurrent("n", h), shared=True)
    return [
        Cell("linear", {h: recurrent("n", h)}),
        Cell("maps_in_a_row", {h: recurrent("k", recurrent("m", recurrent("n", h))) + drive("n")}),
        Cell("scaled_maps", {h: recurrent("k", h * recurrent("m", sin(h) * recurrent("n", h)))}),
        Cell("no_map", {h: (1 - p) * h + drive("x")}),
        Cell("no_recurrence", {h: tanh(drive("x"))}),
        Cell("mean_field", {h: tanh(mean(h * drive("x"), "m") + h * drive("x"))}),
        Cell("row_of_a_map", {h: h * sigmoid(mixed + drive("u"))}),
        Cell("map_of_a_mean", {h: tanh(recurrent("n", h * mean(h, "m")) + drive("n"))}),
        Cell("row_of_a_row", {h: h + recurrent("u", h * recurrent("v", h, shared=True), True)}),
        Cell("map_of_a_shared_value", {h: recurrent("n", mean(h, "m") ** 2) + drive("n") * h}),
        Cell("kinked", {h: kinked}, allow_nondifferentiable=True),
        Cell("overflowing", {h: exp(-exp(recurrent("z", h) + drive("z"))) * h + drive("x")}),
        Cell("constants", {h: log(2) * tanh(h + sqrt(3)) + Rational(1, 7) * drive("x")}),
        Cell(
            "two_names", {a: tanh(b + recurrent("a", b)), b: a * b + drive("a") * recurrent("b", a)}
        ),
        Cell(
            "names_of_helpers",
            {
                state("mean"): tanh(recurrent("torch", state("mean")) * parameter("e"))
                + drive("frame") * state("H") * parameter("pi", per_neuron=True),
                state("H"): state("mean") * sigmoid(drive("where")),
            },
        ),
    ]


TOYS = {cell.name: cell for cell in _toys()}
ALL_CELLS = {**CELLS, **TOYS}
