"""What can go wrong, as exceptions; and one table from the engine's error codes to them.

HeadraceError
├── EngineError            the engine said no, for one of these reasons:
│   ├── ConfigurationError     a setting makes no sense
│   ├── AddressInUseError      a port is taken or an address is not this machine's
│   ├── DataDirectoryError     the data folder belongs to others, is in use, or damaged
│   ├── InvalidArgumentError   the request makes no sense
│   ├── NotFoundError          no such node, topic or partition
│   ├── AlreadyExistsError     it is there already
│   ├── RefusedError           the cluster says no: it is not allowed now
│   ├── UnavailableError       not ready, no leader, stopping, too busy: try again
│   ├── DeadlineError          no answer in time; it may yet happen
│   └── InternalError          a bug or a broken disk
└── VersionMismatchError   the Python side and the engine are of different versions

The engine's codes are listed in its module (`headrace._engine.ERROR_CODES`); a test checks that
TABLE names each of them and no other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3


class HeadraceError(Exception):
    """Anything that a user is told in one line. `exit_status` is what a command ends with."""

    exit_status = EXIT_FAILED


class VersionMismatchError(HeadraceError):
    """The engine was built from other sources than the Python side."""

    exit_status = EXIT_USAGE


class EngineError(HeadraceError):
    """The engine said no.

    `code` is one of TABLE's keys; `setting` names the property to change (as in headrace.yaml)
    or is empty; `http_status` is what the admin API answers.
    """

    http_status = 500

    def __init__(self, code: str, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.setting = setting


class ConfigurationError(EngineError):
    """A setting makes no sense."""

    # systemd does not start a node again after it: starting again would not help.
    exit_status = EXIT_USAGE
    http_status = 400


class AddressInUseError(EngineError):
    """A port is taken, or an address is not one of this machine's."""


class DataDirectoryError(EngineError):
    """The data folder is another cluster's or node's, in use, damaged, or of a newer release."""


class InvalidArgumentError(EngineError):
    """The request makes no sense."""

    exit_status = EXIT_USAGE
    http_status = 400


class NotFoundError(EngineError):
    """There is no such node, topic or partition."""

    http_status = 404


class AlreadyExistsError(EngineError):
    """It is there already."""

    http_status = 409


class RefusedError(EngineError):
    """The cluster does not allow it now."""

    exit_status = EXIT_REFUSED
    http_status = 409


class UnavailableError(EngineError):
    """Not now: try again after a moment."""

    exit_status = EXIT_REFUSED
    http_status = 503


class DeadlineError(EngineError):
    """No answer in time. What was asked may yet happen."""

    http_status = 504


class InternalError(EngineError):
    """A bug, or a disk that fails."""


TABLE: dict[str, type[EngineError]] = {
    "config_invalid": ConfigurationError,
    "address_in_use": AddressInUseError,
    "other_cluster": DataDirectoryError,
    "other_node": DataDirectoryError,
    "data_folder_in_use": DataDirectoryError,
    "data_folder_damaged": DataDirectoryError,
    "data_folder_newer": DataDirectoryError,
    "storage": InternalError,
    "invalid_argument": InvalidArgumentError,
    "unknown_operation": InvalidArgumentError,
    "not_found": NotFoundError,
    "already_exists": AlreadyExistsError,
    "refused": RefusedError,
    "not_ready": UnavailableError,
    "no_leader": UnavailableError,
    "busy": UnavailableError,
    "shutting_down": UnavailableError,
    "timed_out": DeadlineError,
    "internal": InternalError,
}


@dataclass(frozen=True)
class Failure:
    """An error as the engine sends it over the bridge."""

    code: str
    message: str
    setting: str = ""


def engine_error(failure: Failure) -> EngineError:
    """The exception for a failure. A code that TABLE lacks is an internal error that says so."""
    kind = TABLE.get(failure.code)
    if kind is None:
        return InternalError("internal", f"{failure.message} (unknown code {failure.code!r})")
    return kind(failure.code, failure.message, failure.setting)


def engine_error_from_json(text: str) -> EngineError:
    """The exception for a completion that failed: {"code", "message", "setting"}."""
    fields: Mapping[str, Any] = json.loads(text)
    failure = Failure(
        str(fields.get("code", "internal")),
        str(fields.get("message", "the engine gave no reason")),
        str(fields.get("setting", "")),
    )
    return engine_error(failure)
