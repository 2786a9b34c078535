"""How a restored instance takes the old one's place: prepared beside it, decided by one small file, then carried out.

Until ``restore.json`` stands in the data folder nothing of the old instance was moved. From then on every step can be
done again, and whoever starts next does so first: there is no moment after which neither instance is whole.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from linli.machine import instance
from linli.machine.cluster import Cluster

DATABASE = "linli"
STAGED = "linli_restoring"
PUT_ASIDE = "linli_replaced_"


@dataclass(frozen=True)
class Exchange:
    """Where the restored parts of one instance are laid out, and what takes their place."""

    folder: Path
    blobs: Path

    @property
    def staged(self) -> Path:
        """Keys and small files, before they are in their places."""
        return self.folder / "restoring"

    @property
    def staged_blobs(self) -> Path:
        """The blobs, beside their folder, so that one renaming puts them there."""
        return self.blobs.with_name(f"{self.blobs.name}.restoring")

    @property
    def decision(self) -> Path:
        """The small file that says that the exchange goes forward."""
        return self.folder / "restore.json"

    def clear(self) -> None:
        """Throw away what an undecided restore left."""
        for left in (self.staged, self.staged_blobs):
            shutil.rmtree(left, ignore_errors=True)

    def decide(self, mark: str) -> None:
        """From here on the exchange goes forward. ``mark`` names what is put aside."""
        os.sync()
        instance.write_whole(self.decision, json.dumps({"mark": mark}))

    def carry_out(self, cluster: Cluster | None) -> None:
        """Do what was decided, or the rest of it; nothing where nothing was. ``cluster`` is None for another's."""
        if not self.decision.exists():
            return
        mark = json.loads(self.decision.read_text("utf-8"))["mark"]
        aside = self.folder / f"replaced-{mark}"
        if cluster is not None:
            exchange_database(cluster, mark)
        _exchange(self.staged_blobs, self.blobs, self.blobs.with_name(f"{self.blobs.name}.replaced-{mark}"))
        for key in sorted((self.staged / "keys").glob("*.key")):
            _exchange(key, self.folder / key.name, aside / key.name)
        self._add_small_files()
        shutil.rmtree(self.staged, ignore_errors=True)
        os.sync()
        self.decision.unlink()
        instance.sync_folder(self.folder)

    def tidy(self, cluster: Cluster | None) -> None:
        """Throw away what finished exchanges have put aside."""
        for old in (*self.folder.glob("replaced-*"), *self.blobs.parent.glob(f"{self.blobs.name}.replaced-*")):
            shutil.rmtree(old)
        if cluster is not None:
            for name in databases_of(cluster):
                if name.startswith(PUT_ASIDE):
                    cluster.drop_database(name)

    def _add_small_files(self) -> None:
        """Small files come back only where there is none: a witness of the public log is never set back."""
        small = self.staged / "folder"
        for path in sorted(small.rglob("*")):
            place = self.folder / path.relative_to(small)
            if path.is_dir():
                place.mkdir(mode=0o700, exist_ok=True)
            elif not place.exists():
                path.rename(place)


def databases_of(cluster: Cluster) -> set[str]:
    """The names of the cluster's databases."""
    with cluster.connect() as admin:
        return {str(name) for (name,) in admin.execute("select datname::text from pg_database").fetchall()}


def exchange_database(cluster: Cluster, mark: str) -> None:
    """Let the restored database have the name of the old one, which is put aside under another."""
    there = databases_of(cluster)
    if STAGED not in there:
        return
    with cluster.connect() as admin:
        rename = sql.SQL("alter database {} rename to {}")
        if DATABASE in there:
            admin.execute(rename.format(sql.Identifier(DATABASE), sql.Identifier(PUT_ASIDE + mark)))
        admin.execute(rename.format(sql.Identifier(STAGED), sql.Identifier(DATABASE)))


def _exchange(new: Path, place: Path, aside: Path) -> None:
    if not new.exists():
        return
    if place.exists():
        aside.parent.mkdir(mode=0o700, exist_ok=True)
        place.rename(aside)
    new.rename(place)
