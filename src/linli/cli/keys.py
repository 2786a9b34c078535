"""``linli keys``: the keys that personal values in the database are sealed with, changed without losing any."""

import argparse
import os
import sys
from collections.abc import Sequence

from linli.machine import instance
from linli.machine.inside import enter_instance
from linli.machine.refusal import MachineRefused
from linli.rules.errors import Refused


def main(argv: Sequence[str]) -> int:
    """``new``: with linli stopped, puts a new key before the old ones. ``rotate``: with linli running again, seals
    everything anew with it, batch by batch; stopped and called again it goes on.

    Returns 0, 1 when some values open with none of the keys, or 2 when something stands in the way.
    """
    parser = argparse.ArgumentParser(prog="linli keys", description=main.__doc__)
    words = parser.add_subparsers(required=True, metavar="new|rotate", dest="what")
    words.add_parser("new", help="put a new key before the old ones; linli must be stopped")
    words.add_parser("rotate", help="seal everything anew with the first key; linli must be running")
    try:
        return new() if parser.parse_args(argv).what == "new" else rotate()
    except (MachineRefused, Refused) as refusal:
        print(f"linli keys: {refusal}", file=sys.stderr)
        return 2


def new() -> int:
    """Put a new key first. Refused while an instance runs, which could not open what the new key seals."""
    if os.environ.get("LINLI_DATA_KEYS"):
        raise MachineRefused(
            "钥匙写在 LINLI_DATA_KEYS 里。请自己把新的写在最前面，旧的留在后面，重新启动，再运行 linli keys rotate。",
            "the keys stand in LINLI_DATA_KEYS: put a new one first, keep the old ones after it, start again, "
            "then linli keys rotate.",
        )
    folder = instance.data_folder()
    with instance.held(folder, ""):
        instance.add_key(folder, "data")
    print("新钥匙放好了。请启动 linli，再运行 linli keys rotate。 / made; start linli, then linli keys rotate.")
    return 0


#: Values sealed anew in one transaction: few enough that nobody waits long for one of them.
BATCH = 500


def rotate() -> int:
    """Seal every value anew that another key than the first has sealed, and say how many."""
    enter_instance()
    from linli.record.sealed import reseal_batch, sealed_columns

    sealed = closed = 0
    for model, column in sealed_columns():
        after = None
        while (did := reseal_batch(model, column, after=after, limit=BATCH)).last is not None:
            sealed, closed, after = sealed + did.sealed, closed + did.closed, did.last
    print(f"重新封好了{sealed}项。旧备份还要用旧钥匙。 / {sealed} values sealed anew; old backups need old keys.")
    if closed:
        print(
            f"有{closed}项哪把钥匙都打不开，没有动。 / {closed} values open with no key and were left.", file=sys.stderr
        )
    return 1 if closed else 0
