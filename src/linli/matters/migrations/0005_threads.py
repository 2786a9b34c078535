import django.db.models.deletion
from django.db import migrations, models

# Each matter's number becomes that of its thread, and the numbering goes on where it was.
MOVE = migrations.RunSQL(
    """
    set constraints all deferred;
    update matters_matter set thread_id = gen_random_uuid();
    insert into record_thread (id, community, number, at)
    select thread_id, community_id, number, raised_at from matters_matter;
    insert into record_threadnumber (id, community, year, last)
    select id, community_id, year, last from matters_matternumber;
    set constraints all immediate
    """,
    migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [("matters", "0004_every_link"), ("record", "0003_sealed")]
    operations = [
        migrations.AddField(
            "matter",
            "thread",
            models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.thread"
            ),
        ),
        MOVE,
        migrations.AlterField(
            "matter",
            "thread",
            models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.thread"),
        ),
        migrations.RemoveConstraint("matter", "one_matter_of_a_number"),
        migrations.RemoveField("matter", "number"),
        migrations.DeleteModel("MatterNumber"),
    ]
