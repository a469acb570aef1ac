"""Cells as people write them: linear, diagonal, memoryless, rotating, with decimals and roots.

Most have no recurrent part, some no local part, no drive, or no dependence on the state at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import (
    Abs,
    Expr,
    Integer,
    Interval,
    Max,
    Rational,
    S,
    atan,
    cos,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tanh,
)

from longlag.theory import Cell, drive, mean, parameter, recurrent, relu, sigmoid, softplus, state
from longlag.theory.language.norms import layer_norm

h, g, m = state("h"), state("g"), state("m")
d, e = drive("d"), drive("e")
a, b = parameter("a", Interval.open(0, 1)), parameter("b", Interval(-1, 1))
q = parameter("q", Interval.open(1, oo))
theta = parameter("theta", Interval(-3, 3))
nu = parameter("nu", Interval(-3, 1), per_neuron=True)
z, n = sigmoid(drive("z")), tanh(drive("n"))
w, u = recurrent("w", h), recurrent("u", h, shared=True)
tau, far = parameter("tau", Interval.open(0, oo)), parameter("far", Interval(5, oo))
gate = sigmoid(recurrent("gate", h) + drive("gate"))
step = exp(-softplus(d))
radius, angle = exp(-exp(nu)), exp(theta)
shrink = sqrt(1 - exp(-2 * exp(nu)))

_UPDATES: Mapping[str, Mapping[Expr, Expr]] = {
    # No recurrent part: parameters and drives alone carry the state.
    "leak": {h: a * h + d},
    "root_leak": {h: sqrt(a) * h + d},
    "leak_of_neurons": {h: sigmoid(nu) * h + d},
    "inverse_leak": {h: h / q + d * q ** (-2)},
    "power_of_parameters": {h: a**b * h + d},
    "minimal_gru": {h: (1 - z) * h + z * n},
    "selective": {h: step * h + (1 - step) * e},
    "selective_neurons": {h: exp(-softplus(d) * exp(nu)) * h + softplus(d) * e},
    "cosine": {h: cos(theta) * h + d},
    "arc_tangent": {h: atan(b) * h + d},
    "logarithm": {h: h / (1 + log(1 + softplus(b))) + d},
    "half": {h: h / 2 + d},
    "by_pi": {h: h / pi + d},
    "decimals": {h: 0.9 * h + 0.1 * n},
    "long_decimals": {h: exp(-0.1) * h + (1 / 3) * d},
    "cubic": {h: h - a * h**3 / 100 + tanh(d)},
    "liquid": {h: (h + a * gate * q) / (1 + a * (1 / tau + gate))},
    "domain_root": {h: sqrt(2 - b) * h / sqrt(q + gate) + log(q + gate) * d},
    "far_parameter": {h: h / far + d},
    "saturating": {h: h / sqrt(1 + h**2) + d},
    "soft": {h: softplus(h) * a + d},
    "chain": {h: a * h + d, g: a * g + (1 - a) * h},
    "shift": {h: g, g: d},
    "rotation": {h: cos(theta) * h - sin(theta) * g + d, g: sin(theta) * h + cos(theta) * g + e},
    "rotation_by_drive": {h: cos(d) * h - sin(d) * g, g: sin(d) * h + cos(d) * g},
    "linear_recurrent_unit": {
        h: radius * (cos(angle) * h - sin(angle) * g) + shrink * d,
        g: radius * (sin(angle) * h + cos(angle) * g) + shrink * e,
    },
    "three": {h: cos(a) * h - sin(a) * g, g: sin(a) * h + cos(a) * g, m: a * m + (1 - a) * h},
    "rectified": {h: relu(a * h) + d},
    "folded": {h: Abs(h) * a + Max(b * h, -h) + d},
    # No dependence on the state.
    "memoryless": {h: tanh(d)},
    "memoryless_pair": {h: tanh(d), g: sigmoid(e) * n},
    "of_a_parameter": {h: a},
    "of_a_number": {h: S.Half},
    "of_nothing": {h: Integer(0), g: a * g},
    # No local part.
    "recurrent_alone": {h: w},
    "recurrent_pair": {h: recurrent("v", g) + d, g: tanh(w)},
    "mean_alone": {h: mean(h, "mean")},
    "gate_without_state": {h: sigmoid(w + d) * tanh(e)},
    # Functions of parameters beside maps, without drives, with shared maps and means.
    "turned": {h: cos(theta) * h + sin(theta) * tanh(w + d)},
    "turned_shared": {h: cos(theta) * h + u},
    "decay_of_two": {h: exp(-a - b) * h + exp(-a) * tanh(w)},
    "decay_and_half": {h: exp(-a) * h + exp(-a / 2) * tanh(w + d)},
    "decay_and_root": {h: sqrt(a) * h + a ** Rational(1, 3) * tanh(w + d)},
    "unit_circle": {h: sqrt(1 - a**2) * h + a * tanh(w + d)},
    "growing": {h: exp(-softplus(w + d) * a) * h + tanh(recurrent("n", h) + e)},
    "nested": {h: tanh(recurrent("outer", cos(theta) * w + d)) + h / sinh(q)},
    "away_from_mean": {h: cos(theta) * (h - mean(h, "mean")) + d},
    "normalised_drive": {h: cos(theta) * h + layer_norm(d, "norm")},
}
_ROUGH = {"rectified", "folded"}

OWN_CELLS: dict[str, Cell] = {
    name: Cell(name, update, allow_nondifferentiable=name in _ROUGH)
    for name, update in _UPDATES.items()
}
