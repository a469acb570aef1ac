"""The one exception that longlag raises for bad input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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


@contextmanager
def raised_by(what: str, remedy: str) -> Iterator[None]:
    """Tell whatever a function of somebody else's raises, also what would end the program.

    Args:
        what: the function, such as "check of claim 'x'".
        remedy: what it has to be instead.

    >>> with raised_by("draw of figure 'x'", "correct it"):
    ...     raise SystemExit(0)
    Traceback (most recent call last):
    longlag.theory.errors.LonglagError: draw of figure 'x': it must not raise, and here
    SystemExit: 0; correct it
    """
    try:
        yield
    except (LonglagError, KeyboardInterrupt):
        raise
    except BaseException as error:
        rule = f"it must not raise, and here {describe(error)}"
        raise LonglagError(what, rule, remedy) from error


def describe(error: BaseException) -> str:
    """Return the type and the message of an error of somebody else's, which may fail to tell one.

    >>> describe(ValueError("no root")), describe(GeneratorExit())
    ('ValueError: no root', 'GeneratorExit')
    """
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except KeyboardInterrupt:
        raise
    except BaseException:
        return name
    return f"{name}: {text}" if text else name
