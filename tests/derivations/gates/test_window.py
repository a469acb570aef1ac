"""A gate's envelope holds on real networks, and a wrong one is refuted there."""

from __future__ import annotations

import torch
from sympy import S, log

from longlag.derivations import get_derivations
from longlag.derivations.gates.networks import gated_network
from longlag.derivations.gates.window import CONST_GATE, DIAG_GATE
from longlag.derivations.window.law_checks import growth_verdict, window_verdict
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import trajectory
from longlag.theory.bridges.gates import gate_growth, gate_law
from longlag.theory.scalar.parameters import positive
from longlag.theory.statement import Level, Settings
from longlag.theory.window.displayed import LEVEL, LEVEL_IN_SAMPLES

FEW = Settings(examples=2)
s, z1, z2 = (positive(name) for name in ("s", "z1", "z2"))


def test_a_section_leads_from_the_rate_to_the_window() -> None:
    for section in get_derivations("gate_window"):
        names = [claim.statement.name for claim in section.claims]
        assert "envelope" in names
        assert names[-4:] == ["sample_size", "horizon", "growth", "local_exponent"]


def test_the_gates_of_the_network_are_constant() -> None:
    generator = torch.Generator().manual_seed(0)
    network = gated_network(DIAG_GATE, {"z1": 0.1, "z2": 0.3}, generator, size=4)
    functions = generate(DIAG_GATE.cell, "torch")
    local = functions.coefficients(*trajectory(functions, network).arguments).local["h", "h"]
    wanted = torch.tensor([0.9, 0.9, 0.7, 0.7], dtype=torch.float64)
    assert torch.allclose(local, wanted.expand_as(local), atol=1e-14)


def test_wrong_windows_and_growths_are_refuted() -> None:
    law = gate_law(CONST_GATE.cell)
    level = LEVEL_IN_SAMPLES
    right = log(log(LEVEL) / log(1 - s)).subs(LEVEL, level)
    assert window_verdict(FEW, law=law, formula=right, multiple=S.One).holds
    crude = log(-log(LEVEL) / s).subs(LEVEL, level)
    assert window_verdict(FEW, law=law, formula=crude, multiple=S.One).level is Level.REFUTED
    growth = gate_growth(law)
    assert growth is not None
    assert growth_verdict(FEW, law=law, growth=growth).level is Level.PROVED
    doubled = type(growth)(growth.kind, growth.depth, 2 * growth.leading)
    assert growth_verdict(FEW, law=law, growth=doubled).level is Level.REFUTED
