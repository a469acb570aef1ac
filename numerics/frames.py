"""Tables of results as data frames, with what their numbers depend on beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from longlag.theory.errors import LonglagError

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(columns: Mapping[str, Any], about: Mapping[str, Any]) -> DataFrame:
    """Return a table as a frame of pandas.

    Args:
        columns: name ↦ its values, all of one length.
        about: what the numbers depend on; it becomes the ``attrs`` of the frame.

    Raises:
        LonglagError: pandas is not installed.
    """
    try:
        from pandas import DataFrame
    except ImportError:
        raise LonglagError(
            "a data frame", "pandas is not installed", "pip install 'longlag[frames]'"
        ) from None
    made = DataFrame(dict(columns))
    made.attrs.update(about)
    return made


def with_ends(name: str, value: float, ends: tuple[float, float] | None) -> dict[str, float]:
    """Return the columns of a number with its interval.

    Args:
        name: of the number; those of the ends are ``…_low`` and ``…_high``.
        value: the number.
        ends: of its interval; None where it has none.

    >>> with_ends("b", 2.0, (1.5, 2.5))
    {'b': 2.0, 'b_low': 1.5, 'b_high': 2.5}
    """
    if ends is None:
        return {name: value}
    return {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}


def of_rows(rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> DataFrame:
    """Return rows that may lack some of the columns as a frame of pandas.

    Args:
        rows: column ↦ value.
        about: what the numbers depend on.

    Raises:
        LonglagError: pandas is not installed.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return frame({name: [row.get(name) for row in rows] for name in names}, about)
