"""The table, the loader's errors, and edits of a real file."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from headrace import __version__
from headrace.settings import ConfigError, Settings, check, find_config, load, parse
from headrace.settings.bootstrap import bootstrap, parse_endpoint
from headrace.settings.describe import properties
from headrace.settings.edit import UNSET, ConfigFile, write_atomically
from headrace.settings.loader import split_key
from headrace.settings.modes import apply_mode, parse_mode
from headrace.settings.table import NodeSettings

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "broker" / "headrace" / "settings" / "default_config.yaml"
SEEDS = [("10.0.0.1", 33145), ("10.0.0.2", 33145), ("10.0.0.3", 33145)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "headrace.yaml"
    path.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check(parse(text, Path("f.yaml")))
    return [str(problem) for problem in caught.value.problems]


def test_the_version_is_the_engines() -> None:
    manifest = (ROOT / "broker" / "engine" / "Cargo.toml").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in manifest


def test_the_shipped_file_loads_and_is_the_defaults_but_for_the_mode(file: Path) -> None:
    shipped = load(file).model_dump()
    defaults = Settings().model_dump()
    assert shipped["headrace"].pop("developer_mode") is True
    assert defaults["headrace"].pop("developer_mode") is False
    # The file spells out what the default derives.
    assert shipped["headrace"].pop("advertised_kafka_api") == shipped["headrace"]["kafka_api"]
    assert defaults["headrace"].pop("advertised_kafka_api") == []
    assert shipped == defaults


def test_every_property_says_what_it_is() -> None:
    for key, entry in properties().items():
        assert len(entry.doc) > 8, key
        assert entry.accepts, key
    units = ("_ms", "_bytes", "_minutes")
    for key, entry in properties().items():
        if key.endswith(units):
            assert entry.unit is not None, f"{key} has no unit"


def test_empty_sections_and_an_empty_file_mean_the_defaults() -> None:
    for text in ("", "# nothing\n", "headrace:\ntuner:\n", "headrace: {}\n"):
        assert check(parse(text, Path("f"))) == Settings()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("headrace:\n  rakc: a\n", ["f.yaml:2: headrace.rakc", "did you mean headrace.rack?"]),
        ("headrce:\n  rack: a\n", ["f.yaml:1: headrce", "did you mean headrace?"]),
        ("rack: a\n", ["f.yaml:1: rack", "did you mean headrace.rack?"]),
        ("headrace:\n  tune_network: true\n", [":2:", "did you mean tuner.tune_network?"]),
        ("headrace:\n  zzzzzz: 1\n", [":2:", "unknown key", "config print --defaults"]),
        ("headrace:\n  rpc_server: {adres: 1.2.3.4, port: 1}\n", ["rpc_server.address?"]),
        ("headrace:\n  rpc_server: {address: 1.2.3.4}\n", [":2:", "rpc_server.port", "is missing"]),
        ("headrace:\n  node_id: -1\n", [":2:", "-1", "from 0 to 2147483646"]),
        ("headrace:\n  node_id: '1'\n", [":2:", "'1'", "a whole number"]),
        ("headrace:\n  node_id: 1.0\n", [":2:", "a whole number"]),
        ("headrace:\n\n  developer_mode: yes\n", [":3:", "'yes'", "true or false"]),
        ("headrace:\n  log_level: loud\n", ["one of error, warn, info, debug, trace"]),
        ("headrace:\n  data_directory: data\n", ["an absolute path"]),
        ("headrace:\n  journal_bytes: 12\n", ["bytes from 1048576 to"]),
        ("headrace:\n  seed_servers: [10.0.0.1]\n", ["seed_servers[0]", "{host, port}"]),
        ("headrace:\n  seed_servers:\n    - {host: a:1}\n", [":3:", "under `port`"]),
        ("headrace:\n  seed_servers:\n    - {host: a}\n    - {host: a}\n", [":4:", "repeats a"]),
        ("headrace:\n  seed_servers: [{host: 0.0.0.0}]\n", ["0.0.0.0", "no other node"]),
        ("headrace:\n  empty_seed_starts_cluster: false\n", [":2:", "config bootstrap"]),
        ("headrace:\n  kafka_api: [{address: 0.0.0.0}]\n", ["advertised_kafka_api", "internal"]),
        ("headrace:\n  kafka_api: []\n", ["kafka_api", "a list of"]),
        (
            "headrace:\n  advertised_kafka_api: [{name: x, address: a}]\n",
            ["advertised_kafka_api[0]", "'x'", "kafka_api has internal"],
        ),
        ("headrace:\n  rpc_server: {address: 0.0.0.0, port: 1}\n", ["advertised_rpc_api"]),
        (
            "headrace:\n  admin: {address: 127.0.0.1, port: 9092}\n",
            [":2:", "headrace.admin", "as kafka_api[0] does"],
        ),
        (
            "headrace:\n  raft_heartbeat_interval_ms: 1000\n",
            ["raft_election_timeout_ms", "at least 3 times", "(1000)"],
        ),
        ("headrace:\n  message_max_bytes: 209715200\n", ["kafka_request_max_bytes (104857600)"]),
        ("headrace:\n  rack: a\n  rack: b\n", [":3:", "duplicate key"]),
        ("headrace:\n  rack: [\n", ["not valid YAML"]),
        ("headrace:\n\track: a\n", [":2:", "not valid YAML"]),
        ("- a\n", [":1:", "must be a mapping"]),
        ("headrace: 5\n", [":1:", "write a mapping"]),
        ("a: 1\n---\nb: 2\n", ["not valid YAML"]),
    ],
)
def test_an_error_names_line_key_and_what_is_accepted(text: str, expected: list[str]) -> None:
    shown = "\n".join(problems(text))
    for part in expected:
        assert part in shown
    assert shown.startswith("f.yaml")


def test_all_problems_are_listed_in_the_order_of_their_lines() -> None:
    found = problems("headrace:\n  rakc: a\n  node_id: -1\ntuner:\n  tune_x: 1\n")
    assert [line.split(":")[1] for line in found] == ["2", "3", "5"]


def test_where_the_file_is_looked_for() -> None:
    assert find_config(Path("/x"), {"HEADRACE_CONFIG": "/y"}) == Path("/x")
    assert find_config(None, {"HEADRACE_CONFIG": "/y"}) == Path("/y")
    assert find_config(None, {}) == Path("/etc/headrace/headrace.yaml")


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    for name, content, words in (
        ("none", None, "no such file"),
        ("latin", b"headrace:\n  rack: \xe9\n", ":2: is not UTF-8"),
        ("big", b"# " + b"x" * (1024 * 1024), "larger than"),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=words):
            load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_advertised_addresses_follow_the_listeners() -> None:
    node = check(
        parse(
            "headrace:\n  rpc_server: {address: 10.1.1.1, port: 5}\n"
            "  admin: {address: 0.0.0.0, port: 9}\n"
            "  kafka_api: [{name: a, address: 0.0.0.0, port: 1},"
            " {name: b, address: 10.1.1.1, port: 2}]\n"
            "  advertised_kafka_api: [{name: a, address: x.example, port: 7}]\n",
            Path("f"),
        )
    ).headrace
    assert str(node.rpc_advertised()) == "10.1.1.1:5"
    assert str(node.admin_advertised()) == "10.1.1.1:9"
    assert [(e.name, e.address, e.port) for e in node.kafka_advertised()] == [
        ("a", "x.example", 7),
        ("b", "10.1.1.1", 2),
    ]
    assert node.shard_count() >= 1
    assert NodeSettings().offsets_replication() == 1
    three = [{"host": host} for host in ("a", "b", "c", "d")]
    assert NodeSettings.model_validate({"seed_servers": three}).offsets_replication() == 3


# -- editing ------------------------------------------------------------------------------------


def test_an_edit_keeps_everything_else(file: Path) -> None:
    before = file.read_text(encoding="utf-8").splitlines()
    edited = ConfigFile(file)
    edited.set(("headrace", "rack"), "zone-a")
    assert edited.save()
    after = file.read_text(encoding="utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert changed == [("  rack: null", "  rack: zone-a")]
    assert load(file).headrace.rack == "zone-a"


def test_a_result_that_would_not_load_is_not_written(file: Path) -> None:
    before = file.read_bytes()
    for path, value in (
        (("headrace", "node_id"), "x"),
        (("headrace", "kafka_api"), []),
        (("headrace", "raft_heartbeat_interval_ms"), 1400),
    ):
        edited = ConfigFile(file)
        edited.set(path, value)
        with pytest.raises(ConfigError):
            edited.save()
        assert file.read_bytes() == before
    with pytest.raises(ConfigError, match=r"did you mean headrace\.rack"):
        ConfigFile(file).set(("headrace", "rakc"), "a")


def test_a_broken_file_is_not_touched(file: Path) -> None:
    file.write_text("headrace: [\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid YAML"):
        ConfigFile(file)
    assert file.read_text(encoding="utf-8") == "headrace: [\n"


def test_an_invalid_file_can_be_repaired_by_an_edit(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("rack: null", "rack: 5\n  rakc: 1")
    file.write_text(text, encoding="utf-8")
    edited = ConfigFile(file)
    edited.unset(("headrace", "rakc"))
    edited.set(("headrace", "rack"), "a")
    assert edited.save()
    assert load(file).headrace.rack == "a"


def test_an_edit_meanwhile_is_not_overwritten(file: Path) -> None:
    edited = ConfigFile(file)
    edited.set(("headrace", "rack"), "a")
    other = file.read_text(encoding="utf-8") + "# by hand\n"
    file.write_text(other, encoding="utf-8")
    with pytest.raises(ConfigError, match="by somebody else"):
        edited.save()
    assert file.read_text(encoding="utf-8") == other


def test_mode_owner_and_links_stay(file: Path, tmp_path: Path) -> None:
    file.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    edited = ConfigFile(link)
    edited.set(("headrace", "rack"), "a")
    edited.save()
    found = file.stat()
    assert stat.S_IMODE(found.st_mode) == 0o604
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (12345, 54321)
    assert link.is_symlink()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["headrace.yaml", "link.yaml"]


def test_a_failed_write_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ConfigError, match="No space left"):
        write_atomically(file, "headrace: {}\n")
    assert file.read_bytes() == before
    assert len(list(file.parent.iterdir())) == 1


def test_get_and_unset(file: Path) -> None:
    edited = ConfigFile(file)
    assert edited.get(("headrace", "kafka_api", 0, "port")) == 9092
    assert edited.get(("headrace", "nothing")) is UNSET
    edited.unset(("headrace", "advertised_kafka_api"))
    edited.save()
    assert "advertised_kafka_api" not in file.read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="is not set"):
        ConfigFile(file).unset(("headrace", "node_id"))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("headrace.rack", ("headrace", "rack")),
        ("headrace.kafka_api[0].port", ("headrace", "kafka_api", 0, "port")),
        ("headrace.kafka_api.0.port", ("headrace", "kafka_api", 0, "port")),
    ],
)
def test_keys(text: str, path: tuple[object, ...]) -> None:
    assert split_key(text) == path


@pytest.mark.parametrize("text", ["", ".", "a.", "a[", "a[x]", "a[-1]", "a]b", "a b"])
def test_bad_keys(text: str) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        split_key(text)


# -- mode and bootstrap -------------------------------------------------------------------------

DURABILITY = ("min_insync", "journal", "fsync", "write", "retention", "segment", "replication")


def test_a_mode_changes_one_key_and_nothing_about_durability(file: Path) -> None:
    original = file.read_text(encoding="utf-8")
    for mode in ("production", "development"):
        edited = ConfigFile(file)
        apply_mode(edited, mode)
        assert [change.key for change in edited.changes] == ["headrace.developer_mode"]
        assert not any(word in c.key for c in edited.changes for word in DURABILITY)
        edited.save()
        again = ConfigFile(file)
        apply_mode(again, mode)
        assert again.changes == []
    # There and back again: the very same file.
    assert file.read_text(encoding="utf-8") == original


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("p", "production"),
        ("prod", "production"),
        ("DEV", "development"),
        ("development", "development"),
        ("", None),
        ("x", None),
        ("productions", None),
    ],
)
def test_any_prefix_of_a_mode_will_do(text: str, mode: str | None) -> None:
    assert parse_mode(text) == mode


def test_bootstrap_fills_in_seeds_and_placeholders_only(file: Path) -> None:
    edited = ConfigFile(file)
    bootstrap(edited, "10.0.0.1", SEEDS, None)
    edited.save()
    node = load(file).headrace
    assert [(seed.host, seed.port) for seed in node.seed_servers] == SEEDS
    assert node.empty_seed_starts_cluster is False
    assert node.rpc_server.address == node.admin.address == "10.0.0.1"
    assert node.kafka_api[0].address == node.kafka_advertised()[0].address == "10.0.0.1"
    original = TEMPLATE.read_text(encoding="utf-8")
    comments = [line for line in original.splitlines() if line.lstrip().startswith("#")]
    after = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line.lstrip().startswith("#")] == comments
    again = ConfigFile(file)
    bootstrap(again, "10.0.0.1", SEEDS, None)
    assert again.changes == []


def test_bootstrap_leaves_chosen_addresses(file: Path) -> None:
    file.write_text(
        "headrace:\n"
        "  rpc_server: {address: 192.168.7.7, port: 1234}\n"
        "  kafka_api:\n"
        "    - {name: in, address: 0.0.0.0, port: 1}\n"
        "    - {name: out, address: 192.168.7.7, port: 2}\n"
        "  advertised_kafka_api:\n"
        "    - {name: in, address: k.example, port: 9}\n",
        encoding="utf-8",
    )
    edited = ConfigFile(file)
    bootstrap(edited, "10.0.0.1", SEEDS[:1], None)
    edited.save()
    node = load(file).headrace
    assert node.rpc_server.address == "192.168.7.7"
    assert [entry.address for entry in node.kafka_api] == ["0.0.0.0", "192.168.7.7"]
    assert node.kafka_advertised()[0].address == "k.example"
    assert node.admin.address == "10.0.0.1"
    assert node.empty_seed_starts_cluster is True


def test_bootstrap_tells_clients_another_address(file: Path) -> None:
    edited = ConfigFile(file)
    bootstrap(edited, "10.0.0.1", SEEDS, ("kafka.example", 19092))
    edited.save()
    node = load(file).headrace
    assert node.kafka_api[0].address == "10.0.0.1"
    assert (node.kafka_advertised()[0].address, node.kafka_advertised()[0].port) == (
        "kafka.example",
        19092,
    )


def test_bootstrap_works_on_an_empty_file(file: Path) -> None:
    file.write_text("# mine\n", encoding="utf-8")
    edited = ConfigFile(file)
    bootstrap(edited, "10.0.0.1", SEEDS, None)
    edited.save()
    assert load(file).headrace.rpc_server.address == "10.0.0.1"
    assert file.read_text(encoding="utf-8").startswith("# mine\n")


def test_endpoints() -> None:
    assert parse_endpoint("a", 1) == ("a", 1)
    assert parse_endpoint("a:2", 1) == ("a", 2)
    assert parse_endpoint("[::1]:2", 1) == ("::1", 2)
    assert parse_endpoint("::1", 1) == ("::1", 1)
    for bad in ("", ":1", "a:", "a:b", "a:99999", "a:0"):
        with pytest.raises(ValueError, match=r"HOST|port"):
            parse_endpoint(bad, 1)


def test_importing_the_package_is_cheap() -> None:
    heavy = ("pydantic", "typer", "confluent_kafka", "httpx", "ruamel")
    code = f"import sys, headrace, headrace.cli; print([m for m in {heavy} if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "broker")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
