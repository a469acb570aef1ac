"""Fields of what is declared, as a person types them: KEY=VALUE."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from longlag.theory.errors import LonglagError


def read_changes(given: Iterable[str], hint: str) -> dict[str, Any]:
    """Return KEY=VALUE as a mapping, the value as JSON or else as text.

    Args:
        given: what was typed.
        hint: where the keys can be seen, for the message.

    Raises:
        LonglagError: no such form, or a key twice.

    >>> read_changes(["steps=40", "cell=gru", "delays=[1, 2]"], "")
    {'steps': 40, 'cell': 'gru', 'delays': [1, 2]}
    """
    found: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or key in found:
            raise LonglagError(
                f"--set {text!r}",
                "it is KEY=VALUE, each key once" if not equals else "this key is set twice",
                hint,
            )
        try:
            found[key] = json.loads(value)
        except ValueError:
            found[key] = value
    return found
