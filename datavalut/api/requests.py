"""What callers send, checked: nothing beyond this module sees a raw body or parameter."""

import hashlib
import hmac
import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from datavalut.api.errors import BodyTooLarge, FieldProblem, InvalidFields, InvalidParameter, MalformedBody
from datavalut.connections import (
    MAX_CONNECTION_STRING_LENGTH,
    ConnectionStringError,
    PortNotANumberError,
    parse_connection_string,
)
from datavalut.errors import shortened
from datavalut.filters.model import FilterPlan, Scope
from datavalut.jobs.model import JobStatus

MAX_BODY_BYTES = 60_000  # it must fit in a secret, of 65,536 bytes
MAX_PROMPT_LENGTH = 4000  # characters
MAX_PROBLEMS = 50  # told in one answer
MAX_NAME_TOLD = 100  # characters
MAX_DEPTH = 100  # of JSON: a filter nested that deep is none that a person means
DEFAULT_LIMIT = 50
MAX_LIMIT = 100

_DATABASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")
_RESERVED_DATABASE_NAMES = frozenset({"postgres", "template0", "template1", "rdsadmin"})
_RESERVED_PREFIXES = ("pg_", "datavalut_build_")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PLAIN_TYPES = frozenset({"bool", "int", "float", "str"})
_ALTERNATIVES = (("source_db_connection", "source_secret_arn"), ("filter_prompt", "filter"))


class CreateJobRequest(BaseModel):
    """The body of POST. Exactly one of `source_db_connection` and `source_secret_arn`, and exactly one of
    `filter_prompt` and `filter`."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={"allOf": [{"oneOf": [{"required": [name]} for name in names]} for names in _ALTERNATIVES]},
    )

    source_db_connection: str | None = Field(
        default=None,
        max_length=MAX_CONNECTION_STRING_LENGTH,
        description="Where the rows come from. Percent-encode what is special in user and password.",
        examples=["postgresql://user:password@host:5432/database?sslmode=require"],
        repr=False,
    )
    source_secret_arn: str | None = Field(
        default=None,
        max_length=2048,
        description="Instead of source_db_connection: a secret in AWS Secrets Manager, in the shape of RDS, whose tag "
        "`datavalut:source` names the caller or says `any`.",
        examples=["arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-reader-AbCdEf"],
    )
    filter_prompt: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_PROMPT_LENGTH,
        description="Which rows are wanted, in a sentence.",
        examples=["Extract customers from last 6 months with 3+ purchases"],
        repr=False,
    )
    filter: FilterPlan | None = Field(
        default=None, description="Instead of filter_prompt: which rows are wanted, as a plan.", repr=False
    )
    scope: Scope | None = Field(default=None, description="How much beside the subject comes along.")
    dry_run: Annotated[StrictBool | None, Field(description="Stop after planning, and show the plan.")] = None
    target_db_name: str | None = Field(
        default=None,
        description="The finished database's name; by default that of the source and `_filtered`. If it is taken, a "
        "suffix is added.",
        examples=["customer_data_canada"],
    )

    @field_validator("source_db_connection")
    @classmethod
    def _connection_is_usable(cls, text: str | None) -> str | None:
        try:
            if text is not None:
                parse_connection_string(text)
        except PortNotANumberError:
            return text  # of the contract's own example: a job that fails, see create_job
        except ConnectionStringError as error:
            _refuse(str(error))
        return text

    @field_validator("filter_prompt")
    @classmethod
    def _prompt_says_something(cls, text: str | None) -> str | None:
        if text is not None and not any(character.isalnum() for character in text):
            _refuse("The prompt has no words.")
        if text is not None and "\0" in text:
            _refuse("The prompt has a NUL character.")
        return text

    @field_validator("target_db_name")
    @classmethod
    def _name_is_free_to_use(cls, name: str | None) -> str | None:
        if name is None:
            return None
        if not _DATABASE_NAME.fullmatch(name):
            _refuse("A database name has 1 to 63 letters, digits, _ and -, and begins with a letter or _.")
        if name.lower() in _RESERVED_DATABASE_NAMES or name.lower().startswith(_RESERVED_PREFIXES):
            _refuse("This database name is reserved.")
        return name


@dataclass(frozen=True)
class CreateJobBody:
    """A checked body. `canonical` is the same for bodies that say the same; it holds secrets."""

    request: CreateJobRequest
    filter_json: dict[str, Any] | None
    canonical: str

    def fingerprint(self, key: bytes) -> str:
        """Tells bodies apart without telling what is in them: it needs a key, or a short password could be tried."""
        return hmac.digest(key, b"request " + self.canonical.encode(), hashlib.sha256).hex()


def read_create_job_body(body: str | bytes | None) -> CreateJobBody:
    """Raises MalformedBody, BodyTooLarge, InvalidFields."""
    # Halves of characters cannot come over HTTP, but be in an event that was made otherwise.
    data = body.encode(errors="surrogatepass") if isinstance(body, str) else body or b""
    if len(data) > MAX_BODY_BYTES:
        raise BodyTooLarge(MAX_BODY_BYTES)
    value = _json_object(data)
    if _depth(value) > MAX_DEPTH:
        raise InvalidFields((FieldProblem("filter", f"Is nested deeper than {MAX_DEPTH} levels of JSON"),))
    problems = list(_alternative_problems(value))
    request = None
    try:
        request = CreateJobRequest.model_validate(value)
    except ValidationError as error:
        problems = _field_problems(error, value) + problems
    if problems or request is None:
        raise InvalidFields(tuple(problems[:MAX_PROBLEMS]))
    return CreateJobBody(
        request=request,
        filter_json=value.get("filter"),
        canonical=json.dumps(value, sort_keys=True, separators=(",", ":")),
    )


def read_idempotency_key(header: str | None) -> str | None:
    """Raises InvalidFields."""
    if header is not None and not _IDEMPOTENCY_KEY.fullmatch(header):
        raise InvalidFields((FieldProblem("Idempotency-Key", "Must be 1 to 255 visible ASCII characters"),))
    return header


@dataclass(frozen=True)
class ListJobsRequest:
    limit: int
    status: JobStatus | None
    next_token: str | None


def read_list_jobs_request(parameters: Mapping[str, str]) -> ListJobsRequest:
    """Raises InvalidParameter."""
    limit = parameters.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 4 and 1 <= int(limit) <= MAX_LIMIT):
        raise InvalidParameter("limit", f"is no whole number from 1 to {MAX_LIMIT}")
    status = parameters.get("status")
    if status is not None and status not in set(JobStatus):
        raise InvalidParameter("status", f"is none of {', '.join(JobStatus)}")
    return ListJobsRequest(
        limit=int(limit),
        status=JobStatus(status) if status is not None else None,
        next_token=parameters.get("next_token"),
    )


def _json_object(data: bytes) -> dict[str, Any]:
    if not data.strip():
        raise MalformedBody("it is empty")
    try:
        value = json.loads(
            data.decode(), parse_float=_finite, parse_constant=_finite, object_pairs_hook=_without_doubles
        )
    except UnicodeDecodeError:
        raise MalformedBody("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise MalformedBody(f"{error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise MalformedBody("it is nested too deeply") from None
    except ValueError:
        raise MalformedBody("it has a number out of range") from None
    if not isinstance(value, dict):
        raise MalformedBody("it is another JSON value")
    return value


def _without_doubles(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 leaves open what a name that comes twice means, so it is not guessed."""
    names = Counter(name for name, _ in members)
    twice = next((name for name, times in names.items() if times > 1), None)
    if twice is not None:
        raise MalformedBody(f"an object has the name {shortened(twice, MAX_NAME_TOLD)} twice")
    return dict(members)


def _depth(value: object) -> int:
    depth = 0
    level = [value]
    while level:
        depth += 1
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return depth


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _refuse(reason: str) -> NoReturn:
    raise PydanticCustomError("refused", "{reason}", {"reason": reason})


def _alternative_problems(value: Mapping[str, Any]) -> list[FieldProblem]:
    problems = []
    for one, other in _ALTERNATIVES:
        given = [name for name in (one, other) if value.get(name) is not None]
        if not given:
            problems.append(FieldProblem(one, f"Is missing: give {one} or {other}"))
        if len(given) == 2:
            problems.append(FieldProblem(other, f"Give either {one} or {other}, not both"))
    return problems


def _field_problems(error: ValidationError, value: object) -> list[FieldProblem]:
    problems: dict[str, FieldProblem] = {}
    for detail in error.errors(include_url=False, include_input=False):
        field, of_plain_value = _json_path(detail["loc"], value)
        reason = "Should be a text, a number or a boolean" if of_plain_value else _reason(detail)
        problems.setdefault(field, FieldProblem(field, reason))
    return list(problems.values())


# By pydantic's names of what is wrong: its own words speak of Python.
_REASONS = {
    "extra_forbidden": "Is not a known field",
    "missing": "Is missing",
    "union_tag_not_found": "Is missing its kind",
    "union_tag_invalid": "Its kind is none of {expected_tags}",
    "model_type": "Should be an object",
    "model_attributes_type": "Should be an object",
    "tuple_type": "Should be a list",
    "too_short": "Should not be empty",
    "string_too_short": "Should not be empty",
    "string_too_long": "Should have at most {max_length} characters",
    "string_type": "Should be a text",
    "bool_type": "Should be true or false",
    "enum": "Should be {expected}",
    "literal_error": "Should be {expected}",
}


def _reason(detail: ErrorDetails) -> str:
    reason = _REASONS.get(detail["type"])
    return detail["msg"].replace("Input should", "Should") if reason is None else reason.format(**detail.get("ctx", {}))


def _json_path(location: tuple[int | str, ...], value: object) -> tuple[str, bool]:
    """The path in the caller's JSON, and whether what is there should have been a plain value.

    Pydantic's path has, beside, the member that it tried of each union: of conditions and expressions that is their
    `kind`, of plain values the type's name.
    """
    path = ""
    entered = True  # the kind of an object can only come right after the step into it
    for part in location:
        if entered and isinstance(value, dict) and part == value.get("kind"):
            entered = False
            continue
        if isinstance(part, int) and isinstance(value, list):
            path += f"[{part}]"
            value = value[part] if part < len(value) else None
        elif isinstance(value, dict) and (part in value or part not in _PLAIN_TYPES):
            path += f".{part}" if path else str(part)
            value = value.get(part)
        else:
            return _shortened(path), part in _PLAIN_TYPES
        entered = True
    return _shortened(path), False


def _shortened(path: str) -> str:
    """Fit to be shown: a JSON name may be long, and hold halves of characters."""
    path = path.encode(errors="backslashreplace").decode()
    return path if len(path) <= 500 else f"{path[:500]}…"
