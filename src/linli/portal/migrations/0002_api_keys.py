import django.contrib.postgres.fields
import django.db.models.deletion
import linli.record.clock
import linli.record.ids
from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0004_every_link'),
        ('portal', '0001_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='which program, and who looks after it', max_length=60)),
                ('secret_sha256', models.CharField(max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read_places', 'Read Places'), ('read_matters', 'Read Matters'), ('read_results', 'Read Results')], max_length=20), size=None)),
                ('made_at', models.DateTimeField(default=linli.record.clock.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('used_on', models.DateField(null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('community', 'id'), name='api_key_in_community')],
            },
        ),
        same_community("portal_apikey", "made_by_id", "community_person"),
    ]
