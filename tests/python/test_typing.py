"""What type checkers say: of the package, of a shop's code, and of its mistakes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import halkode

HERE = Path(__file__).parent
PACKAGE = Path(halkode.__file__).parent


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": os.pathsep.join([str(PACKAGE.parent), str(HERE)]), "MYPY_FORCE_COLOR": "0"}
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=HERE,
    )


def mypy(*files: Path | str) -> subprocess.CompletedProcess[str]:
    return run("mypy", "--strict", "--cache-dir", os.devnull, "--no-error-summary", *files)


def test_the_package_is_typed_throughout() -> None:
    assert (PACKAGE / "py.typed").exists()
    for version in ("3.10", "3.14"):
        done = mypy(PACKAGE, "--python-version", version)
        assert (done.stdout, done.returncode) == ("", 0)


def test_so_are_these_tests() -> None:
    done = mypy(*sorted(HERE.glob("*.py")), HERE / "servers/shop.py")
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_shops_code_is_accepted() -> None:
    done = mypy(HERE / "typed/shop.py")
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_shops_mistakes_are_found() -> None:
    file = HERE / "typed/mistakes.py"
    wrong = {
        number: set(found[1].split())
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (found := re.search(r"# wrong: (.*)", line))
    }
    assert len(wrong) > 20
    done = mypy(file)
    told: dict[int, set[str]] = {}
    for line in done.stdout.splitlines():
        if found := re.match(r".*mistakes\.py:(\d+): error: .*\[([a-z-]+)\]$", line):
            told.setdefault(int(found[1]), set()).add(found[2])
    assert told.keys() == wrong.keys(), done.stdout
    assert all(told[number] & wrong[number] for number in wrong), done.stdout


def test_the_stub_of_the_native_module_is_true() -> None:
    done = run("mypy.stubtest", "halkode._native", "--concise")
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
