"""The part of Sonar's GraphQL schema the stand-in has: entity types, their columns, and how they hang together.

Names and nullability follow introspections of a real instance; enumerations whose members are not published are plain strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COMMON_COLUMNS = "id:Int64Bit! sonar_unique_id:ID! created_at:Datetime! updated_at:Datetime! _version:String!"


@dataclass(frozen=True)
class One:
    """A single related row: the row of ``collection`` whose id is in this row's ``column``."""

    collection: str
    column: str


@dataclass(frozen=True)
class Many:
    """Related rows as a connection: the rows of ``collection`` that have this row's id in ``column`` (and match ``where``)."""

    collection: str
    column: str
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EntityType:
    """One entity type: ``columns`` as ``name:Type`` words on top of the common ones, and its relations by field name."""

    name: str
    own_columns: str
    relations: Mapping[str, One | Many] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """Column name -> GraphQL type."""
        return dict(word.split(":") for word in f"{COMMON_COLUMNS} {self.own_columns}".split())


def _owned(collection: str, prefix: str, owner: str) -> Many:
    """Rows that name their owner by type and id, such as ``addressable_type``/``addressable_id``."""
    return Many(collection, f"{prefix}_id", {f"{prefix}_type": owner})


COLLECTIONS: dict[str, EntityType] = {
    "accounts": EntityType(
        "Account",
        "name:String! account_status_id:Int64Bit! account_type_id:Int64Bit! company_id:Int64Bit! parent_account_id:Int64Bit "
        "activation_date:Date archived_at:Datetime archived_by_user_id:Int64Bit is_delinquent:Boolean! next_bill_date:Date",
        {
            "account_status": One("account_statuses", "account_status_id"),
            "account_type": One("account_types", "account_type_id"),
            "company": One("companies", "company_id"),
            "parent_account": One("accounts", "parent_account_id"),
            "child_accounts": Many("accounts", "parent_account_id"),
            "addresses": _owned("addresses", "addressable", "Account"),
            "contacts": _owned("contacts", "contactable", "Account"),
            "account_services": Many("account_services", "account_id"),
            "radius_accounts": Many("radius_accounts", "account_id"),
            "ip_assignments": _owned("ip_assignments", "ipassignmentable", "Account"),
            "uninventoried_mac_addresses": Many("uninventoried_mac_addresses", "account_id"),
            "custom_field_data": _owned("custom_field_data", "customfielddataable", "Account"),
            "notes": _owned("notes", "noteable", "Account"),
            "account_events": Many("account_events", "account_id"),
            "account_billing_parameter": One("account_billing_parameters", "account_billing_parameter_id"),
        },
    ),
    "account_statuses": EntityType("AccountStatus", "name:String! activates_account:Boolean! color:String! icon:String!"),
    "account_types": EntityType("AccountType", "name:String! type:String!"),
    "companies": EntityType("Company", "name:String!"),
    "account_billing_parameters": EntityType(
        "AccountBillingParameter",
        "account_id:Int64Bit! switch_status_after_delinquency:Boolean! days_of_delinquency_for_status_switch:Int "
        "delinquency_account_status_id:Int64Bit delinquency_removal_account_status_id:Int64Bit grace_days:Int! grace_until:Date",
    ),
    "account_services": EntityType(
        "AccountService",
        "account_id:Int64Bit! service_id:Int64Bit! package_id:Int64Bit quantity:Int! is_additional:Boolean "
        "name_override:String price_override:Int next_bill_date:Date",
        {
            "account": One("accounts", "account_id"),
            "service": One("services", "service_id"),
            "inventory_items": Many("inventory_items", "account_service_id"),
            "ip_assignments": Many("ip_assignments", "account_service_id"),
            "radius_accounts": Many("radius_accounts", "account_service_id"),
            "uninventoried_mac_addresses": Many("uninventoried_mac_addresses", "account_service_id"),
        },
    ),
    "services": EntityType(
        "Service",
        "name:String! type:ServiceType! enabled:Boolean! application:String! amount:Int company_id:Int64Bit",
        {"data_service_detail": One("data_service_details", "data_service_detail_id")},
    ),
    "data_service_details": EntityType(
        "DataServiceDetail",
        "download_speed_kilobits_per_second:Int! upload_speed_kilobits_per_second:Int! technology_code:String! "
        "billing_frequency:Int!",
    ),
    "addresses": EntityType(
        "Address",
        "addressable_type:String addressable_id:Int64Bit type:String! serviceable:Boolean! line1:String line2:String city:String "
        "subdivision:String zip:String country:String latitude:String longitude:String is_anchor:Boolean! "
        "anchor_address_id:Int64Bit "
        "address_status_id:Int64Bit",
        {"inventory_items": _owned("inventory_items", "inventoryitemable", "Address")},
    ),
    "contacts": EntityType(
        "Contact",
        "contactable_type:String! contactable_id:Int64Bit! name:String! role:String primary:Boolean! "
        "email_address:String username:String",
        {"phone_numbers": Many("phone_numbers", "contact_id")},
    ),
    "phone_numbers": EntityType(
        "PhoneNumber",
        "contact_id:Int64Bit! number:String! number_formatted:String! extension:String country:String! "
        "phone_number_type_id:Int64Bit!",
        {"phone_number_type": One("phone_number_types", "phone_number_type_id")},
    ),
    "phone_number_types": EntityType("PhoneNumberType", "name:String!"),
    "inventory_models": EntityType(
        "InventoryModel",
        "name:String! model_name:String manufacturer_id:Int64Bit device_type:String! generic:Boolean! enabled:Boolean!",
        {
            "manufacturer": One("manufacturers", "manufacturer_id"),
            "inventory_model_fields": Many("inventory_model_fields", "inventory_model_id"),
        },
    ),
    "manufacturers": EntityType("Manufacturer", "name:String!"),
    "inventory_model_fields": EntityType(
        "InventoryModelField",
        "inventory_model_id:Int64Bit! name:String! type:String! secondary_type:String primary:Boolean! "
        "required:Boolean! unique:String! "
        "regexp:String",
    ),
    "inventory_items": EntityType(
        "InventoryItem",
        "inventory_model_id:Int64Bit! inventoryitemable_type:String! inventoryitemable_id:Int64Bit! account_service_id:Int64Bit "
        "parent_inventory_item_id:Int64Bit deployment_type_id:Int64Bit status:String! overall_status:String metadata:String",
        {
            "inventory_model": One("inventory_models", "inventory_model_id"),
            "inventory_model_field_data": Many("inventory_model_field_data", "inventory_item_id"),
            "ip_assignments": _owned("ip_assignments", "ipassignmentable", "InventoryItem"),
            "child_inventory_items": Many("inventory_items", "parent_inventory_item_id"),
        },
    ),
    "inventory_model_field_data": EntityType(
        "InventoryModelFieldData",
        "inventory_item_id:Int64Bit! inventory_model_field_id:Int64Bit! value:String!",
        {
            "inventory_model_field": One("inventory_model_fields", "inventory_model_field_id"),
            "ip_assignments": _owned("ip_assignments", "ipassignmentable", "InventoryModelFieldData"),
        },
    ),
    "ip_assignments": EntityType(
        "IpAssignment",
        "ipassignmentable_type:String! ipassignmentable_id:Int64Bit! account_service_id:Int64Bit "
        "subnet:SubnetScalar! soft:Boolean! "
        "ip_pool_id:Int64Bit subnet_id:Int64Bit! description:String reference:String",
    ),
    "radius_accounts": EntityType(
        "RadiusAccount",
        "account_id:Int64Bit! account_service_id:Int64Bit username:String! password:String!",
        {"ip_assignments": _owned("ip_assignments", "ipassignmentable", "RadiusAccount")},
    ),
    "uninventoried_mac_addresses": EntityType(
        "UninventoriedMacAddress",
        "account_id:Int64Bit! account_service_id:Int64Bit mac_address:MacAddress!",
        {"ip_assignments": _owned("ip_assignments", "ipassignmentable", "UninventoriedMacAddress")},
    ),
    "custom_fields": EntityType("CustomField", "entity_type:String! name:String! type:String! unique:Boolean!"),
    "custom_field_data": EntityType(
        "CustomFieldData",
        "custom_field_id:Int64Bit! customfielddataable_type:String! customfielddataable_id:Int64Bit! value:String!",
        {"custom_field": One("custom_fields", "custom_field_id")},
    ),
    "notes": EntityType("Note", "noteable_type:String! noteable_id:Int64Bit! message:String! priority:String! user_id:Int64Bit"),
    "account_events": EntityType(
        "AccountEvent", "account_id:Int64Bit! event:String! event_datetime:Datetime! previous:String current:String"
    ),
    "webhook_endpoints": EntityType(
        "WebhookEndpoint",
        "name:String! endpoint:HttpsUrl! enabled:Boolean!",
        {"webhook_endpoint_event_dispatches": Many("webhook_endpoint_event_dispatches", "webhook_endpoint_id")},
    ),
    "webhook_endpoint_event_dispatches": EntityType(
        "WebhookEndpointEventDispatch",
        "webhook_endpoint_id:Int64Bit! payload:String! sent_at:Datetime last_status:Int test:Boolean!",
        {
            "webhook_endpoint_event_dispatch_attempts": Many(
                "webhook_endpoint_event_dispatch_attempts", "webhook_endpoint_event_dispatch_id"
            )
        },
    ),
    "webhook_endpoint_event_dispatch_attempts": EntityType(
        "WebhookEndpointEventDispatchAttempt", "webhook_endpoint_event_dispatch_id:Int64Bit! response_code:Int response:String"
    ),
}
"""Root collection name -> entity type."""

NESTED_ONLY = ("data_service_details", "account_billing_parameters")
"""Types that are reached through their owner and have no root field."""

SERVICE_TYPES = ("RECURRING", "EXPIRING", "ONETIME", "OVERAGE", "ADJUSTMENT", "DATA", "VOICE")
MODEL_EVENTS = ("CREATED", "UPDATED", "DELETED", "ATTACHED", "DETACHED")
