"""Errors over HTTP: RFC 9457 problem details in the caller's language, or a page if a person is looking."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, cast
from urllib.parse import urlencode

import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect, Template
from litestar.types import ASGIApp, Empty, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from agrimarket.http.formdata import pairs
from agrimarket.http.language import language_of
from agrimarket.kernel.errors import DomainError, InvalidFields, Kind, LimitReached, Unauthenticated
from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import on_the_wire
from agrimarket.kernel.room import is_without_room
from agrimarket.kernel.wire import MAX_TYPED, MoneyOut, WeightOut

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]

STATUS: Mapping[Kind, int] = {
    Kind.UNREADABLE: 400,
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.PRECONDITION_FAILED: 412,
    Kind.PRECONDITION_REQUIRED: 428,
    Kind.PAYMENT_REFUSED: 402,
    Kind.TOO_LARGE: 413,
    Kind.ADDRESS_TOO_LONG: 414,
    Kind.HEADERS_TOO_LARGE: 431,
    Kind.UNSUPPORTED: 415,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
_HTTP_CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
}
DESCRIBED = {
    400: "The request cannot be read.",
    401: "The token is missing, is no bearer token, or is over.",
    402: "The payment was refused.",
    403: "The account may not do this.",
    404: "It does not exist, or not for this account.",
    409: "It has changed, or is held by someone else.",
    410: "It is over.",
    412: "`If-Match` names an older version, or `Tus-Resumable` another one of tus.",
    413: "The body is too large.",
    415: "The body is not of a supported type.",
    422: "Something in the body or a parameter is to be corrected; `errors` says what.",
    428: "`If-Match` is needed.",
    429: "Too many requests; see `Retry-After`.",
    500: "A defect of ours; `request_id` finds it in the logs.",
    503: "Briefly unavailable; see `Retry-After`.",
}
NAMES = {
    400: "BadRequest",
    401: "Unauthenticated",
    402: "PaymentRefused",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Gone",
    412: "VersionStale",
    413: "TooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    428: "VersionMissing",
    429: "TooManyRequests",
    500: "Defect",
    503: "Unavailable",
}
"""What each refusal is called in the OpenAPI document."""
MEDIA_TYPE = "application/problem+json"
MAX_PROBLEMS = 100
"""Fields that are told at once; a body can be wrong in more places than anybody reads."""
_SEND_AGAIN = frozenset({"form.stale", "too_many_requests", "unauthenticated", "unavailable", "no_room"})
_NOT_AGAIN = frozenset({"_csrf_token", "password", "totp", "code"})


Told = Annotated[str, BeforeValidator(lambda text: text[:MAX_TYPED]), Field(max_length=MAX_TYPED)]
"""A text of a problem, which may quote what came in: cut where that is long."""
Code = Annotated[str, Field(pattern=r"^[a-z0-9_.]+$", max_length=80, examples=["lot.sold_out"])]


class FieldProblem(BaseModel):
    """A fault in one field."""

    pointer: Told = Field(
        description="JSON Pointer into the request's body, or the name of a parameter after `/`.",
        examples=["/quantity"],
    )
    code: Code = Field(examples=["quantity_unreadable"])
    detail: Told


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `detail` is a sentence in the language of `Accept-Language`."""

    model_config = ConfigDict(json_schema_mode_override="serialization")

    type: Annotated[str, Field(max_length=120, examples=["urn:agrimarket:problem:lot.sold_out"])]
    title: Told
    status: Annotated[int, Field(ge=400, le=599, examples=[409])]
    detail: Told
    code: Code
    request_id: Annotated[str | None, Field(max_length=64)] = None
    errors: Annotated[list[FieldProblem], Field(max_length=MAX_PROBLEMS)] = []
    details: dict[str, Any] = Field(
        default_factory=dict, description="Facts for programs; which ones depends on `code`."
    )


class ParametersWrong(InvalidFields):
    """Parameters of the query are wrong, unknown, missing or given twice."""

    code: ClassVar[str] = "bad_parameters"


def findings_of(error: ValidationError) -> list[tuple[str, str, dict[str, Any]]]:
    """Pydantic's findings as fields of `InvalidFields`."""
    found = error.errors(include_url=False, include_input=False)
    return [(_pointer(each["loc"]), *_finding(each["type"], each.get("ctx", {}))) for each in found]


def fields_of(error: ValidationError) -> InvalidFields:
    """Pydantic's findings as an error of the domain."""
    return InvalidFields(findings_of(error))


def _finding(code: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Code and parameters of a finding: choices without English words; one code for texts, however checked."""
    if code in ("too_long", "too_short") and params.get("field_type") == "Value":
        return f"string_{code}", params
    if isinstance(expected := params.get("expected"), str):
        return code, {**params, "expected": expected.replace("'", "").replace(" or ", ", ")}
    return code, params


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def sentence(code: str, language: str, params: Mapping[str, Any]) -> str:
    """The sentence for a field's error code; a general one if that code has none of its own."""
    key = f"field.{code}"
    return t(key if key in catalogue(language) else "field.other", language, **dict(params))


def problem_of(error: Exception, request: Request[Any, Any, Any]) -> tuple[Problem, dict[str, str]]:
    """Problem that tells the caller about `error`, and the headers that go with it."""
    language = language_of(request)
    match error:
        case ParametersWrong() if wants_page(request):
            problem, headers = _problem(400, "bad_address", language), {}
        case DomainError():
            problem, headers = _refused(error, language)
        case ValidationException() if wants_page(request):
            problem, headers = _problem(400, "bad_address", language), {}
        case ValidationException():
            problem, headers = _misread(error, language), {}
        case HTTPException() if error.status_code < 500:
            code = _HTTP_CODES.get(error.status_code, "bad_request")
            problem, headers = _problem(error.status_code, code, language), dict(error.headers or {})
        case RuntimeError(__cause__=StopIteration()):  # raised by Litestar for a form without the expected file
            problem, headers = _problem(400, "bad_request", language), {}
        case Exception() if is_without_room(error):
            log.error("no_room", error=str(error).splitlines()[0])
            problem, headers = _problem(503, "no_room", language), {"Retry-After": "60"}
        case OperationalError() | InterfaceError() | PoolTimeout() | psycopg.OperationalError():
            # Unreachable, cut off, overcrowded, or a deadlock: worth trying again. Other database errors are defects.
            log.warning("database_unavailable", error=str(error).splitlines()[0])
            problem, headers = _problem(503, "unavailable", language), {"Retry-After": "1"}
        case _:
            log.exception("unexpected_error", exc_info=error)
            problem, headers = _defect(error, language)
    problem.request_id = request.scope.get("state", {}).get("request_id")
    return problem, headers


def _refused(error: DomainError, language: str) -> tuple[Problem, dict[str, str]]:
    told = {name: on_the_wire(name, value) for name, value in error.values.items()}
    problem = _problem(STATUS[error.kind], error.code, language, **told)
    if isinstance(error, InvalidFields):
        problem.errors = [
            FieldProblem(pointer=pointer, code=name, detail=sentence(name, language, params))
            for pointer, name, params in error.fields[:MAX_PROBLEMS]
        ]
    elif error.pointer:
        problem.errors = [FieldProblem(pointer=error.pointer, code=error.code, detail=problem.detail)]
    problem.details = _facts(error.values)
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if isinstance(error, LimitReached):
        headers |= {"RateLimit-Policy": error.policy, "RateLimit": error.standing}
    return problem, headers


def _misread(error: ValidationException, language: str) -> Problem:
    """Problem about what Litestar, whose words are English, could not read: a header, a file, or a missing body."""
    extra: Any = error.extra if isinstance(error.extra, list) else []  # pyright: ignore[reportUnknownMemberType]
    named = [str(found.get("key", "")) for found in extra[:MAX_PROBLEMS]]
    if "data" in named:
        return _problem(422, "body.missing", language)
    problem = _problem(422, "bad_parameters", language)
    told = sentence("other", language, {})
    problem.errors = [FieldProblem(pointer=f"/{name}", code="other", detail=told) for name in named]
    return problem


def _defect(error: Exception, language: str) -> tuple[Problem, dict[str, str]]:
    if isinstance(error, HTTPException):  # of 500 and above
        code = _HTTP_CODES.get(error.status_code, "internal")
        return _problem(error.status_code, code, language), dict(error.headers or {})
    return _problem(500, "internal", language), {}


def _problem(status: int, code: str, language: str, /, **told: Any) -> Problem:
    """Problem with the sentence of `code` about the values that are `told`."""
    own = f"title.{code}"
    title = t(own if own in catalogue(language) else f"title.{status}", language)
    detail = t(code, language, **told)
    return Problem(type=f"urn:agrimarket:problem:{code}", title=title, status=status, detail=detail, code=code)


_FACTS: TypeAdapter[Any] = TypeAdapter(dict[str, Any])


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of an error for programs: ids, money, weights and times as everywhere on the wire."""
    return _FACTS.dump_python({name: _fact(name, value) for name, value in values.items()}, mode="json")


def _fact(name: str, value: Any) -> Any:
    match value:
        case Money():
            return MoneyOut.of(value)
        case Weight():
            return WeightOut(grams=value.grams)
        case datetime():
            return f"{value.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
        case _:
            return on_the_wire(name, value)


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Litestar's exception handler for everything."""
    problem, headers = problem_of(error, request)
    if wants_page(request):
        if type(error) is Unauthenticated and request.method == "GET":
            return Redirect(f"/sign-in?{urlencode({'next': shown_path(request)}, safe='/')}", status_code=303)
        again = resendable(request) if problem.code in _SEND_AGAIN else []
        language = language_of(request)
        if again and problem.code == "form.stale":
            problem.detail = t("form.stale_again", language)
        context = {"problem": problem, "language": language, "path": request.url.path, "again": again}
        return Template("problem.html", context=context, status_code=problem.status, headers=headers)  # type: ignore[return-value]
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = problem.model_dump(mode="json", exclude_none=True, exclude_defaults=False)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def refusing(error: DomainError) -> ASGIApp:
    """ASGI application that refuses every request with `error`."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        request: AnyRequest = cast("Any", scope["litestar_app"]).request_class(scope, receive)
        await handle(request, error).to_asgi_response(None, request)(scope, receive, send)

    return refuse


def shown_path(request: AnyRequest) -> str:
    """Address of the page, with its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person is looking: a browser, outside the API."""
    path = request.scope["path"]
    return not path.startswith(("/v1/", "/webhooks/")) and "text/html" in request.headers.get("accept", "")


def resendable(request: AnyRequest) -> list[tuple[str, str]]:
    """Fields of one of our forms that was refused through no fault of theirs, so that its page can offer to send them
    again; none of a form with files, or of a form that another site had the browser send.

    Passwords and codes are left out: they are typed again.
    """
    if request.method != "POST" or from_elsewhere(request) is not False:
        return []
    form = ScopeState.from_scope(request.scope).form
    fields = [] if form is Empty else list(pairs(form))
    if not all(isinstance(value, str) for _, value in fields):
        return []
    return [(name, str(value)) for name, value in fields if name not in _NOT_AGAIN]


def from_elsewhere(request: AnyRequest) -> bool | None:
    """Whether a page of another site sent the form, by headers that no page can forge; None where a browser is too old
    to say. What its user has it send of itself, from no page, is not from elsewhere.
    """
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    if (origin := request.headers.get("origin")) is not None:
        return origin.partition("://")[2] != request.headers.get("host", "")
    return None


Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]
HANDLERS: dict[int | type[Exception], Handler] = {Exception: handle, HTTPException: handle, DomainError: handle}
