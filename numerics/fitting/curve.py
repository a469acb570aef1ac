"""What a law is fitted to: values over the lag, and what is known of their errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.described import described

#: Beyond this relative error the logarithm of a value is biased, and its error no longer normal.
LARGEST_RELATIVE_ERROR = 0.5
#: Sequences that a bootstrap can be drawn from.
LEAST_SEQUENCES = 3
_LEAST_LAGS = 3


@dataclass(frozen=True)
class Curve:
    """Values over the lag, with errors, with one curve for each sequence, or alone.

    Args:
        lags: increasing, at least 0, shape (L,).
        values: positive, shape (L,); of sequences their mean.
        errors: standard errors of the values, positive, shape (L,); None where they are not known.
            That errors of different lags are independent is then an assumption.
        sequences: one curve for each sequence, shape (S, L), from which errors and their
            correlation over the lags follow; None where there are none.

    Raises:
        LonglagError: what is no such table.

    >>> curve = Curve(np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.5, 0.1]))
    >>> bool(curve.used.all()), curve.correlation_is_known
    (True, False)
    """

    lags: Float[np.ndarray, " L"]
    values: Float[np.ndarray, " L"]
    errors: Float[np.ndarray, " L"] | None = None
    sequences: Float[np.ndarray, "S L"] | None = None

    def __repr__(self) -> str:
        first, last = self.lags[[0, -1]]
        told = f"curve of {len(self.lags)} lags, {first:g} to {last:g}"
        return described(told, "lags", "values", "up_to(lag)")

    def __post_init__(self) -> None:
        _check_lags(self.lags)
        if self.sequences is not None and len(self.sequences) < LEAST_SEQUENCES:
            raise LonglagError(
                f"{len(self.sequences)} sequences",
                f"a bootstrap over sequences needs at least {LEAST_SEQUENCES}",
                "measure more of them, or give the mean with its errors",
            )
        _check_values(self.lags, self.values, "value")
        if self.errors is not None:
            _check_errors(self.lags, self.errors)
        if self.used.sum() < _LEAST_LAGS:
            raise LonglagError(
                f"{self.used.sum()} lags with a relative error below {LARGEST_RELATIVE_ERROR:g}",
                f"a law is fitted to at least {_LEAST_LAGS}",
                "measure more sequences, or shorter lags",
            )
        used = self.values[self.used]
        if np.all(used == used[0]):
            raise LonglagError(
                f"the value {used[0]:g} at every lag",
                "a constant table says nothing of a decay",
                "give values that change with the lag",
            )

    @cached_property
    def used(self) -> Bool[np.ndarray, " L"]:
        """Which lags a fit uses: those whose relative error is small enough for a logarithm."""
        if self.errors is None:
            return np.ones(len(self.lags), dtype=bool)
        return self.errors < LARGEST_RELATIVE_ERROR * self.values

    @property
    def correlation_is_known(self) -> bool:
        """Whether there are sequences, which tell how errors at different lags hang together."""
        return self.sequences is not None

    @cached_property
    def log_values(self) -> Float[np.ndarray, " L"]:
        """The logarithms of the values."""
        return np.log(self.values)

    @cached_property
    def weights(self) -> Float[np.ndarray, " L"]:
        """One over the standard error of ln f; 0 where a lag is not used; 1 without errors."""
        if self.errors is None:
            return np.ones(len(self.lags))
        return np.where(self.used, self.values / self.errors, 0.0)

    @cached_property
    def deviations(self) -> Float[np.ndarray, "R L"]:
        """A root D of the covariance DᵀD of the weighted errors of ln f; without errors, empty.

        Of sequences their distances from the mean; of given errors the identity, which takes them
        as independent.
        """
        if self.errors is None:
            return np.zeros((0, len(self.lags)))
        if self.sequences is None:
            return np.diag(self.used.astype(float))
        count = len(self.sequences)
        centred = (self.sequences - self.values) / self.values
        return centred * self.weights / np.sqrt(count * (count - 1))

    def up_to(self, longest: float) -> Curve:
        """Return the curve without the lags beyond one.

        Args:
            longest: the last lag that stays.
        """
        kept = self.lags <= longest
        return replace(
            self,
            lags=self.lags[kept],
            values=self.values[kept],
            errors=None if self.errors is None else self.errors[kept],
            sequences=None if self.sequences is None else self.sequences[:, kept],
        )


def curve_of_sequences(
    lags: Float[np.ndarray, " L"], sequences: Float[np.ndarray, "S L"], *, mean: str = "arithmetic"
) -> Curve:
    """Return the mean of curves with its standard error.

    Args:
        lags: shape (L,).
        sequences: a curve for each sequence, shape (S, L).
        mean: ``arithmetic``, for ln E f, or ``geometric``, for E ln f. The two decay with different
            time scales.

    Raises:
        LonglagError: what ``Curve`` refuses, or a geometric mean of values that are not positive.
    """
    lags, sequences = np.asarray(lags, float), np.asarray(sequences, float)
    if sequences.ndim != 2 or sequences.shape[1] != lags.size or len(sequences) < LEAST_SEQUENCES:
        raise LonglagError(
            f"sequences of shape {sequences.shape} at {lags.size} lags",
            f"there are at least {LEAST_SEQUENCES}, each with one value for each lag",
            "give an array of shape (sequences, lags)",
        )
    if mean == "geometric":
        for row in sequences:
            _check_values(lags, row, "value")
        logarithms = np.log(sequences)
        middle = np.exp(logarithms.mean(0))
        # Linear in the logarithms, so that their mean is the mean that is fitted.
        sequences = middle * (1 + logarithms - logarithms.mean(0))
    elif mean != "arithmetic":
        raise LonglagError(f"mean {mean!r}", "it is arithmetic or geometric", "choose one of them")
    else:
        middle = sequences.mean(0)
    errors = sequences.std(0, ddof=1) / np.sqrt(len(sequences))
    return Curve(lags, middle, errors, sequences)


def _check_lags(lags: Float[np.ndarray, " L"]) -> None:
    if lags.ndim != 1 or lags.size < _LEAST_LAGS:
        raise LonglagError(
            f"a table of {lags.size} lags",
            f"a law is fitted to at least {_LEAST_LAGS}",
            "measure at more lags",
        )
    if not np.all(np.isfinite(lags)) or np.any(lags < 0):
        wrong = lags[~(np.isfinite(lags) & (lags >= 0))][0]
        raise LonglagError(f"lag {wrong:g}", "lags are finite and at least 0", "correct the table")
    place = int(np.argmin(np.diff(lags)))
    if lags[place + 1] == lags[place]:
        raise LonglagError(
            f"lag {lags[place]:g}",
            "it stands in the table more than once",
            "give every lag once; curves of several sequences are columns",
        )
    if lags[place + 1] < lags[place]:
        raise LonglagError(
            f"lag {lags[place + 1]:g} after {lags[place]:g}", "lags increase", "sort the table"
        )


def _check_values(
    lags: Float[np.ndarray, " L"], values: Float[np.ndarray, " L"], what: str
) -> None:
    if values.shape != lags.shape:
        raise LonglagError(
            f"{what}s of shape {values.shape} at {lags.size} lags",
            "there is one for each lag",
            "give two series of the same length",
        )
    wrong = ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise LonglagError(
            f"{what} {values[place]:g} at lag {lags[place]:g}",
            "a law is fitted to ln f, and needs finite values above 0",
            "leave out such lags, or average absolute values",
        )


def _check_errors(lags: Float[np.ndarray, " L"], errors: Float[np.ndarray, " L"]) -> None:
    wrong = ~(np.isfinite(errors) & (errors > 0))
    if errors.shape != lags.shape or wrong.any():
        place = int(np.argmax(wrong)) if errors.shape == lags.shape else 0
        raise LonglagError(
            f"error {np.ravel(errors)[place]:g} at lag {lags[place]:g}",
            "a standard error is finite and above 0",
            "correct it, or fit without the column of errors",
        )


__all__ = ["LARGEST_RELATIVE_ERROR", "LEAST_SEQUENCES", "Curve", "curve_of_sequences"]
