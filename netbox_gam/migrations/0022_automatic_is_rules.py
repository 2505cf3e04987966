"""What a billing system's options let be applied by itself becomes a finding rule; the options leave."""

import hashlib
import json

from django.conf import settings
from django.db import migrations

KINDS = ("active_not_on_network", "inactive_on_network", "plan_mismatch")
MOST = 1000
"""The options knew no limit but that of cut-offs, which is the guard's and holds for rules as well."""


def digest(kinds, system_id):
    """As the model has it, for a rule without a scope."""
    said = [sorted(kinds), system_id, "apply", MOST, MOST, [[], [], []]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def make_rules(apps, schema_editor):
    """One rule per system; it acts as the user of the option, and is off where that user is gone or inactive."""
    systems, rules = apps.get_model("netbox_gam", "BillingSystem"), apps.get_model("netbox_gam", "FindingRule")
    users = apps.get_model(*settings.AUTH_USER_MODEL.split("."))
    for system in systems.objects.all():
        options = dict(system.options) if isinstance(system.options, dict) else {}
        stored, name = options.pop("apply_automatically", None), options.pop("apply_as", None)
        if stored is None and name is None:
            continue
        kinds = [kind for kind in KINDS if kind in stored] if isinstance(stored, list) else []
        user = users.objects.filter(username=name, is_active=True).first() if isinstance(name, str) else None
        if kinds:
            rules.objects.create(
                name=free_name(rules, f"Apply at once what follows from {system.name}"[:90]),
                enabled=user is not None,
                kinds=kinds,
                system=system,
                action="apply",
                run_limit=MOST,
                hourly_limit=MOST,
                acts_as=user,
                confirmed=digest(kinds, system.pk) if user else "",
            )
        systems.objects.filter(pk=system.pk).update(options=options)
    findings = apps.get_model("netbox_gam", "Finding")
    # Said that cut-offs wait; the rules say so by themselves.
    mark = hashlib.sha256(b"source_incomplete:automatic").hexdigest()
    findings.objects.filter(fingerprint=mark).exclude(state="resolved").update(state="resolved")


def free_name(rules, wanted):
    """The name, with a number where somebody has it already."""
    name, number = wanted, 1
    while rules.objects.filter(name=name).exists():
        number += 1
        name = f"{wanted} {number}"
    return name


class Migration(migrations.Migration):
    dependencies = [
        ("netbox_gam", "0021_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(make_rules, migrations.RunPython.noop)]
