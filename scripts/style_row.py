"""Print the style figures of the package in one row, and fail where one leaves its bound.

Counted from syntax trees; nothing is imported. A function's lines are its code lines without the
docstring; a module's lines are all its lines. The bounds are the project's own (CONTRIBUTING.md).
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

SOURCE = Path(__file__).resolve().parents[1] / "src" / "sidelook"
BOUNDS = {
    "module median": 200,
    "module max": 500,
    "function median": 8,
    "function 90th": 25,
    "function max": 60,
    "parameters max": 8,
    "undocumented": 0,
    "untyped": 0,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method below ``tree``."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function, text: list[str]) -> int:
    """Lines of code of a function: no docstring, no blank, no comment."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    skipped = set(range(docstring.lineno, docstring.end_lineno + 1)) if docstring else set()
    rows = (n for n in range(function.lineno, function.end_lineno + 1) if n not in skipped)
    return sum(bool(line) and not line.startswith("#") for line in (text[n - 1].strip() for n in rows))


def parameters(function: Function) -> list[ast.arg]:
    """Return the parameters, ``self`` and ``cls`` left out."""
    spec = function.args
    given = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *filter(None, (spec.vararg, spec.kwarg))]
    return [a for a in given if a.arg not in {"self", "cls"}]


def is_typed(function: Function) -> bool:
    """Whether every parameter and the result are annotated."""
    return function.returns is not None and all(a.annotation is not None for a in parameters(function))


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions, classes and their public methods."""
    for node in tree.body:
        if isinstance(node, (Function, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (m for m in node.body if isinstance(m, Function) and not m.name.startswith("_"))


def figures() -> dict[str, float]:
    """Count everything that has a bound."""
    modules, sizes, widths, bare, untyped = [], [], [], 0, 0
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text().splitlines()
        tree = ast.parse("\n".join(text))
        modules.append(len(text))
        found = list(functions(tree))
        sizes += [code_lines(f, text) for f in found]
        widths += [len(parameters(f)) for f in found]
        untyped += sum(not is_typed(f) for f in found)
        bare += sum(ast.get_docstring(node) is None for node in public(tree))
    return {
        "module median": median(modules),
        "module max": max(modules),
        "function median": median(sizes),
        "function 90th": quantiles(sizes, n=10)[-1],
        "function max": max(sizes),
        "parameters max": max(widths),
        "undocumented": bare,
        "untyped": untyped,
    }


def main() -> int:
    """Print the row; 1 where a bound is broken."""
    row = figures()
    sys.stdout.write(" | ".join(f"{name} {value:g} (<= {BOUNDS[name]})" for name, value in row.items()) + "\n")
    broken = [name for name, value in row.items() if value > BOUNDS[name]]
    if broken:
        sys.stderr.write("style row: out of bounds: " + ", ".join(broken) + "\n")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
