"""The series and where they come from. A further one is a file here and one registration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.theory.registry import Registry

_FOLDER = files("longlag.numerics.series")


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series shipped with longlag.

    Args:
        title: what was measured, when.
        source: who published it and how it was cut.
        licence: under which terms.
        load: returns its values, shape (T, N, D), time first: N sequences of D numbers.
    """

    title: str
    source: str
    licence: str
    load: Callable[[], Float[Tensor, "T N D"]]


def sunspots() -> Float[Tensor, " T"]:
    """Return the yearly mean sunspot number, 1700 to 2008, T = 309, in float64.

    >>> sunspots()[:3]
    tensor([ 5., 11., 16.], dtype=torch.float64)
    """
    return torch.from_numpy(_table("sunspots.csv")[:, 1].copy())


def monthly_sunspots() -> Float[Tensor, " T"]:
    """Return the monthly mean sunspot number, January 1749 to December 2008, T = 3120, in float64.

    >>> monthly_sunspots()[:3]
    tensor([58.0000, 62.6000, 70.0000], dtype=torch.float64)
    """
    return torch.from_numpy(_table("monthly_sunspots.csv")[:, 1:].reshape(-1))


def digits() -> tuple[Float[Tensor, "T N 1"], Int[Tensor, " N"]]:
    """Return handwritten digits read pixel by pixel, row by row from the top left.

    Returns:
        The grey values in [0, 1], multiples of 1/16, shape (64, 1797, 1) in float64, and the
        digits 0…9 that they show, shape (1797,).

    >>> inputs, labels = digits()
    >>> inputs.shape, labels[:3]
    (torch.Size([64, 1797, 1]), tensor([0, 1, 2]))
    """
    with as_file(_FOLDER / "digits.npz") as path, np.load(path) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    pixels = images.reshape(len(images), -1).T[:, :, None] / 16
    return torch.from_numpy(pixels), torch.from_numpy(labels.astype(np.int64))


def _table(name: str) -> Float[np.ndarray, "rows columns"]:
    with as_file(_FOLDER / name) as path:
        return np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)


_NGDC = (
    "National Geophysical Data Center, Boulder (sunspot numbers of Zürich and Brussels, version 1)"
)
SERIES: Registry[Series] = Registry("series")
for _name, _series in {
    "sunspots": Series(
        title="yearly mean sunspot number, 1700 to 2008",
        source=f"{_NGDC}; as in statsmodels.datasets.sunspots",
        licence="public domain",
        load=lambda: sunspots()[:, None, None],
    ),
    "monthly_sunspots": Series(
        title="monthly mean sunspot number, January 1749 to December 2008",
        source=f"{_NGDC}; as in statsmodels.datasets.sunspots, full years only",
        licence="public domain",
        load=lambda: monthly_sunspots()[:, None, None],
    ),
    "digits": Series(
        title="handwritten digits, 8×8 grey values read pixel by pixel",
        source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine"
        " Learning Repository 1998, doi:10.24432/C50P49; its 1797 test images, as in scikit-learn",
        licence="CC BY 4.0",
        load=lambda: digits()[0],
    ),
}.items():
    SERIES.register(_name, _series)
