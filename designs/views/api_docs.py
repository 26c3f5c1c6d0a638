"""The API for people: the OpenAPI description as a page, without a script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from designs.api import api


def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its fields, in the order of the description."""
    description: dict[str, Any] = api.get_openapi_schema()
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "parameters": [
                (one["name"], one["in"], one.get("required", False)) for one in operation.get("parameters", [])
            ],
            "body": _fields(description, operation),
            "answers": sorted(str(code) for code in operation.get("responses", {})),
        }
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    context = {"operations": operations, "title": description["info"]["title"]}
    return render(request, "designs/api_docs.html", context)


def _fields(description: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Name, type and whether it is required, for each field of a request's body."""
    contents = operation.get("requestBody", {}).get("content", {})
    for kind, content in contents.items():
        schema = content.get("schema", {})
        if name := schema.get("$ref", "").rsplit("/", 1)[-1]:
            schema = description["components"]["schemas"][name]
        needed = set(schema.get("required", []))
        return [(field, _type(value, kind), field in needed) for field, value in schema.get("properties", {}).items()]
    return []


def _type(value: dict[str, Any], kind: str) -> str:
    if value.get("type") == "array":
        items = value.get("items", {})
        return f"{items.get('format') or items.get('type', 'object')}[]"
    found = value.get("enum") or value.get("type") or [one.get("type", "") for one in value.get("anyOf", [])]
    text = " | ".join(map(str, found)) if isinstance(found, list) else str(found)
    return text if kind == "application/json" else f"{text} (form)"
