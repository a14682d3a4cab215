"""`test.service`, which kafka-python's source distribution leaves out.

Its integration tests need it by name; against a cluster that runs already they start nothing.
"""


class ExternalService:
    """A broker that somebody else started and will end."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def open(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to end."""


class SpawnedService:
    """A broker that the tests would start themselves."""

    def __init__(self, *_: object) -> None:
        raise RuntimeError("these tests run against a cluster that is there")
