"""Routes over an engine of the test's own: shapes, statuses, and what the engine is asked."""

from __future__ import annotations

import pytest
from fakeengine import HEALTH, INFO, PARTITION, REPLICA, TOPIC

from headrace.errors import TABLE, Failure, UnavailableError, engine_error


@pytest.mark.parametrize(
    ("phase", "status"), [("starting", 503), ("ready", 200), ("stopping", 503)]
)
def test_ready_only_while_the_node_serves(state, ask, phase, status):
    state.phase = phase
    answer = ask("GET", "/v1/status/ready")
    assert (answer.status_code, answer.json()) == (status, {"status": phase})


def test_brokers_have_their_addresses_and_what_a_roll_asks_for(ask):
    (node,) = ask("GET", "/v1/brokers").json()
    assert node["node_id"] == 0
    assert node["is_alive"] is True
    assert (node["internal_rpc_address"], node["internal_rpc_port"]) == ("10.0.0.1", 33145)
    assert node["kafka"] == [{"name": "internal", "address": "10.0.0.1", "port": 9092}]
    assert (node["version"], node["config_hash"]) == ("0.1.0", "c0ffee")
    assert node["started_at"] == "2026-01-01T00:00:00Z"
    assert ask("GET", "/v1/brokers/0").json() == node


@pytest.mark.parametrize(
    ("path", "engine_said"),
    [
        ("/v1/cluster/health_overview", HEALTH),
        ("/v1/cluster/info", INFO),
        ("/v1/cluster/uuid", {"cluster_uuid": INFO["cluster_uuid"]}),
        ("/v1/partitions", [PARTITION]),
        ("/v1/partitions/kafka/flights", [PARTITION]),
        ("/v1/partitions/kafka/flights/0", PARTITION),
        ("/v1/replicas", [REPLICA]),
        ("/v1/topics", [TOPIC]),
    ],
)
def test_answers_carry_what_the_engine_said(ask, path, engine_said):
    answer = ask("GET", path)
    assert (answer.status_code, answer.json()) == (200, engine_said)


def test_a_restart_probe_adds_the_percentage(ask):
    probe = ask("GET", "/v1/brokers/0/restart_probe").json()
    assert probe["safe"] is False
    assert probe["in_sync_percent"] == 75
    assert probe["risks"]["unavailable"] == ["kafka/flights/0"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/brokers/1"),
        ("GET", "/v1/brokers/1/restart_probe"),
        ("PUT", "/v1/brokers/1/maintenance"),
        ("GET", "/v1/partitions/kafka/no"),
        ("GET", "/v1/partitions/other/flights"),
        ("GET", "/v1/partitions/kafka/flights/1"),
        ("GET", "/v1/topics/no"),
        ("POST", "/v1/partitions/headrace/controller/1/transfer_leadership"),
        ("POST", "/v1/partitions/kafka/no/0/transfer_leadership"),
        ("GET", "/v1/nowhere"),
        ("GET", "/"),
    ],
)
def test_what_is_not_there_is_404_in_the_one_shape(ask, method, path):
    answer = ask(method, path)
    assert answer.status_code == 404
    body = answer.json()
    assert body["code"] == "not_found"
    assert set(body) == {"code", "message"}


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("GET", "/v1/brokers/x", None, "node_id"),
        ("GET", "/v1/brokers/-1", None, "node_id"),
        ("GET", "/v1/cluster/health_overview?limit=-1", None, "limit"),
        ("POST", "/v1/partitions/kafka/flights/0/transfer_leadership?target=a", None, "target"),
        ("PUT", "/v1/cluster_config", {"upserts": {}}, "upserts"),
        ("PUT", "/v1/cluster_config", [], "body"),
        ("PUT", "/v1/cluster_config", {"upsert": {"num.partitons": 3}}, "num.partitons"),
        ("PUT", "/v1/cluster_config", {"remove": ["x"]}, "x"),
    ],
)
def test_a_request_that_makes_no_sense_is_400_and_names_the_field(ask, method, path, body, named):
    answer = ask(method, path, **({} if body is None else {"json": body}))
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "invalid_argument"
    assert named in answer.json()["message"]


def test_other_methods_are_405(ask):
    answer = ask("DELETE", "/v1/brokers")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_maintenance_is_asked_of_the_engine(state, ask):
    assert ask("PUT", "/v1/brokers/0/maintenance").status_code == 204
    assert ask("DELETE", "/v1/brokers/0/maintenance").status_code == 204
    assert state.engine.asked == [
        ("maintenance", {"node_id": 0, "on": True}),
        ("maintenance", {"node_id": 0, "on": False}),
    ]


def test_leadership_is_moved(state, ask):
    path = "/v1/partitions/kafka/flights/0/transfer_leadership?target=1"
    assert ask("POST", path).json() == {"leader_id": 1}
    ask("POST", "/v1/partitions/headrace/controller/0/transfer_leadership")
    assert state.engine.asked == [
        ("transfer_leadership", {"target": 1, "topic": "flights", "partition": 0}),
        ("transfer_leadership", {"target": None}),
    ]


def test_cluster_properties_are_read_and_changed(state, ask):
    assert ask("GET", "/v1/cluster_config").json() == {
        "auto.create.topics.enable": "true",
        "num.partitions": "12",
    }
    only_set = ask("GET", "/v1/cluster_config?include_defaults=false").json()
    assert only_set == {"num.partitions": "12"}
    change = {"upsert": {"auto.create.topics.enable": False}, "remove": ["num.partitions"]}
    answer = ask("PUT", "/v1/cluster_config", json=change)
    assert answer.json() == {"config_version": 42}
    asked = dict(state.engine.asked)["set_cluster_config"]
    assert asked == {
        "set": {"auto.create.topics.enable": "false"},
        "remove": ["num.partitions"],
        "validate_only": False,
    }


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_error_of_the_engine_has_its_status(state, ask, code):
    error = engine_error(Failure(code, "because"))
    state.engine.answers["brokers"] = error
    answer = ask("GET", "/v1/brokers")
    assert answer.status_code == error.http_status
    assert answer.json() == {"code": code, "message": "because"}


def test_an_unknown_uuid_is_503(state, ask):
    state.engine.answers["cluster_info"] = {**INFO, "cluster_uuid": None}
    assert ask("GET", "/v1/cluster/uuid").status_code == UnavailableError.http_status


def test_a_bug_is_500_and_logged_without_telling_the_client(state, ask, caplog):
    state.engine.answers["brokers"] = [{"secret": "shape"}]
    answer = ask("GET", "/v1/brokers")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "GET /v1/brokers failed" in caplog.text


def test_a_large_body_is_refused_before_it_is_read(ask):
    async def endless():
        for _ in range(64):
            yield b" " * 65536

    declared = ask("PUT", "/v1/cluster_config", content=b" " * (2 << 20))
    streamed = ask("PUT", "/v1/cluster_config", content=endless())
    for answer in (declared, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_metrics_in_either_text_form(ask):
    older = ask("GET", "/metrics")
    assert older.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE headrace_bytes_total counter\nheadrace_bytes_total 5\n" in older.text
    assert "# UNIT" not in older.text
    assert "# EOF" not in older.text
    assert "\nheadrace_ready 1\n" in older.text
    assert "\nprocess_resident_memory_bytes " in older.text
    newer = ask("GET", "/metrics", headers={"accept": "application/openmetrics-text"})
    assert newer.headers["content-type"].startswith("application/openmetrics-text")
    assert "# TYPE headrace_bytes counter\n" in newer.text
    assert newer.text.endswith("# EOF\n")
