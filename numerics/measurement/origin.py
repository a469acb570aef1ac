"""What a measurement is of, checked before it is paid for."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from longlag import __version__
from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.report import Provenance
from longlag.numerics.measurement.run import Run
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count


def counts(max_lag: Any, burn_in: Any, error_pairs: Any, steps: int | None) -> tuple[int, int, int]:
    """Return three numbers of steps and pairs as integers.

    Args:
        max_lag: the longest lag, at least 1.
        burn_in: steps left out.
        error_pairs: pairs of an anchor and a sequence, at least 1.
        steps: how many there are; None where that is not known yet.

    Raises:
        LonglagError: no such numbers, or a lag that does not fit into the steps.
    """
    found = []
    for name, value, least in (
        ("max_lag", max_lag, 1),
        ("burn_in", burn_in, 0),
        ("error_pairs", error_pairs, 1),
    ):
        found.append(require_count(name, value, "it counts steps or pairs", least=least))
    if steps is not None and found[0] > steps - found[1]:
        raise LonglagError(
            f"max_lag {max_lag}",
            f"{steps} steps less a burn-in of {burn_in} hold no product of more than "
            f"{max(steps - found[1], 0)} factors",
            "give a longer sequence, a smaller lag or a shorter burn-in",
        )
    return found[0], found[1], found[2]


def provenance_of(
    run: Run, block: Block, given_dtype: torch.dtype, burn_in: int, pairs: Tensor | None
) -> Provenance:
    """Return what the numbers of a run depend on, before any time is taken.

    Args:
        run: the run.
        block: the states at both ends of the lag.
        given_dtype: of the network as it was given.
        burn_in: steps left out.
        pairs: at which expansions are compared; None where they are not.
    """
    steps, batch, size = run.shape
    state = next(iter(run.network.state.values()))
    dtype = str(state.dtype).removeprefix("torch.")
    if given_dtype != state.dtype:
        dtype += f" (given as {str(given_dtype).removeprefix('torch.')})"
    return Provenance(
        origin=run.origin,
        cell=run.cell.name,
        block=str(block),
        steps=steps,
        batch=batch,
        size=size,
        burn_in=burn_in,
        error_pairs=0 if pairs is None else len(pairs),
        dtype=dtype,
        device=str(state.device),
        backend="compiled" if run.on_compiled else "torch",
        versions={"longlag": __version__, "torch": torch.__version__},
        seconds=0.0,
    )


def check_states(run: Run, first: int = 0) -> None:
    """Refuse a run of which a state is not finite.

    Args:
        run: the run.
        first: the number of its first step.

    Raises:
        LonglagError: the state and the step.
    """
    for name, value in run.network.state.items():
        bad = ~torch.isfinite(value).all(-1).all(-1)
        if bool(bad.any()):
            raise LonglagError(
                f"state {name!r} before step {first + int(bad.int().argmax())}",
                "it is not finite, so nothing can be measured along this sequence",
                "look for NaN or huge values in the input and the weights",
            )


__all__ = ["check_states", "counts", "provenance_of"]
