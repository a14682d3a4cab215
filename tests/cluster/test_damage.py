"""A disk loses what it had: the replica repairs itself from the others or says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from nodeprocess import is_whole
from records import eventually
from steadyload import SteadyLoad, leaders, make_topic

TOPIC = "numbers"
RECORDS = 6_000


def largest_segment(node_folder: Path) -> Path:
    """The largest file of a partition's log (not the journal)."""
    files = [
        file
        for file in (node_folder / "data").rglob("*")
        if file.is_file() and "journal" not in str(file.relative_to(node_folder))
    ]
    return max(files, key=lambda file: file.stat().st_size)


def cut(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as segment:
        segment.truncate(size // 2)


def overwrite(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as segment:
        segment.seek(size // 2)
        segment.write(b"\xa5" * min(4096, size // 4))


@pytest.mark.parametrize("damage", [cut, overwrite])
def test_nothing_acknowledged_is_lost_with_a_damaged_segment(start_cluster, damage):
    cluster = start_cluster(3)
    make_topic(cluster.bootstrap, TOPIC, 1)
    with SteadyLoad(cluster.bootstrap, TOPIC) as load:
        load.wait_for(RECORDS)
    victim = leaders(cluster.bootstrap, TOPIC)[0]
    cluster.kill(victim)
    damage(largest_segment(Path(cluster.node(victim)["dir"])))
    cluster.restart_ended()
    load.check()
    for node in cluster.info["nodes"]:
        eventually(lambda n=node: is_whole(n["admin"]), "the damaged replica is whole again")
    # now the repaired replica must be able to carry the data: the others die one after the other
    for other in {0, 1, 2} - {victim}:
        cluster.kill(other)
        load.check()
        cluster.restart_ended()
