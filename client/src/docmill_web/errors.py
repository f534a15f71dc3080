"""Every error as a problem document (RFC 9457), those of the framework included."""

import http.client
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

import docmill

from .rules import RuleBroken

TITLE_REQUIRED = "Title is required"

# The service refuses our key, not the caller's: nothing that the caller could do about.
_OURS = (401, 403)
_SAID = ("status", "code", "detail", "request_id")
_FRAMEWORK_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}

log = logging.getLogger(__name__)


def answer(
    scope: Scope,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    """Make a problem document.

    Args:
        scope: the request that it answers.
        status: the HTTP status.
        code: a word for programs.
        detail: what is wrong, for a person.
        headers: sent with it.
        members: what else the document holds, or holds instead.
    """
    title = http.client.responses.get(status, f"Status {status}")
    request_id = _name(scope)
    document = {
        "type": f"urn:docmill:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "error": title,
        "request_id": request_id,
        **members,
    }
    # A fault is answered outside of the middleware that would say the name.
    sent = {"X-Request-Id": request_id, **(headers or {})}
    return JSONResponse(document, status, sent, media_type="application/problem+json")


def _name(scope: Scope) -> str:
    """What this request is called, here and in the service's log."""
    name: str = scope["state"]["names"]["X-Request-Id"]
    return name


async def _refused(request: Request, error: docmill.StatusError) -> JSONResponse:
    """Pass on what the service says, unless it is about us."""
    if error.status in _OURS or error.code == "unknown":
        log.error("%s: the service answered %s: %s", _name(request.scope), error.status, error)
        detail = "The service behind this one did not take the request."
        return answer(request.scope, 502, "service_refused", detail)
    headers = {} if error.retry_after is None else {"Retry-After": f"{error.retry_after:.0f}"}
    members = {name: value for name, value in error.problem.items() if name not in _SAID}
    return answer(request.scope, error.status, error.code, error.detail, headers=headers, **members)


async def _unreachable(request: Request, error: docmill.ConnectionFailed) -> JSONResponse:
    log.warning("%s: %s", _name(request.scope), error)
    detail = "The service behind this one cannot be reached; try again soon."
    return answer(request.scope, 503, "service_unreachable", detail, headers={"Retry-After": "1"})


async def _late(request: Request, error: docmill.Timeout) -> JSONResponse:
    log.warning("%s: %s", _name(request.scope), error)
    return answer(request.scope, 504, "service_timeout", "The service did not answer in time.")


async def _nonsense(request: Request, error: docmill.ProtocolError) -> JSONResponse:
    log.error("%s: %s", _name(request.scope), error)
    detail = "The service behind this one gave an answer that makes no sense."
    return answer(request.scope, 502, "service_protocol", detail)


async def _rule_broken(request: Request, error: RuleBroken) -> JSONResponse:
    errors = [{"pointer": error.pointer, "detail": error.detail}]
    return answer(request.scope, error.status, error.code, error.detail, errors=errors)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    found: Sequence[Any] = error.errors()
    first = found[0]
    if first["type"] == "json_invalid":
        why = jsonable_encoder(first.get("ctx", {})).get("error", "")
        detail = f"The body is not JSON: {why}"
        return answer(request.scope, 400, "json_malformed", detail, offset=first["loc"][-1])
    if _is_of_another_type(request, found):
        detail = "The body needs a Content-Type of application/json."
        return answer(request.scope, 415, "unsupported_media_type", detail)
    if _lacks_title(request, found):
        return answer(request.scope, 400, "validation_failed", TITLE_REQUIRED, error=TITLE_REQUIRED)
    errors = [{"pointer": _pointer(item["loc"]), "detail": item["msg"]} for item in found]
    detail = f"{errors[0]['pointer'] or 'the body'}: {errors[0]['detail']}"
    return answer(request.scope, 422, "validation_failed", detail, errors=errors)


def _is_of_another_type(request: Request, found: Sequence[Any]) -> bool:
    """Whether the body was not even read, since it does not say that it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind in ("", "application/json") or kind.endswith("+json")
    return not is_json and any(item["loc"] == ("body",) for item in found)


def _lacks_title(request: Request, found: Sequence[Any]) -> bool:
    """Whether this is a new task without body or title, for which old clients know one answer."""
    if (request.method, request.url.path) != ("POST", "/tasks"):
        return False
    return any(
        item["loc"] == ("body",)
        or (item["loc"] == ("body", "title") and not _is_text(item.get("input")))
        for item in found
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _pointer(loc: Sequence[str | int]) -> str:
    """A JSON pointer into the body, or the name of a parameter."""
    if loc[0] != "body":
        return str(loc[-1])
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in loc[1:])
    return "".join(f"/{step}" for step in steps)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    code = _FRAMEWORK_CODES.get(error.status_code, "http_error")
    return answer(request.scope, error.status_code, code, str(error.detail), headers=error.headers)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    log.error("%s: a fault of the front end", _name(request.scope), exc_info=error)
    detail = "This front end has a fault; its log knows this request by its id."
    return answer(request.scope, 500, "internal", detail)


def install(app: FastAPI) -> None:
    """Make the application answer all of its errors like this."""
    handlers: dict[type[Exception], Any] = {
        docmill.StatusError: _refused,
        docmill.ConnectionFailed: _unreachable,
        docmill.Timeout: _late,
        docmill.ProtocolError: _nonsense,
        RuleBroken: _rule_broken,
        RequestValidationError: _invalid,
        HTTPException: _http_error,
        Exception: _fault,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
