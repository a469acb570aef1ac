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
