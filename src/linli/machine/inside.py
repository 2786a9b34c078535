"""Commands that speak with the running instance from another terminal: its database, keys and address."""

import os
from pathlib import Path

import psycopg

from linli.machine import instance
from linli.machine.cluster import APP_ROLE, Cluster
from linli.machine.refusal import MachineRefused


def enter_instance() -> None:
    """Make this process part of the running instance: its database, keys and address, with Django ready."""
    folder = instance.data_folder()
    # Nobody has served from this folder yet: a database would have to be made first.
    if not os.environ.get("DATABASE_URL") and not (folder / "postgres").exists():
        raise not_served()
    try:
        database = os.environ.get("DATABASE_URL") or own_database(folder)
        with psycopg.connect(database) as connection:
            migrated = connection.execute("select to_regclass('public.django_migrations')").fetchone()
    except psycopg.OperationalError:
        raise not_served() from None
    if migrated in (None, (None,)):
        raise not_served()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    os.environ |= {"LINLI_DATA": str(folder), "DATABASE_URL": database}
    for name, setting in instance.KEYS.items():
        os.environ.setdefault(setting, instance.key(folder, name))
    if address := instance.address(folder):
        os.environ.setdefault("LINLI_ADDRESS", address)

    import django

    django.setup()


def own_database(folder: Path) -> str:
    """The address of the instance's own database; refused where there is none, as beside a demo."""
    cluster = Cluster.running(instance.database_home(folder))
    if not cluster.has_database("linli"):
        raise MachineRefused(
            "这个文件夹里只有演示，还没有正式的数据。请停掉演示，运行 linli serve，等它报出网址，再来。",
            "this folder has only told the demo, and has no data of its own: stop the demo, run linli serve, and come "
            "back when it says its address.",
        )
    return cluster.url(APP_ROLE, "linli")


def not_served() -> MachineRefused:
    return MachineRefused(
        "请先在另一个终端运行 linli serve，等它报出网址，再来。",
        "first run linli serve in another terminal, and come back when it says its address.",
    )
