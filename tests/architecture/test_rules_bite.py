"""Each rule fails, with its own sentence, on the smallest module that breaks it, and on no module that keeps to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.architecture import test_rules

BREACHES = [
    ("nornir_tasks/inventory.py", "import requests.adapters", "only billing/http.py and connections/json_rpc.py import requests"),
    ("netbox_gam/jobs.py", "from nornir_tasks import poll", "only gateway.py calls nornir_tasks"),
    ("netbox_gam/models/x.py", "from nornir_tasks.drivers.ssh import SshDriver", "only gateway.py calls nornir_tasks"),
    ("netbox_gam/views/x.py", "from nornir_tasks.contracts import Target", "use the contracts of nornir_tasks"),
    ("netbox_gam/jobs.py", "from netbox.plugins import get_plugin_config", "only settings.py reads PLUGINS_CONFIG"),
    ("netbox_gam/gateway.py", "from cryptography.fernet import Fernet", "only credentials.py reads secrets"),
    ("netbox_gam/jobs.py", "limit = settings.PLUGINS_CONFIG", "only settings.py reads PLUGINS_CONFIG"),
    ("netbox_gam/targets.py", "import os\nkey = os.environ['KEY']", "only credentials.py reads secrets"),
    ("netbox_gam/workflows/x.py", "def poll(*, request): ...", "workflows/ take plain arguments (user, never request)"),
    ("netbox_gam/models/x.py", "def save(self):\n    from .. import gateway", "no I/O in save(), clean() or signals"),
    ("netbox_gam/views/x.py", "def badge(self):\n    return Alarm.objects.count()", "is .restrict()ed"),
    ("nornir_tasks/runner.py", "try:\n    x()\nexcept Exception:\n    pass", "a broad except raises again or states its reason"),
    ("tests/netbox_gam/more/test_x.py", "", "every test folder has an __init__.py"),
]

COUNT = """
class V:
    queryset = A.objects.all()

    def badge(self, user):
        return A.objects.restrict(user).count()
"""

KEPT = {
    "nornir_tasks/billing/http.py": "import requests",
    "nornir_tasks/runner.py": "from .contracts import Target\ntry:\n    x()\nexcept Exception as error:\n    raise Y from error",
    "nornir_tasks/tasks/poll.py": "try:\n    x()\nexcept Exception:\n    # A device's own failure is its result.\n    pass",
    "netbox_gam/gateway.py": "from nornir_tasks import poll",
    "netbox_gam/settings.py": "from netbox.plugins import get_plugin_config",
    "netbox_gam/credentials.py": "import os\nfrom cryptography.fernet import Fernet\nkey = os.environ['KEY']",
    "netbox_gam/workflows/x.py": "from nornir_tasks.contracts import Target\ndef poll(*, user): ...",
    "netbox_gam/views/x.py": COUNT,
}


def checks() -> dict[str, Callable[[], None]]:
    """Every rule as a call without arguments, by a name for it."""
    imports = test_rules.test_only_these_modules_import
    found = {name: check for name, check in vars(test_rules).items() if name.startswith("test_") and check is not imports}
    return found | {rule: partial(imports, rule) for rule in test_rules.ONLY}


def failures(root: Path, modules: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the rules say about a checkout with just these modules, by the rule's name."""
    for name, text in modules.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    monkeypatch.setattr(test_rules, "ROOT", root)
    said = {}
    for name, check in checks().items():
        try:
            check()
        except pytest.fail.Exception as failure:
            said[name] = str(failure)
    return said


@pytest.mark.parametrize(("path", "text", "rule"), BREACHES)
def test_a_breach_fails_with_the_rules_sentence(
    path: str, text: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = failures(tmp_path, {path: text}, monkeypatch)
    place = str(Path(path).parent) if path.startswith("tests/") else path
    assert any(rule in sentence and place in sentence for sentence in said.values()), said


def test_every_rule_has_a_breach_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bitten: set[str] = set()
    for number, (path, text, _) in enumerate(BREACHES):
        bitten |= failures(tmp_path / str(number), {path: text}, monkeypatch).keys()
    assert bitten == checks().keys()


def test_modules_that_keep_to_the_rules_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures(tmp_path, KEPT, monkeypatch) == {}
