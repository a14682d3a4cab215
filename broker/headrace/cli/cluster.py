"""`headrace cluster`: what the cluster knows about itself, through the admin API."""

import time
from typing import Annotated, Any

import typer

from headrace.cli.errors import FAILED, REFUSED, CliError
from headrace.cli.options import AdminOption, Format, FormatOption, TimeoutOption, this_node
from headrace.cli.output import emit, pairs, table

app = typer.Typer(
    help="Show the cluster's nodes and its health.", no_args_is_help=True, rich_markup_mode=None
)
WATCH_INTERVAL_S = 1.0


def admin_addresses(given: str | None) -> list[str]:
    """The addresses that were given, or this node's. Raises CliError."""
    if given:
        return [part.strip() for part in given.split(",") if part.strip()]
    return [str(this_node("--admin", "HEADRACE_ADMIN").headrace.admin_advertised())]


class AdminApi:
    """The admin API of the first node that answers."""

    def __init__(self, addresses: list[str], timeout_s: float) -> None:
        import httpx

        self._httpx = httpx
        self._addresses = addresses
        self._client = httpx.Client(timeout=timeout_s, trust_env=False)

    def get(self, path: str) -> Any:
        """The JSON body of a GET. Raises CliError: 1 where nobody answers, 3 for a refusal."""
        failures: list[str] = []
        for address in self._addresses:
            base = address if "://" in address else f"http://{address}"
            try:
                response = self._client.get(f"{base}{path}")
            except (self._httpx.HTTPError, self._httpx.InvalidURL) as error:
                failures.append(f"{address}: {error}")
                continue
            if response.is_success:
                return response.json()
            raise CliError(f"{address}{path}: {response.status_code} {_detail(response)}", REFUSED)
        raise CliError(f"the admin API does not answer: {'; '.join(failures)}", FAILED)


def _detail(response: Any) -> str:
    """What an error response says."""
    try:
        body = response.json()
    except ValueError:
        return str(response.reason_phrase)
    if isinstance(body, dict):
        return str(body.get("message") or body.get("detail") or response.reason_phrase)
    return str(response.reason_phrase)


@app.command("info")
def info(
    admin: AdminOption = None,
    timeout: TimeoutOption = 5,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show the cluster's id and its nodes."""
    api = AdminApi(admin_addresses(admin), timeout)
    uuid = api.get("/v1/cluster/uuid").get("cluster_uuid")
    nodes = api.get("/v1/brokers")
    health = api.get("/v1/cluster/health_overview")
    rows = [
        (
            node["node_id"],
            "yes" if node.get("is_alive") else "no",
            f"{node.get('internal_rpc_address')}:{node.get('internal_rpc_port')}",
            node.get("rack"),
            node.get("version"),
        )
        for node in nodes
    ]
    data = {"cluster_uuid": uuid, "controller_id": health.get("controller_id"), "nodes": nodes}
    head = pairs([("cluster", uuid), ("controller", health.get("controller_id"))])
    body = table(("ID", "ALIVE", "RPC", "RACK", "VERSION"), rows)
    emit(form, data, f"{head}\n\n{body}")


@app.command("health")
def health(
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            "-w",
            help="Print again on every change, until healthy with --exit-code, else until Ctrl-C.",
        ),
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code/--no-exit-code", help="Exit status 3 when the cluster is not healthy."
        ),
    ] = True,
    admin: AdminOption = None,
    timeout: TimeoutOption = 5,
    form: FormatOption = Format.TEXT,
) -> None:
    """Show whether all nodes live, every partition has a leader, and every replica is in sync."""
    api = AdminApi(admin_addresses(admin), timeout)
    overview: dict[str, Any] = {}
    previous: dict[str, Any] | None = None
    while True:
        overview = api.get("/v1/cluster/health_overview")
        if overview != previous:
            emit(form, overview, _health_text(overview))
            previous = overview
        if not watch or (exit_code and overview.get("is_healthy")):
            break
        time.sleep(WATCH_INTERVAL_S)
    if exit_code and not overview.get("is_healthy"):
        raise typer.Exit(REFUSED)


def _health_text(overview: dict[str, Any]) -> str:
    def some(key: str) -> str:
        listed = overview.get(f"{key}_partitions", [])
        count = overview.get(f"{key}_count", len(listed))
        more = ", …" if count > len(listed) > 0 else ""
        return f"{count} ({', '.join(map(str, listed))}{more})" if listed else str(count)

    return pairs(
        [
            ("healthy", bool(overview.get("is_healthy"))),
            ("reasons", overview.get("unhealthy_reasons", [])),
            ("controller", overview.get("controller_id")),
            ("nodes", overview.get("all_nodes", [])),
            ("nodes down", overview.get("nodes_down", [])),
            ("leaderless partitions", some("leaderless")),
            ("under-replicated partitions", some("under_replicated")),
        ]
    )
