"""A table of reactions in which nothing follows: these tests end at the file and its event."""

REACTIONS: dict[str, tuple[str, ...]] = {}
RUNS: dict[str, object] = {}
