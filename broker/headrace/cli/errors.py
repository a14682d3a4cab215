"""Exit statuses, and the exception that ends a command with one line and one of them."""

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
INTERRUPTED = 130


class CliError(Exception):
    """Ends a command: `message` goes to standard error, `status` is the exit status."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status
