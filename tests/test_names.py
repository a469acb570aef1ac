"""A package looks its public names up when they are asked for, above modules of the same name."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import longlag.theory
from longlag.theory.cells import CELLS
from longlag.theory.initialisations import INITIALISATIONS
from longlag.theory.laws import LAWS
from longlag.theory.memory import KERNELS
from longlag.theory.registry import Registry
from longlag.theory.spectra import SPECTRA

#: What imports a module first ↦ what then stands for a name that the module bears too.
BOTH = {
    "longlag.theory.transport.product": "from longlag.theory import transport as found",
    "longlag.theory.memory.kernels.airy": "from longlag.theory.memory.kernels import airy as found",
}


def shown(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("module", BOTH)
def test_a_public_name_stands_above_a_module_that_is_called_the_same(module: str) -> None:
    for first in (f"import {module}; {BOTH[module]}", f"{BOTH[module]}; import {module}"):
        code = f"{first}\nfrom types import ModuleType\nprint(isinstance(found, ModuleType))"
        assert shown(code) == "False\n"


def test_every_name_that_a_room_of_theory_bears_too_is_known() -> None:
    folder = Path(longlag.theory.__path__[0])
    rooms = {path.stem for path in folder.iterdir() if path.stem != "__init__"}
    assert rooms & set(longlag.theory.__all__) == {"transport"}


def test_an_unknown_name_is_refused_as_in_any_package() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = longlag.theory.no_such_name
    with pytest.raises(AttributeError, match="_private"):
        _ = longlag.theory._private
    assert {"Cell", "transport", "__name__"} <= set(dir(longlag.theory))


@pytest.mark.parametrize("registry", [CELLS, LAWS, SPECTRA, INITIALISATIONS, KERNELS])
def test_what_a_registry_expects_is_there_under_its_own_name(registry: Registry[object]) -> None:
    assert len(registry) > 5
    assert all(getattr(item, "name") == name for name, item in registry.items())  # noqa: B009


@pytest.mark.parametrize(
    ("package", "registry"), [("cells", "CELLS"), ("laws", "LAWS"), ("spectra", "SPECTRA")]
)
def test_asking_for_one_item_imports_no_other(package: str, registry: str) -> None:
    names = list(getattr(import_module(f"longlag.theory.{package}"), registry))
    code = (
        f"import sys\nfrom longlag.theory.{package} import {registry} as items\n"
        "def there():\n"
        "    return [n for n in sys.modules if n.startswith('longlag.theory.')"
        f" and '.{package}.catalogue.' in n]\n"
        f"print(there()); item = items[{names[2]!r}]; print(there())\n"
        "print(list(items), items.get('nobody'), item is items.get(item.name))"
    )
    before, after, rest = shown(code).splitlines()
    assert before == "[]"
    assert after == f"['longlag.theory.{package}.catalogue.{names[2]}']"
    assert rest == f"{names} None True"


def test_dir_is_told_before_anything_is_loaded() -> None:
    code = "import longlag.theory as t; assert 'Cell' in dir(t) and 'memory' in dir(t)"
    subprocess.run([sys.executable, "-c", code], check=True)
