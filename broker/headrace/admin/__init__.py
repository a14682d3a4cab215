"""The admin API: health, nodes, partitions, maintenance and metrics over HTTP."""

from headrace.admin.app import create_app
from headrace.admin.server import AdminServer
from headrace.admin.state import AdminState

__all__ = ["AdminServer", "AdminState", "create_app"]
