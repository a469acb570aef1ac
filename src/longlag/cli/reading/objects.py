"""What a name on the command line stands for: a registered name, or FILE.py:OBJECT."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

from longlag.files import require_file
from longlag.theory.cells import CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError, describe
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.statement import Claim, Derivation, Relation

#: Bytes of a user's file: code that a person wrote is shorter.
_LARGEST = 10**7


def find_source(text: str) -> Cell | DecayLaw:
    """Return the cell or the decay law that ``text`` names.

    Args:
        text: a registered cell or law, or FILE.py:OBJECT.

    Raises:
        LonglagError: no such name, file or object, or the file raises.
    """
    if not names_a_file(text):
        if text in LAWS:
            return LAWS[text]
        return CELLS[text]
    found = load_object(text)
    if not isinstance(found, (Cell, DecayLaw)):
        raise LonglagError(
            f"{text} has type {type(found).__name__}",
            "a Cell or a DecayLaw is needed here",
            "name one in the file",
        )
    return found


def find_beside(text: str, folder: Path, *, code: bool) -> Cell | DecayLaw:
    """Return the cell or the decay law that a paper names.

    Args:
        text: a registered cell or law, or FILE.py:OBJECT in the folder of the paper.
        folder: of the paper.
        code: whether files of Python may be run; a paper may come from anybody.

    Raises:
        LonglagError: no such name, file or object; a file outside the folder, or without leave.
    """
    if not names_a_file(text):
        return find_source(text)
    name, _, item = text.rpartition(":")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise LonglagError(
            f"file {name!r}", "it lies outside the folder of the paper", "move it into the folder"
        )
    if not code:
        raise LonglagError(
            f"file {name!r}", "a paper runs no code unless you say so", "read it, and add --code"
        )
    return find_source(f"{path}:{item}")


def find_derivations(text: str, order: int | None = None) -> Sequence[Derivation]:
    """Return the derivations that ``text`` names.

    Args:
        text: a derivation, a cell (its effective learning rates), a law (its window), or
            FILE.py:OBJECT where the object is a Cell, a DecayLaw, a Relation, a Proof, a Claim or
            a Derivation.
        order: the highest order of the expansions over a lag, 1 by default.

    Raises:
        LonglagError: no such name, file or object, the file raises, or an order for what has none.
    """
    from longlag.derivations import DERIVATIONS, get_derivations
    from longlag.derivations.rates.effective_learning_rates import derive_cell
    from longlag.derivations.window.law import derive_law
    from longlag.theory.verify import Proof, claim

    chosen = 1 if order is None else order
    if not names_a_file(text):
        if text in DERIVATIONS:
            return get_derivations(text, chosen)
        if text in CELLS:
            return [derive_cell(CELLS[text], chosen)]
        if text in LAWS:
            _refuse_order(text, order)
            return [derive_law(LAWS[text])]
        known = [*CELLS, *LAWS, *DERIVATIONS]
        if Path(text).suffix:
            raise LonglagError(
                f"{text!r}", "a paper is a .tex, an object FILE.py:OBJECT", "name one of them"
            )
        close = [name for name in known if text and text in name]
        close = close or difflib.get_close_matches(text, known, n=3)
        meant = f"did you mean {' or '.join(close[:3])}? " if close else ""
        raise LonglagError(
            f"{text!r}",
            "no cell, law or derivation has this name",
            f"{meant}longlag list names all of them; one of your own is FILE.py:OBJECT",
        )
    found = load_object(text)
    if isinstance(found, Cell):
        return [derive_cell(found, chosen)]
    _refuse_order(text, order)
    if isinstance(found, DecayLaw):
        return [derive_law(found)]
    if isinstance(found, Derivation):
        return [found]
    if isinstance(found, Relation):
        found = claim(text.rpartition(":")[2], found)
    if isinstance(found, Proof):
        found = found.claim(text.rpartition(":")[2])
    if isinstance(found, Claim):
        return [Derivation(found.statement.name, found.title or found.statement.name, (found,))]
    raise LonglagError(
        f"{text} has type {type(found).__name__}",
        "a Cell, a DecayLaw, a Relation, a Proof, a Claim or a Derivation is needed here",
        "name one in the file",
    )


def _refuse_order(text: str, order: int | None) -> None:
    if order is not None:
        raise LonglagError(
            f"--order {order} for {text}", "only a cell is expanded over a lag", "leave it out"
        )


def load_object(text: str) -> object:
    """Run a user's file and return one of its objects.

    The file imports its neighbours as a script does, or as the module of a package that it is.

    Args:
        text: FILE.py:OBJECT.

    Raises:
        LonglagError: the file is missing, raises, or has no such object.
    """
    path_text, _, name = text.rpartition(":")
    path = Path(path_text)
    require_file(path, largest=_LARGEST)
    module = _run(path)
    with errors_told(path):
        if name and hasattr(module, name):
            return getattr(module, name)
    cells = [key for key, value in vars(module).items() if isinstance(value, Cell)]
    hint = f"its cells are {', '.join(cells)}" if cells else "it defines no Cell"
    raise LonglagError(f"object {name!r}", f"{path} does not define it", hint)


def names_a_file(text: str) -> bool:
    """Return whether ``text`` is FILE.py:OBJECT; a .py file alone raises LonglagError."""
    if text.endswith(".py"):
        raise LonglagError(
            f"{text!r}", "a file is named together with an object", f"write {text}:OBJECT"
        )
    return ":" in text


def _run(path: Path) -> ModuleType:
    folder = path.resolve().parent
    package: list[str] = []
    while (folder / "__init__.py").exists():
        package.insert(0, folder.name)
        folder = folder.parent
    # Its neighbours are found as Python finds those of a script, later imports of its own too.
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    # What the user's file prints must not end up inside generated code or JSON.
    with contextlib.redirect_stdout(sys.stderr), errors_told(path):
        for depth in range(1, len(package) + 1):
            importlib.import_module(".".join(package[:depth]))
        return _executed(path, ".".join([*package, path.stem]) if package else f"_user_{path.stem}")


def _executed(path: Path, name: str) -> ModuleType:
    """Run a file as the module of a name, whether or not it ran before."""
    specification = importlib.util.spec_from_file_location(name, path)
    if specification is None or specification.loader is None:
        raise LonglagError(f"file {str(path)!r}", "it is not a Python file", "name a .py file")
    module = importlib.util.module_from_spec(specification)
    # Pickling and dataclasses look a module up by its name.
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@contextlib.contextmanager
def errors_told(path: Path) -> Iterator[None]:
    """Tell in one line whatever the code of a user's file raises; only Ctrl-C goes through.

    Args:
        path: the file; an error of ours that did not come from it stays as it is.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        line = _line(error, path)
        where = f"{path}, line {line}" if line else str(path)
        if not isinstance(error, LonglagError):
            raise LonglagError(
                f"{where}: {describe(error)}", "the file must run without an error", _remedy(error)
            ) from None
        if not line:
            raise
        raise LonglagError(f"{where}: {error.value}", error.rule, error.remedy) from None


def _remedy(error: BaseException) -> str:
    if isinstance(error, AttributeError) and error.name == "delay":
        return "only a state has a delay; write that of each state in it, as h.delay(2) + 1"
    return "correct that line"


def _line(error: BaseException, path: Path) -> int:
    """The line of a user's file at which running it stopped."""
    if isinstance(error, SyntaxError):
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    return (here[-1].lineno or 0) if here else 0
