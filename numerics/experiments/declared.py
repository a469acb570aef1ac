"""Frozen dataclasses as plain data and back: what an experiment is, in JSON."""

from __future__ import annotations

import difflib
import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from longlag.numerics.tasks import TASKS, Task
from longlag.theory.errors import LonglagError

Declared = TypeVar("Declared")


def declare(kind: type[Declared], values: Mapping[str, Any], what: str = "") -> Declared:
    """Return a dataclass made from plain data, every value checked against its field.

    Args:
        kind: a dataclass with fields of numbers, text, tuples, mappings of text, other dataclasses,
            and tasks; a task is its name beside its options.
        values: by field; fields with a default may be left out.
        what: what is declared, for the messages; the name of the class if left out.

    Raises:
        LonglagError: an unknown key (with the nearest name), a value of another type, a field
            without a value, and what the dataclass itself refuses.

    >>> from longlag.numerics.tasks.adding import Adding
    >>> declare(Adding, {"steps": 40})
    Adding(steps=40, channels=4)
    """
    what = what or kind.__name__
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"
            raise LonglagError(f"{what} with {name!r}", "it has no key of this name", hint)
    for name, field in known.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise LonglagError(f"{what} without {name!r}", "this key has no default", "give it")
    return kind(**{k: _value(hints[k], v, f"{what}, {k}") for k, v in values.items()})


def plain(value: Any) -> Any:
    """Return a declared value as what JSON can hold; ``declare`` takes it back."""
    if isinstance(value, Task):
        names = {kind: name for name, kind in TASKS.items()}
        return {"task": names[type(value)]} | _plain_fields(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _plain_fields(value)
    if isinstance(value, Mapping):
        return {name: plain(held) for name, held in sorted(value.items())}
    if isinstance(value, tuple):
        return [plain(held) for held in value]
    return value


def identity(value: Any) -> str:
    """Return twelve hexadecimal digits that stand for a declared value.

    What is left at its default does not count, so that a new key leaves older runs what they were.
    """
    text = json.dumps(_told(value), sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _plain_fields(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def _told(value: Any) -> Any:
    """The kind of a declared value, and the fields that are not at their defaults."""
    if not is_dataclass(value) or isinstance(value, type):
        return plain(value)
    said = {}
    for field in fields(value):
        held = getattr(value, field.name)
        factory = field.default_factory
        default = field.default if factory is MISSING else factory()
        if held != default:
            said[field.name] = _told(held)
    return [type(value).__name__, said]


def _value(hint: Any, value: Any, what: str) -> Any:
    """Return a plain value as the type of its field."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (hint,) = (one for one in arguments if one is not type(None))
        return _value(hint, value, what)
    if origin is Literal:
        if value not in arguments:
            raise LonglagError(
                f"{what}: {value!r}", "it is one of a few words", f"choose from {list(arguments)}"
            )
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _mistyped(what, value, "a list")
        parts = arguments[:1] * len(value) if arguments[1:] == (...,) else arguments
        if len(parts) != len(value):
            raise _mistyped(what, value, f"a list of {len(parts)}")
        return tuple(_value(part, held, what) for part, held in zip(parts, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise _mistyped(what, value, "a table of names and values")
        return {str(k): _value(arguments[1], held, f"{what}, {k}") for k, held in value.items()}
    if hint is Task:
        return _task(value, what)
    if is_dataclass(hint) and isinstance(hint, type):
        return value if isinstance(value, hint) else declare(hint, value, what)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise _mistyped(what, value, {int: "an integer", float: "a number"}.get(hint, "text"))
    return value


def _task(value: Any, what: str) -> Task:
    if isinstance(value, Task):
        return value
    if not isinstance(value, Mapping) or "task" not in value:
        raise _mistyped(what, value, 'a table with a key "task"')
    options = {name: held for name, held in value.items() if name != "task"}
    return declare(TASKS[value["task"]], options, f"task {value['task']}")


def _mistyped(what: str, value: Any, wanted: str) -> LonglagError:
    return LonglagError(f"{what}: {value!r}", f"it is {wanted}", f"write {wanted}")


__all__ = ["declare", "identity", "plain"]
