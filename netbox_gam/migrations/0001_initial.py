# Depends on the oldest core migrations that have what is referred to, so that it applies on every NetBox 4.7.

import dcim.fields
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import netbox.models.deletion
import netbox_gam.fields
import taggit.managers
import utilities.json
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("dcim", "0197_natural_sort_collation"),
        ("extras", "0001_squashed"),
        ("ipam", "0001_squashed"),
        ("tenancy", "0001_squashed_0012"),
        ("users", "0015_owner"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GamDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("hardware_model", models.CharField(max_length=20)),
                ("transport", models.CharField(default="ssh", max_length=10)),
                ("address_source", models.CharField(default="primary", max_length=10)),
                ("address_override", models.CharField(blank=True, max_length=255)),
                (
                    "ssh_port",
                    models.PositiveIntegerField(
                        default=22,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)],
                    ),
                ),
                ("ssh_host_key", models.CharField(blank=True, max_length=100)),
                (
                    "http_port",
                    models.PositiveIntegerField(
                        default=80,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)],
                    ),
                ),
                ("https", models.BooleanField(default=False)),
                ("https_verify", models.BooleanField(default=True)),
                (
                    "snmp_port",
                    models.PositiveIntegerField(
                        default=161,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)],
                    ),
                ),
                ("subscriber_model", models.CharField(default="endpointAware", max_length=20)),
                ("polling_enabled", models.BooleanField(default=True)),
                (
                    "polling_interval",
                    models.PositiveIntegerField(
                        default=60,
                        validators=[django.core.validators.MinValueValidator(10), django.core.validators.MaxValueValidator(86400)],
                    ),
                ),
            ],
            options={
                "verbose_name": "GAM",
                "verbose_name_plural": "GAMs",
                "ordering": ("device",),
                "permissions": [("discover", "Discover GAMs on the network"), ("poll", "Poll a GAM now")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="BandwidthPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=31, unique=True)),
                ("downstream_kbps", models.PositiveIntegerField(default=0)),
                ("upstream_kbps", models.PositiveIntegerField(default=0)),
                (
                    "overhead_percent",
                    models.DecimalField(
                        decimal_places=1,
                        default=Decimal("8.0"),
                        max_digits=4,
                        validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(50)],
                    ),
                ),
                ("downstream_shelf_mbps", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("upstream_shelf_mbps", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("unthrottled", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "bandwidth plan",
                "verbose_name_plural": "bandwidth plans",
                "ordering": ("name",),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="BillingSystem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=100, unique=True)),
                ("type", models.CharField(max_length=10)),
                ("url", models.URLField()),
                ("auth", models.CharField(default="bearer", max_length=10)),
                ("token", netbox_gam.fields.SecretField(blank=True, default="")),
                ("api_key", netbox_gam.fields.SecretField(blank=True, default="")),
                ("api_secret", netbox_gam.fields.SecretField(blank=True, default="")),
                ("verify_tls", models.BooleanField(default=True)),
                ("ca_file", models.CharField(blank=True, max_length=255)),
                ("enabled", models.BooleanField(default=True)),
                ("interval", models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(5)])),
                ("options", models.JSONField(blank=True, default=dict)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "billing system",
                "verbose_name_plural": "billing systems",
                "ordering": ("name",),
                "permissions": [("reconcile", "Reconcile with the billing system")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="CredentialProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=100, unique=True)),
                ("username", models.CharField(default="admin", max_length=31)),
                ("password", netbox_gam.fields.SecretField(blank=True, default="")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "credential profile",
                "verbose_name_plural": "credential profiles",
                "ordering": ("name",),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="DeviceState",
            fields=[
                (
                    "gam",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="observed",
                        serialize=False,
                        to="netbox_gam.gamdevice",
                    ),
                ),
                ("reachable", models.BooleanField(default=False)),
                ("last_attempt", models.DateTimeField()),
                ("last_success", models.DateTimeField(null=True)),
                ("failure_kind", models.CharField(blank=True, max_length=20)),
                ("failure_message", models.TextField(blank=True)),
                ("problems", models.JSONField(default=list)),
                ("seconds", models.FloatField(default=0)),
                ("firmware", models.CharField(blank=True, max_length=100)),
                ("sys_name", models.CharField(blank=True, max_length=255)),
                ("uptime_seconds", models.BigIntegerField(null=True)),
                ("cpu_percent", models.PositiveSmallIntegerField(null=True)),
                ("temperatures_c", models.JSONField(default=dict)),
                ("fans_rpm", models.JSONField(default=list)),
                ("power_supplies", models.JSONField(default=dict)),
                ("led", models.CharField(blank=True, max_length=127)),
                ("ethernet", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "device state",
                "verbose_name_plural": "device states",
            },
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="credential_profile",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gam_devices",
                to="netbox_gam.credentialprofile",
            ),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="default_nni",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="dcim.interface"
            ),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="device",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="gam_device", to="dcim.device"),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="management_vlan",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ipam.vlan"
            ),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="owner",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
            ),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="tags",
            field=taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag"),
        ),
        migrations.CreateModel(
            name="GamPort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(24)]
                    ),
                ),
                ("medium", models.CharField(max_length=10)),
                ("enabled", models.BooleanField(default=True)),
                ("isolation_mode", models.CharField(default="isolated", max_length=20)),
                (
                    "gam",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="ports", to="netbox_gam.gamdevice"),
                ),
                (
                    "interface",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="gam_port", to="dcim.interface"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "G.hn port",
                "verbose_name_plural": "G.hn ports",
                "ordering": ("gam", "number"),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("mac_address", dcim.fields.MACAddressField(unique=True)),
                ("name", models.CharField(blank=True, db_collation="natural_sort", max_length=31)),
                ("model", models.CharField(blank=True, max_length=30)),
                ("serial", models.CharField(blank=True, max_length=63)),
                ("status", models.CharField(default="discovered", max_length=20)),
                ("auto_port", models.BooleanField(default=False)),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="gam_endpoints",
                        to="dcim.device",
                    ),
                ),
                (
                    "gam",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="endpoints",
                        to="netbox_gam.gamdevice",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "port",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="endpoints",
                        to="netbox_gam.gamport",
                    ),
                ),
            ],
            options={
                "verbose_name": "endpoint",
                "verbose_name_plural": "endpoints",
                "ordering": ("mac_address",),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="PortSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("number", models.PositiveSmallIntegerField()),
                ("in_octets", models.BigIntegerField(null=True)),
                ("out_octets", models.BigIntegerField(null=True)),
                (
                    "gam",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="netbox_gam.gamdevice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PortState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("read_at", models.DateTimeField()),
                ("link_up", models.BooleanField(null=True)),
                ("enabled", models.BooleanField(null=True)),
                ("endpoint_count", models.PositiveSmallIntegerField(default=0)),
                ("in_octets", models.BigIntegerField(null=True)),
                ("out_octets", models.BigIntegerField(null=True)),
                (
                    "gam",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="observed_ports",
                        to="netbox_gam.gamdevice",
                    ),
                ),
            ],
            options={
                "verbose_name": "port state",
                "verbose_name_plural": "port states",
                "ordering": ("gam", "number"),
            },
        ),
        migrations.CreateModel(
            name="SnmpProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=100, unique=True)),
                ("version", models.CharField(default="2c", max_length=2)),
                ("community", netbox_gam.fields.SecretField(blank=True, default="")),
                ("username", models.CharField(blank=True, max_length=32)),
                ("auth_protocol", models.CharField(blank=True, max_length=10)),
                ("auth_key", netbox_gam.fields.SecretField(blank=True, default="")),
                ("priv_protocol", models.CharField(blank=True, max_length=10)),
                ("priv_key", netbox_gam.fields.SecretField(blank=True, default="")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "SNMP profile",
                "verbose_name_plural": "SNMP profiles",
                "ordering": ("name",),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="snmp_profile",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gam_devices",
                to="netbox_gam.snmpprofile",
            ),
        ),
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=31)),
                ("full_name", models.CharField(blank=True, max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=50)),
                ("service_address", models.CharField(blank=True, max_length=200)),
                ("status", models.CharField(default="pending", max_length=20)),
                ("tagged", models.BooleanField(default=False)),
                (
                    "remapped_vid",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4094)],
                    ),
                ),
                (
                    "port2_vid",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4094)],
                    ),
                ),
                (
                    "allowed_vids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4094)]
                        ),
                        blank=True,
                        default=list,
                    ),
                ),
                ("trunk", models.BooleanField(default=False)),
                ("double_tagged", models.BooleanField(default=False)),
                ("poe_mode", models.CharField(blank=True, max_length=10)),
                (
                    "bandwidth_plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscribers",
                        to="netbox_gam.bandwidthplan",
                    ),
                ),
                (
                    "endpoint",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriber",
                        to="netbox_gam.endpoint",
                    ),
                ),
                (
                    "gam",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscribers",
                        to="netbox_gam.gamdevice",
                    ),
                ),
                (
                    "nni",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="dcim.interface"
                    ),
                ),
                (
                    "outer_vlan",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ipam.vlan"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                (
                    "port",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriber",
                        to="netbox_gam.gamport",
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "tenant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gam_subscribers",
                        to="tenancy.tenant",
                    ),
                ),
                (
                    "vlan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gam_subscribers",
                        to="ipam.vlan",
                    ),
                ),
            ],
            options={
                "verbose_name": "subscriber",
                "verbose_name_plural": "subscribers",
                "ordering": ("name", "pk"),
                "permissions": [("provision", "Plan, apply, suspend and resume the service")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ChangePlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("status", models.CharField(default="planned", max_length=20)),
                ("reason", models.CharField(max_length=300)),
                ("transport", models.CharField(max_length=10)),
                ("state_hash", models.CharField(max_length=64)),
                ("violations", models.JSONField(blank=True, default=list)),
                ("interrupts", models.JSONField(blank=True, default=list)),
                ("difference", models.JSONField(blank=True, default=list)),
                ("error", models.TextField(blank=True)),
                ("verified", models.BooleanField(default=False)),
                ("saved", models.BooleanField(default=False)),
                ("started", models.DateTimeField(blank=True, null=True)),
                ("finished", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "gam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="change_plans", to="netbox_gam.gamdevice"
                    ),
                ),
                ("subscribers", models.ManyToManyField(blank=True, related_name="change_plans", to="netbox_gam.subscriber")),
            ],
            options={
                "verbose_name": "change plan",
                "verbose_name_plural": "change plans",
                "ordering": ("-created", "-pk"),
                "permissions": [("apply", "Apply a change plan to its GAM")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="BillingLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("entity", models.CharField(max_length=30)),
                ("external_id", models.CharField(max_length=100)),
                ("account_id", models.CharField(blank=True, max_length=100)),
                ("match_reason", models.CharField(blank=True, max_length=30)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="netbox_gam.billingsystem"
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="billing_links", to="netbox_gam.subscriber"
                    ),
                ),
            ],
            options={
                "verbose_name": "billing link",
                "verbose_name_plural": "billing links",
                "ordering": ("system", "entity", "external_id"),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="SyncRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("status", models.CharField(default="running", max_length=20)),
                ("started", models.DateTimeField()),
                ("finished", models.DateTimeField(blank=True, null=True)),
                ("complete", models.BooleanField(default=False)),
                ("scope", models.CharField(blank=True, max_length=100)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("timings", models.JSONField(blank=True, default=dict)),
                ("problems", models.JSONField(blank=True, default=list)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sync_runs", to="netbox_gam.billingsystem"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "sync run",
                "verbose_name_plural": "sync runs",
                "ordering": ("-started", "-pk"),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("kind", models.CharField(max_length=40)),
                ("state", models.CharField(default="open", max_length=20)),
                ("title", models.CharField(max_length=300)),
                ("fingerprint", models.CharField(max_length=64)),
                ("entity", models.CharField(blank=True, max_length=30)),
                ("external_id", models.CharField(blank=True, max_length=100)),
                ("billing_values", models.JSONField(blank=True, default=dict)),
                ("intent_values", models.JSONField(blank=True, default=dict)),
                ("actual_values", models.JSONField(blank=True, default=dict)),
                ("rule", models.CharField(blank=True, max_length=300)),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                (
                    "change_plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="findings",
                        to="netbox_gam.changeplan",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="findings",
                        to="netbox_gam.endpoint",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="netbox_gam.billingsystem",
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "subscriber",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="findings",
                        to="netbox_gam.subscriber",
                    ),
                ),
                (
                    "sync_run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="findings",
                        to="netbox_gam.syncrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
                "ordering": ("-last_seen", "-pk"),
                "permissions": [("decide", "Accept, ignore and reopen findings")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="VlanPool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("name", models.CharField(db_collation="natural_sort", max_length=100, unique=True)),
                ("mode", models.CharField(default="per_subscriber", max_length=20)),
                (
                    "first_vid",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4094)],
                    ),
                ),
                (
                    "last_vid",
                    models.PositiveSmallIntegerField(
                        default=4093,
                        validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4094)],
                    ),
                ),
                (
                    "outer_vlan",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ipam.vlan"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                (
                    "shared_vlan",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ipam.vlan"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "vlan_group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gam_vlan_pools", to="ipam.vlangroup"
                    ),
                ),
            ],
            options={
                "verbose_name": "VLAN pool",
                "verbose_name_plural": "VLAN pools",
                "ordering": ("name",),
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.AddField(
            model_name="gamdevice",
            name="vlan_pool",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gam_devices",
                to="netbox_gam.vlanpool",
            ),
        ),
        migrations.CreateModel(
            name="BillingPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("external_id", models.CharField(max_length=100)),
                ("name", models.CharField(db_collation="natural_sort", max_length=200)),
                ("download_kbps", models.PositiveIntegerField(blank=True, null=True)),
                ("upload_kbps", models.PositiveIntegerField(blank=True, null=True)),
                ("price", models.DecimalField(blank=True, decimal_places=4, max_digits=12, null=True)),
                (
                    "bandwidth_plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="billing_plans",
                        to="netbox_gam.bandwidthplan",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="billing_plans", to="netbox_gam.billingsystem"
                    ),
                ),
            ],
            options={
                "verbose_name": "billing plan",
                "verbose_name_plural": "billing plans",
                "ordering": ("system", "name", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "external_id"),
                        name="netbox_gam_billingplan_external",
                        violation_error_message="This billing system already has a plan of that ID.",
                    )
                ],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="BilledService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("entity", models.CharField(max_length=30)),
                ("external_id", models.CharField(max_length=100)),
                ("account_id", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=20)),
                ("raw_status", models.CharField(blank=True, max_length=200)),
                ("plan_id", models.CharField(blank=True, max_length=100)),
                ("macs", models.JSONField(default=list)),
                ("read_at", models.DateTimeField()),
                (
                    "system",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="billed_services",
                        to="netbox_gam.billingsystem",
                    ),
                ),
            ],
            options={
                "verbose_name": "billed service",
                "verbose_name_plural": "billed services",
                "ordering": ("system", "external_id"),
                "constraints": [
                    models.UniqueConstraint(fields=("system", "entity", "external_id"), name="netbox_gam_billedservice_external")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("index", models.PositiveSmallIntegerField()),
                ("action", models.CharField(max_length=10)),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=31)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("diff", models.JSONField(blank=True, default=list)),
                ("sends", models.JSONField(blank=True, default=list)),
                ("undo_sends", models.JSONField(blank=True, default=list)),
                ("before", models.JSONField(blank=True, null=True)),
                ("after", models.JSONField(blank=True, null=True)),
                ("state", models.CharField(default="planned", max_length=10)),
                ("sent", models.JSONField(blank=True, default=list)),
                ("answer", models.TextField(blank=True)),
                ("error", models.TextField(blank=True)),
                ("started", models.DateTimeField(blank=True, null=True)),
                ("finished", models.DateTimeField(blank=True, null=True)),
                (
                    "change_plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="netbox_gam.changeplan"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
            ],
            options={
                "verbose_name": "change step",
                "verbose_name_plural": "change steps",
                "ordering": ("change_plan", "index"),
                "constraints": [models.UniqueConstraint(fields=("change_plan", "index"), name="netbox_gam_changestep_plan_index")],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="DeviceSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("cpu_percent", models.PositiveSmallIntegerField(null=True)),
                ("temperature_c", models.FloatField(null=True)),
                ("uptime_seconds", models.BigIntegerField(null=True)),
                (
                    "gam",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="netbox_gam.gamdevice",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("gam", "at"), name="netbox_gam_devicesample_gam_at")],
            },
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True, null=True)),
                ("last_updated", models.DateTimeField(auto_now=True, null=True)),
                ("custom_field_data", models.JSONField(blank=True, default=dict, encoder=utilities.json.CustomFieldJSONEncoder)),
                ("description", models.CharField(blank=True, max_length=200)),
                ("comments", models.TextField(blank=True)),
                ("source", models.CharField(default="shelf", max_length=20)),
                ("key", models.CharField(max_length=100)),
                ("entity", models.CharField(blank=True, max_length=63)),
                ("condition", models.CharField(max_length=63)),
                ("severity", models.CharField(max_length=2)),
                ("service_affecting", models.BooleanField(default=False)),
                ("state", models.CharField(default="raised", max_length=20)),
                ("text", models.CharField(blank=True, max_length=300)),
                ("raised", models.DateTimeField()),
                ("cleared", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="users.owner"
                    ),
                ),
                ("tags", taggit.managers.TaggableManager(through="extras.TaggedItem", to="extras.Tag")),
                (
                    "gam",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="alarms", to="netbox_gam.gamdevice"
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="alarms",
                        to="netbox_gam.endpoint",
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarms",
                "ordering": ("-raised", "-pk"),
                "permissions": [("acknowledge", "Acknowledge alarms")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "cleared"), _negated=True),
                        fields=("gam", "key"),
                        name="netbox_gam_alarm_standing",
                        violation_error_message="That alarm is standing already.",
                    )
                ],
            },
            bases=(netbox.models.deletion.DeleteMixin, models.Model),
        ),
        migrations.CreateModel(
            name="EndpointSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("mac", models.CharField(max_length=17)),
                ("rx_phy_mbps", models.PositiveIntegerField(null=True)),
                ("tx_phy_mbps", models.PositiveIntegerField(null=True)),
                ("rx_max_mbps", models.PositiveIntegerField(null=True)),
                ("tx_max_mbps", models.PositiveIntegerField(null=True)),
                (
                    "gam",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="netbox_gam.gamdevice",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("mac", "gam", "at"), name="netbox_gam_endpointsample_endpoint_at")],
            },
        ),
        migrations.CreateModel(
            name="EndpointState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("mac", models.CharField(max_length=17)),
                ("read_at", models.DateTimeField()),
                ("present", models.BooleanField(default=False)),
                ("state", models.CharField(max_length=30)),
                ("configured_port", models.PositiveSmallIntegerField(null=True)),
                ("detected_port", models.PositiveSmallIntegerField(null=True)),
                ("subscriber_name", models.CharField(blank=True, max_length=31)),
                ("profile_name", models.CharField(blank=True, max_length=31)),
                ("model", models.CharField(blank=True, max_length=30)),
                ("serial", models.CharField(blank=True, max_length=63)),
                ("firmware", models.CharField(blank=True, max_length=100)),
                ("firmware_mismatch", models.BooleanField(default=False)),
                ("uptime_seconds", models.BigIntegerField(null=True)),
                ("wire_length_m", models.PositiveIntegerField(null=True)),
                ("rx_phy_mbps", models.PositiveIntegerField(null=True)),
                ("tx_phy_mbps", models.PositiveIntegerField(null=True)),
                ("rx_max_mbps", models.PositiveIntegerField(null=True)),
                ("tx_max_mbps", models.PositiveIntegerField(null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="observed",
                        to="netbox_gam.endpoint",
                    ),
                ),
                (
                    "gam",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="observed_endpoints",
                        to="netbox_gam.gamdevice",
                    ),
                ),
            ],
            options={
                "verbose_name": "endpoint state",
                "verbose_name_plural": "endpoint states",
                "ordering": ("gam", "mac"),
                "constraints": [models.UniqueConstraint(fields=("gam", "mac"), name="netbox_gam_endpointstate_gam_mac")],
            },
        ),
        migrations.AddConstraint(
            model_name="gamport",
            constraint=models.UniqueConstraint(
                fields=("gam", "number"),
                name="netbox_gam_gamport_gam_number",
                violation_error_message="This GAM already has a G.hn port of that number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True),
                fields=("gam", "name"),
                name="netbox_gam_endpoint_gam_name",
                violation_error_message="This GAM already has an endpoint of that name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="portsample",
            constraint=models.UniqueConstraint(fields=("gam", "number", "at"), name="netbox_gam_portsample_port_at"),
        ),
        migrations.AddConstraint(
            model_name="portstate",
            constraint=models.UniqueConstraint(fields=("gam", "number"), name="netbox_gam_portstate_gam_number"),
        ),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.UniqueConstraint(
                fields=("gam", "name"),
                name="netbox_gam_subscriber_gam_name",
                violation_error_message="This GAM already has a subscriber of that name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("status", "active"), _negated=True), ("gam__isnull", False), _connector="OR"),
                name="netbox_gam_subscriber_active_gam",
                violation_error_message="An active subscriber needs a GAM.",
            ),
        ),
        migrations.AddConstraint(
            model_name="billinglink",
            constraint=models.UniqueConstraint(
                fields=("system", "entity", "external_id"),
                name="netbox_gam_billinglink_external",
                violation_error_message="That object of the billing system is linked already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("system", "fingerprint"),
                name="netbox_gam_finding_fingerprint",
                nulls_distinct=False,
                violation_error_message="That finding exists.",
            ),
        ),
    ]
