"""confluent-kafka for the commands: addresses, clients, and its errors in our words."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

from headrace.cli.errors import FAILED, REFUSED, USAGE, CliError
from headrace.cli.options import this_node

if TYPE_CHECKING:
    from confluent_kafka import Consumer, KafkaError, Producer
    from confluent_kafka.admin import AdminClient

T = TypeVar("T")


def broker_list(given: str | None) -> str:
    """The addresses that were given, or this node's advertised ones. Raises CliError."""
    if given:
        return given
    listeners = this_node("--brokers", "HEADRACE_BROKERS").headrace.kafka_advertised()
    return ",".join(f"{_bracketed(each.address)}:{each.port}" for each in listeners)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Session:
    """Clients for one list of brokers; remembers why the last connection failed."""

    def __init__(self, brokers: str | None, timeout_s: float) -> None:
        self.brokers = broker_list(brokers)
        self.timeout_s = timeout_s
        self._last_error = ""
        self._admin: AdminClient | None = None

    def conf(self, **extra: Any) -> dict[str, Any]:
        """Librdkafka's configuration. Its own log lines are not for users."""
        logger = logging.getLogger("headrace.cli.kafka")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        return {
            "bootstrap.servers": self.brokers,
            "client.id": "headrace-cli",
            "error_cb": self._remember,
            "logger": logger,
            "socket.connection.setup.timeout.ms": 5000,
            **extra,
        }

    def _remember(self, error: "KafkaError") -> None:
        self._last_error = error.str()

    def admin(self) -> "AdminClient":
        """The session's client for topics and groups.

        The session keeps it: its futures fail when nobody holds the client any longer.
        """
        from confluent_kafka.admin import AdminClient

        if self._admin is None:
            self._admin = AdminClient(self.conf())
        return self._admin

    def producer(self, **conf: Any) -> "Producer":
        """A producer."""
        from confluent_kafka import Producer

        return Producer(self.conf(**conf))

    def consumer(self, **conf: Any) -> "Consumer":
        """A consumer."""
        from confluent_kafka import Consumer

        return Consumer(self.conf(**conf))

    def call(self, action: Callable[[], T], what: str = "") -> T:
        """Runs a call and turns its error into CliError: status 3 where the cluster refused."""
        from confluent_kafka import KafkaException

        try:
            return action()
        except KafkaException as error:
            self.fail(error.args[0], what)
        except (ValueError, TypeError) as error:
            # The client refuses a bad argument before it asks the cluster.
            raise CliError(f"{what}: {error}" if what else str(error), USAGE) from error

    def fail(self, error: "KafkaError", what: str = "") -> NoReturn:
        """Raises the CliError for a Kafka error."""
        prefix = f"{what}: " if what else ""
        if error.code() > 0:
            raise CliError(f"{prefix}{refusal(error)}", REFUSED)
        reason = self._last_error or error.str()
        raise CliError(f"{prefix}no answer from {self.brokers}: {reason}", FAILED)


def offsets(
    current: Session,
    admin: Any,
    topic: str,
    partitions: list[int],
    which: Literal["earliest", "latest"],
) -> dict[int, int | None]:
    """Earliest or latest offset of each partition; None where it has no leader now."""
    from confluent_kafka import KafkaException, TopicPartition
    from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

    if not partitions:
        return {}
    spec: Any = getattr(OffsetSpec, which)()
    asked = {TopicPartition(topic, number): spec for number in partitions}
    futures = current.call(lambda: admin.list_offsets(asked, request_timeout=current.timeout_s))
    found: dict[int, int | None] = {}
    for partition, future in futures.items():
        try:
            found[partition.partition] = int(future.result().offset)
        except KafkaException:
            found[partition.partition] = None
    return found


def refusal(error: "KafkaError") -> str:
    """What the cluster said, with Kafka's name of the error."""
    return f"{error.str().removeprefix('Broker: ')} ({error.name()})"


def text_of(data: bytes | None) -> Any:
    """Bytes for JSON: text where it is UTF-8, else `{"base64": …}`."""
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        import base64

        return {"base64": base64.b64encode(data).decode("ascii")}
