"""The console: for a demo and for building, where the machine's keeper reads what would have gone out."""

import sys
from collections.abc import Sequence

from django.conf import settings

from linli.messaging.channels import Outcome, Parcel, Settings
from linli.rules.identifiers import mask_phone


class Console:
    """Writes each message to the screen of the program; closed where it serves a real community."""

    batch = 100
    honours_keys = False

    def __init__(self, told: Settings) -> None:
        del told

    async def carry(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Write the parcels out."""
        if not (settings.DEMO or settings.DEBUG):
            return [Outcome("refused", "console.closed") for _ in parcels]
        for parcel in parcels:
            sys.stdout.write(f"[{mask_phone(parcel.address)}] {parcel.title}: {parcel.body}\n")
        return [Outcome("accepted") for _ in parcels]

    async def close(self) -> None:
        """Nothing is held."""
