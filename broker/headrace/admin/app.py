"""The admin API's application: routes put together, errors in one shape, bodies bounded."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Route

from headrace import __version__
from headrace.admin import docs_page, metrics
from headrace.admin.models import ErrorBody
from headrace.admin.routes import brokers, cluster, config, partitions, topics
from headrace.admin.state import State  # noqa: TC001 - FastAPI reads it at run time
from headrace.errors import EngineError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from headrace.admin.state import AdminState

log = logging.getLogger(__name__)

# The largest request body: a change of a few hundred properties is far below.
BODY_MAX_BYTES = 1024 * 1024
METHOD_NOT_ALLOWED = 405
SUBJECTS = (cluster, brokers, partitions, topics, config)
CODES = {400: "invalid_argument", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
DESCRIPTION = (
    "Health, nodes, partitions and maintenance of a Headrace cluster. Any node answers for the "
    "whole cluster. Errors have one shape: a code for programs and a message for people."
)
# What every route may answer besides success.
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The request makes no sense."},
    500: {"model": ErrorBody, "description": "The node failed; its log says more."},
    503: {"model": ErrorBody, "description": "Not now: not ready, no leader, or stopping."},
    504: {"model": ErrorBody, "description": "No answer in time; a change may yet happen."},
}


def create_app(state: AdminState) -> FastAPI:
    """The application over an engine."""
    app = _Api(
        title="Headrace admin API",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses=ERRORS,
        redirect_slashes=False,
        strict_content_type=False,
    )
    app.state.admin = state
    for module in SUBJECTS:
        app.include_router(module.router)
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_exception_handler(EngineError, _engine_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(_BodyLimit)
    return app


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Without the framework's own 422: a bad request is a 400 here, in our one shape."""
        if self.openapi_schema is None:
            api = super().openapi()
            for methods in api["paths"].values():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
            for name in ("HTTPValidationError", "ValidationError"):
                api.get("components", {}).get("schemas", {}).pop(name, None)
        return super().openapi()


class _BodyLimit:
    """Refuses a body that is too large before it is read into memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > BODY_MAX_BYTES:
                raise HTTPException(413, f"a body has at most {BODY_MAX_BYTES} bytes")
            return message

        if not length.isdigit() or int(length) > BODY_MAX_BYTES:
            response = _error(413, "too_large", f"a body has at most {BODY_MAX_BYTES} bytes")
            await response(scope, receive, send)
            return
        await self.app(scope, limited, send)


async def _metrics(request: Request, state: State) -> Response:
    text, content_type = metrics.render(state, request.headers.get("accept", ""))
    return PlainTextResponse(text, headers={"content-type": content_type})


async def _docs(request: Request) -> HTMLResponse:
    return HTMLResponse(docs_page.render(request.app.openapi()))


def _error(status: int, code: str, message: str) -> JSONResponse:
    body = ErrorBody(code=code, message=message)
    return JSONResponse(body.model_dump(), status_code=status)


async def _engine_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, EngineError):
        raise error
    return _error(error.http_status, error.code, error.message)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'][1:]) or problem['loc'][0]}: "
        f"{problem['msg']}"
        for problem in error.errors()
    )
    return _error(400, "invalid_argument", problems)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = CODES.get(error.status_code, "internal")
    response = _error(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    if error.status_code == METHOD_NOT_ALLOWED:
        response.headers["allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """What the path knows, over all routes that have it: the framework names the first one's."""
    found: set[str] = set()
    included = (route for module in SUBJECTS for route in module.router.routes)
    for route in (*request.app.routes, *included):
        if isinstance(route, Route) and route.path_regex.match(request.url.path):
            found |= route.methods or set()
    return sorted(found)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _error(500, "internal", "the node failed to answer; its log says more")
