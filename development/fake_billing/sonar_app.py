"""The HTTP side of the Sonar stand-in: ``POST /api/graphql`` with a bearer token."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import time
from functools import lru_cache
from typing import Any

from aiohttp import web
from graphql import DocumentNode, GraphQLError, execute, parse, validate
from graphql.language import FieldNode, OperationDefinitionNode

from development.fake_billing.sonar_schema import build_schema
from development.fake_billing.sonar_store import SonarStore
from development.fake_billing.world import SONAR, World

HTML_PAGE = "<!DOCTYPE html><html><head><title>Please wait</title></head><body>One moment, checking your browser.</body></html>"
DEFAULT_LIMIT = 400


class SonarApi:
    """Answers GraphQL requests, or misbehaves as the modes say."""

    def __init__(self, world: World, store: SonarStore) -> None:
        self.world = world
        self.store = store
        self.schema = build_schema(store)
        self._validated = lru_cache(maxsize=256)(self._parse)
        self._minute = 0
        self._in_minute = 0

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API."""
        return [web.post("/api/graphql", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """One GraphQL request."""
        query, variables, detail = await _read(request)
        response = await self._respond(request, query, variables)
        self.world.log(SONAR, request.method, request.path, detail, response.status)
        return response

    async def _respond(self, request: web.Request, query: str | None, variables: dict[str, Any]) -> web.Response:
        modes = self.world.sonar
        if modes.slow_seconds:
            await asyncio.sleep(modes.slow_seconds)
        if modes.blocked:
            return web.Response(status=403, text="<html><body>Forbidden</body></html>", content_type="text/html")
        if modes.html:
            return web.Response(text=HTML_PAGE, content_type="text/html")
        expected = f"Bearer {self.world.town.accounts['sonar_token']}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode()):
            return web.json_response({"errors": [{"message": "Unauthenticated."}]}, status=401)
        if self._over_limit():
            return web.json_response({"error": f"Request limit of {modes.requests_per_minute or DEFAULT_LIMIT}/min reached."})
        if query is None:
            return web.json_response({"errors": [{"message": "GraphQL request must include query parameter"}]})
        return web.json_response(await self._execute(query, variables))

    async def _execute(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Run a query; errors come back with HTTP 200, beside whatever data there is."""
        document, errors = self._validated(query)
        if document is None:
            return {"errors": errors}
        result = execute(self.schema, document, variable_values=variables)
        if inspect.isawaitable(result):
            result = await result
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body = {"errors": [_shown(error) for error in result.errors], **body}
        elif self.world.sonar.partial_errors:
            body = {"errors": [{"message": "Internal server error", "path": None}], **body}
        return body

    def _parse(self, query: str) -> tuple[DocumentNode | None, list[dict[str, Any]]]:
        try:
            document = parse(query)
        except GraphQLError as error:
            return None, [_shown(error)]
        found = validate(self.schema, document)
        return (None, [_shown(error) for error in found]) if found else (document, [])

    def _over_limit(self) -> bool:
        """Count this request in its calendar minute."""
        minute = int(time.time() // 60)
        if minute != self._minute:
            self._minute, self._in_minute = minute, 0
        self._in_minute += 1
        limit = self.world.sonar.requests_per_minute
        return self.world.refused(SONAR) or bool(limit and self._in_minute > limit)


def _shown(error: GraphQLError) -> dict[str, Any]:
    return dict(error.formatted)


async def _read(request: web.Request) -> tuple[str | None, dict[str, Any], str]:
    """Query, variables, and the root fields for the log; query None when the body is not a GraphQL request."""
    try:
        body = await request.json()
    except ValueError:
        return None, {}, "not JSON"
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return None, {}, "no query"
    return body["query"], body.get("variables") or {}, _root_fields(body["query"])


@lru_cache(maxsize=256)
def _root_fields(query: str) -> str:
    try:
        document = parse(query)
    except GraphQLError:
        return "not GraphQL"
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    names = [field.name.value for node in operations for field in node.selection_set.selections if isinstance(field, FieldNode)]
    kind = operations[0].operation.value if operations else "query"
    return f"{kind} {' '.join(names)}"
