"""The packages, the files inside them and the pinned versions are complete."""

import re
import tomllib
from fnmatch import fnmatch

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import files

PROJECT = tomllib.loads((files.ROOT / "pyproject.toml").read_text("utf-8"))
CONSTRAINTS = (files.ROOT / "constraints.txt").read_text("utf-8").splitlines()


def test_every_folder_with_code_is_a_package() -> None:
    folders = {".".join(path.parent.parts) for path in files.paths(*files.FLOORS)}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == folders


def test_every_other_file_travels_with_its_package() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["*"]
    packages = {path.parent for path in files.paths(*files.FLOORS)}
    left = []
    for path in (path for path in files.paths(*files.FLOORS, suffix="") if (files.ROOT / path).is_file()):
        package = next(folder for folder in path.parents if folder in packages)
        inner = f"./{path.relative_to(package).as_posix()}"
        if path.suffix != ".py" and not any(fnmatch(inner, pattern) for pattern in patterns):
            left.append(str(path))
    assert left == []


def requirements() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [Requirement(line) for line in (*PROJECT["project"]["dependencies"], *(line for e in extras for line in e))]


def pins() -> dict[str, Requirement]:
    lines = [line for line in CONSTRAINTS if line.strip() and not line.startswith("#")]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


def test_everything_required_has_one_exact_version() -> None:
    wanted = {canonicalize_name(requirement.name) for requirement in requirements()}
    assert wanted - pins().keys() == set()
    for requirement in requirements():
        version = str(pins()[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), requirement


def test_constraints_are_versions_and_nothing_else() -> None:
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) and pin.url is None for pin in pins().values())
    assert not [line for line in CONSTRAINTS if "://" in line or line.startswith("-")]
