"""The one exception that longlag raises for bad input."""

from __future__ import annotations


class LonglagError(ValueError):
    """Bad input, told in one line: the offending value, the rule it breaks, the remedy.

    Args:
        value: what was given, as the user would recognise it.
        rule: what is required of it.
        remedy: what to do instead.

    >>> str(LonglagError("lag -1", "a lag counts factors", "give an integer >= 0"))
    'lag -1: a lag counts factors; give an integer >= 0'
    """

    def __init__(self, value: str, rule: str, remedy: str) -> None:
        super().__init__(f"{value}: {rule}; {remedy}")
        self.value = value
        self.rule = rule
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[LonglagError], tuple[str, str, str]]:
        return type(self), (self.value, self.rule, self.remedy)
