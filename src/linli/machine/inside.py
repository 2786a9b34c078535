"""Commands that speak with the running instance from another terminal: its database, keys and address."""

import os

import psycopg

from linli.machine import instance
from linli.machine.cluster import APP_ROLE, Cluster
from linli.machine.refusal import MachineRefused


def enter_instance() -> None:
    """Make this process part of the running instance: its database, keys and address, with Django ready."""
    folder = instance.data_folder()
    database = os.environ.get("DATABASE_URL", "")
    if not database:
        # Nobody has served from this folder yet: a database would have to be made first.
        if not (folder / "postgres").exists():
            raise not_served()
        database = Cluster.running(instance.database_home(folder)).url(APP_ROLE, "linli")
    try:
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


def not_served() -> MachineRefused:
    return MachineRefused(
        "请先在另一个终端运行 linli serve，等它报出网址，再来。",
        "first run linli serve in another terminal, and come back when it says its address.",
    )
