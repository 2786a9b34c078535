"""What of a database must be equal before a backup and after its restore, so that "restored" is shown and not hoped.

This is the one door for it: what ``marks_of`` returns at the backup, from the very snapshot that is dumped, goes into
the manifest; a restore asks again of the database it has made, and refuses before anything is exchanged when a word
differs. Whoever keeps something whose equality matters by itself (the root of the public log) adds its mark here.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql


def marks_of(connection: psycopg.Connection[tuple[object, ...]]) -> Mapping[str, str]:
    """Each table's number of rows, and a sum over the hashes of all its rows: equal content, whatever the order."""
    with connection.transaction():
        for setting in ("timezone to 'UTC'", "datestyle to 'ISO, YMD'", "intervalstyle to 'postgres'"):
            connection.execute(sql.SQL("set local " + setting))
        tables = connection.execute(
            "select relname::text from pg_class where relkind in ('r', 'p') and not relispartition "
            "and relnamespace = 'public'::regnamespace order by relname"
        ).fetchall()
        return {f"table {name}": _rows_of(connection, str(name)) for (name,) in tables}


def _rows_of(connection: psycopg.Connection[tuple[object, ...]], table: str) -> str:
    row = connection.execute(
        sql.SQL(
            "select count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0) from {} t"
        ).format(sql.Identifier(table))
    ).fetchone()
    assert row is not None
    return f"{row[0]} rows, sum {row[1]}"
