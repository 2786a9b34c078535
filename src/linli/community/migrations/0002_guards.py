from django.db import migrations

from linli.record.guards import same_community


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]
    operations = [
        same_community("community_dwelling", "place_id", "community_place"),
        same_community("community_household", "dwelling_id", "community_dwelling"),
        same_community("community_residency", "person_id", "community_person"),
        same_community("community_ownership", "dwelling_id", "community_dwelling"),
        same_community("community_ownership", "person_id", "community_person"),
        same_community("community_role", "person_id", "community_person"),
        same_community("community_role", "place_id", "community_place"),
        same_community("community_areadwelling", "area_id", "community_area"),
        same_community("community_areadwelling", "dwelling_id", "community_dwelling"),
    ]
