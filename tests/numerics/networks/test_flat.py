"""Cells with axes against recurrences written a second time by hand, with their arrays as given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest
import torch
from sympy import Abs, Interval, Max, exp, sqrt, tanh
from torch import Tensor

from longlag.derivations.document.readback import require_read_back
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.numerics.generate import generate
from longlag.numerics.measurement.measure import measure_transport
from longlag.numerics.networks.flat import Layout
from longlag.theory import (
    Cell,
    LonglagError,
    average,
    axis,
    cumulative,
    drive,
    expm,
    layer_norm,
    mean,
    output,
    parameter,
    recurrent,
    rms_norm,
    sigmoid,
    softmax,
    softplus,
    state,
    total,
    weight,
)
from longlag.theory.statement import Settings

N, P, Q, K = axis("N"), axis("P"), axis("Q"), axis("heads")
Arrays = Mapping[str, Tensor]


class Case(NamedTuple):
    """A cell, the sizes of its axes, and its recurrence in PyTorch."""

    cell: Cell
    sizes: Mapping[str, int]
    step: Callable[[Arrays, Arrays, Arrays, Arrays], dict[str, Tensor]]


def delta_rule() -> Case:
    S, k, v, beta = state("S", N, P), drive("k", N), drive("v", P), drive("beta", shared=True)
    cell = Cell("delta", {S: S + beta * k * (v - total(k * S, over=N))})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        G = torch.eye(3) - d["beta"] * torch.outer(d["k"], d["k"])
        return {"S": G @ s["S"] + d["beta"] * torch.outer(d["k"], d["v"])}

    return Case(cell, {"N": 3, "P": 4}, step)


def dynamic_evolution() -> Case:
    """RWKV-7: diag(w) − κ (a κ)ᵀ acts on every column alike."""
    S, k, v, a = state("S", N, P), drive("k", N), drive("v", P), sigmoid(drive("a", N))
    w, r = sigmoid(drive("w", N)), drive("r", N)
    cell = Cell("evolving", {S: w * S - k * total(a * k * S, over=N) + r * v})

    def step(s: Arrays, d: Arrays, wt: Arrays, p: Arrays) -> dict[str, Tensor]:
        a, k = torch.sigmoid(d["a"]), d["k"]
        G = torch.diag(torch.sigmoid(d["w"])) - torch.outer(k, a * k)
        return {"S": G @ s["S"] + torch.outer(d["r"], d["v"])}

    return Case(cell, {"N": 4, "P": 2}, step)


def matrix_memory() -> Case:
    """The matrix memory of an xLSTM with its normaliser, which has one axis less."""
    S, n, k, v = state("S", N, P), state("n", N), drive("k", N), drive("v", P)
    f, i = sigmoid(drive("f", shared=True)), exp(drive("i", shared=True))
    cell = Cell("memory", {S: f * S + i * k * v, n: f * n + i * k})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        f, i = torch.sigmoid(d["f"]), torch.exp(d["i"])
        return {"S": f * s["S"] + i * torch.outer(d["k"], d["v"]), "n": f * s["n"] + i * d["k"]}

    return Case(cell, {"N": 3, "P": 3}, step)


def projected() -> Case:
    """An LSTM with a projection: h is shorter than c."""
    c, h = state("c", N), state("h", P)
    i, f, o = (sigmoid(recurrent(g, h, to=N) + drive(g, N)) for g in "ifo")
    new = f * c + i * tanh(recurrent("g", h, to=N) + drive("g", N))
    cell = Cell("projected", {c: new, h: recurrent("r", o * tanh(new), to=P)})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        i, f, o, g = (w[name] @ s["h"] + d[name] for name in "ifog")
        c = f.sigmoid() * s["c"] + i.sigmoid() * g.tanh()
        return {"c": c, "h": w["r"] @ (o.sigmoid() * c.tanh())}

    return Case(cell, {"N": 5, "P": 2}, step)


def memory_unit() -> Case:
    """A Legendre memory: two states of different sizes that feed each other."""
    m, h = state("m", N), state("h", P)
    cell = Cell(
        "memory_unit",
        {
            m: m + recurrent("A", m) + drive("b", N) * average(h, over=P),
            h: tanh(recurrent("W", h) + recurrent("M", m, to=P) + drive("x", P)),
        },
    )

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        return {
            "m": s["m"] + w["A"] @ s["m"] + d["b"] * s["h"].mean(),
            "h": torch.tanh(w["W"] @ s["h"] + w["M"] @ s["m"] + d["x"]),
        }

    return Case(cell, {"N": 3, "P": 4}, step)


def selective() -> Case:
    """The state of Mamba: channels by states of each, the step from the channel."""
    h, A = state("h", P, N), parameter("A", Interval.open(0, 3), P, N)
    dt, x = softplus(drive("dt", P)), drive("x", P)
    cell = Cell("selective", {h: exp(-dt * A) * h + dt * drive("B", N) * x})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        dt = torch.nn.functional.softplus(d["dt"])[:, None]
        return {"h": torch.exp(-dt * p["A"]) * s["h"] + dt * torch.outer(d["x"], d["B"])}

    return Case(cell, {"P": 3, "N": 2}, step)


def readout() -> Case:
    """A matrix memory with its readout, normalised by what the normaliser reads, at least one."""
    S, n, k, v = state("S", N, P), state("n", N), drive("k", N), drive("v", P)
    q, f = drive("q", N), sigmoid(drive("f", shared=True))
    read = total(q * S, over=N) / Max(Abs(total(q * n, over=N)), 1)
    update = {S: f * S + k * v, n: f * n + k, output("o", P): read}
    cell = Cell("readout", update, allow_nondifferentiable=True)

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        f = torch.sigmoid(d["f"])
        S, n = f * s["S"] + torch.outer(d["k"], d["v"]), f * s["n"] + d["k"]
        return {"S": S, "n": n, "o": d["q"] @ S / (d["q"] @ n).abs().clamp(min=1)}

    return Case(cell, {"N": 3, "P": 2}, step)


def heads() -> Case:
    """One weight for every head, and a softmax within each."""
    z = state("z", K, N)
    inner = softmax(z + drive("q", K, N), over=N)
    cell = Cell("heads", {z: inner * sigmoid(recurrent("w", z, over=N))})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        return {"z": torch.softmax(s["z"] + d["q"], -1) * torch.sigmoid(s["z"] @ w["w"].mT)}

    return Case(cell, {"heads": 2, "N": 3}, step)


def ordered() -> Case:
    """The master gate of ordered neurons: cumulative sums of a softmax."""
    c = state("c", N)
    gate = cumulative(softmax(recurrent("f", c) + drive("f", N), over=N), over=N)
    cell = Cell("ordered", {c: gate * c + (1 - gate) * tanh(drive("g", N) + recurrent("g", c))})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        gate = torch.softmax(w["f"] @ s["c"] + d["f"], -1).cumsum(-1)
        return {"c": gate * s["c"] + (1 - gate) * torch.tanh(d["g"] + w["g"] @ s["c"])}

    return Case(cell, {"N": 4}, step)


def low_rank() -> Case:
    c, rank = state("c", N), axis("rank")
    U, V = weight("U", over=rank, to=N), weight("V", over=N, to=rank)
    cell = Cell("low_rank", {c: tanh((U @ V)(c) - V.T(U.T(c)) + drive("x", N))})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        A = w["U"] @ w["V"]
        return {"c": torch.tanh((A - A.mT) @ s["c"] + d["x"])}

    return Case(cell, {"N": 4, "rank": 2}, step)


def attention() -> Case:
    """Scores over the root of the size of the keys; the exponential of a form of rank two."""
    S, q, n, B = state("S", Q, N), drive("q", N), state("n", N), weight("B", over=N, to=P)
    read = softmax(total(S * q, over=N) / sqrt(N), over=Q)
    cell = Cell("attending", {S: S * read, n: tanh(expm(-B.T @ B)(n) + drive("x", N))})

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        read = torch.softmax(s["S"] @ d["q"] / 2, 0)[:, None]
        turned = torch.linalg.matrix_exp(-w["B"].mT @ w["B"]) @ s["n"]
        return {"S": s["S"] * read, "n": torch.tanh(turned + d["x"])}

    return Case(cell, {"Q": 3, "N": 4, "P": 2}, step)


def one_weight_on_many() -> Case:
    """One weight, its transpose and an exponential, on a matrix and on a vector."""
    S, n, W = state("S", N, P), state("n", N), weight("W", over=N)
    A = weight("A", value=[[0, 1, 2], [0, 0, 1], [1, 0, 0]], over=N)
    turn = expm(W - W.T)
    update = {S: tanh(W(S) + turn(S) * drive("v", P)) + A(S), n: tanh(W.T(n) + turn(n)) + A.T(n)}

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        W, A = w["W"], torch.tensor([[0.0, 1, 2], [0, 0, 1], [1, 0, 0]])
        turn = torch.linalg.matrix_exp(W - W.mT)
        S = torch.tanh(W @ s["S"] + turn @ s["S"] * d["v"]) + A @ s["S"]
        return {"S": S, "n": torch.tanh(W.mT @ s["n"] + turn @ s["n"]) + A.mT @ s["n"]}

    return Case(Cell("one_weight_on_many", update), {"N": 3, "P": 2}, step)


def normed_heads() -> Case:
    """LayerNorm within each head, and the root of the mean square over the heads."""
    z, S = state("z", K, N), state("S", N, K)
    normed = layer_norm(recurrent("w", z, over=N) + drive("x", K, N), "n", over=N)
    cell = Cell(
        "normed_heads", {z: tanh(normed), S: rms_norm(S * z + mean(S, over=K), "r", over=K)}
    )

    def step(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
        z, S = s["z"], s["S"]
        gain, bias = p["n_gain"], p["n_bias"]
        new = torch.nn.functional.layer_norm(z @ w["w"].mT + d["x"], (3,), gain, bias, eps=1e-5)
        mixed = S * z.mT + S.mean(1, keepdim=True)
        normed = torch.nn.functional.rms_norm(mixed, (2,), p["r_gain"], eps=1e-5)
        return {"z": torch.tanh(new), "S": normed}

    return Case(cell, {"heads": 2, "N": 3}, step)


CASES = {
    made.__name__: made()
    for made in (
        delta_rule,
        dynamic_evolution,
        matrix_memory,
        projected,
        memory_unit,
        selective,
        readout,
        heads,
        ordered,
        low_rank,
        attention,
        one_weight_on_many,
        normed_heads,
    )
}
STEPS = 5


class Arguments(NamedTuple):
    state: Arrays
    drive: Arrays
    weight: Arrays
    parameter: Arrays


def drawn(case: Case, seed: int = 0) -> tuple[Layout, Arguments]:
    """A layout, and arrays for ``STEPS`` steps as the author of the cell gives them."""
    generator = torch.Generator().manual_seed(seed)
    layout = Layout(case.cell, case.sizes)

    def normal(shape: tuple[int, ...], scale: float) -> Tensor:
        return scale * torch.randn(shape, generator=generator, dtype=torch.float64)

    shapes = layout.arrays
    return layout, Arguments(
        {k: normal(s, 0.5) for k, s in shapes["state"].items()},
        {k: normal((STEPS, *s), 1.0) for k, s in shapes["drive"].items()},
        {k: normal(s, 0.5) for k, s in shapes["weight"].items()},
        {k: normal(s, 0.5).abs() + 0.1 for k, s in shapes["parameter"].items()},
    )


def at(drives: Arrays, time: int) -> Arrays:
    return {name: value[time] for name, value in drives.items()}


@pytest.fixture(autouse=True)
def _double() -> object:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize("backend", ["torch", "compiled"])
@pytest.mark.parametrize("name", CASES)
def test_a_step_is_that_of_the_arrays(name: str, backend: str) -> None:
    case = CASES[name]
    layout, given = drawn(case)
    network = layout.network(*given)
    expected = case.step(given.state, at(given.drive, 0), given.weight, given.parameter)
    found = generate(network.cell, backend).step(*network.at(0, network.state).arguments)
    for symbol in case.cell.update:
        axes = symbol.axes
        torch.testing.assert_close(
            layout.array(found[symbol.name], axes), expected[symbol.name], rtol=1e-13, atol=1e-14
        )


@pytest.mark.parametrize("name", CASES)
def test_the_jacobian_is_that_of_the_arrays_and_zero_elsewhere(name: str) -> None:
    case = CASES[name]
    layout, given = drawn(case)
    network = layout.network(*given)
    drives = at(given.drive, 0)
    blocks = torch.func.jacrev(lambda s: case.step(s, drives, given.weight, given.parameter))(
        dict(given.state)
    )
    found = generate(network.cell).jacobian(*network.at(0, network.state).arguments)
    size, symbols = layout.length, list(case.cell.update)
    expected = torch.zeros_like(found)
    for i, new in enumerate(symbols):
        for j, old in enumerate(symbols):
            rows, columns = layout.count(new.axes), layout.count(old.axes)
            block = blocks[new.name][old.name].reshape(rows, columns)
            expected[i * size : i * size + rows, j * size : j * size + columns] = block
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_the_measured_transport_is_that_of_the_arrays(name: str) -> None:
    case = CASES[name]
    layout, given = drawn(case)
    report = measure_transport(layout.network(*given), max_lag=STEPS)
    followed = next(s for s in case.cell.update if s.name == report.provenance.block.split("->")[0])

    def last(start: Arrays) -> Tensor:
        now = dict(start)
        for time in range(STEPS):
            now = case.step(now, at(given.drive, time), given.weight, given.parameter)
        return now[followed.name]

    size = layout.count(followed.axes)
    slopes = torch.func.jacrev(last)(dict(given.state))[followed.name].reshape(size, size)
    assert report.provenance.size == size
    torch.testing.assert_close(
        report.neuron_mean("exact")[-1], slopes.diagonal().abs().mean(), rtol=1e-12, atol=1e-14
    )
    torch.testing.assert_close(
        report.frobenius[-1], torch.linalg.matrix_norm(slopes), rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize("name", CASES)
def test_every_claim_of_a_cell_with_axes_is_as_expected(name: str) -> None:
    derivation = derive_cell(CASES[name].cell)
    require_read_back(name, ((claim, claim.statement.tex) for claim in derivation.claims))
    for one in derivation.check(Settings(examples=2)).checked:
        assert one.as_expected, one.verdict


def test_the_transport_of_the_delta_rule_acts_on_every_column_alike() -> None:
    case = CASES["delta_rule"]
    layout, given = drawn(case)
    network = layout.network(*given)
    J = generate(network.cell).jacobian(*network.at(0, network.state).arguments)
    drives = at(given.drive, 0)
    G = torch.eye(3) - drives["beta"] * torch.outer(drives["k"], drives["k"])
    torch.testing.assert_close(J, torch.kron(G, torch.eye(4)))


S, k, v = state("S", N, P), drive("k", N), drive("v", P)
n, p, W, B = state("n", N), state("p", P), weight("W"), weight("B", over=N, to=P)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Cell("row", {state("n", N): k * v}), "the state N; sum over P"),
        (lambda: Cell("sum", {S: S + total(k, over=P) * v}), "mixed over P has the axes N"),
        (lambda: Cell("map", {S: recurrent("W", S)}), "say which one it mixes: over=P"),
        (lambda: Cell("twice", {S: recurrent("W", S, over=N, to=P)}), "which what it acts on has"),
        (lambda: Cell("over", {S: total(recurrent("W", k, over=Q) * S, over=N)}), "the axes N"),
        (lambda: Cell("default", {S: S * drive("x")}), "H is the axis of what names none"),
        (lambda: state("S", N, N), "different axes"),
        (lambda: drive("k", "N"), "lives in a real interval"),
        (lambda: total(S, over="N"), "make one with N = axis"),
        (lambda: recurrent("w", n, to="P"), "an axis is an object"),
        (lambda: weight("w", over="N"), "an axis is an object"),
        (lambda: recurrent("u", n, shared=True, to=P), "its row goes over all neurons"),
        (lambda: drive("x", N, shared=True), "one number and has no axes"),
        (lambda: Cell("e", {n: expm(B)(n)}), "one of a square matrix"),
        (lambda: Cell("two", {n: W(n), p: W(p)}), "over N and over P; make a weight for each"),
        (
            lambda: Cell(
                "two",
                {
                    n: weight("W", over=N)(n),
                    state("S", N, P): weight("W", Interval(0, 1), over=N)(state("S", N, P)),
                },
            ),
            "two different symbols bear this name",
        ),
        (lambda: axis("H"), "that is the axis of what names none"),
        (lambda: Layout(CASES["delta_rule"].cell, {"N": 3}), "size of axis 'P' is missing"),
        (lambda: Layout(CASES["delta_rule"].cell, {"N": 3, "P": 0}), "size 0 of axis 'P'"),
        (lambda: Layout(CASES["ordered"].cell, {"N": 3, "M": 2}), "size of axis 'M' is unknown"),
    ],
)
def test_axes_that_do_not_fit_are_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(LonglagError, match=message):
        wrong()


def test_an_array_of_another_shape_is_refused() -> None:
    case = CASES["delta_rule"]
    layout, given = drawn(case)
    turned = {**given.state, "S": given.state["S"].mT}
    with pytest.raises(LonglagError, match=r"'S' of shape \(4, 3\).*\(…, 3, 4\)"):
        layout.network(turned, *given[1:])
    with pytest.raises(LonglagError, match="drive 'v' is missing"):
        layout.network(given.state, {"k": given.drive["k"], "beta": given.drive["beta"]}, {})
