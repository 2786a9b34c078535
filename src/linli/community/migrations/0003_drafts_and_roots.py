import django.db.models.deletion
import linli.record.clock
import linli.record.ids
from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("community", "0002_guards")]
    operations = [
        migrations.RemoveConstraint(model_name="place", name="one_place_of_a_name"),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                fields=["parent", "kind", "name"], nulls_distinct=False, name="one_place_of_a_name"
            ),
        ),
        migrations.CreateModel(
            name="RegisterDraft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(default=linli.record.clock.now)),
                ("reading", models.JSONField()),
                (
                    "by_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.person",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.place"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.place"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        same_community("community_registerdraft", "place_id", "community_place"),
    ]
