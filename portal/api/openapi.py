"""What the schema says of every operation alike: its refusals as problems, its conditional headers."""

from __future__ import annotations

from typing import Any

WORDS = {
    304: "It is as the client knows it.",
    400: "The request is not right; `errors` names the fields.",
    401: "No token, or one that is not valid any more.",
    403: "This number belongs to no home any more.",
    404: "There is nothing here, or it is not yours.",
    406: "The answer is JSON; the client accepts none.",
    409: "It is not possible in this state, or the first request with this key is still running.",
    412: "It has changed since the client read it.",
    413: "The body is larger than 1 MB.",
    415: "The body is not JSON.",
    422: "This Idempotency-Key was used with another body.",
    429: "Too many requests.",
    503: "The database does not answer.",
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["type", "title", "status", "detail"],
}
SECONDS = {"schema": {"type": "integer"}, "description": "Seconds."}
TEXT = {"schema": {"type": "string"}}
HEADERS = {
    401: {"WWW-Authenticate": TEXT},
    304: {"ETag": TEXT},
    429: {"Retry-After": SECONDS},
    503: {"Retry-After": SECONDS},
}
PUBLIC = "/api/v1/health/"


def add_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook: every status that an operation may answer stands in its responses."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            for status in _refusals(path, method, operation):
                operation["responses"].setdefault(str(status), _response(status))
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _refusals(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    asked = {parameter["name"] for parameter in operation.get("parameters", ())}
    conditions = {
        304: "If-None-Match" in asked,
        400: path != PUBLIC,
        401: bool(operation.get("security")),
        403: operation["operationId"] == "report",
        404: "{" in path,
        406: True,
        409: "Idempotency-Key" in asked,
        412: "If-Match" in asked,
        413: method != "get",
        415: "requestBody" in operation,
        422: "Idempotency-Key" in asked,
        429: path != PUBLIC,
        503: True,
    }
    return [status for status, is_so in conditions.items() if is_so]


def _response(status: int) -> dict[str, Any]:
    said: dict[str, Any] = {"description": WORDS[status]}
    if status in HEADERS:
        said["headers"] = HEADERS[status]
    if status >= 400:
        said["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return said
