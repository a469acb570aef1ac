"""From C text to a loaded library: the system's compiler, and a cache by content.

A library is built once for its text, compiler, flags and processor, and kept in the user's cache
folder. It is written beside its place and renamed into it, so that processes that build the same
text at the same time never see half a file.

Floating point: ``-O3`` with the processor's own instructions. Products and sums may be fused into
one rounding, which the compiler's default allows; nothing else is reordered, since no flag of the
``-ffast-math`` family is given but those for errno and traps, which change no value.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from longlag.kept import CACHE_VARIABLE, cache_folder
from longlag.theory.errors import LonglagError

#: Names the compiler; ``none`` switches the compiled path off.
COMPILER_VARIABLE = "LONGLAG_COMPILER"
_FLAGS = ("-std=gnu11", "-O3", "-fPIC", "-shared", "-fno-math-errno", "-fno-trapping-math")
#: Tried in turn: the first that builds a library is used. The last is what any compiler knows.
_PROCESSOR_FLAGS = (
    ("-march=native", "-mprefer-vector-width=512"),
    ("-march=native",),
    ("-mcpu=native",),
    (),
)
_SECONDS = 120


@dataclass(frozen=True)
class Toolchain:
    """A compiler that works, and the flags it takes.

    Args:
        command: the compiler and its own arguments.
        version: its first line about itself.
        flags: all flags in front of the file.
        processor: what the flags depend on: the kind of machine and the instructions it has.
    """

    command: tuple[str, ...]
    version: str
    flags: tuple[str, ...]
    processor: str

    def describe(self) -> str:
        """Return the compiler and its flags in one line."""
        return f"{self.version}; {' '.join(self.flags)}"


#: Set while everything is to run on PyTorch.
_ON_TORCH_ALONE: ContextVar[bool] = ContextVar("on_torch_alone", default=False)


@contextmanager
def on_torch_alone(wanted: bool = True) -> Iterator[None]:
    """Do without compiled functions inside this context, and say nothing about it.

    Args:
        wanted: False changes nothing.
    """
    token = _ON_TORCH_ALONE.set(wanted or _ON_TORCH_ALONE.get())
    try:
        yield
    finally:
        _ON_TORCH_ALONE.reset(token)


def toolchain() -> Toolchain | None:
    """Return the system's C compiler with the best flags it takes, or None without one.

    ``LONGLAG_COMPILER`` or ``CC`` name another compiler; ``LONGLAG_COMPILER=none`` switches the
    compiled path off, as ``on_torch_alone`` does for a while.

    Raises:
        LonglagError: the compiler that ``LONGLAG_COMPILER`` names cannot be run.
    """
    return None if _ON_TORCH_ALONE.get() else _find_toolchain()


@lru_cache(maxsize=1)
def _find_toolchain() -> Toolchain | None:
    named = os.environ.get(COMPILER_VARIABLE, "")
    if named == "none":
        return None
    candidates = [named] if named else [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    for candidate in candidates:
        command = tuple(shlex.split(candidate))
        if command and shutil.which(command[0]):
            found = _probe(command)
            if found is not None:
                return found
    if named:
        raise LonglagError(
            f"{COMPILER_VARIABLE}={named}",
            "it is no C compiler that builds a shared library",
            "name one, or none to work on PyTorch alone",
        )
    return None


def load_library(source: str, name: str) -> ctypes.CDLL | None:
    """Return C text as a loaded library, built at its first use on this machine.

    Args:
        source: the text; its content is the key under which the library is kept.
        name: what it is called in messages and file names.

    Returns:
        The library, or None where there is no compiler, which is said once.

    Raises:
        LonglagError: the compiler does not accept the text, or the cache cannot be used.
    """
    tools = toolchain()
    if tools is None:
        if not _ON_TORCH_ALONE.get() and os.environ.get(COMPILER_VARIABLE) != "none":
            _say_that_there_is_no_compiler()
        return None
    return _load(source, name, tools)


@lru_cache(maxsize=256)
def _load(source: str, name: str, tools: Toolchain) -> ctypes.CDLL:
    key = "\0".join([source, *tools.command, tools.version, *tools.flags, tools.processor])
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    path = cache_folder() / f"{name}-{digest}.so"
    if not path.exists():
        _build(source, path, tools)
    _check_owner(path)
    try:
        return ctypes.CDLL(str(path))
    except OSError:
        # Cut short by a full disk, for instance. What is built now is whole.
        _build(source, path, tools)
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise LonglagError(
            f"library {str(path)!r}",
            f"it cannot be loaded ({error})",
            f"name a folder that allows programs to run in {CACHE_VARIABLE}",
        ) from None


def _build(source: str, path: Path, tools: Toolchain) -> None:
    """Build in a folder of our own and put the finished library in its place."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".build-") as folder:
            library = Path(folder) / path.name
            problem = _compile(source, library, (*tools.command, *tools.flags))
            if problem:
                raise LonglagError(
                    f"generated C of {path.stem}",
                    f"{tools.version} does not accept it: {problem}",
                    f"set {COMPILER_VARIABLE}=none to work on PyTorch, and report this",
                )
            os.replace(library, path)
    except OSError as error:
        raise LonglagError(
            f"cache folder {str(path.parent)!r}",
            f"it cannot be written ({error.strerror})",
            f"name another in {CACHE_VARIABLE}",
        ) from None


def _compile(source: str, library: Path, command: tuple[str, ...]) -> str:
    """Compile C text; return the first line of what is wrong, empty if nothing is."""
    text = library.with_suffix(".c")
    text.write_text(source, encoding="utf-8")
    try:
        done = subprocess.run(
            [*command, "-o", str(library), str(text), "-lm"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{type(error).__name__}"
    if done.returncode == 0 and library.exists():
        return ""
    lines = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
    return lines[0]


def _probe(command: tuple[str, ...]) -> Toolchain | None:
    """Return a compiler with the first flags for the processor that build and load."""
    try:
        asked = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = (asked.stdout.splitlines() or [""])[0]
    with tempfile.TemporaryDirectory(prefix="longlag-") as folder:
        for number, extra in enumerate(_PROCESSOR_FLAGS):
            flags = (*_FLAGS, *extra)
            library = Path(folder) / f"probe{number}.so"
            if not _compile("int answer(void) { return 42; }\n", library, (*command, *flags)):
                try:
                    if ctypes.CDLL(str(library)).answer() == 42:
                        return Toolchain(command, version, flags, _processor())
                except OSError:
                    continue
    return None


def _processor() -> str:
    """What distinguishes machines that share a home folder: the kind and its instructions."""
    kind = [platform.system(), platform.machine(), platform.processor()]
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        wanted = ("flags", "Features", "model name")
        kind += sorted({line for line in lines if line.startswith(wanted)})
    except OSError:
        pass
    return "\n".join(kind)


def _check_owner(path: Path) -> None:
    """Refuse to load what another user could have put there."""
    if hasattr(os, "getuid") and path.stat().st_uid not in (os.getuid(), 0):
        raise LonglagError(
            f"library {str(path)!r}",
            "it belongs to another user",
            f"remove it, or name a folder of your own in {CACHE_VARIABLE}",
        )


@lru_cache(maxsize=1)
def _say_that_there_is_no_compiler() -> None:
    warnings.warn(
        "longlag found no C compiler: its functions run on PyTorch, more slowly, with the same "
        "numbers. Install one, or name it in LONGLAG_COMPILER.",
        stacklevel=3,
    )
