import django.db.models.deletion
import linli.record.clock
import linli.record.ids
from django.db import migrations, models

from linli.record.guards import same_community


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0006_supervisor'),
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('console', 'Console'), ('email', 'Email'), ('sms', 'Sms')], max_length=8)),
                ('title', models.CharField(max_length=40)),
                ('settings', models.BinaryField(help_text='JSON')),
                ('open', models.BooleanField(default=True)),
                ('paused_until', models.DateTimeField(help_text='it asked us to wait', null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('body', models.TextField(blank=True)),
                ('body_kind', models.CharField(blank=True, max_length=64)),
                ('subject', models.UUIDField(null=True)),
                ('urgent', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=linli.record.clock.now)),
                ('by_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(max_length=64)),
                ('address', models.BinaryField()),
                ('try_group', models.PositiveSmallIntegerField(default=1)),
                ('urgent', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('throttled', 'Throttled'), ('unknown', 'Unknown'), ('confirmed', 'Confirmed')], default='waiting', max_length=9)),
                ('code', models.CharField(blank=True, help_text="why not, in the channel's own word", max_length=64)),
                ('receipt', models.CharField(blank=True, help_text='what the channel calls it', max_length=128)),
                ('due_at', models.DateTimeField(default=linli.record.clock.now, help_text='when it is tried; none: no more', null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.channel')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='messaging.message')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(help_text='what people call it: 广顺园公示-2023-0007', max_length=40)),
                ('title', models.CharField(max_length=80)),
                ('contact', models.CharField(help_text='where an objection can be brought', max_length=120)),
                ('days', models.PositiveSmallIntegerField()),
                ('pack', models.CharField(blank=True, help_text='the rule that asks for it', max_length=64)),
                ('about_kind', models.CharField(blank=True, max_length=32)),
                ('about', models.UUIDField(help_text='what it is about, as a value', null=True)),
                ('circle', models.CharField(choices=[('residents', 'Residents'), ('net', 'Net')], default='residents', max_length=10)),
                ('state', models.CharField(choices=[('prepared', 'Prepared'), ('running', 'Running'), ('ended', 'Ended'), ('down', 'Down'), ('withdrawn', 'Withdrawn')], default='prepared', max_length=10)),
                ('written_at', models.DateTimeField(default=linli.record.clock.now)),
                ('posted_on', models.DateField(help_text='the day of the last place posted, which is not counted', null=True)),
                ('last_day', models.DateField(help_text='the day at whose 24:00 the notice ends', null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('withdrawn_why', models.CharField(blank=True, max_length=200)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('issuer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.organisation')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
            ],
        ),
        migrations.CreateModel(
            name='NoticeNumber',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
            ],
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('label', models.CharField(help_text='what the door is called: 一单元', max_length=120)),
                ('position', models.PositiveSmallIntegerField()),
                ('posted_at', models.DateTimeField(null=True)),
                ('down_at', models.DateTimeField(null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('down_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('last_photo', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='messaging.notice')),
                ('photo', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.file')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('posted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
            ],
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('begins', models.TimeField()),
                ('ends', models.TimeField()),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
            ],
            options={
                'verbose_name_plural': 'quiet hours',
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('of', models.CharField(choices=[('notice', 'Notice'), ('objection', 'Objection'), ('reply', 'Reply')], max_length=12)),
                ('subject', models.UUIDField(help_text='what the text belongs to, as a value')),
                ('title', models.CharField(help_text='what it belongs to, in words for the list', max_length=80)),
                ('original', models.BinaryField()),
                ('fingerprint', models.CharField(help_text='of the text as written, under a key: it tells nothing', max_length=64)),
                ('pieces', models.JSONField(default=list)),
                ('uncovered', models.JSONField(default=list)),
                ('shown', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('approved', 'Approved'), ('returned', 'Returned'), ('hidden', 'Hidden')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, choices=[('privacy', 'Privacy'), ('untrue', 'Untrue'), ('insult', 'Insult'), ('advertising', 'Advertising'), ('unlawful', 'Unlawful'), ('incomplete', 'Incomplete')], max_length=12)),
                ('words', models.CharField(blank=True, help_text='what the author is told', max_length=400)),
                ('asked_at', models.DateTimeField(default=linli.record.clock.now)),
                ('due_at', models.DateTimeField()),
                ('with_deputy', models.BooleanField(default=False)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('by_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
            ],
        ),
        migrations.CreateModel(
            name='NoticeObjection',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(choices=[('web', 'Web'), ('phone', 'Phone'), ('counter', 'Counter')], max_length=8)),
                ('at', models.DateTimeField(default=linli.record.clock.now)),
                ('by_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='messaging.notice')),
                ('reply', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replied', to='messaging.review')),
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='objection', to='messaging.review')),
            ],
        ),
        migrations.AddField(
            model_name='notice',
            name='review',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='messaging.review'),
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('words', models.CharField(max_length=400)),
                ('at', models.DateTimeField(default=linli.record.clock.now)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('upheld', 'Upheld'), ('overturned', 'Overturned')], default='waiting', max_length=10)),
                ('answer', models.CharField(blank=True, max_length=400)),
                ('decided_at', models.DateTimeField(null=True)),
                ('by_person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='messaging.review')),
            ],
        ),
        migrations.CreateModel(
            name='ReviewDuty',
            fields=[
                ('id', models.UUIDField(default=linli.record.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.place')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.person')),
            ],
            options={
                'verbose_name_plural': 'review duties',
            },
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('community', 'title'), name='one_channel_of_a_title'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.UniqueConstraint(fields=('community', 'id'), name='channel_in_community'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('community', 'id'), name='message_in_community'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('subject__isnull', False)), ('body_kind', ''), _connector='XOR'), name='one_kind_of_body'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(models.OrderBy(models.F('urgent'), descending=True), models.F('due_at'), condition=models.Q(('due_at__isnull', False)), name='delivery_due'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('message', 'recipient', 'channel', 'try_group'), name='one_delivery'),
        ),
        migrations.AddConstraint(
            model_name='noticenumber',
            constraint=models.UniqueConstraint(fields=('community', 'year'), name='one_numbering_of_notices'),
        ),
        migrations.AddConstraint(
            model_name='posting',
            constraint=models.UniqueConstraint(fields=('notice', 'place'), name='one_posting_at_a_door'),
        ),
        migrations.AddConstraint(
            model_name='quiethours',
            constraint=models.UniqueConstraint(fields=('community',), name='one_quiet_time'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['community', 'state', 'asked_at'], name='review_queue'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('community', 'id'), name='review_in_community'),
        ),
        migrations.AddConstraint(
            model_name='noticeobjection',
            constraint=models.UniqueConstraint(fields=('community', 'id'), name='notice_objection_in_community'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['community', 'state', 'written_at'], name='notice_board'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('community', 'number'), name='one_notice_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('community', 'id'), name='notice_in_community'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('days__gt', 0)), name='notice_has_days'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('review',), name='one_appeal_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='reviewduty',
            constraint=models.UniqueConstraint(fields=('community',), name='one_review_duty'),
        ),
        same_community("messaging_message", "by_person_id", "community_person"),
        same_community("messaging_delivery", "message_id", "messaging_message"),
        same_community("messaging_delivery", "channel_id", "messaging_channel"),
        same_community("messaging_delivery", "person_id", "community_person"),
        same_community("messaging_delivery", "confirmed_by_id", "community_person"),
        same_community("messaging_reviewduty", "reviewer_id", "community_person"),
        same_community("messaging_reviewduty", "deputy_id", "community_person"),
        same_community("messaging_review", "by_person_id", "community_person"),
        same_community("messaging_review", "reviewed_by_id", "community_person"),
        same_community("messaging_appeal", "review_id", "messaging_review"),
        same_community("messaging_appeal", "by_person_id", "community_person"),
        same_community("messaging_appeal", "decided_by_id", "community_person"),
        same_community("messaging_notice", "place_id", "community_place"),
        same_community("messaging_notice", "review_id", "messaging_review"),
        same_community("messaging_notice", "issuer_id", "community_organisation"),
        same_community("messaging_posting", "notice_id", "messaging_notice"),
        same_community("messaging_posting", "place_id", "community_place"),
        same_community("messaging_posting", "posted_by_id", "community_person"),
        same_community("messaging_posting", "down_by_id", "community_person"),
        same_community("messaging_noticeobjection", "notice_id", "messaging_notice"),
        same_community("messaging_noticeobjection", "review_id", "messaging_review"),
        same_community("messaging_noticeobjection", "reply_id", "messaging_review"),
        same_community("messaging_noticeobjection", "by_person_id", "community_person"),
    ]
