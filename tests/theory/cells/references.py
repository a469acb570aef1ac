"""Every cell of the catalogue a second time: its step in PyTorch, written from its source.

A step takes states, drives, weights and parameters by name, with the arrays as their author gives
them, and returns the new states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, sigmoid, tanh
from torch.nn.functional import layer_norm, linear, softplus

Arrays = Mapping[str, Tensor]
Step = Callable[[Arrays, Arrays, Arrays, Arrays], dict[str, Tensor]]

STEPS: dict[str, Step] = {}


def step(function: Step) -> Step:
    STEPS[function.__name__] = function
    return function


def normed(a: Tensor, p: Arrays, name: str) -> Tensor:
    shape = (a.shape[-1],)
    return layer_norm(a, shape, p[f"{name}_gain"], p[f"{name}_bias"], eps=1e-5)


def gates(names: str, s: Arrays, d: Arrays, w: Arrays) -> list[Tensor]:
    return [w[name] @ s["h"] + d[name] for name in names]


@step
def peephole_lstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f, g, o = gates("ifgo", s, d, w)
    c = sigmoid(f + p["p_f"] * s["c"]) * s["c"] + sigmoid(i + p["p_i"] * s["c"]) * tanh(g)
    return {"h": sigmoid(o + p["p_o"] * c) * tanh(c), "c": c}


@step
def coupled_lstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f, g, o = gates("fgo", s, d, w)
    c = torch.lerp(tanh(g), s["c"], sigmoid(f))
    return {"h": sigmoid(o) * tanh(c), "c": c}


@step
def projected_lstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f, g, o = gates("ifgo", s, d, w)
    c = sigmoid(f) * s["c"] + sigmoid(i) * tanh(g)
    return {"h": w["r"] @ (sigmoid(o) * tanh(c)), "c": c}


@step
def ordered_neurons(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f, g, o, k, ell = gates("ifgokl", s, d, w)
    keep = torch.softmax(k, -1).cumsum(-1)
    take = 1 - torch.softmax(ell, -1).cumsum(-1)
    both = keep * take
    forget = sigmoid(f) * both + (keep - both)
    put = sigmoid(i) * both + (take - both)
    c = forget * s["c"] + put * tanh(g)
    return {"h": sigmoid(o) * tanh(c), "c": c}


@step
def janet(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f, n = gates("fn", s, d, w)
    return {"h": sigmoid(f) * s["h"] + (1 - sigmoid(f - p["beta"])) * tanh(n)}


@step
def minimal_gated_unit(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    (f,) = (sigmoid(a) for a in gates("f", s, d, w))
    return {"h": torch.lerp(s["h"], tanh(w["n"] @ (f * s["h"]) + d["n"]), f)}


@step
def fast_grnn(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    a = w["U"] @ s["h"]
    z = sigmoid(a + d["z"])
    return {"h": (p["zeta"] * (1 - z) + p["nu"]) * tanh(a + d["n"]) + z * s["h"]}


@step
def recurrent_highway(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    h = s["h"]
    for layer in (1, 2, 3):
        t, n = (w[f"{name}{layer}"] @ h for name in "tn")
        if layer == 1:
            t, n = t + d["t1"], n + d["n1"]
        h = torch.lerp(h, tanh(n), sigmoid(t))
    return {"h": h}


@step
def shared_gate_layer_norm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    n = tanh(normed(w["n"] @ s["h"] + d["n"], p, "n"))
    return {"h": torch.lerp(s["h"], n, sigmoid(w["s"] @ s["h"] + d["s"]))}


@step
def diag_gate_layer_norm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    z, n = gates("zn", s, d, w)
    return {"h": torch.lerp(s["h"], tanh(normed(n, p, "n")), sigmoid(z))}


@step
def gru_reset_before_layer_norm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    z, r = (sigmoid(a) for a in gates("zr", s, d, w))
    n = tanh(normed(w["n"] @ (r * s["h"]) + d["n"], p, "n"))
    return {"h": torch.lerp(s["h"], n, z)}


@step
def lstm_layer_norm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f, g, o = (
        normed(a, p, name) for name, a in zip("ifgo", gates("ifgo", s, d, w), strict=True)
    )
    c = sigmoid(f) * s["c"] + sigmoid(i) * tanh(g)
    return {"h": sigmoid(o) * tanh(normed(c, p, "c")), "c": c}


@step
def antisymmetric(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    A = w["W"] - w["W"].mT - p["gamma"] * torch.eye(len(w["W"]))
    return {"h": s["h"] + p["epsilon"] * tanh(A @ s["h"] + d["n"])}


@step
def gated_antisymmetric(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    a = (w["W"] - w["W"].mT - p["gamma"] * torch.eye(len(w["W"]))) @ s["h"]
    return {"h": s["h"] + p["epsilon"] * sigmoid(a + d["z"]) * tanh(a + d["n"])}


@step
def orthogonal(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    turn = torch.matrix_exp(w["A"] - w["A"].mT)
    return {"h": tanh(turn @ s["h"] + d["n"])}


@step
def oscillators(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    force = tanh(w["y"] @ s["y"] + w["z"] @ s["z"] + d["n"])
    z = s["z"] + p["dt"] * (force - p["gamma"] * s["y"] - p["epsilon"] * s["z"])
    return {"y": s["y"] + p["dt"] * z, "z": z}


@step
def long_expressive_memory(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    first, second = (p["dt"] * sigmoid(w[name] @ s["y"] + d[name]) for name in "ab")
    z = torch.lerp(s["z"], tanh(w["z"] @ s["y"] + d["z"]), first)
    return {"y": torch.lerp(s["y"], tanh(w["y"] @ z + d["y"]), second), "z": z}


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(above: Tensor) -> Tensor:
        return (above > 0).to(above)

    @staticmethod
    def setup_context(ctx: object, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)  # type: ignore[attr-defined]

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:
        (above,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradient / (1 + 25 * above.abs()) ** 2

    generate_vmap_rule = True


@step
def spiking(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    spike = _Spike.apply(s["v"] - p["theta"])
    return {"v": p["beta"] * s["v"] * (1 - spike.detach()) + w["w"] @ spike + d["w"]}


@step
def delayed(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    h = tanh(w["n"] @ s["h"] + w["d"] @ s["h_3"] + d["n"])
    return {"h": h, "h_2": s["h"], "h_3": s["h_2"]}


@step
def legendre_memory(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    order = torch.arange(4.0)
    i, j = order[:, None], order[None, :]
    A = (2 * i + 1) * torch.where(i < j, -1.0, (-1.0) ** (i - j + 1)) / p["theta"]
    B = (2 * order + 1) * (-1.0) ** order / p["theta"]
    kept = torch.matrix_exp(A)
    u = d["u"] + p["e_m"] @ s["m"] + p["e_h"] @ s["h"]
    m = kept @ s["m"] + torch.linalg.solve(A, kept - torch.eye(4)) @ B * u
    return {"m": m, "h": tanh(w["h"] @ s["h"] + w["m"] @ m + d["h"])}


def modes(new: Tensor) -> dict[str, Tensor]:
    return {"z_re": new.real, "z_im": new.imag}


@step
def linear_recurrent_unit(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    poles = torch.polar(torch.exp(-torch.exp(p["nu"])), p["theta"])
    given = torch.complex(d["u_re"], d["u_im"]) * (1 - poles.abs() ** 2).sqrt()
    return modes(poles * torch.complex(s["z_re"], s["z_im"]) + given)


@step
def s4d(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    poles, dt = torch.complex(-torch.exp(p["a"]), p["theta"]), softplus(p["dt"])
    kept = torch.exp(dt * poles)
    return modes(kept * torch.complex(s["z_re"], s["z_im"]) + (kept - 1) / poles * d["u"])


@step
def mamba(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    dt = softplus(d["dt"])[:, None]
    return {"h": torch.exp(-dt * p["A"]) * s["h"] + dt * torch.outer(d["x"], d["B"])}


@step
def mamba2(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    dt = softplus(d["dt"])
    given = torch.einsum("k,kp,n->kpn", dt, d["x"], d["B"])
    return {"h": torch.exp(-dt * p["A"])[:, None, None] * s["h"] + given}


@step
def linear_attention(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    return {"S": s["S"] + torch.outer(d["k"], d["v"])}


@step
def retention(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    return {"S": p["gamma"] * s["S"] + torch.outer(d["k"], d["v"])}


@step
def gated_linear_attention(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    return {"S": torch.diag(sigmoid(d["f"])) @ s["S"] + torch.outer(d["k"], d["v"])}


@step
def hgrn2(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f = sigmoid(d["f"])
    return {"S": torch.diag(f) @ s["S"] + torch.outer(1 - f, d["v"])}


@step
def delta_net(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    beta, k = sigmoid(d["beta"]), d["k"]
    return {"S": s["S"] + beta * torch.outer(k, d["v"] - k @ s["S"])}


@step
def gated_delta_net(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    beta, k = sigmoid(d["beta"]), d["k"]
    G = sigmoid(d["alpha"]) * (torch.eye(len(k)) - beta * torch.outer(k, k))
    return {"S": G @ s["S"] + beta * torch.outer(k, d["v"])}


@step
def rwkv7(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    k = d["k"]
    G = torch.diag(sigmoid(d["f"])) - torch.outer(k, sigmoid(d["a"]) * k)
    return {"S": G @ s["S"] + torch.outer(d["r"], d["v"])}


@step
def mlstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f, i = sigmoid(d["alpha"]), torch.exp(d["i"])
    return {"S": f * s["S"] + i * torch.outer(d["k"], d["v"]), "n": f * s["n"] + i * d["k"]}


@step
def min_gru(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    return {"h": torch.lerp(s["h"], d["n"], sigmoid(d["z"]))}


@step
def min_lstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    # As the paper does in logarithms: f' = σ(−(softplus(−f) − softplus(−i))).
    kept = sigmoid(softplus(-d["i"]) - softplus(-d["f"]))
    return {"h": torch.lerp(d["n"], s["h"], kept)}


@step
def qrnn(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    c = torch.lerp(tanh(d["n"]), s["c"], sigmoid(d["f"]))
    return {"h": sigmoid(d["o"]) * c, "c": c}


@step
def sru(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f, r = (sigmoid(d[gate] + p[f"v_{gate}"] * s["c"]) for gate in "fr")
    c = d["n"] + f * (s["c"] - d["n"])
    return {"h": d["x"] + r * (c - d["x"]), "c": c}


@step
def rg_lru(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    log_a = -8 * softplus(p["Lambda"]) * sigmoid(d["r"])
    intake = torch.sqrt(-torch.expm1(2 * log_a))
    return {"h": torch.exp(log_a) * s["h"] + intake * sigmoid(d["i"]) * d["x"]}


@step
def rwkv(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    decay, key = torch.exp(p["w"]), d["k"]
    return {
        "a": s["a"] / torch.exp(decay) + key.exp() * d["v"],
        "b": s["b"] / torch.exp(decay) + key.exp(),
    }


@step
def ind_rnn(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    return {"h": tanh(torch.addcmul(d["n"], p["u"], s["h"]))}


@step
def brc(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    h = s["h"]
    # 1 + tanh(x) = 2 σ(2x).
    a = 2 * sigmoid(2 * (p["w_a"] * h + d["a"]))
    return {"h": torch.lerp(tanh(d["n"] + a * h), h, sigmoid(p["w_z"] * h + d["z"]))}


@step
def unicornn(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    step = p["step"] * sigmoid(p["c"])
    z = s["z"] - step * (tanh(p["w"] * s["y"] + d["y"]) + p["alpha"] * s["y"])
    return {"y": s["y"] + step * z, "z": z}


@step
def nbrc(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    h = s["h"]
    a = 2 * sigmoid(2 * (linear(h, w["a"]) + d["a"]))
    return {"h": torch.lerp(tanh(d["n"] + a * h), h, sigmoid(linear(h, w["z"]) + d["z"]))}


@step
def atr(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    x, past = d["n"], linear(s["h"], w["n"])
    return {"h": sigmoid(x + past) * x + sigmoid(x - past) * s["h"]}


@step
def ran(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f = (sigmoid(linear(s["h"], w[name], d[name])) for name in "if")
    c = i * d["n"] + f * s["c"]
    return {"h": tanh(c), "c": c}


@step
def scrn(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    slow = torch.lerp(d["s"], s["s"], p["alpha"])
    return {"h": sigmoid(linear(slow, w["p"]) + linear(s["h"], w["n"], d["n"])), "s": slow}


@step
def slstm(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    i, f, o, z = (linear(s["h"], w[name], d[name]) for name in "ifoz")
    n = sigmoid(f) * s["n"] + i.exp()
    c = sigmoid(f) * s["c"] + i.exp() * tanh(z)
    return {"h": sigmoid(o) * (c / n), "c": c, "n": n}


@step
def ltc(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    f = sigmoid(linear(s["h"], w["f"], d["f"]))
    # The implicit step of dh/dt = −(1/τ + f) h + f A.
    rate = 1 / p["tau"] + f
    return {"h": (s["h"] / p["step"] + f * p["A"]) / (1 / p["step"] + rate)}


@step
def cfc(s: Arrays, d: Arrays, w: Arrays, p: Arrays) -> dict[str, Tensor]:
    t, g, k = (linear(s["h"], w[name], d[name]) for name in "tgk")
    return {"h": torch.lerp(tanh(g), tanh(k), sigmoid(t))}
