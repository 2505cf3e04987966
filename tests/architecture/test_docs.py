"""The documentation names what there is: models, settings, commands; its pages are in the menu and its links lead somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from nornir_tasks import cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *PAGES]

FORBIDDEN = {
    r"(?<![\w.])/(work|root|home|tmp|Users)/": "a path of one machine",
    r"\bshared/|\breference/": "a folder that is not in the project",
    r"(?i)\b(coming soon|todo|tbd|fixme|lorem ipsum)\b": "something that is not there yet",
    r"(?i)\b(seamless\w*|powerful|blazing\w*|cutting[- ]edge|world[- ]class|best[- ]in[- ]class|effortless\w*)\b": "marketing",
    # The documentation needs these two only in the sense of SNMP and of databases.
    r"(?i)(?<!snmp )(?<!an snmp )\bagents?\b": "'agent' that is not an SNMP agent",
    r"(?i)(?<!database )\bsessions?\b(?! mode)": "'session' that is not one of the database",
}


def relative(path: Path) -> str:
    """For messages."""
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its code blocks and inline code: links are looked for here."""
    text = re.sub(r"^( *)```.*?^\1```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path: Path) -> set[str]:
    """Ids of a page's headings, as Markdown makes them."""
    headings = re.findall(r"^#{1,6} (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings)
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


# -------------------------------------------------------------------------------------------------------------- what there is


def models() -> dict[str, ast.ClassDef]:
    """Concrete models with pages of their own: direct children of GamModel and RecordModel."""
    found: dict[str, ast.ClassDef] = {}
    for path in sorted((ROOT / "netbox_gam" / "models").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            bases = {base.id for base in getattr(node, "bases", []) if isinstance(base, ast.Name)}
            if isinstance(node, ast.ClassDef) and bases & {"GamModel", "RecordModel"} and node.name != "RecordModel":
                found[node.name] = node
    return found


def permissions(model: ast.ClassDef) -> list[str]:
    """Names of the additional permissions in a model's Meta."""
    meta = next((node for node in model.body if isinstance(node, ast.ClassDef) and node.name == "Meta"), None)
    for node in meta.body if meta else ():
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "permissions":
            return [name for name, _ in ast.literal_eval(node.value)]
    return []


def fields(model: ast.ClassDef) -> Iterator[str]:
    """Labels of a model's own fields: their first argument, or their verbose_name."""
    for node in model.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and re.search("Field|Key", ast.dump(node.value.func)):
            labels = [*node.value.args[:1], *(word.value for word in node.value.keywords if word.arg == "verbose_name")]
            for label in labels:
                if isinstance(label, ast.Call) and getattr(label.func, "id", "") == "_":
                    yield ast.literal_eval(label.args[0])


def default_settings() -> dict[str, object]:
    """``default_settings`` of the plugin."""
    for node in ast.walk(ast.parse((ROOT / "netbox_gam" / "__init__.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "default_settings":
            settings: dict[str, object] = ast.literal_eval(node.value)
            return settings
    raise AssertionError("netbox_gam/__init__.py has no default_settings")


def gam_commands() -> list[str]:
    """Subcommands of ``gam``."""
    action = next(action for action in cli._parser()._actions if action.dest == "name")
    return sorted(action.choices or ())


def test_the_tests_find_something() -> None:
    assert len(models()) >= 17
    assert len(default_settings()) >= 12
    assert {"discover", "apply"} <= set(gam_commands())
    assert len(PAGES) > 40


# ------------------------------------------------------------------------------------------------------- pages about what there is


@pytest.mark.parametrize("name", models())
def test_model_has_its_page(name: str) -> None:
    """The help link of each model's form leads to ``models/<model name>/``."""
    page = DOCS / "models" / f"{name.lower()}.md"
    assert page.exists(), f"{name} has no page docs/models/{page.name}"
    text = page.read_text(encoding="utf-8")
    missing = [codename for verb in permissions(models()[name]) if (codename := f"{verb}_{name.lower()}") not in text]
    missing += [label for label in fields(models()[name]) if not named(label, text)]
    assert not missing, f"docs/models/{page.name} does not name {', '.join(missing)}"


def named(label: str, text: str) -> bool:
    """Whether a page names a field: each of its words stands in the first column of its table (labels may share a row)."""
    rows = " ".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| ")).lower()
    return all(word in rows for word in label.lower().split())


def test_no_page_about_a_model_that_is_gone() -> None:
    pages = {page.stem for page in (DOCS / "models").glob("*.md")} - {"index"}
    assert pages == {name.lower() for name in models()}


@pytest.mark.parametrize("name", default_settings())
def test_setting_is_named_with_its_default(name: str) -> None:
    rows = [line for line in (DOCS / "install.md").read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1, f"docs/install.md has {len(rows)} rows about the setting {name}"
    default = rows[0].split("|")[2].strip().strip("`")
    assert ast.literal_eval(default) == default_settings()[name], f"docs/install.md has another default of {name}"


@pytest.mark.parametrize(
    "name",
    [
        *(path.stem for path in sorted((ROOT / "netbox_gam/management/commands").glob("[!_]*.py"))),
        *(f"gam {command}" for command in gam_commands()),
    ],
)
def test_command_is_named(name: str) -> None:
    assert f"| `{name}" in (DOCS / "guide" / "cli.md").read_text(encoding="utf-8"), f"docs/guide/cli.md has no row about {name}"


def test_every_queue_is_named() -> None:
    text = (DOCS / "install.md").read_text(encoding="utf-8")
    queues = re.findall(r"queues = \[(.+)\]", (ROOT / "netbox_gam" / "__init__.py").read_text(encoding="utf-8"))[0]
    for queue in re.findall(r'"(\w+)"', queues):
        assert f"| `netbox_gam.{queue}` |" in text, f"docs/install.md has no row about the queue netbox_gam.{queue}"


def test_every_finding_kind_is_explained() -> None:
    from nornir_tasks.contracts import FindingKind

    text = (DOCS / "guide" / "findings.md").read_text(encoding="utf-8")
    missing = [kind.value for kind in FindingKind if f"| `{kind.value}` |" not in text]
    assert not missing, f"docs/guide/findings.md has no row about {', '.join(missing)}"


def test_every_error_kind_is_explained() -> None:
    from nornir_tasks.errors import ErrorKind

    text = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    missing = [kind.name for kind in ErrorKind if f"### {kind.name}\n" not in text]
    assert not missing, f"docs/troubleshooting.md has no section about {', '.join(missing)}"


# ---------------------------------------------------------------------------------------------------------------- menu and links


def test_every_page_is_in_the_menu_once() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    named_pages = re.findall(r"([\w/.-]+\.md)$", menu, re.MULTILINE)
    assert sorted(named_pages) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


@pytest.mark.parametrize("page", TEXTS, ids=relative)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        is_page = path.suffix == ".md"
        if not path.exists() or (anchor and is_page and anchor not in anchors(path)):
            broken.append(target)
    assert not broken, f"{relative(page)}: {', '.join(broken)}"


@pytest.mark.parametrize("page", TEXTS, ids=relative)
def test_nothing_that_does_not_belong_there(page: Path) -> None:
    breaches = [
        f"{relative(page)}:{number}: {reason}: {line.strip()}"
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        for pattern, reason in FORBIDDEN.items()
        if re.search(pattern, line)
    ]
    assert not breaches, "\n".join(breaches)
