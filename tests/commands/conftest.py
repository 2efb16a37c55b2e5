"""A recorded session for commands that read one."""

from tests.report.conftest import session

__all__ = ["session"]
