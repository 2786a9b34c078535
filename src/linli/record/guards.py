"""What the database itself holds, as pieces for migrations: rows that only grow, rows that never cross a community."""

from django.db.migrations import RunSQL

REFUSE_CHANGE = RunSQL(
    """
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % are never changed or deleted', tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $$
    """,
    "drop function refuse_change()",
)


def append_only(table: str) -> RunSQL:
    """A trigger that refuses update, delete and truncate of ``table``, whoever asks."""
    return RunSQL(
        f"create trigger {table}_append_only before update or delete or truncate on {table} "
        f"for each statement execute function refuse_change()",
        f"drop trigger {table}_append_only on {table}",
    )


def same_community(table: str, column: str, target: str) -> RunSQL:
    """A composite foreign key: the row that ``table.column`` names in ``target`` belongs to the same community."""
    name = f"{table}_{column}_same_community"
    return RunSQL(
        f"alter table {table} add constraint {name} foreign key (community_id, {column}) "
        f"references {target} (community_id, id) deferrable initially deferred",
        f"alter table {table} drop constraint {name}",
    )
