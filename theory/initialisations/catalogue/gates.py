"""How a share is realised by the bias of an update gate z = 1 − a."""

from __future__ import annotations

from sympy import Expr, log


def by_bias(kept: Expr) -> dict[str, Expr]:
    """Return the drive of the gate that keeps a share: logit(1 − a).

    >>> from sympy.abc import x
    >>> by_bias(1 / (1 + x))
    {'z': log((1 - 1/(x + 1))*(x + 1))}
    """
    return {"z": log((1 - kept) / kept)}


__all__ = ["by_bias"]
