from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0005_registers_whole'),
    ]

    operations = [
        migrations.AlterField(
            model_name='role',
            name='kind',
            field=models.CharField(choices=[('secretary', 'Secretary'), ('director', 'Director'), ('clerk', 'Clerk'), ('building_leader', 'Building Leader'), ('supervisor', 'Supervisor')], max_length=20),
        ),
    ]
