"""The node's Python side: engine configuration, systemd, properties, errors, the bridge."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from pathlib import Path

import pytest
from fakeengine import FakeEngine
from freeport import free_port

from headrace import __version__
from headrace.errors import (
    TABLE,
    AddressInUseError,
    ConfigurationError,
    DataDirectoryError,
    HeadraceError,
    InternalError,
    engine_error_from_json,
)
from headrace.node.engine import Engine, load_engine
from headrace.node.engine_config import config_hash, engine_config, engine_config_json
from headrace.node.listener import bind
from headrace.node.logs import JsonFormatter, TextFormatter
from headrace.node.main import explain
from headrace.node.properties import CLUSTER_KEYS, apply_file_values, file_values
from headrace.node.systemd import Notifier
from headrace.settings import Settings

CONFIG = Path("/etc/headrace/headrace.yaml")


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A node on free ports of 127.0.0.1."""
    return Settings.model_validate(
        {
            "headrace": {
                "data_directory": str(tmp_path / "data"),
                "rpc_server": {"address": "127.0.0.1", "port": free_port()},
                "kafka_api": [{"name": "a", "address": "127.0.0.1", "port": free_port()}],
                "admin": {"address": "127.0.0.1", "port": free_port()},
                "journal_bytes": 1 << 20,
                "shards": 1,
            }
        }
    )


class TestEngineConfig:
    def test_a_node_without_seeds_is_its_own(self, settings):
        node = engine_config(settings)["node"]
        assert node["seeds"] == [node["rpc_advertised"]]
        assert node["data_dir"] == str(settings.headrace.data_directory)
        assert node["version"] == __version__

    def test_seeds_keep_their_order(self):
        seeds = [{"host": f"10.0.0.{n}", "port": 33145} for n in (3, 1, 2)]
        given = Settings.model_validate({"headrace": {"seed_servers": seeds}})
        assert engine_config(given)["node"]["seeds"] == seeds

    def test_the_hash_changes_with_the_node_and_not_with_the_tuner(self):
        def digest(text: str) -> str:
            return config_hash(Settings.model_validate(json.loads(text)))

        base = digest("{}")
        assert digest("{}") == base
        assert digest('{"tuner": {"tune_network": false}}') == base
        assert digest('{"headrace": {"rack": "a"}}') != base

    def test_the_engine_knows_every_key(self, settings):
        """The real engine refuses unknown keys, so it reads our JSON or the two have drifted."""
        module = load_engine()
        module.Engine(engine_config_json(settings))
        wrong = engine_config(settings)
        wrong["node"]["surprise"] = 1
        with pytest.raises(module.EngineError) as caught:
            module.Engine(json.dumps(wrong))
        code, message, _ = caught.value.args
        assert code == "config_invalid"
        assert "surprise" in message


class TestErrors:
    def test_the_table_has_every_code_of_the_engine_and_no_other(self):
        assert set(load_engine().ERROR_CODES) == set(TABLE)

    def test_a_code_that_the_table_lacks_is_said(self):
        error = engine_error_from_json('{"code": "new", "message": "m", "setting": ""}')
        assert isinstance(error, InternalError)
        assert "'new'" in str(error)

    def test_one_line_names_the_setting_its_value_and_the_file(self, settings):
        error = DataDirectoryError("other_cluster", "belongs to\nanother", "data_directory")
        folder = settings.headrace.data_directory
        line = explain(error, settings, CONFIG)
        assert line == f"belongs to another (headrace.data_directory: {folder}, in {CONFIG})"
        assert explain(HeadraceError("plain"), settings, CONFIG) == "plain"

    def test_a_taken_admin_port_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(AddressInUseError, match=f"{port} is in use"):
                bind("127.0.0.1", port)
        with pytest.raises(AddressInUseError, match="not an address of this machine"):
            bind("192.0.2.1", port)


class TestSystemd:
    def test_messages_go_to_the_named_socket(self, tmp_path):
        path = tmp_path / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(path))
            notifier = Notifier({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "10000000"})
            notifier.ready("node 0 serves")
            notifier.watchdog()
            notifier.stopping("leaving")
            heard = [manager.recv(1000).decode() for _ in range(3)]
        assert heard[0] == "READY=1\nSTATUS=node 0 serves"
        assert heard[1] == "WATCHDOG=1"
        assert heard[2].startswith("STOPPING=1\n")
        assert notifier.watchdog_interval_s == 5

    def test_abstract_names(self):
        name = f"headrace-test-{free_port()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind("\0" + name)
            Notifier({"NOTIFY_SOCKET": f"@{name}"}).status("x")
            assert manager.recv(100) == b"STATUS=x"

    def test_without_systemd_nothing_is_sent(self, tmp_path):
        Notifier({}).ready("x")
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready("x")
        assert Notifier({}).watchdog_interval_s is None
        assert Notifier({"WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"}).watchdog_interval_s is None


class TestProperties:
    def test_every_key_is_a_property_of_the_file_and_text_for_kafka(self, settings):
        values = file_values(settings.headrace)
        assert set(values) <= set(CLUSTER_KEYS.values())
        assert values["auto.create.topics.enable"] in {"true", "false"}
        assert values["num.partitions"] == "1"

    def apply(self, headrace: dict, in_force: list[tuple[str, str, str]]) -> FakeEngine:
        node = Settings.model_validate({"headrace": headrace}).headrace
        known = {name: (value, source) for name, value, source in in_force}
        engine = FakeEngine()
        engine.answers["cluster_config"] = [
            dict(
                zip(
                    ("name", "value", "source"),
                    (key, *known.get(key, (file_values(node).get(key, "3"), "default"))),
                    strict=True,
                )
            )
            for key in CLUSTER_KEYS.values()
        ]
        engine._check = lambda _: None
        asyncio.run(apply_file_values(engine, node))
        return engine

    def test_the_file_counts_where_the_cluster_has_no_value(self):
        engine = self.apply({"num_partitions": 6}, [("num.partitions", "1", "default")])
        assert ("set_cluster_config", {"set": {"num.partitions": "6"}}) in engine.asked

    def test_the_cluster_counts_where_it_has_one_and_the_log_says_so(self, caplog):
        engine = self.apply({"num_partitions": 6}, [("num.partitions", "9", "cluster")])
        assert [op for op, _ in engine.asked] == ["cluster_config"]
        assert "headrace.num_partitions is 6" in caplog.text
        caplog.clear()
        self.apply({}, [("num.partitions", "9", "cluster")])
        assert not caplog.text, "a file that does not mention it is not in conflict"


def test_log_lines_have_the_engines_form():
    record = logging.LogRecord("headrace.node", logging.WARNING, "", 1, "n %d", (1,), None)
    record.created = 0.5
    line = "1970-01-01T00:00:00.500000Z  WARN headrace.node: n 1"
    assert TextFormatter().format(record) == line
    fields = json.loads(JsonFormatter().format(record))
    assert fields["target"] == "headrace.node"
    assert (fields["level"], fields["message"]) == ("WARN", "n 1")


class TestBridge:
    """The real engine in this process, as a cluster of one."""

    def test_a_node_lives_and_answers(self, settings):
        async def live() -> None:
            engine = Engine(engine_config_json(settings))
            assert engine.status()["state"] == "created"
            with pytest.raises(HeadraceError, match="created"):
                await engine.call("brokers")
            await engine.start()
            await engine.call("wait_ready", {"timeout_ms": 30_000}, timeout_s=60)
            (node,) = await engine.call("brokers")
            assert node["id"] == engine.status()["node_id"] == 0
            wanted = {"topics": [{"name": "t", "partitions": 2}, {"name": "no/slash"}]}
            made, refused = await engine.call("create_topics", wanted)
            assert made["error"] is None
            assert refused["error"]["code"] == "invalid_argument"
            many = await asyncio.gather(*(engine.call("topics") for _ in range(200)))
            assert all([t["name"] for t in topics] == ["t"] for topics in many)
            assert "headrace_" in engine.metrics()
            with pytest.raises(HeadraceError, match="there is no operation 'dance'"):
                await engine.call("dance")
            with pytest.raises(HeadraceError, match="unknown field"):
                await engine.call("brokers", {"colour": "blue"})
            await engine.stop()
            with pytest.raises(HeadraceError, match="stopped"):
                await engine.call("brokers")
            engine.close()

        asyncio.run(live())

    def test_a_folder_in_use_and_a_taken_port_are_told(self, settings):
        async def refused(configuration: str, kind: type[HeadraceError], said: str) -> None:
            engine = Engine(configuration)
            with pytest.raises(kind, match=said):
                await engine.start()
            await engine.stop()
            engine.close()

        async def live() -> None:
            first = Engine(engine_config_json(settings))
            await first.start()
            other = engine_config(settings)
            port = other["kafka"]["listeners"][0]["port"]
            other["kafka"]["listeners"][0]["port"] = free_port()
            rpc = {"host": "127.0.0.1", "port": free_port()}
            other["node"] |= {"rpc_listen": rpc, "rpc_advertised": rpc, "seeds": [rpc]}
            await refused(json.dumps(other), DataDirectoryError, "in use by another process")
            other["node"]["data_dir"] += "-2"
            other["kafka"]["listeners"][0]["port"] = port
            await refused(json.dumps(other), AddressInUseError, f"{port} is in use")
            await first.stop()
            first.close()

        asyncio.run(live())

    def test_a_configuration_without_sense_names_the_setting(self, settings):
        async def live() -> None:
            wrong = engine_config(settings)
            wrong["node"]["election_timeout_ms"] = 1
            with pytest.raises(ConfigurationError) as caught:
                Engine(json.dumps(wrong))
            assert caught.value.setting == "raft_election_timeout_ms"

        asyncio.run(live())
