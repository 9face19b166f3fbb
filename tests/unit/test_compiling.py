import ast
from pathlib import Path

import pytest

from sidelook.compiling import MODULES, PACKAGE, cache_folder, kernel, nothing_compiled, source_digest


@kernel
def doubled(value: float) -> float:
    return 2.0 * value


def test_a_kernel_is_its_function_compiled() -> None:
    assert doubled(1.5) == doubled.py_func(1.5) == 3.0  # type: ignore[attr-defined]


def test_other_threads_run_meanwhile() -> None:
    assert doubled.targetoptions["nogil"] is True  # type: ignore[attr-defined]


def made(folder: Path, **sources: str) -> Path:
    for name, text in sources.items():
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("name", "matters"), [("kernels", True), ("columns", True), ("compiling", True), ("tracker", False)]
)
def test_only_what_kernels_are_made_of_makes_another_folder(tmp_path: Path, name: str, *, matters: bool) -> None:
    before = source_digest(made(tmp_path, kernels="a = 1", columns="b = 1", compiling="d = 1", tracker="c = 1"))
    after = source_digest(made(tmp_path, **{name: "changed = 2"}))
    assert (before != after) is matters


def test_a_package_that_cannot_be_written_has_its_folder_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert cache_folder(tmp_path).is_relative_to(tmp_path / "cache" / "sidelook")


def test_kernels_take_code_and_constants_only_from_what_the_digest_covers() -> None:
    allowed = {Path(name).stem for name in MODULES}
    for path in PACKAGE.rglob("kernels.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sidelook"):
                assert (node.module or "").rpartition(".")[2] in allowed, f"{path}: {node.module}"


def test_the_first_use_is_known_by_an_empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "kernels"))
    assert nothing_compiled()
    (tmp_path / "kernels" / "tracking").mkdir(parents=True)  # made as soon as a kernel is declared
    assert nothing_compiled()
    (tmp_path / "kernels" / "tracking" / "kernels.step-1.py311.nbi").touch()
    assert not nothing_compiled()
