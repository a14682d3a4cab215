"""`headrace dev`: a cluster of plain processes on this machine."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli.errors import FAILED, REFUSED, USAGE, CliError
from headrace.cli.options import Format, FormatOption
from headrace.cli.output import emit, note, table

if TYPE_CHECKING:
    from headrace.cli.devcluster import DevCluster, Override

app = typer.Typer(
    help="A cluster of plain processes on 127.0.0.1, without root. It asks for no password.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

DirOption = Annotated[
    Path,
    typer.Option("--dir", "-d", help="Folder of the cluster: configuration, data and logs."),
]
FirstIdOption = Annotated[
    int | None,
    typer.Option(
        "--first-id",
        min=0,
        max=1_000_000,
        help="Id of the first node; the others count on from it. [default: 0]",
        show_default=False,
    ),
]
DEFAULT_DIR = Path("headrace-dev")


def _nodes_table(cluster: "DevCluster") -> str:
    rows = [
        (
            node.id,
            f"127.0.0.1:{node.ports.kafka}",
            f"127.0.0.1:{node.ports.admin}",
            node.process.pid if node.process else None,
            "running" if node.is_running() else "stopped",
            node.dir,
        )
        for node in cluster.nodes
    ]
    return table(("ID", "KAFKA", "ADMIN", "PID", "STATE", "DIR"), rows)


@app.command("up")
def up(
    nodes: Annotated[
        int | None,
        typer.Option(
            "--nodes", "-n", min=1, max=15, help="How many nodes. [default: 3]", show_default=False
        ),
    ] = None,
    folder: DirOption = DEFAULT_DIR,
    base_port: Annotated[
        int | None,
        typer.Option(
            "--base-port",
            help="First port; each node takes the next ten. 0: a free block. [default: 19092]",
            show_default=False,
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A property of every node, e.g. headrace.shards=1; {id} in VALUE stands for the "
            "node's id, e.g. headrace.rack=rack-{id}. May be given several times.",
            show_default=False,
        ),
    ] = None,
    first_id: FirstIdOption = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, max=3600, help="Seconds to wait until ready.")
    ] = 90,
    form: FormatOption = Format.TEXT,
) -> None:
    """Start a cluster, or those of its nodes that do not run, and wait until it is ready.

    Run again on the same folder it starts what has ended, on the same ports, with the same data.
    When a new cluster does not become ready because a node ends, all its processes are ended again.
    """
    from headrace.cli.devcluster import interrupt_guard

    interrupt_guard()
    folder = folder.resolve()
    overrides = _overrides(assignments or [])
    cluster, is_new = _cluster_for(folder, nodes, base_port, first_id)
    _require_engine()
    cluster.check_ports()
    with cluster.locked():
        if is_new or overrides:
            cluster.write_settings(overrides)
        if is_new:
            cluster.save()
        started = [node for node in cluster.nodes if not node.is_running()]
        try:
            for node in started:
                cluster.start(node)
            cluster.wait_ready(timeout)
        except BaseException as error:
            # A cluster that waits may still come up; one that lost a node, or that the user gave up
            # on, leaves nothing behind that this command started.
            timed_out = isinstance(error, CliError) and "not ready after" in str(error)
            if not timed_out:
                _stop_started(cluster, {node.id for node in started})
            raise
    text = f"{_nodes_table(cluster)}\nbootstrap: {cluster.public()['bootstrap']}"
    emit(form, cluster.public(), text)


def _stop_started(cluster: "DevCluster", ids: set[int]) -> None:
    from headrace.cli.processes import end_all

    processes = [node.process for node in cluster.nodes if node.id in ids and node.process]
    end_all(processes, 10)
    for node in cluster.nodes:
        if node.id in ids:
            node.process = None
    cluster.save()


def _overrides(assignments: list[str]) -> "list[Override]":
    if not assignments:
        return []
    from ruamel.yaml.error import YAMLError

    from headrace.settings.loader import split_key

    found: list[Override] = []
    for assignment in assignments:
        key, sign, text = assignment.partition("=")
        if not sign:
            raise CliError(f"--set {assignment}: write KEY=VALUE", USAGE)
        try:
            _value_of_node(text, 0)
            found.append((split_key(key), partial(_value_of_node, text)))
        except (YAMLError, ValueError) as error:
            raise CliError(f"--set {assignment}: {error}", USAGE) from error
    return found


def _value_of_node(text: str, node_id: int) -> Any:
    from headrace.settings.source import load_plain

    return load_plain(text.replace("{id}", str(node_id)))


def _cluster_for(
    folder: Path, nodes: int | None, base_port: int | None, first_id: int | None
) -> tuple["DevCluster", bool]:
    """The folder's cluster, or a new one; and whether it is new."""
    from headrace.cli.devcluster import DevCluster
    from headrace.cli.ports import DEFAULT_BASE_PORT, choose_base_port

    found = DevCluster.load(folder)
    if found is not None:
        has = len(found.nodes)
        if nodes is not None and nodes != has:
            raise CliError(
                f"{folder} holds a cluster of {has} nodes, not {nodes}; use another --dir"
            )
        first = found.nodes[0].ports.kafka
        if base_port not in (None, 0, first):
            raise CliError(f"{folder} holds a cluster on base port {first}; use another --dir")
        if first_id not in (None, found.nodes[0].id):
            raise CliError(
                f"{folder} holds a cluster whose first id is {found.nodes[0].id}; use another --dir"
            )
        return found, False
    count = nodes if nodes is not None else 3
    if base_port == 0:
        base_port = choose_base_port(folder, count)
    return DevCluster.plan(folder, base_port or DEFAULT_BASE_PORT, count, first_id or 0), True


def _require_engine() -> None:
    """Fails early, once, instead of once in each node's log."""
    from headrace.cli.start import ENGINE_MISSING, engine_is_built

    if not engine_is_built():
        raise CliError(ENGINE_MISSING)


def _existing(folder: Path) -> "DevCluster":
    from headrace.cli.devcluster import DevCluster

    found = DevCluster.load(folder.resolve())
    if found is None:
        raise CliError(f"{folder.resolve()}: no cluster here (`headrace dev up --dir` starts one)")
    return found


@app.command("down")
def down(
    folder: DirOption = DEFAULT_DIR,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Delete configuration, data and logs as well.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout",
            min=0,
            max=600,
            help="Seconds for a clean stop before the processes are killed.",
        ),
    ] = 40,
    form: FormatOption = Format.TEXT,
) -> None:
    """End exactly the processes that `dev up` started here. The data stays."""
    cluster = _existing(folder)
    with cluster.locked():
        cluster = _existing(folder)
        ended, killed = cluster.stop(timeout)
        if wipe:
            cluster.wipe()
    for node in killed:
        note(f"warning: node {node} did not stop within {timeout:g} s and was killed")
    data = {"ended": ended, "killed": killed, "wiped": wipe}
    what = f"ended {len(ended)} of {len(cluster.nodes)} nodes"
    emit(form, data, f"{what}, deleted {cluster.folder}" if wipe else what)


@app.command("status")
def status(folder: DirOption = DEFAULT_DIR, form: FormatOption = Format.TEXT) -> None:
    """Show the nodes. Exit status 0 when all run and the cluster is healthy, 3 when not."""
    cluster = _existing(folder)
    data = cluster.public()
    for entry, node in zip(data["nodes"], cluster.nodes, strict=True):
        entry["running"] = node.is_running()
        entry["pid"] = entry["pid"] if entry["running"] else None
    running = all(entry["running"] for entry in data["nodes"])
    reason = cluster.not_ready() if running else "a node does not run"
    data["ready"], data["reason"] = not reason, reason or None
    emit(
        form, data, f"{_nodes_table(cluster)}\n{'ready' if not reason else f'not ready: {reason}'}"
    )
    if reason:
        raise typer.Exit(REFUSED)


@app.command("logs")
def logs(
    node: Annotated[int, typer.Argument(metavar="NODE", help="The node's id.", min=0)],
    folder: DirOption = DEFAULT_DIR,
    form: FormatOption = Format.TEXT,
) -> None:
    """Print the last lines that a node logged."""
    cluster = _existing(folder)
    found = next((each for each in cluster.nodes if each.id == node), None)
    if found is None:
        first, last = cluster.nodes[0].id, cluster.nodes[-1].id
        raise CliError(f"no node {node}: there are {first} to {last}", FAILED)
    tail = found.log_tail()
    emit(form, {"node": node, "file": str(found.dir / "log"), "lines": tail.splitlines()}, tail)
