"""What a local stack of three hosts exports."""

from __future__ import annotations

from typing import Any

EXPORTED: dict[str, Any] = {
    "target": "local",
    "cluster": "hr",
    "nodes": [
        {
            "name": f"hr-{zone}1",
            "rack": zone,
            "address": f"10.0.0.{number}",
            "ssh_host": f"10.0.0.{number}",
            "host_key": f"ssh-ed25519 KEY{zone}",
            "instance_type": "podman",
            "volume_ids": [f"hr-{zone}1-data"],
        }
        for number, zone in enumerate("abc", 11)
    ],
    "seeds": ["hr-a1", "hr-b1", "hr-c1"],
    "bootstrap": "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092",
    "network": {"id": "hr", "cidr": "10.0.0.0/24"},
    "access": {"method": "direct", "user": "admin", "private_key_file": "/k", "region": None},
}
