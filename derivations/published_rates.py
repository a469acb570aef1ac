"""Published effective rates that do not survive a check, with the numbers that refute them."""

from __future__ import annotations

import torch

from longlag.numerics.codegen import generate
from longlag.numerics.reference import autograd_jacobian, evaluate_update
from longlag.numerics.sampling import sample_network
from longlag.theory.cells import CELLS
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)

_SIZE = 16
#: The drive of a slow gate: z is about .95; the reset gate stays about one half.
_SLOW = 3.0
#: How far a zeroth-order rate may be from the exact diagonal at lag 1.
_TOLERANCE = 0.1

_TEX = (
    r"\mu^{(q)}_{0}(t,\ell) = \eta \Bigl[ \prod_{j=0}^{\ell-1} \bigl(1 - \bar z_{t-j}^{(q)}\bigr) "
    r"+ \prod_{j=0}^{\ell-1} r_{t-j}^{(q)} "
    r"+ \prod_{j=0}^{\ell-1} \bigl(1 - \bar z_{t-j}^{(q)}\bigr) r_{t-j}^{(q)} \Bigr]"
)


def surrogate_verdict(settings: Settings) -> Verdict:
    """Compare the published GRU surrogate with the exact diagonal at lag 1, by autograd.

    In the paper's convention z̄ = 1 − z opens the gate, so 1 − z̄ is what PyTorch calls z.
    """
    gru = CELLS["gru"]
    generator = torch.Generator().manual_seed(settings.seed)
    network = sample_network(gru, generator, size=_SIZE, weight_scale=0.1, drive_scale=0.1)
    drive = dict(network.drive)
    drive["z"] = drive["z"] + _SLOW
    network = type(network)(gru, network.state, drive, network.weight, network.parameter)
    kept = generate(gru, "torch").coefficients(*network.arguments).local["h", "h"]
    reset = torch.sigmoid(drive["r"] + network.state["h"] @ network.weight["r"].mT)
    surrogate = (kept + reset + kept * reset).mean()
    exact = autograd_jacobian(
        lambda *arguments: evaluate_update(gru, *arguments), network
    ).diagonal().mean()  # fmt: skip
    error = float((surrogate - exact).abs())
    found = f"published {float(surrogate):.3f}, exact {float(exact):.3f}"
    where = f"lag 1, H = {_SIZE}, slow gates: {found}"
    return Verdict(
        level=Level.MEASURED if error <= _TOLERANCE else Level.REFUTED,
        method="the exact diagonal by autograd, mean over neurons",
        points=_SIZE,
        error=error,
        tolerance=_TOLERANCE,
        seed=settings.seed,
        counterexample=where if error > _TOLERANCE else "",
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the derivation; the order of expansions does not matter here."""
    claim = Claim(
        Statement(
            "gru_surrogate",
            Kind.IDENTITY,
            _TEX,
            assumptions=(
                r"the paper's convention, $\bar z = 1 - z$ opens the gate",
                "zeroth order",
            ),
            source=Source("arXiv 2512.05790", "zeroth-order rate of the GRU"),
        ),
        surrogate_verdict,
        title="The GRU surrogate",
        text="At lag 1 the local part of a GRU is $z$, so no zeroth-order rate exceeds 1; the "
        "published sum does.",
        expected_to_hold=False,
    )
    text = Text("What is published and fails is kept, with the counterexample beside it.")
    return [Derivation("published_rates", "Published rates that fail", (text, claim))]
