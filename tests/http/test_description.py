"""The description in /openapi.json is complete enough to derive requests from, and true."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from fakeengine import FakeEngine
from fuzzing import beyond_description

from headrace.admin import AdminState, create_app

OPERATE = Path(__file__).parents[2] / "docs" / "operate"

app = create_app(AdminState(FakeEngine(), phase="ready"))
schema = schemathesis.openapi.from_asgi("/openapi.json", app)


@schema.parametrize()
def test_answers_are_as_described(case):
    case.call_and_validate(excluded_checks=beyond_description(case))


def operations():
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(path, method, operation, id=f"{method} {path}")


@pytest.mark.parametrize(("path", "method", "operation"), list(operations()))
def test_every_operation_is_explained(path, method, operation):
    assert operation["description"]
    for parameter in operation.get("parameters", []):
        assert parameter.get("description"), f"{method} {path}: {parameter['name']}"
    assert "422" not in operation["responses"]
    page = (OPERATE / "admin-api.md").read_text(encoding="utf-8")
    assert f"`{method.upper()} {path}`" in page, "docs/operate/admin-api.md lacks it"


def test_the_page_shows_every_operation(ask):
    page = ask("GET", "/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "//cdn" not in page.text
    for path in app.openapi()["paths"]:
        assert f"<code>{path}</code>" in page.text
