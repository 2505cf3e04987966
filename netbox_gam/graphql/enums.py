"""Choices as GraphQL enums, for filters."""

from __future__ import annotations

import strawberry

from .. import choices

AddressSourceEnum = strawberry.enum(choices.AddressSourceChoices.as_enum())
AlarmSeverityEnum = strawberry.enum(choices.AlarmSeverityChoices.as_enum())
AlarmSourceEnum = strawberry.enum(choices.AlarmSourceChoices.as_enum())
AlarmStateEnum = strawberry.enum(choices.AlarmStateChoices.as_enum())
BillingAuthEnum = strawberry.enum(choices.BillingAuthChoices.as_enum())
BillingSystemTypeEnum = strawberry.enum(choices.BillingSystemTypeChoices.as_enum())
ChangeActionEnum = strawberry.enum(choices.ChangeActionChoices.as_enum())
ChangeKindEnum = strawberry.enum(choices.ChangeKindChoices.as_enum())
ChangePlanStatusEnum = strawberry.enum(choices.ChangePlanStatusChoices.as_enum())
EndpointStateEnum = strawberry.enum(choices.EndpointStateChoices.as_enum())
EndpointStatusEnum = strawberry.enum(choices.EndpointStatusChoices.as_enum())
FindingActionEnum = strawberry.enum(choices.FindingActionChoices.as_enum())
FindingKindEnum = strawberry.enum(choices.FindingKindChoices.as_enum())
FindingStateEnum = strawberry.enum(choices.FindingStateChoices.as_enum())
HardwareModelEnum = strawberry.enum(choices.HardwareModelChoices.as_enum())
IsolationModeEnum = strawberry.enum(choices.IsolationModeChoices.as_enum())
MediumEnum = strawberry.enum(choices.MediumChoices.as_enum())
PoeModeEnum = strawberry.enum(choices.PoeModeChoices.as_enum())
RuleOperatorEnum = strawberry.enum(choices.RuleOperatorChoices.as_enum())
RuleWatchEnum = strawberry.enum(choices.RuleWatchChoices.as_enum())
SnmpAuthEnum = strawberry.enum(choices.SnmpAuthChoices.as_enum())
SnmpPrivEnum = strawberry.enum(choices.SnmpPrivChoices.as_enum())
SnmpVersionEnum = strawberry.enum(choices.SnmpVersionChoices.as_enum(prefix="version"))
StepStateEnum = strawberry.enum(choices.StepStateChoices.as_enum())
SubscriberModelEnum = strawberry.enum(choices.SubscriberModelChoices.as_enum())
SubscriberStatusEnum = strawberry.enum(choices.SubscriberStatusChoices.as_enum())
SyncRunStatusEnum = strawberry.enum(choices.SyncRunStatusChoices.as_enum())
TransportEnum = strawberry.enum(choices.TransportChoices.as_enum())
VlanModeEnum = strawberry.enum(choices.VlanModeChoices.as_enum())
