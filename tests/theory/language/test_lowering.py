"""Delays and complex states: what they become, against recurrences written by hand."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
import torch
from sympy import Abs, I, Interval, conjugate, exp, im, re, sin, tanh

from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import (
    Cell,
    LonglagError,
    axis,
    drive,
    hold,
    jacobian,
    mean,
    output,
    parameter,
    recurrent,
    sigmoid,
    state,
    total,
    weight,
)
from longlag.theory.language.matrix import is_zero
from longlag.theory.statement import Settings

h, x, N = state("h"), drive("x"), axis("N")
z, u = state("z", complex=True), drive("u", complex=True)
NU = parameter("nu", Interval(-3, 1), per_neuron=True)
THETA = parameter("theta", Interval(0, 3), per_neuron=True)
w = state("w", N, complex=True)
W, PARTS = weight("W"), z.as_real_imag()

DELAYED = Cell("delayed", {h: tanh(recurrent("a", h) + recurrent("b", h.delay(3)) + x)})
RING = Cell("ring", {z: exp(-exp(NU) + I * THETA) * z + u})
MIXED = Cell("mixed", {z: exp(I * THETA) * recurrent("W", z) + u})
MODULATED = Cell("modulated", {w: sigmoid(total(Abs(w) ** 2, over=N)) * w * exp(I * drive("p", N))})


def test_a_delayed_state_is_a_state_that_is_handed_on() -> None:
    assert DELAYED.states == ("h", "h_2", "h_3")
    network = sample_network(DELAYED, torch.Generator().manual_seed(0), size=3, steps=6)
    a, b = network.weight["a"], network.weight["b"]
    past = [network.state[name] for name in ("h_3", "h_2", "h")]
    for given in network.drive["x"]:
        past.append(torch.tanh(a @ past[-1] + b @ past[-3] + given))
    now = dict(network.state)
    for time in range(6):
        now = generate(DELAYED).step(now, network.at(time, now).drive, network.weight)
    torch.testing.assert_close(now["h"], past[-1])
    torch.testing.assert_close(now["h_3"], past[-3])


def test_a_delay_is_printed_at_its_time() -> None:
    assert "h_{t-3}" in DELAYED.latex()
    assert "h_{2}" not in DELAYED.latex()


def test_a_ring_of_complex_modes_turns_and_shrinks() -> None:
    network = sample_network(RING, torch.Generator().manual_seed(0), size=4)
    ring = torch.exp(-network.parameter["nu"].exp() + 1j * network.parameter["theta"])
    before = torch.complex(network.state["z_re"], network.state["z_im"])
    given = torch.complex(network.drive["u_re"], network.drive["u_im"])
    new = generate(RING).step(*network.arguments)
    torch.testing.assert_close(torch.complex(new["z_re"], new["z_im"]), ring * before + given)
    J = generate(RING).jacobian(*network.arguments)
    assert (J.diagonal(offset=4)[:4].abs() > 0).any()
    scale = torch.linalg.eigvals(J).abs().sort().values
    torch.testing.assert_close(scale, ring.abs().repeat(2).sort().values)


def test_a_real_weight_acts_on_both_parts_alike() -> None:
    assert MIXED.weights == ("W",)
    network = sample_network(MIXED, torch.Generator().manual_seed(0), size=3)
    before = torch.complex(network.state["z_re"], network.state["z_im"])
    given = torch.complex(network.drive["u_re"], network.drive["u_im"])
    turned = torch.exp(1j * network.parameter["theta"])
    expected = turned * (network.weight["W"].to(turned) @ before) + given
    new = generate(MIXED).step(*network.arguments)
    torch.testing.assert_close(torch.complex(new["z_re"], new["z_im"]), expected)


def test_what_a_map_makes_of_a_complex_number_is_complex() -> None:
    """A real weight gave a real number before, so that the conjugate of W z was W z."""
    a, b = W(re(z)), W(im(z))
    assert Cell("conjugated", {z: conjugate(W(z))}).update == dict(zip(PARTS, (a, -b), strict=True))
    read = Cell("read", {z: z, h: re(W(z)) + im(W(z)) + Abs(W(z)) ** 2})
    assert read.update[h] == a + b + a**2 + b**2
    n = state("n", N)
    summed = Cell("summed", {w: w, n: re(total(w, over=N)) * drive("n", N)}).update[n]
    assert summed.has(re(w))
    assert not summed.has(im(w))


def test_parts_stay_together_where_the_whole_is_real_or_held() -> None:
    assert Cell("gated", {z: sigmoid(z * conjugate(z)) * z}).update[PARTS[0]].has(sigmoid)
    held = Cell("held", {z: z, h: re(hold(z) * z)})
    assert held.update[h] == re(z) * hold(re(z)) - im(z) * hold(im(z))
    assert "m_im" in str(Cell("centred", {z: z - mean(z, "m")}))


def test_a_complex_state_may_stand_some_steps_back() -> None:
    cell = Cell("turning", {z: z.delay(2) + u})
    assert cell.states == ("z_re", "z_im", "z_im_2", "z_re_2")
    assert z.delay(1) == pickle.loads(pickle.dumps(z)) == z


@pytest.mark.parametrize("cell", [DELAYED, RING, MIXED, MODULATED], ids=lambda cell: cell.name)
def test_every_claim_of_such_a_cell_is_as_expected(cell: Cell) -> None:
    for one in derive_cell(cell).check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_the_modes_of_a_ring_cross_nothing() -> None:
    assert is_zero(jacobian(RING).recurrent)


def test_an_output_reads_the_states_after_the_step() -> None:
    y = output("y", N)
    S, q = state("S", N), drive("q", N)
    new = sigmoid(drive("f", N)) * S + drive("k", N)
    cell = Cell("read", {S: new, y: tanh(q * S) * total(q * S, over=N)})
    network = sample_network(cell, torch.Generator().manual_seed(0), size=3)
    given = network.drive
    kept = torch.sigmoid(given["f"])
    now = kept * network.state["S"] + given["k"]

    def read(before: torch.Tensor) -> torch.Tensor:
        after = kept * before + given["k"]
        return torch.tanh(given["q"] * after) * (given["q"] @ after)

    found = generate(cell).step(*network.arguments)
    torch.testing.assert_close(found["S"], now)
    torch.testing.assert_close(found["y"], read(network.state["S"]))
    J = generate(cell).jacobian(*network.arguments)
    torch.testing.assert_close(
        J[3:, :3], torch.autograd.functional.jacobian(read, network.state["S"])
    )
    assert not J[:, 3:].any()
    for one in derive_cell(cell).check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: h.delay(0), "delay of state 'h'.*the new value is not known yet"),
        (lambda: h.delay(1.5), "delay of state 'h'"),
        (
            lambda: Cell("real", {h: I * h}),
            "it is complex, with the imaginary part h; make it state",
        ),
        (lambda: Cell("map", {z: z, h: W(z)}), r"imaginary part W\[z_im\].*take re"),
        (lambda: Cell("gate", {z: sigmoid(z) * z}), r"sigmoid\(.*function of a real number"),
        (lambda: Cell("row", {z: recurrent("r", z, shared=True)}), "one for re.z. and one for im"),
        (lambda: Cell("of_none", {h: state("g").delay(2)}), "delay of state g.*it has no update"),
        (lambda: Cell("taken", {h: h.delay(2), state("h_2"): h}), "bears this name"),
        (lambda: Cell("part", {z: z, state("z_re"): h, h: h}), "bears this name"),
        (lambda: Cell("key", {sin(h): h}), "only states have updates"),
        (lambda: Cell("key", {x: h}), "only states have updates"),
        (lambda: Cell("read", {h: output("y"), output("y"): h}), "no update reads it"),
    ],
)
def test_what_is_no_state_is_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()
