"""A cluster for as long as standard input is open: what the replaced EmbeddedKafkaCluster starts.

embedded.py TARGET NODES FOLDER [KEY=VALUE …]    prints the bootstrap addresses on one line
"""

from __future__ import annotations

import sys
from pathlib import Path

from clusters import Shape, running


def main() -> None:
    """Starts the cluster, says where it is, and ends it when the caller ends."""
    target, nodes, folder, *assigned = sys.argv[1:]
    properties = dict(word.split("=", 1) for word in assigned)
    with running(target, Shape(int(nodes), properties=properties), Path(folder)) as cluster:
        print(cluster.bootstrap, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
