"""Choice sets: values are the field's own words, also on the wire where the shelf has a word for it."""

from django.utils.translation import gettext_lazy as _
from utilities.choices import Choice, ChoiceSet

from nornir_tasks.contracts import BackValue, CheckState, FindingKind
from nornir_tasks.errors import NEXT_STEPS, ErrorKind
from nornir_tasks.gam.catalog import MODELS
from nornir_tasks.gam.firmware import FAMILIES
from nornir_tasks.monitoring.alarm_checks import ALL as ALL_CHECKS
from nornir_tasks.monitoring.alarm_rules import Direction
from nornir_tasks.monitoring.metrics import BY_KIND, MetricKind


class HardwareModelChoices(ChoiceSet):
    """Shelf models of the catalogue."""

    CHOICES = [
        Choice(
            model.name,
            model.name,
            description=f"{model.ports} G.hn ports, {'coax' if model.coax else 'copper'}, {model.uplinks} uplink(s)",
        )
        for model in MODELS
    ]


class TransportChoices(ChoiceSet):
    """How a GAM is written to."""

    SSH = "ssh"
    JSONRPC = "jsonrpc"
    CHOICES = [
        Choice(SSH, _("SSH"), "blue", _("Command line over SSH; the default")),
        Choice(JSONRPC, _("JSON-RPC"), "purple", _("The shelf's HTTP API; needed for double tagging, NNI and trunk mode")),
    ]


class AddressSourceChoices(ChoiceSet):
    """Where the management address comes from."""

    PRIMARY = "primary"
    OOB = "oob"
    OVERRIDE = "override"
    CHOICES = [
        Choice(PRIMARY, _("Primary IP"), "blue", _("The device's primary IP address")),
        Choice(OOB, _("Out-of-band IP"), "cyan", _("The device's out-of-band IP address")),
        Choice(OVERRIDE, _("Override"), "orange", _("The address entered here")),
    ]


class SubscriberModelChoices(ChoiceSet):
    """What subscribers are bound to on a shelf."""

    ENDPOINT_AWARE = "endpointAware"
    PORT_AWARE = "portAware"
    CHOICES = [
        Choice(ENDPOINT_AWARE, _("Endpoint aware"), "blue", _("A subscriber follows an endpoint; the default")),
        Choice(PORT_AWARE, _("Port aware"), "teal", _("A subscriber belongs to a port; copper shelves only")),
    ]


class MediumChoices(ChoiceSet):
    """Medium of a G.hn port."""

    COAX = "coax"
    MIMO = "mimo"
    SISO = "siso"
    CHOICES = [
        Choice(COAX, _("Coax"), "orange", _("Up to 16 endpoints")),
        Choice(MIMO, _("MIMO"), "blue", _("Two copper pairs, one endpoint")),
        Choice(SISO, _("SISO"), "cyan", _("One copper pair, one endpoint")),
    ]


class IsolationModeChoices(ChoiceSet):
    """RFC 5517 mode of a port."""

    ISOLATED = "isolated"
    COMMUNITY = "community"
    UPLINK = "uplink"
    STACKING = "stacking"
    STACKING_ISOLATED = "stackingIsolated"
    CHOICES = [
        Choice(ISOLATED, _("Isolated"), "green", _("Reaches uplinks only; the default of G.hn ports")),
        Choice(COMMUNITY, _("Community"), "yellow", _("Reaches uplinks and its own community")),
        Choice(UPLINK, _("Uplink"), "blue", _("Reaches every port")),
        Choice(STACKING, _("Stacking"), "purple"),
        Choice(STACKING_ISOLATED, _("Stacking isolated"), "purple"),
    ]


class EndpointStatusChoices(ChoiceSet):
    """Where an endpoint is in its life."""

    DISCOVERED = "discovered"
    CONFIGURED = "configured"
    RETIRED = "retired"
    CHOICES = [
        Choice(DISCOVERED, _("Discovered"), "orange", _("Seen on a port, not configured on the shelf: no service")),
        Choice(CONFIGURED, _("Configured"), "green", _("Configured on the shelf")),
        Choice(RETIRED, _("Retired"), "gray", _("No longer in use")),
    ]


class EndpointStateChoices(ChoiceSet):
    """State of an endpoint as the shelf reports it."""

    UNKNOWN = "unknown"
    NOT_DETECTED = "notDetected"
    OK = "ok"
    WRONG_PORT = "quarantinedWrongPort"
    UNKNOWN_MAC = "quarantinedUnknownMAC"
    CHOICES = [
        Choice(UNKNOWN, _("Unknown"), "gray", _("The shelf's value could not be read")),
        Choice(NOT_DETECTED, _("Not detected"), "gray", _("Configured, not seen")),
        Choice(OK, _("OK"), "green", _("In service")),
        Choice(WRONG_PORT, _("Quarantined: wrong port"), "red", _("Seen on another port than its own; no service")),
        Choice(UNKNOWN_MAC, _("Quarantined: unknown MAC"), "orange", _("Not configured on the shelf; no service")),
    ]


class VlanModeChoices(ChoiceSet):
    """How a VLAN pool gives out VLANs."""

    SHARED = "shared"
    PER_SUBSCRIBER = "per_subscriber"
    CHOICES = [
        Choice(SHARED, _("Shared"), "blue", _("All subscribers share one VLAN")),
        Choice(PER_SUBSCRIBER, _("One per subscriber"), "purple", _("Each subscriber gets a VLAN of its own")),
    ]


class SuspensionModeChoices(ChoiceSet):
    """How a service is cut off that may come back."""

    WALLED_GARDEN = "walled_garden"
    THROTTLE = "throttle"
    REMOVAL = "removal"
    CHOICES = [
        Choice(WALLED_GARDEN, _("Walled garden"), "orange", _("Moved to a VLAN where only a portal answers")),
        Choice(THROTTLE, _("Throttled"), "yellow", _("Stays as it is, at the speed of another plan")),
        Choice(REMOVAL, _("Removed"), "red", _("Taken off the shelf; NetBox keeps everything for the day it comes back")),
    ]


class SubscriberStatusChoices(ChoiceSet):
    """What a subscriber should have."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    CHOICES = [
        Choice(PENDING, _("Pending"), "cyan", _("Known, not yet in service")),
        Choice(ACTIVE, _("Active"), "green", _("In service")),
        Choice(SUSPENDED, _("Suspended"), "orange", _("Cut off, may come back")),
        Choice(TERMINATED, _("Terminated"), "gray", _("Gone: nothing on the shelf")),
    ]


class PoeModeChoices(ChoiceSet):
    """PoE output of a "+" endpoint."""

    DISABLE = "disable"
    ENABLE = "enable"
    FORCE = "force"
    CHOICES = [
        Choice(DISABLE, _("Disabled"), "gray"),
        Choice(ENABLE, _("Enabled"), "green"),
        Choice(FORCE, _("Forced"), "orange", _("802.3at output even from an 802.3af source")),
    ]


class SnmpVersionChoices(ChoiceSet):
    """SNMP versions spoken."""

    V2C = "2c"
    V3 = "3"
    CHOICES = [Choice(V2C, "v2c", "gray", _("Community in clear")), Choice(V3, "v3", "green", _("User-based security"))]


class SnmpAuthChoices(ChoiceSet):
    """SNMPv3 authentication protocols."""

    SHA256 = "SHA256"
    SHA = "SHA"
    MD5 = "MD5"
    CHOICES = [Choice(SHA256, "SHA-256", "green"), Choice(SHA, "SHA-1", "yellow"), Choice(MD5, "MD5", "red")]


class SnmpPrivChoices(ChoiceSet):
    """SNMPv3 privacy protocols."""

    AES = "AES"
    DES = "DES"
    CHOICES = [Choice(AES, "AES-128", "green"), Choice(DES, "DES", "red")]


class BillingSystemTypeChoices(ChoiceSet):
    """Billing systems spoken to."""

    SONAR = "sonar"
    SPLYNX = "splynx"
    CHOICES = [Choice(SONAR, "Sonar", "blue", _("Sonar v2, GraphQL")), Choice(SPLYNX, "Splynx", "orange", _("Splynx API v2"))]


class BillingAuthChoices(ChoiceSet):
    """How to log in to a billing system."""

    BEARER = "bearer"
    BASIC = "basic"
    SIGNATURE = "signature"
    TOKEN = "token"  # noqa: S105  # the name of a method, not a secret
    CHOICES = [
        Choice(BEARER, _("Bearer token"), "blue", _("Sonar: personal access token")),
        Choice(BASIC, _("Basic"), "orange", _("Splynx: needs 'Unsecure access' ticked on the API key")),
        Choice(SIGNATURE, _("Signature"), "green", _("Splynx: key and secret, each request signed")),
        Choice(TOKEN, _("Access token"), "green", _("Splynx: key and secret exchanged for a token of 30 minutes")),
    ]


class ServiceStateChoices(ChoiceSet):
    """Effective state of a billed service."""

    IN_SERVICE = "in_service"
    SUSPENDED = "suspended"
    PENDING = "pending"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"
    CHOICES = [
        Choice(IN_SERVICE, _("In service"), "green"),
        Choice(SUSPENDED, _("Suspended"), "orange"),
        Choice(PENDING, _("Pending"), "cyan"),
        Choice(TERMINATED, _("Terminated"), "gray"),
        Choice(UNKNOWN, _("Unknown"), "red", _("A status nobody mapped; never acted upon")),
    ]


class SyncRunKindChoices(ChoiceSet):
    """How much a reconciliation run reads, and whether it stores what it finds."""

    FULL = "full"
    CHANGES = "changes"
    DRY_RUN = "dry_run"
    CHOICES = [
        Choice(FULL, _("Full"), "blue", _("Everything is read, so that what is gone is seen, too")),
        Choice(CHANGES, _("Changes"), "teal", _("Only accounts that changed since the last run are read")),
        Choice(DRY_RUN, _("Dry run"), "cyan", _("As a full run, but nothing is stored but this record")),
    ]


class CheckStateChoices(ChoiceSet):
    """How a check of a billing system's connection ended, the worst first."""

    CHOICES = [
        Choice(CheckState.FAILED.value, _("Failed"), "red"),
        Choice(CheckState.WARNING.value, _("Warning"), "yellow", _("It works, and something is to be known or done")),
        Choice(CheckState.OK.value, _("OK"), "green"),
    ]


class SyncRunStatusChoices(ChoiceSet):
    """How a reconciliation run went."""

    RUNNING = "running"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    HELD = "held"
    FAILED = "failed"
    CAUGHT_UP = "caught_up"
    REHEARSED = "rehearsed"
    CANCELLED = "cancelled"
    CHOICES = [
        Choice(RUNNING, _("Running"), "blue"),
        Choice(COMPLETED, _("Completed"), "green", _("Everything was read and compared")),
        Choice(CAUGHT_UP, _("Caught up"), "teal", _("What changed since the last run was read and compared")),
        Choice(REHEARSED, _("Rehearsed"), "cyan", _("Everything was read and compared, and nothing was stored")),
        Choice(CANCELLED, _("Cancelled"), "gray", _("Somebody cancelled it; nothing was concluded")),
        Choice(INCOMPLETE, _("Incomplete"), "yellow", _("Not everything could be read; nothing was concluded from absence")),
        Choice(HELD, _("Held"), "orange", _("The feed shrank or would cut off too many; nothing was changed")),
        Choice(FAILED, _("Failed"), "red"),
    ]


class BackValueChoices(ChoiceSet):
    """What a billing system may be told of an account; several of them together make a note."""

    NOTE = "note"
    CHOICES = [
        Choice(BackValue.SERVICE_STATE.value, _("Service state"), "teal"),
        Choice(BackValue.NETBOX_LINK.value, _("NetBox link"), "blue"),
        Choice(BackValue.PLACE.value, _("GAM, port and endpoint"), "cyan"),
        Choice(BackValue.LAST_CHANGE.value, _("Last verified change"), "purple"),
        Choice(NOTE, _("Note"), "gray", _("On the account, after a verified change")),
    ]


BACK_VALUES = tuple((choice[0], choice[1]) for choice in BackValueChoices.CHOICES if choice[0] != BackValueChoices.NOTE)
"""Values that can be chosen, with their labels."""


class BillingWriteStateChoices(ChoiceSet):
    """Life of something that is to be written to a billing system."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    DROPPED = "dropped"
    CHOICES = [
        Choice(WAITING, _("Waiting"), "blue", _("For its first attempt, or for the next one")),
        Choice(SENT, _("Sent"), "green", _("It is known to stand there")),
        Choice(FAILED, _("Failed"), "red", _("Given up after many attempts; retry it when the cause is gone")),
        Choice(REFUSED, _("Refused"), "orange", _("The billing system does not take it; a person has to do something")),
        Choice(SUPERSEDED, _("Superseded"), "gray", _("A newer value took its place, or it stood there before")),
        Choice(DROPPED, _("Dropped"), "gray", _("By a person; not written until NetBox has something else to say")),
    ]


_FINDING_LABELS = {
    FindingKind.ACTIVE_NOT_ON_NETWORK: (_("Not on the network"), "red"),
    FindingKind.INACTIVE_ON_NETWORK: (_("Still on the network"), "red"),
    FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT: (_("No endpoint"), "orange"),
    FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER: (_("Nobody pays"), "red"),
    FindingKind.EQUIPMENT_WITHOUT_ACCOUNT: (_("Equipment unassigned"), "yellow"),
    FindingKind.MAC_MISMATCH: (_("MAC address mismatch"), "orange"),
    FindingKind.SERIAL_MISMATCH: (_("Serial number mismatch"), "yellow"),
    FindingKind.PLAN_MISMATCH: (_("Plan mismatch"), "orange"),
    FindingKind.PLAN_UNMAPPED: (_("Plan not mapped"), "yellow"),
    FindingKind.AMBIGUOUS_KEY: (_("Ambiguous key"), "purple"),
    FindingKind.DUPLICATE_IP: (_("Duplicate IP address"), "purple"),
    FindingKind.MULTIPLE_SERVICES: (_("Multiple services"), "purple"),
    FindingKind.STALE_LINK: (_("Stale link"), "gray"),
    FindingKind.UNKNOWN_STATUS: (_("Unknown status"), "purple"),
    FindingKind.SOURCE_INCOMPLETE: (_("Source incomplete"), "gray"),
    FindingKind.IP_MISMATCH: (_("IP address mismatch"), "purple"),
    FindingKind.VLAN_MISMATCH: (_("Wrong VLAN on the shelf"), "orange"),
    FindingKind.SPEED_ON_SHELF: (_("Wrong speed on the shelf"), "orange"),
    FindingKind.LIVE_WHILE_OFF: (_("Served while off"), "red"),
    FindingKind.RULE_HELD: (_("Rule held"), "red"),
}


class FindingKindChoices(ChoiceSet):
    """Classes of difference between billing, intent and actual."""

    CHOICES = [Choice(kind.value, *_FINDING_LABELS[kind]) for kind in FindingKind]


class BillingEventStateChoices(ChoiceSet):
    """What became of a billing system's event."""

    WAITING = "waiting"
    DONE = "done"
    PASSED = "passed"
    REFUSED = "refused"
    CHOICES = [
        Choice(WAITING, _("Waiting"), "orange", _("What it is about is still to be read again")),
        Choice(DONE, _("Done"), "green", _("What it is about was read again since it arrived")),
        Choice(PASSED, _("Passed over"), "gray", _("Changed nothing: a test, or something that is not followed")),
        Choice(REFUSED, _("Refused"), "red", _("Forged, from a wrong address or not understood; only counted")),
    ]


class FindingActionChoices(ChoiceSet):
    """What a rule does with a finding."""

    PLAN = "plan"
    APPLY = "apply"
    IGNORE = "ignore"
    CHOICES = [
        Choice(PLAN, _("Accept and plan"), "blue", _("Its change plan waits for a person")),
        Choice(APPLY, _("Accept and apply"), "green", _("Its change plan is written to the GAM at once")),
        Choice(IGNORE, _("Ignore"), "gray", _("It is not raised again while it stays the same")),
    ]


class HeldChangeChoices(ChoiceSet):
    """What a held feed would have come to for one service."""

    SUSPEND = "suspend"
    TERMINATE = "terminate"
    MISSING = "missing"
    CHOICES = [
        Choice(SUSPEND, _("Suspended"), "orange"),
        Choice(TERMINATE, _("Terminated"), "red"),
        Choice(MISSING, _("Missing"), "purple"),
    ]


class RevenueClassChoices(ChoiceSet):
    """Where billing and the network disagree about money."""

    UNPAID = "unpaid"
    UNSERVED = "unserved"
    SPEED = "speed"
    VLAN = "vlan"
    SUSPENDED_TRAFFIC = "suspended_traffic"
    CHOICES = [
        Choice(UNPAID, _("Live endpoint without paying service"), "red"),
        Choice(UNSERVED, _("Paying service without live endpoint"), "orange"),
        Choice(SPEED, _("Wrong speed"), "yellow"),
        Choice(VLAN, _("Wrong VLAN"), "purple"),
        Choice(SUSPENDED_TRAFFIC, _("Traffic while suspended"), "pink"),
    ]


class FindingStateChoices(ChoiceSet):
    """What became of a finding."""

    OPEN = "open"
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    RESOLVED = "resolved"
    CHOICES = [
        Choice(OPEN, _("Open"), "red", _("Waits for a decision")),
        Choice(ACCEPTED, _("Accepted"), "blue", _("Decided; its change is planned or applied")),
        Choice(IGNORED, _("Ignored"), "gray", _("Not to be raised again while it stays the same")),
        Choice(RESOLVED, _("Resolved"), "green", _("No longer there")),
    ]


class ChangePlanStatusChoices(ChoiceSet):
    """Life of a change plan."""

    PLANNED = "planned"
    INVALID = "invalid"
    APPLYING = "applying"
    APPLIED = "applied"
    NOTHING_TO_DO = "nothing_to_do"
    STALE = "stale"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    CHOICES = [
        Choice(PLANNED, _("Planned"), "cyan", _("Shown, not sent")),
        Choice(INVALID, _("Invalid"), "orange", _("Breaks a rule of the shelf; cannot be applied")),
        Choice(APPLYING, _("Applying"), "blue", _("Being written")),
        Choice(APPLIED, _("Applied"), "green", _("Written, read back, saved")),
        Choice(NOTHING_TO_DO, _("Nothing to do"), "gray", _("The shelf already is as wanted")),
        Choice(STALE, _("Stale"), "yellow", _("The shelf changed since; plan again")),
        Choice(ROLLED_BACK, _("Rolled back"), "orange", _("A step failed; everything was undone and verified")),
        Choice(FAILED, _("Failed"), "red", _("Nothing was written")),
        Choice(NEEDS_ATTENTION, _("Needs attention"), "red", _("The undo could not be verified; look at the shelf")),
        Choice(CANCELLED, _("Cancelled"), "gray", _("Dropped by a person; NetBox says what it said before")),
        Choice(SUPERSEDED, _("Superseded"), "gray", _("A newer plan of the same service took its place")),
        Choice(EXPIRED, _("Expired"), "gray", _("Waited too long; NetBox says what it said before")),
    ]


class BatchSourceChoices(ChoiceSet):
    """What asked for a batch of change plans."""

    SELECTION = "selection"
    CSV = "csv"
    BANDWIDTH_PLAN = "bandwidth_plan"
    PROGRAM = "program"
    CHOICES = [
        Choice(SELECTION, _("Selected subscribers"), "blue"),
        Choice(CSV, _("CSV file"), "purple"),
        Choice(BANDWIDTH_PLAN, _("Changed bandwidth plan"), "orange"),
        Choice(PROGRAM, _("Program"), "gray"),
    ]


class ChangeActionChoices(ChoiceSet):
    """What a step does to its object."""

    ADD = "add"
    SET = "set"
    REMOVE = "remove"
    CHOICES = [Choice(ADD, _("Add"), "green"), Choice(SET, _("Change"), "blue"), Choice(REMOVE, _("Remove"), "red")]


class ChangeKindChoices(ChoiceSet):
    """What a step is about."""

    PROFILE = "profile"
    ENDPOINT = "endpoint"
    SUBSCRIBER = "subscriber"
    CHOICES = [
        Choice(PROFILE, _("Bandwidth profile"), "purple"),
        Choice(ENDPOINT, _("Endpoint"), "cyan"),
        Choice(SUBSCRIBER, _("Subscriber"), "blue"),
    ]


class StepStateChoices(ChoiceSet):
    """Life of a step."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    SKIPPED = "skipped"
    CHOICES = [
        Choice(PLANNED, _("Planned"), "cyan"),
        Choice(SENDING, _("Sending"), "blue"),
        Choice(DONE, _("Done"), "green"),
        Choice(FAILED, _("Failed"), "red"),
        Choice(UNDONE, _("Undone"), "orange"),
        Choice(SKIPPED, _("Skipped"), "gray"),
    ]


class AlarmSeverityChoices(ChoiceSet):
    """Severities as the shelf says them."""

    CRITICAL = "cr"
    MAJOR = "mj"
    MINOR = "mn"
    NOT_ALARMED = "na"
    NOT_REPORTED = "nr"
    CHOICES = [
        Choice(CRITICAL, _("Critical"), "red"),
        Choice(MAJOR, _("Major"), "orange"),
        Choice(MINOR, _("Minor"), "yellow"),
        Choice(NOT_ALARMED, _("Not alarmed"), "cyan"),
        Choice(NOT_REPORTED, _("Not reported"), "gray"),
    ]


class AlarmStateChoices(ChoiceSet):
    """Life of an alarm."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    CLEARED = "cleared"
    CHOICES = [
        Choice(RAISED, _("Raised"), "red"),
        Choice(ACKNOWLEDGED, _("Acknowledged"), "yellow", _("Somebody has seen it")),
        Choice(SHELVED, _("Shelved"), "gray", _("Put aside until a date")),
        Choice(CLEARED, _("Cleared"), "green"),
    ]


class AlarmTransitionChoices(ChoiceSet):
    """What happened to an alarm."""

    RAISED = "raised"
    CHANGED = "changed"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    CHOICES = [
        Choice(RAISED, _("Raised"), "red"),
        Choice(CHANGED, _("Changed"), "orange", _("Another severity, or affecting service now")),
        Choice(CLEARED, _("Cleared"), "green"),
        Choice(ACKNOWLEDGED, _("Acknowledged"), "yellow"),
        Choice(SHELVED, _("Shelved"), "gray", _("Put aside until a date")),
        Choice(UNSHELVED, _("Unshelved"), "cyan"),
    ]


class WeekdayChoices(ChoiceSet):
    """Days of the week, Monday first."""

    CHOICES = [
        Choice("mon", _("Monday")),
        Choice("tue", _("Tuesday")),
        Choice("wed", _("Wednesday")),
        Choice("thu", _("Thursday")),
        Choice("fri", _("Friday")),
        Choice("sat", _("Saturday")),
        Choice("sun", _("Sunday")),
    ]


class RuleOperatorChoices(ChoiceSet):
    """On which side of its threshold a value is wrong."""

    AT_LEAST = Direction.AT_LEAST.value
    AT_MOST = Direction.AT_MOST.value
    CHOICES = [Choice(AT_LEAST, _("at least")), Choice(AT_MOST, _("at most"))]


_KIND_LABELS = {
    MetricKind.DEVICE: (_("GAM"), "blue"),
    MetricKind.PORT: (_("G.hn port"), "orange"),
    MetricKind.ETHERNET: (_("Ethernet port"), "cyan"),
    MetricKind.ENDPOINT: (_("Endpoint"), "green"),
}


def _watches(kind: MetricKind) -> list[Choice]:
    """Checks of a kind, then its metrics."""
    color = _KIND_LABELS[kind][1]
    checks = [(check.label, check.title, check.unit) for check in ALL_CHECKS if check.kind is kind]
    metrics = [(metric.label, metric.title, metric.unit) for metric in BY_KIND[kind]]
    return [Choice(label, f"{title} ({unit})" if unit else title, color) for label, title, unit in (*checks, *metrics)]


class RuleWatchChoices(ChoiceSet):
    """What a rule can watch: checks and metrics, by the kind of object they are of."""

    CHOICES = [(_KIND_LABELS[kind][0], _watches(kind)) for kind in MetricKind]


class AlarmSourceChoices(ChoiceSet):
    """Who raised an alarm."""

    SHELF = "shelf"
    POLLING = "polling"
    PROVISIONING = "provisioning"
    CHOICES = [
        Choice(SHELF, _("Shelf"), "blue", _("Reported by the GAM")),
        Choice(POLLING, _("Polling"), "purple", _("Found by reading the GAM")),
        Choice(PROVISIONING, _("Provisioning"), "orange", _("A change could not be verified or undone")),
    ]


_FAILURE_LABELS = {
    ErrorKind.UNREACHABLE: (_("Unreachable"), "red"),
    ErrorKind.AUTH: (_("Login refused"), "orange"),
    ErrorKind.TIMEOUT: (_("Timeout"), "orange"),
    ErrorKind.UNPARSEABLE: (_("Not understood"), "purple"),
    ErrorKind.REJECTED: (_("Refused"), "orange"),
    ErrorKind.UNSUPPORTED: (_("Not supported"), "gray"),
    ErrorKind.INCOMPLETE: (_("Incomplete"), "yellow"),
    ErrorKind.RATE_LIMITED: (_("Rate limited"), "yellow"),
}


class FailureKindChoices(ChoiceSet):
    """Why something could not be read; the description is what to do about it."""

    CHOICES = [Choice(kind.value, *_FAILURE_LABELS[kind], NEXT_STEPS[kind]) for kind in ErrorKind]


# ------------------------------------------------------------------------------------------------------- drift and onboarding


class DriftKindChoices(ChoiceSet):
    """How a shelf differs from intent."""

    MISALIGNED = "misaligned"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    CHOICES = [
        Choice(MISALIGNED, _("Misaligned"), "orange", _("The shelf has another value than NetBox")),
        Choice(MISSING, _("Missing"), "red", _("In NetBox, not on the shelf")),
        Choice(UNEXPECTED, _("Unexpected"), "purple", _("On the shelf, not in NetBox")),
    ]


class DriftObjectChoices(ChoiceSet):
    """What differs."""

    PORT = "port"
    ENDPOINT = "endpoint"
    SUBSCRIBER = "subscriber"
    CHOICES = [
        Choice(PORT, _("Port"), "gray", _("A setting of a G.hn port")),
        Choice(ENDPOINT, _("Endpoint"), "blue", _("An endpoint, by its MAC address")),
        Choice(SUBSCRIBER, _("Subscriber"), "cyan", _("A subscriber, by its name on the shelf")),
    ]


class DriftStateChoices(ChoiceSet):
    """What became of a difference."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    CHOICES = [
        Choice(OPEN, _("Open"), "red", _("Waits for a decision: push, adopt or accept")),
        Choice(ACCEPTED, _("Accepted"), "gray", _("Left as it is until its date, while the values stay the same")),
        Choice(RESOLVED, _("Resolved"), "green", _("No longer there")),
    ]


class ZeroTouchChoices(ChoiceSet):
    """What happens when an endpoint appears whose service is ordered."""

    OFF = "off"
    PLAN = "plan"
    APPLY = "apply"
    CHOICES = [
        Choice(OFF, _("Off"), "gray", _("Nothing; it waits in the onboarding queue")),
        Choice(PLAN, _("Plan"), "blue", _("Its change plan is made and waits for a person")),
        Choice(
            APPLY,
            _("Plan and apply"),
            "green",
            _("Its change plan is made, and applied as the zero_touch_user of the settings"),
        ),
    ]


class ArrivalKindChoices(ChoiceSet):
    """Why an endpoint waits."""

    UNKNOWN = "unknown"
    KNOWN = "known"
    MOVED = "moved"
    CHOICES = [
        Choice(UNKNOWN, _("Unknown"), "orange", _("Nobody's endpoint: a person says whose it is, or leaves it")),
        Choice(KNOWN, _("Known"), "blue", _("Its subscriber's service is ordered: planned, and applied where that is allowed")),
        Choice(MOVED, _("Wrong port"), "red", _("Configured for another port; no service until it moves back or NetBox follows")),
    ]


class ArrivalStateChoices(ChoiceSet):
    """What became of an arrival."""

    WAITING = "waiting"
    PLANNED = "planned"
    LEFT = "left"
    SETTLED = "settled"
    GONE = "gone"
    CHOICES = [
        Choice(WAITING, _("Waiting"), "orange", _("For a person, or for its turn")),
        Choice(PLANNED, _("Planned"), "blue", _("Its change plan waits to be applied")),
        Choice(LEFT, _("Left"), "gray", _("A person decided to leave it as it is")),
        Choice(SETTLED, _("Settled"), "green", _("Configured on the shelf where it is")),
        Choice(GONE, _("Gone"), "gray", _("No longer seen")),
    ]


class FirmwareFamilyChoices(ChoiceSet):
    """Families of firmware images; the description names the models that take them."""

    CHOICES = [
        Choice(family, family, description=", ".join(model.name for model in MODELS if model.firmware_family == family))
        for family in FAMILIES
    ]


class FirmwareRolloutStatusChoices(ChoiceSet):
    """Where a rollout stands."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CHOICES = [
        Choice(PLANNED, _("Planned"), "blue", _("Nothing was sent; a person has to start it")),
        Choice(RUNNING, _("Running"), "cyan", _("Goes on by itself, wave by wave")),
        Choice(PAUSED, _("Paused"), "orange", _("Begins nothing more until a person resumes it")),
        Choice(COMPLETED, _("Completed"), "green", _("Nothing is left to do")),
        Choice(CANCELLED, _("Cancelled"), "gray", _("Given up by a person")),
    ]


class FirmwareUpgradeStatusChoices(ChoiceSet):
    """Where one GAM's upgrade stands."""

    PLANNED = "planned"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    SWAPPING = "swapping"
    AWAY = "away"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"
    CANCELLED = "cancelled"
    CHOICES = [
        Choice(PLANNED, _("Planned"), "blue", _("Nothing was sent")),
        Choice(DOWNLOADING, _("Downloading"), "cyan", _("The GAM fetches the image; service goes on")),
        Choice(DOWNLOADED, _("Ready to swap"), "teal", _("Waits for its wave and for the window")),
        Choice(SWAPPING, _("Swapping"), "yellow", _("Told to boot the image")),
        Choice(AWAY, _("Away"), "orange", _("Restarts; usually 7 to 10 minutes")),
        Choice(VERIFYING, _("Verifying"), "cyan", _("Is back; version, configuration and endpoints are checked")),
        Choice(DONE, _("Done"), "green", _("Runs the image with its configuration and its endpoints")),
        Choice(FAILED, _("Failed"), "red", _("Did not get the image; what it runs is known")),
        Choice(NEEDS_ATTENTION, _("Needs attention"), "red", _("Something is not as it should be: a person has to look")),
        Choice(CANCELLED, _("Cancelled"), "gray", _("Given up before anything was booted")),
    ]


# --------------------------------------------------------------------------------------------------------- configuration safe


class ConfigBackupKindChoices(ChoiceSet):
    """Why a configuration was put into the safe first."""

    SCHEDULED = "scheduled"
    BEFORE_CHANGE = "before_change"
    MANUAL = "manual"
    CHOICES = [
        Choice(SCHEDULED, _("Scheduled"), "blue", _("By itself, at its interval")),
        Choice(BEFORE_CHANGE, _("Before change"), "orange", _("What a change plan found before it wrote anything")),
        Choice(MANUAL, _("Manual"), "green", _("Somebody asked for it")),
    ]
