"""A person's own bound on the norm of transport, or of what its expansion leaves out.

It is searched for a network that breaks it: random ones, the same with weak and strong weights and
with drives that do not change in time, and steps uphill from where the norm comes nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch
from sympy import Expr, Integer, Rational
from torch import Tensor

from longlag.numerics.checks.check import Subject, conditioning, networks, subject
from longlag.numerics.checks.lag import growth, reference_parts, reference_transport
from longlag.numerics.checks.stated import numbers_in_words
from longlag.numerics.lags.products import Parts, expand, ordered_product, parts, trajectory
from longlag.numerics.networks.network import Network
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.statement import Level, Settings, Verdict

#: A bound as a person states it: of the parts of every step, or an expression in d, r and ℓ.
StatedBound: TypeAlias = Callable[[Parts], float] | Expr

#: Factors of all weights, starts of walks, and steps of each.
_STRENGTHS, _STARTS, _STEPS = (1.0, 1e-3, 10.0), 2, 60
#: Networks above the bound after which no more are looked for.
_ENOUGH = 4
#: What a norm may exceed its bound by, of rounding.
_ROUNDING = 1e-12
_METHOD = "the norm of the product, float64, searched for a network above the bound"


@dataclass(frozen=True)
class _Seen:
    """A norm and its bound at a network."""

    size: float
    bound: float
    slack: float
    network: Network

    @property
    def fails(self) -> bool:
        return not self.size <= self.bound + self.slack

    @property
    def ratio(self) -> float:
        return self.size / self.bound if self.bound > 0 else 0.0


def check_transport_bound(
    cell: Cell, stated: StatedBound, settings: Settings | None = None, *, order: int | None = None
) -> Verdict:
    """Return the verdict on a stated bound of ‖M‖₂, or of what an expansion leaves out.

    Args:
        cell: the cell.
        stated: an expression in d = max‖D‖₂, r = max‖R‖₂ and ℓ (``notation.local_norm``,
            ``recurrent_norm`` and ``ell``), or a function of D and R of every step, newest first.
        settings: how many networks, and the seed.
        order: of the expansion whose remainder is bounded; None for M itself.

    Returns:
        refuted with the smallest network that was met above the bound; else measured, with how
        near the norm came to it.
    """
    settings = settings or Settings()
    found = subject(cell)
    seen: list[_Seen] = []

    def look(network: Network) -> _Seen:
        seen.append(_look(found, network, stated, order))
        return seen[-1]

    for network in networks(cell, settings):
        for variant in _variants(network):
            if sum(each.fails for each in seen) < _ENOUGH:
                look(variant)
    if not any(each.fails for each in seen):
        generator = torch.Generator().manual_seed(settings.seed)
        for start in sorted(seen, key=lambda each: -each.ratio)[:_STARTS]:
            _climb(start, look, generator)
    what = "‖M‖" if order is None else f"‖M - M_≤{order}‖"
    failing = [each for each in seen if each.fails]
    if failing:
        worst = min(failing, key=lambda each: (each.network.size, each.network.steps))
        told = f"{what} over {worst.network.steps} steps is {worst.size:.6g}, "
        told += f"above {worst.bound:.6g}; {numbers_in_words(worst.network)}"
        return Verdict(
            level=Level.REFUTED,
            method=_METHOD,
            error=worst.size - worst.bound,
            tolerance=worst.slack,
            seed=settings.seed,
            sides=told,
            counterexample=f"H = {worst.network.size}",
        )
    nearest = max(each.ratio for each in seen)
    return Verdict(
        level=Level.MEASURED,
        points=len(seen),
        seed=settings.seed,
        method=f"{_METHOD}; {what} comes to {nearest:.3g} of it",
    )


def _variants(network: Network) -> Iterator[Network]:
    """Weak, strong and positive weights; drives that change, that do not, and none from rest."""
    still = {name: value[:1].expand_as(value).clone() for name, value in network.drive.items()}
    none = {name: torch.zeros_like(value) for name, value in network.drive.items()}
    rest = {name: torch.zeros_like(value) for name, value in network.state.items()}
    weights = [{k: f * v for k, v in network.weight.items()} for f in _STRENGTHS]
    for weight in (*weights, {name: value.abs() for name, value in network.weight.items()}):
        for state, drive in ((network.state, network.drive), (network.state, still), (rest, none)):
            yield replace(network, weight=weight, state=state, drive=drive)


def _climb(start: _Seen, look: Callable[[Network], _Seen], generator: torch.Generator) -> None:
    """Move all weights, drives and states by random steps that bring the norm nearer."""
    best, step = start, 0.5
    for _ in range(_STEPS):
        trial = look(_moved(best.network, step, generator))
        if trial.fails:
            return
        if trial.ratio > best.ratio:
            best, step = trial, step * 1.5
        else:
            step = max(step / 1.2, 1e-3)


def _moved(network: Network, step: float, generator: torch.Generator) -> Network:
    def moved(values: dict[str, Tensor]) -> dict[str, Tensor]:
        return {
            name: value
            + step
            * torch.randn(value.shape, generator=generator, dtype=value.dtype)
            * value.abs().mean().clamp(min=1e-3)
            for name, value in values.items()
        }

    state, drive, weight = (moved(dict(v)) for v in (network.state, network.drive, network.weight))
    return replace(network, state=state, drive=drive, weight=weight)


def _look(found: Subject, network: Network, stated: StatedBound, order: int | None) -> _Seen:
    """The norm and its bound by the derived Jacobians; where it fails, by autograd."""
    run = trajectory(found.generated, network)
    seen = _compared(parts(found.generated, run), None, network, stated, order)
    if not seen.fails:
        return seen
    return _compared(reference_parts(run), reference_transport(network), network, stated, order)


def _compared(
    found: Parts, exact: Tensor | None, network: Network, stated: StatedBound, order: int | None
) -> _Seen:
    whole = found.local + found.recurrent
    exact = ordered_product(whole) if exact is None else exact
    kept = torch.zeros_like(exact) if order is None else expand(*found, order).sum(0)
    size = float(torch.linalg.matrix_norm(exact - kept, 2))
    bound = _value(stated, found) if isinstance(stated, Expr) else float(stated(found))
    return _Seen(size, bound, _ROUNDING * growth(whole) * conditioning(network), network)


def _value(stated: Expr, found: Parts) -> float:
    """A bound at the norms of given parts, in exact arithmetic: it may be a small difference."""
    d, r = (Rational(torch.linalg.matrix_norm(part, 2).max().item()) for part in found)
    lag = Integer(found.local.shape[0])
    value = stated.subs({local_norm: d, recurrent_norm: r, ell: lag}).doit()
    if value.free_symbols:
        raise LonglagError(
            f"bound {stated}",
            "it is an expression in d, r and ell alone",
            "take their symbols from longlag.theory.notation",
        )
    return float(value)


__all__ = ["check_transport_bound"]
