"""ln f of a law with its gradient as one generated function of lags and batched coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float

from longlag.numerics.codegen import generate_scalar
from longlag.theory.laws.law import DecayLaw
from longlag.theory.laws.logarithm import LOG_OF_LAG, LOG_SCALE, LogEnvelope, log_envelope
from longlag.theory.notation import ell

#: Coordinates stay within ±this: positive parameters between 1e−12 and 1e12.
EDGE = 12 * np.log(10)
#: ln 0, but finite: e^{p ln 0} is 0, and so is its product with ln 0.
_LOG_OF_ZERO = -1e200


@dataclass(frozen=True)
class Model:
    """ln f = a + h(ℓ; u), as generated from a law.

    Args:
        symbolic: what it was generated from.
        shape: of ell, ln ell and the coordinates, gives h and its derivatives by each coordinate.
        only: the same without the derivatives.
        parameters: of a and the coordinates, gives the law's parameters in their order.
    """

    symbolic: LogEnvelope
    shape: Callable[..., Any]
    only: Callable[..., Any]
    parameters: Callable[..., Any]

    @property
    def law(self) -> DecayLaw:
        """The law."""
        return self.symbolic.law

    @property
    def dimensions(self) -> int:
        """K, the number of coordinates."""
        return len(self.symbolic.coordinates)

    @property
    def scaled(self) -> bool:
        """Whether an amplitude is fitted besides."""
        return self.symbolic.scaled

    def evaluate(
        self, lags: Float[np.ndarray, " L"], u: Float[np.ndarray, "B K"]
    ) -> list[Float[np.ndarray, "B L"]]:
        """Return h and its derivative by each coordinate, at every lag for every row.

        Args:
            lags: shape (L,).
            u: shape (B, K).
        """
        with np.errstate(all="ignore"):
            found = self.shape(lags, log_of(lags), *u.T[:, :, None])
        return [np.broadcast_to(each, (len(u), len(lags))) for each in found]

    def log_shape(
        self, lags: Float[np.ndarray, "*B L"], u: Float[np.ndarray, "B K"]
    ) -> Float[np.ndarray, "B L"]:
        """Return h at lags that may differ from row to row, shape (L,) or (B, L)."""
        with np.errstate(all="ignore"):
            shape = self.only(lags, log_of(lags), *u.T[:, :, None])
        return np.broadcast_to(shape, (len(u), lags.shape[-1]))

    def parameter_values(
        self, a: Float[np.ndarray, " B"], u: Float[np.ndarray, "B K"]
    ) -> Float[np.ndarray, "B P"]:
        """Return the law's parameters; a coordinate at its edge means the end of its domain.

        Args:
            a: logarithm of the amplitude, shape (B,).
            u: coordinates, shape (B, K).
        """
        beyond = np.where(np.abs(u) >= EDGE, np.sign(u) * np.inf, u)
        with np.errstate(all="ignore"):
            found = self.parameters(a, *beyond.T)
        return np.stack([np.broadcast_to(each, a.shape) for each in found], axis=-1)


@lru_cache(maxsize=256)
def model_of(law: DecayLaw) -> Model:
    """Return the generated functions of a law's logarithm.

    Args:
        law: whose parameters live in intervals.

    Raises:
        LonglagError: a law without parameters, or with functions that NumPy cannot compute.

    >>> from longlag.theory.laws import LAWS
    >>> model = model_of(LAWS["exponential"])
    >>> model.log_shape(np.array([1.0, 2.0]), np.array([[0.0]]))
    array([[-1., -2.]])
    """
    symbolic = log_envelope(law)
    arguments = (ell, LOG_OF_LAG, *symbolic.coordinates)
    return Model(
        symbolic,
        shape=generate_scalar((symbolic.shape, *symbolic.gradient), arguments, name="log_envelope"),
        only=generate_scalar(symbolic.shape, arguments, name="log_envelope"),
        parameters=generate_scalar(
            tuple(symbolic.parameters.values()),
            (LOG_SCALE, *symbolic.coordinates),
            name="parameters",
        ),
    )


def log_of(lags: Float[np.ndarray, "*B L"]) -> Float[np.ndarray, "*B L"]:
    """Return ln ℓ, a finite number at lag 0."""
    return np.log(lags, out=np.full(lags.shape, _LOG_OF_ZERO), where=lags > 0)


__all__ = ["EDGE", "Model", "log_of", "model_of"]
