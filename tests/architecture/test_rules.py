"""The rules of direction that import contracts cannot say. A breach fails with the rule's own sentence and the place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("netbox_gam", "nornir_tasks")
# Pure: the dataclasses, their JSON form, the errors, the catalogue and the rules.
CONTRACT_MODULES = ("nornir_tasks.contracts", "nornir_tasks.errors", "nornir_tasks.gam", "nornir_tasks.plan_codec")
# Pure as well, and the vocabulary of every surface that shows measurements.
MONITORING = "nornir_tasks.monitoring"


@dataclass(frozen=True)
class Source:
    """One module: its path below the checkout, its lines and its syntax tree."""

    path: str
    lines: list[str]
    tree: ast.Module

    @property
    def package(self) -> list[str]:
        """Dotted name of the package the module is in, as parts."""
        return list(Path(self.path).parent.parts)


def sources(*folders: str) -> Iterator[Source]:
    """Every module in some folders of the checkout; migrations are written by Django."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                text = path.read_text(encoding="utf-8")
                yield Source(str(path.relative_to(ROOT)), text.splitlines(), ast.parse(text))


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """``(line, dotted name)`` of everything a module imports, relative imports resolved; ``from a import b`` gives ``a.b``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = source.package[: len(source.package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from ((node.lineno, f"{base}.{name.name}") for name in node.names)


def within(name: str, *modules: str) -> bool:
    """Whether a dotted name is one of the modules or something in it."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def allowed(path: str, places: tuple[str, ...]) -> bool:
    """Whether a path is one of the places: a file, or a folder ending in a slash."""
    return any(path.startswith(place) if place.endswith("/") else path == place for place in places)


def report(rule: str, breaches: list[str]) -> None:
    """Fail with the rule's sentence and every place that breaks it."""
    if breaches:
        pytest.fail("\n  ".join((f"{rule}:", *breaches)), pytrace=False)


# ---------------------------------------------------------------------------------------------------------- who may import what

ONLY = {
    "only billing/http.py and connections/json_rpc.py import requests": (
        lambda name: within(name, "requests"),
        ("nornir_tasks/billing/http.py", "nornir_tasks/connections/json_rpc.py"),
    ),
    "only gateway.py calls nornir_tasks": (
        lambda name: within(name, "nornir_tasks") and not within(name, *CONTRACT_MODULES, MONITORING),
        ("netbox_gam/gateway.py", "nornir_tasks/"),
    ),
    "only choices, credentials, forms, gateway, jobs, models, settings, targets and workflows use the contracts of nornir_tasks": (
        lambda name: within(name, *CONTRACT_MODULES),
        (
            "netbox_gam/choices.py",
            "netbox_gam/credentials.py",
            "netbox_gam/forms/",
            "netbox_gam/gateway.py",
            "netbox_gam/jobs.py",
            "netbox_gam/models/",
            "netbox_gam/settings.py",
            "netbox_gam/targets.py",
            "netbox_gam/workflows/",
            "nornir_tasks/",
        ),
    ),
    "only settings.py reads PLUGINS_CONFIG": (
        lambda name: within(name, "netbox.plugins.get_plugin_config", "netbox.plugins.utils.get_plugin_config"),
        ("netbox_gam/settings.py",),
    ),
    "only credentials.py reads secrets: nothing else decrypts": (
        lambda name: within(name, "cryptography"),
        ("netbox_gam/credentials.py",),
    ),
}


@pytest.mark.parametrize("rule", ONLY)
def test_only_these_modules_import(rule: str) -> None:
    matches: Callable[[str], bool]
    matches, places = ONLY[rule]
    found = [
        f"{source.path}:{line} imports {name}"
        for source in sources(*PACKAGES)
        if not allowed(source.path, places)
        for line, name in imports(source)
        if matches(name)
    ]
    report(rule, found)


# ------------------------------------------------------------------------------------------------------------- more than imports


def test_only_settings_names_plugins_config() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources(*PACKAGES)
        if source.path != "netbox_gam/settings.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "PLUGINS_CONFIG"
    ]
    report("only settings.py reads PLUGINS_CONFIG", found)


def test_only_credentials_reads_the_environment() -> None:
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources("netbox_gam")
        if source.path not in ("netbox_gam/credentials.py", "netbox_gam/settings.py")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    report("only credentials.py reads secrets: nothing else looks into the environment", found)


def test_workflows_take_no_request() -> None:
    found = [
        f"{source.path}:{node.lineno} {node.name}({argument.arg})"
        for source in sources("netbox_gam/workflows")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.arg == "request"
    ]
    report("workflows/ take plain arguments (user, never request)", found)


IO_WORDS = {"gateway", "requests", "socket", "subprocess"}


def test_models_and_signals_do_no_io() -> None:
    found = [
        f"{source.path}:{line} imports {name}"
        for source in sources("netbox_gam/models", "netbox_gam/signals")
        for line, name in imports(source)
        if IO_WORDS & set(name.split("."))
    ]
    report("no I/O in save(), clean() or signals", found)


def test_surfaces_restrict_their_querysets() -> None:
    surfaces = ("netbox_gam/views", "netbox_gam/ui", "netbox_gam/api", "netbox_gam/tables", "netbox_gam/graphql")
    found = [f"{source.path}:{line}" for source in sources(*surfaces) for line in unrestricted(source)]
    report(
        "every queryset on a page, tab, badge, count, API or GraphQL field is .restrict()ed, or says why in '# unrestricted: ...'",
        found,
    )


def unrestricted(source: Source) -> Iterator[int]:
    """Lines in functions that take ``X.objects`` and restrict nothing. Class attributes are left to NetBox's views."""
    for function in ast.walk(source.tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        attributes = [node for node in ast.walk(function) if isinstance(node, ast.Attribute)]
        names = {node.attr for node in attributes} | {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if names & {"restrict", "RestrictedPrefetch"}:
            continue
        for node in attributes:
            if node.attr == "objects" and "# unrestricted:" not in source.lines[node.lineno - 1]:
                yield node.lineno


def states_a_reason(source: Source, handler: ast.ExceptHandler) -> bool:
    """Whether a comment stands on the line of the ``except``, or is the first thing below it."""
    own, below = source.lines[handler.lineno - 1], source.lines[handler.lineno].strip()
    comment = own.partition("#")[2].strip() if "#" in own else ""
    return bool(comment and not comment.startswith(("noqa", "type:"))) or below.startswith("#")


def test_no_broad_except_hides() -> None:
    found = [
        f"{source.path}:{handler.lineno}"
        for source in sources(*PACKAGES, "development")
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException")))
        and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
        and not states_a_reason(source, handler)
    ]
    report("a broad except raises again or states its reason in a comment", found)


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    above = {parent for folder in folders for parent in (folder, *folder.parents) if parent.is_relative_to(ROOT / "tests")}
    found = [str(folder.relative_to(ROOT)) for folder in sorted(above) if not (folder / "__init__.py").exists()]
    report("every test folder has an __init__.py, or Django's runner passes over it and pytest mixes up files of one name", found)
