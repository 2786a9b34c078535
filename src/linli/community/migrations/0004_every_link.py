from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("community", "0003_drafts_and_roots")]
    operations = [
        migrations.AddConstraint(
            "household", models.UniqueConstraint(fields=["community", "id"], name="household_in_community")
        ),
        migrations.AddConstraint(
            "organisation", models.UniqueConstraint(fields=["community", "id"], name="organisation_in_community")
        ),
        same_community("community_household", "head_id", "community_person"),
        same_community("community_residency", "household_id", "community_household"),
        same_community("community_organisation", "parent_id", "community_organisation"),
        same_community("community_role", "organisation_id", "community_organisation"),
        same_community("community_registerimport", "place_id", "community_place"),
        same_community("community_registerimport", "by_person_id", "community_person"),
        same_community("community_registerdraft", "by_person_id", "community_person"),
    ]
