"""Who may import whom, read from the source itself: the rules stand in README.md."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from portal.celery import app as celery
from portal.mail_kinds import KINDS

ROOT = Path(settings.BASE_DIR)

# What a package may import from ours; every other import of ours is a mistake.
ALLOWED = {
    "portal": {"portal"},  # but for portal.urls, which puts the site together
    "councils": {"portal", "councils"},
    "procurement": {"portal", "councils", "procurement"},
}

# What one domain app may use of another.
FRONT = {"models", "permissions", "actions"}

# Layers inside an app, lowest first: a module imports its own layer and lower ones.
LAYERS = [
    {"models"},
    {"permissions"},
    {"actions"},
    {"forms"},
    {"exports"},
    {"views", "tasks", "admin", "management"},
    {"urls"},
]

# Libraries so slow to load that only who needs them pays for them.
SLOW = {"weasyprint", "pikepdf"}

# Receivers of signals: module -> the reason stands beside the code.
RECEIVERS = {"portal/apps.py"}


def modules() -> Iterator[Path]:
    for app in ALLOWED:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), str(path))


def source(module: str) -> Path | None:
    """The file of a module of ours."""
    path = Path(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if (ROOT / candidate).exists():
            return candidate
    return None


def named(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        # "from councils import seats" names councils.seats, not councils.
        below = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if source(name) else node.module for name in below]
    return []


def imports(path: Path) -> set[str]:
    return {name for node in ast.walk(tree(path)) for name in named(node)}


@cache
def height(module: str) -> int:
    """How high a module stands in its app.

    One that is no layer of its own (``councils.seats``) stands as high as what it
    uses: nobody reaches up by way of it.
    """
    app, _, rest = module.partition(".")
    part = rest.split(".")[0]
    for at, names in enumerate(LAYERS):
        if part in names:
            return at
    path = source(module)
    used = imports(path) if path else set()
    return max(
        (
            height(name)
            for name in used
            if name.startswith(f"{app}.") and name != module
        ),
        default=0,
    )


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", list(modules()), ids=str)
def test_imports_point_down(path):
    module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    app = module.split(".")[0]
    for imported in imports(path):
        other = imported.split(".")[0]
        if other not in ALLOWED or module == "portal.urls":
            continue
        assert other in ALLOWED[app], f"{module} may not import {imported}"
        if other == app and app != "portal":
            assert height(imported) <= height(module), f"{module} imports {imported}"
        if other not in {app, "portal"}:
            assert imported.split(".")[1] in FRONT, f"{module} reaches into {imported}"


@pytest.mark.parametrize("path", list(modules()), ids=str)
def test_only_slow_libraries_are_imported_inside_a_function(path):
    inside = {
        name.split(".")[0]
        for function in functions(path)
        for node in ast.walk(function)
        for name in named(node)
    }

    assert inside <= SLOW


def test_other_layers_take_models_from_the_package():
    wrong = [
        f"{path}: {imported}"
        for path in modules()
        for imported in imports(path)
        if "models" not in path.parts
        and imported.split(".")[0] in ALLOWED
        and imported.split(".")[1:2] == ["models"]
        and imported.count(".") > 1
    ]

    assert wrong == []


def test_no_module_receives_signals_but_the_one_that_says_why():
    receivers = {
        str(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "connect")
        or (isinstance(node, ast.Name) and node.id == "receiver")
        or (
            isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == "Signal"
        )
    }

    assert receivers <= RECEIVERS


def test_no_file_and_no_function_is_too_long():
    long = [
        f"{path} has {lines} lines"
        for path in modules()
        # Settings stand in one file, by choice: who runs Inbreng reads one list.
        if str(path) != "portal/settings.py"
        and (lines := len((ROOT / path).read_text().splitlines())) > 400
    ]
    long += [
        f"{path}: {function.name} has {length} lines"
        for path in modules()
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > 40
    ]

    assert long == []


@pytest.mark.parametrize("name", list(settings.CELERY_BEAT_SCHEDULE))
def test_beat_names_a_real_task(name):
    task = settings.CELERY_BEAT_SCHEDULE[name]["task"]
    module, function = task.rsplit(".", 1)

    assert getattr(import_module(module), function).name == task
    assert celery.tasks[task].name == task


@pytest.mark.parametrize(
    "path",
    [
        settings.SEATS_OF,
        settings.MENU_FOR,
        settings.AGENDA_SUGGESTIONS,
        settings.BIND_BEHIND,
        *settings.MAIL_RECHECKS.values(),
    ],
)
def test_settings_name_functions_that_are_there(path):
    assert callable(import_string(path))


def test_a_task_takes_one_id_or_nothing():
    wrong = [
        f"{path}: {function.name}"
        for path in modules()
        if path.name == "tasks.py"
        for function in functions(path)
        if any("task" in ast.unparse(mark) for mark in function.decorator_list)
        and len(function.args.args) - ("bind=True" in ast.unparse(function)) > 1
    ]

    assert wrong == []


def test_every_kind_of_mail_is_sent_by_something():
    named = {
        node.value
        for path in modules()
        if path != Path("portal/mail_kinds.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
    }

    assert [name for name in KINDS if name not in named] == []
