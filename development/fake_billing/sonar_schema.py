"""The executable GraphQL schema of the Sonar stand-in, made from the table of types."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    IntValueNode,
    StringValueNode,
    ValueNode,
)

from development.fake_billing.sonar_data import PARENT_OFFSET, Row
from development.fake_billing.sonar_search import related, select
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.sonar_types import COLLECTIONS, MODEL_EVENTS, NESTED_ONLY, SERVICE_TYPES, Many
from development.fake_billing.world import SONAR


def build_schema(store: SonarStore) -> GraphQLSchema:
    """The schema over a store; resolvers read the store's tables and modes at the time of the request."""
    return _Builder(store).schema()


def _text_scalar(name: str) -> GraphQLScalarType:
    return GraphQLScalarType(name, serialize=str, parse_value=str)


def _id_scalar(store: SonarStore) -> GraphQLScalarType:
    def serialize(value: Any) -> int | str:
        mode = store.world.sonar.ids
        as_text = mode == "string" or (mode == "mixed" and int(value) % 2 == 0)
        return str(value) if as_text else int(value)

    def parse(value: Any) -> int:
        try:
            return int(value)
        except (TypeError, ValueError):
            raise GraphQLError(f"Int64Bit cannot represent {value!r}") from None

    def parse_literal(node: ValueNode, _variables: Mapping[str, Any] | None = None) -> int:
        if not isinstance(node, (IntValueNode, StringValueNode)):
            raise GraphQLError("Int64Bit must be an integer")
        return parse(node.value)

    return GraphQLScalarType("Int64Bit", serialize=serialize, parse_value=parse, parse_literal=parse_literal)


class _Builder:
    """Holds the named types while the schema is put together."""

    def __init__(self, store: SonarStore) -> None:
        self.store = store
        self.scalars: dict[str, Any] = {
            "ID": GraphQLID,
            "String": GraphQLString,
            "Int": GraphQLInt,
            "Boolean": GraphQLBoolean,
            "Int64Bit": _id_scalar(store),
            "ServiceType": GraphQLEnumType("ServiceType", {name: name for name in SERVICE_TYPES}),
        }
        for name in ("Datetime", "Date", "MacAddress", "SubnetScalar", "HttpsUrl"):
            self.scalars[name] = _text_scalar(name)
        self.arguments = _collection_arguments(self.scalars["Int64Bit"])
        self.page_info = _page_info_type()
        self.entities = {collection: self._entity(collection) for collection in COLLECTIONS}
        self.connections = {collection: self._connection(collection) for collection in COLLECTIONS}

    def schema(self) -> GraphQLSchema:
        roots = {name: self._collection_field(name, self._root_rows) for name in COLLECTIONS if name not in NESTED_ONLY}
        return GraphQLSchema(
            query=GraphQLObjectType("Query", {**roots, **self._other_queries()}),
            mutation=GraphQLObjectType("Mutation", self._mutations()),
        )

    # ---------------------------------------------------------------------------------------------------- entities

    def _entity(self, collection: str) -> GraphQLObjectType:
        entity = COLLECTIONS[collection]

        def fields() -> dict[str, GraphQLField]:
            found = {name: GraphQLField(self._type(type), resolve=_column(name)) for name, type in entity.columns.items()}
            for name, link in entity.relations.items():
                if isinstance(link, Many):
                    found[name] = self._collection_field(link.collection, self._child_rows(collection, name))
                else:
                    found[name] = GraphQLField(self.entities[link.collection], resolve=self._single(collection, name))
            return found

        return GraphQLObjectType(entity.name, fields)

    def _connection(self, collection: str) -> GraphQLObjectType:
        entities = GraphQLNonNull(GraphQLList(GraphQLNonNull(self.entities[collection])))
        fields = {
            "entities": GraphQLField(entities),
            "page_info": GraphQLField(GraphQLNonNull(self.page_info), resolve=self._page_info),
        }
        return GraphQLObjectType(f"{COLLECTIONS[collection].name}Connection", fields)

    def _type(self, text: str) -> Any:
        scalar = self.scalars[text.removesuffix("!")]
        return GraphQLNonNull(scalar) if text.endswith("!") else scalar

    def _collection_field(self, collection: str, rows: Callable[[Any, str], list[Row]]) -> GraphQLField:
        columns = COLLECTIONS[collection].columns
        arguments = {name: GraphQLArgument(self.scalars[type.removesuffix("!")]) for name, type in columns.items()}

        def resolve(parent: Any, _info: Any, **given: Any) -> Row:
            return self._page(collection, rows(parent, collection), given, root=parent is None)

        return GraphQLField(self.connections[collection], {**arguments, **self.arguments}, resolve)

    # ----------------------------------------------------------------------------------------------------- rows

    def _root_rows(self, _parent: Any, collection: str) -> list[Row]:
        return self.store.rows(collection)

    def _child_rows(self, collection: str, relation: str) -> Callable[[Any, str], list[Row]]:
        def rows(parent: Row, child: str) -> list[Row]:
            return (
                []
                if child in self.store.world.sonar.hidden_collections
                else related(self.store.tables, collection, parent, relation)
            )

        return rows

    def _single(self, collection: str, relation: str) -> Callable[[Row, Any], Row | None]:
        return lambda parent, _info: next(iter(related(self.store.tables, collection, parent, relation)), None)

    def _page(self, collection: str, rows: list[Row], given: Mapping[str, Any], root: bool) -> Row:
        modes = self.store.world.sonar
        paginator = given.get("paginator") or {}
        page = max(1, paginator.get("page") or 1)
        size = min(modes.max_page_size, max(1, paginator.get("records_per_page") or modes.default_page_size))
        if root:
            _fail_page(modes.failing_page, collection, page)
            rows = self.store.drift(collection, rows, page, sorted_by_id=_sorted_by_id(given))
        rows = select(self.store.tables, collection, rows, given)
        pages = max(1, math.ceil(len(rows) / size))
        total = len(rows) + (self.store.world.drift(SONAR) if root else 0)
        info = {"page": page, "total_pages": pages, "total_count": total, "records_per_page": size}
        if root and modes.repeating:
            page = 1
        return {"entities": rows[(page - 1) * size : page * size], "page_info": info, "collection": collection}

    def _page_info(self, connection: Row, _info: Any) -> Row:
        if connection["collection"] in self.store.world.sonar.without_page_info:
            raise GraphQLError(f"The aggregation of {connection['collection']} does not exist.")
        info: Row = connection["page_info"]
        return info

    # ------------------------------------------------------------------------------------------- other root fields

    def _other_queries(self) -> dict[str, GraphQLField]:
        me = GraphQLObjectType(
            "Me",
            {
                "id": GraphQLField(GraphQLNonNull(self.scalars["Int64Bit"])),
                "name": GraphQLField(GraphQLNonNull(GraphQLString)),
                "username": GraphQLField(GraphQLNonNull(GraphQLString)),
            },
        )
        address = GraphQLObjectType("MyIpAddress", {"ip": GraphQLField(GraphQLNonNull(GraphQLString))})
        event = GraphQLEnumType("WebhookModelEventName", {name: name for name in MODEL_EVENTS})
        model_event = GraphQLObjectType(
            "WebhookModelEvent",
            {"model": GraphQLField(GraphQLNonNull(GraphQLString)), "events": GraphQLField(GraphQLNonNull(GraphQLList(event)))},
        )
        user = {"id": 12, "name": "NetBox integration", "username": "netbox"}
        models = [{"model": COLLECTIONS[name].name, "events": list(MODEL_EVENTS)} for name in ("accounts", "account_services")]
        return {
            "me": GraphQLField(GraphQLNonNull(me), resolve=lambda *_: user),
            "my_ip_address": GraphQLField(GraphQLNonNull(address), resolve=lambda *_: {"ip": "127.0.0.1"}),
            "webhook_model_events": GraphQLField(GraphQLNonNull(GraphQLList(model_event)), resolve=lambda *_: models),
        }

    # --------------------------------------------------------------------------------------------------- mutations

    def _mutations(self) -> dict[str, GraphQLField]:
        """What may be written back, and webhooks. Argument shapes of the first two are not published; these are this stand-in's."""
        id_type = GraphQLNonNull(self.scalars["Int64Bit"])
        required, optional = GraphQLNonNull(GraphQLString), GraphQLString
        data = _input("CustomFieldDataInput", custom_field_id=id_type, value=required)
        fields = _input(
            "UpdateEntityCustomFieldsMutationInput",
            entity_type=required,
            entity_id=id_type,
            custom_field_data=GraphQLNonNull(GraphQLList(GraphQLNonNull(data))),
        )
        note = _input("CreateNoteMutationInput", noteable_type=required, noteable_id=id_type, message=required, priority=optional)
        webhook = _input(
            "CreateWebhookEndpointMutationInput",
            name=required,
            endpoint=required,
            enabled=GraphQLNonNull(GraphQLBoolean),
            note=optional,
        )
        result = GraphQLObjectType(
            "GenerateTestWebhookResponse",
            {
                "success": GraphQLField(GraphQLNonNull(GraphQLBoolean)),
                "status_code": GraphQLField(GraphQLInt),
                "response": GraphQLField(GraphQLString),
            },
        )
        return {
            "updateEntityCustomFields": GraphQLField(
                GraphQLList(self.entities["custom_field_data"]),
                {"input": GraphQLArgument(GraphQLNonNull(fields))},
                self._set_custom_fields,
            ),
            "createNote": GraphQLField(
                self.entities["notes"],
                {"input": GraphQLArgument(GraphQLNonNull(note))},
                lambda _, __, input: self.store.write("notes", {"priority": "NORMAL", "user_id": 12, **input}),
            ),
            "createWebhookEndpoint": GraphQLField(
                self.entities["webhook_endpoints"],
                {"input": GraphQLArgument(GraphQLNonNull(webhook))},
                lambda _, __, input: self.store.write("webhook_endpoints", dict(input)),
            ),
            "deleteWebhookEndpoint": GraphQLField(
                GraphQLObjectType("SuccessResponse", {"success": GraphQLField(GraphQLNonNull(GraphQLBoolean))}),
                {"id": GraphQLArgument(id_type)},
                lambda _, __, id: {"success": self.store.erase("webhook_endpoints", id)},
            ),
            "generateTestWebhook": GraphQLField(
                result,
                {"webhook_endpoint_id": GraphQLArgument(id_type)},
                lambda _, __, webhook_endpoint_id: self._test(webhook_endpoint_id),
            ),
        }

    def _set_custom_fields(self, _parent: Any, _info: Any, input: Mapping[str, Any]) -> list[Row]:
        owner = {"customfielddataable_type": input["entity_type"], "customfielddataable_id": input["entity_id"]}
        if input["entity_type"] == "Account" and self.store.tables["accounts"].one(input["entity_id"]) is None:
            raise GraphQLError(f"No Account with id {input['entity_id']}.")
        written = []
        for item in input["custom_field_data"]:
            if self.store.tables["custom_fields"].one(item["custom_field_id"]) is None:
                raise GraphQLError(f"No CustomField with id {item['custom_field_id']}.")
            written.append(self.store.upsert_custom_field({**item, **owner}))
        return written

    async def _test(self, endpoint_id: int) -> Row:
        endpoint = self.store.tables["webhook_endpoints"].one(endpoint_id)
        if endpoint is None:
            raise GraphQLError(f"No WebhookEndpoint with id {endpoint_id}.")
        payload = json.dumps({"event": "test", "object_id": PARENT_OFFSET, "current": {}})
        status = await self.store.deliver(endpoint, payload, test=True)
        return {"success": status == 200, "status_code": status, "response": None}


def _column(name: str) -> Callable[[Row, Any], Any]:
    return lambda row, _info: row.get(name)


def _input(name: str, /, **fields: GraphQLInputType) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(name, {field: GraphQLInputField(type) for field, type in fields.items()})


def _page_info_type() -> GraphQLObjectType:
    names = ("page", "total_pages", "total_count", "records_per_page")
    return GraphQLObjectType("PageInfo", {name: GraphQLField(GraphQLNonNull(GraphQLInt)) for name in names})


def _collection_arguments(id_type: GraphQLScalarType) -> dict[str, GraphQLArgument]:
    """The arguments every collection has beside its columns."""
    text, truth = GraphQLNonNull(GraphQLString), GraphQLBoolean
    operator = GraphQLEnumType("SearchOperator", {name: name for name in ("EQ", "NEQ", "GT", "LT", "GTE", "LTE")})
    direction = GraphQLEnumType("SortDirection", {name: name for name in ("ASC", "DESC")})
    kinds = {
        "string_fields": _input("StringSearch", attribute=text, search_value=text, match=truth, partial_matching=truth),
        "integer_fields": _input("IntegerSearch", attribute=text, operator=operator, search_value=GraphQLNonNull(id_type)),
        "float_fields": _input("FloatSearch", attribute=text, operator=operator, search_value=GraphQLNonNull(GraphQLFloat)),
        "datetime_fields": _input("DatetimeSearch", attribute=text, operator=operator, search_value=text),
        "date_fields": _input("DateSearch", attribute=text, operator=operator, search_value=text),
        "boolean_fields": _input("BooleanSearch", attribute=text, search_value=GraphQLNonNull(GraphQLBoolean)),
    }

    def search_fields() -> dict[str, GraphQLInputField]:
        found = {name: GraphQLInputField(GraphQLList(type)) for name, type in kinds.items()}
        for name in ("unset_fields", "exists"):
            found[name] = GraphQLInputField(GraphQLList(GraphQLString))
        found["reverse_relation_filters"] = GraphQLInputField(GraphQLList(relation))
        return found

    search = GraphQLInputObjectType("Search", search_fields)
    relation = GraphQLInputObjectType(
        "ReverseRelationFilter",
        lambda: {
            "relation": GraphQLInputField(text),
            "search": GraphQLInputField(GraphQLList(search)),
            "is_empty": GraphQLInputField(GraphQLBoolean),
            "group": GraphQLInputField(GraphQLString),
        },
    )
    return {
        "paginator": GraphQLArgument(_input("Paginator", page=GraphQLInt, records_per_page=GraphQLInt)),
        "sorter": GraphQLArgument(GraphQLList(_input("Sorter", attribute=text, direction=direction))),
        "search": GraphQLArgument(GraphQLList(search)),
        "general_search": GraphQLArgument(GraphQLString),
        "reverse_relation_filters": GraphQLArgument(GraphQLList(relation)),
    }


def _sorted_by_id(given: Mapping[str, Any]) -> bool:
    return any(sorter["attribute"] == "id" for sorter in given.get("sorter") or [])


def _fail_page(failing: Mapping[str, Any] | None, collection: str, page: int) -> None:
    if failing and failing.get("collection", collection) == collection and failing.get("page", 1) == page:
        raise GraphQLError("Internal server error")
