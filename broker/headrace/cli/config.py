"""`headrace config`: write, change, read and check the node's configuration file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli.errors import USAGE, CliError
from headrace.cli.options import ConfigOption, Format, FormatOption
from headrace.cli.output import emit

if TYPE_CHECKING:
    from headrace.settings.edit import Change

app = typer.Typer(
    help="Write, change, read and check the node's configuration file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def change_lines(changes: Sequence["Change"]) -> list[str]:
    """One line a change, for people."""
    from headrace.settings.edit import UNSET
    from headrace.settings.yamltext import flow

    def shown(value: Any) -> str:
        return "(not set)" if value is UNSET else flow(value)

    lines = [f"  {c.key}: {shown(c.before)} -> {shown(c.after)}" for c in changes]
    return lines or ["  nothing to change"]


def _report(form: Format, file: Path, changes: Sequence["Change"]) -> None:
    data = {"file": str(file), "changes": [change.as_json() for change in changes]}
    emit(form, data, "\n".join([str(file), *change_lines(changes)]))


@app.command("init")
def init(
    config: ConfigOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a file that is there already.")
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Write a commented configuration with the defaults of a single node in development mode."""
    from headrace.settings import find_config
    from headrace.settings.edit import write_atomically

    file = find_config(config)
    if file.exists() and not force:
        raise CliError(f"{file}: exists already; --force overwrites it")
    template = Path(__file__).parent.parent / "settings" / "default_config.yaml"
    write_atomically(file, template.read_text(encoding="utf-8"))
    emit(form, {"file": str(file)}, f"wrote {file}")


@app.command("bootstrap")
def bootstrap(
    own: Annotated[
        str | None,
        typer.Option(
            "--self",
            metavar="IP",
            help="This node's address. Default: the host's only private IPv4 address.",
            show_default=False,
        ),
    ] = None,
    ips: Annotated[
        str | None,
        typer.Option(
            "--ips",
            metavar="IP,IP,IP",
            help="The seeds, the same on every node: addresses or names, with :PORT where the RPC "
            "port is not 33145. Default: this node alone.",
            show_default=False,
        ),
    ] = None,
    advertised_kafka: Annotated[
        str | None,
        typer.Option(
            "--advertised-kafka",
            metavar="HOST[:PORT]",
            help="What Kafka clients are told to connect to, where it is not --self.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Fill in the seeds and this node's addresses.

    Loopback and wildcard addresses become --self; addresses that somebody chose stay. With more
    than one seed `empty_seed_starts_cluster` becomes false. Running it again changes nothing.
    """
    import ipaddress

    from headrace.settings import find_config
    from headrace.settings.bootstrap import bootstrap as fill_in
    from headrace.settings.bootstrap import parse_endpoint
    from headrace.settings.edit import ConfigFile
    from headrace.settings.table import DEFAULT_KAFKA_PORT, DEFAULT_RPC_PORT

    address = own if own is not None else _only_private_address()
    try:
        if ipaddress.ip_address(address).is_unspecified:
            raise CliError(f"--self {address}: no other node can connect to it", USAGE)
    except ValueError as error:
        raise CliError(f"--self {address!r} is not an IP address", USAGE) from error
    try:
        given = [part.strip() for part in (ips or address).split(",") if part.strip()]
        seeds = [parse_endpoint(part, DEFAULT_RPC_PORT) for part in given]
        told = parse_endpoint(advertised_kafka, DEFAULT_KAFKA_PORT) if advertised_kafka else None
    except ValueError as error:
        raise CliError(str(error), USAGE) from error
    file = find_config(config)
    edited = ConfigFile(file)
    fill_in(edited, address, seeds, told)
    edited.save()
    _report(form, file, edited.changes)


def _only_private_address() -> str:
    """The host's single private IPv4 address. Raises CliError when there is none or a choice."""
    import ipaddress
    import socket

    found: list[str] = []
    for route in _local_ipv4_addresses():
        address = ipaddress.IPv4Address(route)
        if address.is_private and not address.is_loopback and not address.is_link_local:
            found.append(route)
    if len(found) == 1:
        return found[0]
    what = f"several private addresses ({', '.join(found)})" if found else "no private IPv4 address"
    raise CliError(f"{socket.gethostname()} has {what}; say which with --self IP", USAGE)


def _local_ipv4_addresses() -> list[str]:
    """Addresses of this host, from the kernel's local routing table, in its order."""
    found: list[str] = []
    previous = ""
    lines = Path("/proc/net/fib_trie").read_text(encoding="ascii").splitlines()
    for line in lines:
        text = line.strip()
        if text.startswith("/32 host LOCAL") and previous not in found:
            found.append(previous)
        if text.startswith("|-- "):
            previous = text.removeprefix("|-- ")
    return found


def _path(key: str) -> tuple[str | int, ...]:
    from headrace.settings.loader import split_key

    try:
        return split_key(key)
    except ValueError as error:
        raise CliError(str(error), USAGE) from error


def _assignments(arguments: list[str]) -> list[tuple[str, str]]:
    """`KEY VALUE`, or any number of `KEY=VALUE`."""
    if len(arguments) == len(("KEY", "VALUE")) and "=" not in arguments[0]:
        return [(arguments[0], arguments[1])]
    pairs = [argument.partition("=") for argument in arguments]
    if not all(sign for _, sign, _ in pairs):
        raise CliError("write KEY VALUE, or KEY=VALUE KEY=VALUE …", USAGE)
    return [(key, value) for key, _, value in pairs]


@app.command("set", context_settings={"ignore_unknown_options": True})
def set_(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY VALUE",
            help="A dotted key, lists by index (headrace.kafka_api[0].port), and a YAML value; or "
            "several KEY=VALUE, which are checked together.",
        ),
    ],
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Change properties in the file. Its comments and order stay; a bad result is not written."""
    from ruamel.yaml.error import YAMLError

    from headrace.settings import find_config
    from headrace.settings.edit import ConfigFile
    from headrace.settings.source import load_plain

    assignments = _assignments(arguments)
    file = find_config(config)
    edited = ConfigFile(file)
    for key, text in assignments:
        try:
            value = load_plain(text)
        except (YAMLError, ValueError) as error:
            raise CliError(f"{key}: {text!r} is not a YAML value", USAGE) from error
        edited.set(_path(key), value)
    edited.save()
    _report(form, file, edited.changes)


@app.command("unset")
def unset(
    keys: Annotated[list[str], typer.Argument(metavar="KEY…", help="Dotted keys to take out.")],
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Take properties out of the file, so that their defaults hold."""
    from headrace.settings import find_config
    from headrace.settings.edit import ConfigFile

    file = find_config(config)
    edited = ConfigFile(file)
    for key in keys:
        edited.unset(_path(key))
    edited.save()
    _report(form, file, edited.changes)


@app.command("get")
def get(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A dotted key.")],
    config: ConfigOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Print the value that a property has, from the file or by default."""
    from headrace.settings import ConfigError, find_config, load
    from headrace.settings.describe import dotted, properties, template_key
    from headrace.settings.loader import unknown_key_message
    from headrace.settings.yamltext import flow

    path = _path(key)
    file = find_config(config)
    value: Any = load(file).model_dump(mode="json")
    if template_key(path).removesuffix("[]") not in properties():
        raise ConfigError.single(file, unknown_key_message(path), key=dotted(path))
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError) as error:
            raise ConfigError.single(file, "is not set", key=dotted(path)) from error
    emit(form, value, value if isinstance(value, str) else flow(value))


@app.command("lint")
def lint(config: ConfigOption = None, form: FormatOption = Format.TEXT) -> None:
    """Check the file and list every mistake with its line. Exit status 1 if there is one."""
    from headrace.settings import ConfigError, find_config, load

    file = find_config(config)
    try:
        load(file)
    except ConfigError as error:
        if form is Format.JSON:
            problems = [
                {"file": str(p.file), "line": p.line, "key": p.key, "message": p.message}
                for p in error.problems
            ]
            print(json.dumps({"file": str(file), "valid": False, "problems": problems}))
            raise typer.Exit(1) from error
        raise
    emit(form, {"file": str(file), "valid": True, "problems": []}, f"{file}: ok")


@app.command("print")
def print_(
    config: ConfigOption = None,
    defaults: Annotated[
        bool,
        typer.Option("--defaults", help="Every property with its default, without reading a file."),
    ] = False,
    form: FormatOption = Format.TEXT,
) -> None:
    """Print the configuration as the node would run with it, defaults filled in."""
    from headrace.settings import Settings, find_config, load
    from headrace.settings.yamltext import block

    settings = Settings() if defaults else load(find_config(config))
    data = settings.model_dump(mode="json")
    emit(form, data, "\n".join(block(data, 0)))
