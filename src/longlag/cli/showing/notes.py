"""What libraries remark while a command runs, held back until it is known that it succeeds."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def notes() -> Iterator[list[str]]:
    """Collect warnings and log messages instead of showing them.

    Above the one line that says why an input is refused, the overflow that the input led to would
    only be noise.

    Returns:
        The texts, complete when the context is left.
    """
    told: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: told.append(record.getMessage())  # type: ignore[method-assign]
    with warnings.catch_warnings(record=True) as caught:
        logging.getLogger().addHandler(handler)
        try:
            yield told
        finally:
            logging.getLogger().removeHandler(handler)
            told += [str(each.message) for each in caught]
