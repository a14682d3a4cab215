"""The page of /docs: the API's description as plain HTML, without script or foreign files."""

from __future__ import annotations

from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
h2{border-bottom:1px solid;margin-top:2rem}section{margin:1.5rem 0}
.m{display:inline-block;min-width:4rem;font-weight:bold}td,th{text-align:left;padding:0 1rem 0 0}
"""


def render(api: dict[str, Any]) -> str:
    """The page for an OpenAPI description."""
    info = api["info"]
    groups: dict[str, list[str]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["other"])[:1]:
                groups.setdefault(tag, []).append(_operation(path, method, operation))
    body = "".join(f"<h2>{escape(tag)}</h2>{''.join(items)}" for tag, items in groups.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a></p>'
        f"{body}</body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    text = escape(operation.get("description", operation.get("summary", "")))
    return (
        f"<section><p><span class=m>{escape(method.upper())}</span><code>{escape(path)}</code></p>"
        f"<p>{text}</p>{_parameters(operation)}{_body(operation)}{_responses(operation)}</section>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{escape(_shape(p.get('schema', {})))}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    return f"<table>{rows}</table>" if rows else ""


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    shapes = ", ".join(_shape(c.get("schema", {})) for c in content.values())
    return f"<p>Body: <code>{escape(shapes)}</code></p>" if shapes else ""


def _responses(operation: dict[str, Any]) -> str:
    items = []
    for status, response in operation.get("responses", {}).items():
        content = response.get("content", {})
        shapes = ", ".join(_shape(c.get("schema", {})) for c in content.values())
        shown = f" <code>{escape(shapes)}</code>" if shapes else ""
        items.append(f"<li>{escape(status)} {escape(response.get('description', ''))}{shown}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _shape(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_shape(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    return str(schema.get("type", ""))
