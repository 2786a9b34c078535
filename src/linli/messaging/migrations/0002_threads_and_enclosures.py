import django.db.models.deletion
from django.db import migrations, models

# A notice of what became of an affair takes that affair's thread, which the record names; any other keeps the number
# that hangs at the doors, as a thread of its own.
MOVE = migrations.RunSQL(
    """
    set constraints all deferred;
    update messaging_notice n set thread_id = coalesce(
      (select e.thread from record_event e
       where e.subject = n.about and e.subject_kind = n.about_kind and e.thread is not null
       order by e.id limit 1),
      gen_random_uuid());
    insert into record_thread (id, community, number, at)
    select n.thread_id, n.community_id, n.number, n.written_at from messaging_notice n
    where not exists (select from record_thread t where t.id = n.thread_id);
    update messaging_review r set thread = n.thread_id from messaging_notice n where n.review_id = r.id;
    update messaging_review r set thread = n.thread_id
    from messaging_noticeobjection o join messaging_notice n on n.id = o.notice_id
    where r.id in (o.review_id, o.reply_id);
    set constraints all immediate
    """,
    migrations.RunSQL.noop,
)


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0002_stamped_papers"),
        ("messaging", "0001_initial"),
        ("record", "0003_sealed"),
    ]
    operations = [
        migrations.AddField(
            "review",
            "thread",
            models.UUIDField(null=True, help_text="the affair it belongs to, where there is one"),
        ),
        migrations.AddField(
            "notice",
            "thread",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.thread"
            ),
        ),
        MOVE,
        migrations.AlterField(
            "notice",
            "thread",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="record.thread"),
        ),
        migrations.RemoveConstraint("notice", "one_notice_of_a_number"),
        migrations.RemoveField("notice", "number"),
        migrations.DeleteModel("NoticeNumber"),
        migrations.AddField(
            "message",
            "enclosure",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.file"
            ),
        ),
        migrations.AddField(
            "message", "enclosed_as", models.CharField(blank=True, max_length=120, help_text="the enclosure's name")
        ),
        migrations.AddField(
            "message",
            "purpose",
            models.CharField(blank=True, max_length=200, help_text="why a paper goes out, as who sends it says"),
        ),
    ]
