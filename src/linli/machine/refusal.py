"""How the machine says no: one line for the person at the terminal, in Chinese and in English."""


class MachineRefused(Exception):
    """Something on this machine stands in the way. The text says what, and what to do, in both languages."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")
