"""Reading a register without a database, for who has none: the same reading as behind the office's page."""

from linli.community.adapters.registers import read_registers
from linli.community.adapters.workbooks import MAX_BYTES

__all__ = ["MAX_BYTES", "read_registers"]
