"""Letters of a chapter about numbers, each with its meaning for the glossary."""

from __future__ import annotations

from sympy import Symbol

from longlag.theory.notation import Entry, Glossary


class Letters:
    """Letters that are written as they are named."""

    def __init__(self) -> None:
        self._meanings: dict[Symbol, str] = {}

    def add(self, tex: str, meaning: str) -> Symbol:
        """Return a new letter.

        Args:
            tex: how it is written.
            meaning: for the glossary, in words with TeX.
        """
        symbol = Symbol(tex, real=True)
        self._meanings[symbol] = meaning
        return symbol

    def glossary(self, head: str) -> Glossary:
        """Return what all letters mean, below a sentence."""
        entries = (Entry(symbol.name, meaning) for symbol, meaning in self._meanings.items())
        return Glossary(head, tuple(entries))


__all__ = ["Letters"]
