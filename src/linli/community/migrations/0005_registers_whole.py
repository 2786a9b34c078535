import django.db.models.deletion
import linli.record.ids
from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("community", "0004_every_link")]
    operations = [
        # A draft is kept for a day and holds nothing that cannot be read again from the office's file.
        migrations.RunSQL("delete from community_registerdraft", migrations.RunSQL.noop),
        migrations.RemoveField("registerdraft", "reading"),
        migrations.AddField("registerdraft", "reading", models.BinaryField(default=bytes), False),
        migrations.AddField("registerdraft", "preview", models.BinaryField(default=bytes), False),
        migrations.AddField(
            "registerdraft",
            "order",
            models.BinaryField(default=bytes, help_text="what the clerk chose, and in which role"),
        ),
        migrations.AddField(
            "registerdraft", "refusal", models.JSONField(default=dict, help_text="why it was not taken in")
        ),
        migrations.AddField(
            "registerdraft",
            "state",
            models.CharField(
                choices=[("read", "Read"), ("ordered", "Ordered"), ("taken", "Taken"), ("refused", "Refused")],
                default="read",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "registerdraft",
            "taken",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="community.registerimport",
            ),
        ),
        migrations.AddConstraint(
            "registerdraft", models.UniqueConstraint(fields=("community", "id"), name="register_draft_in_community")
        ),
        migrations.AddField("registerimport", "trace", models.BinaryField(default=bytes)),
        migrations.AddField("registerimport", "undone_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "registerimport", models.UniqueConstraint(fields=("community", "id"), name="register_import_in_community")
        ),
        migrations.AddField(
            "ownership",
            "share",
            models.CharField(
                blank=True,
                default="",
                help_text="an exact fraction, such as 1/2; empty if unknown",
                max_length=24,
            ),
            False,
        ),
        migrations.CreateModel(
            name="RegisterProgress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("done", models.PositiveIntegerField()),
                ("total", models.PositiveIntegerField()),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.place"
                    ),
                ),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
                        to="community.registerdraft",
                    ),
                ),
            ],
            options={"verbose_name_plural": "register progress"},
        ),
        same_community("community_registerdraft", "taken_id", "community_registerimport"),
        same_community("community_registerprogress", "draft_id", "community_registerdraft"),
    ]
