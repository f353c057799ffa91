"""People, the trail of what they did, and their mail.

The triggers that keep evidence as it is are put on after every migrate
(portal/triggers.py).
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        # People.
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(error_messages={'unique': 'Somebody with this address is known already.'}, max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('is_staff', models.BooleanField(default=False, verbose_name='administrator')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_any_case'),
                ],
            },
        ),
        # What they did, in chains of events.
        migrations.CreateModel(
            name='AuditChain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.UUIDField(unique=True)),
                ('length', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='portal.auditchain')),
                ('position', models.PositiveIntegerField()),
                ('verb', models.CharField(max_length=60)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audit_events', to=settings.AUTH_USER_MODEL)),
                ('subject_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contenttypes.contenttype')),
                ('subject_id', models.UUIDField()),
                ('subject_label', models.CharField(max_length=120)),
                ('data', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit events',
                'ordering': ['chain', 'position'],
                'indexes': [
                    models.Index(fields=['subject_id'], name='audit_event_subject'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('chain', 'position'), name='audit_event_one_at_each_place'),
                ],
            },
        ),
        # Mail, and what runs by itself.
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=40)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to=settings.AUTH_USER_MODEL)),
                ('to', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=250)),
                ('body', models.TextField()),
                ('footer', models.TextField(blank=True)),
                ('calendar', models.TextField(blank=True)),
                ('is_secret', models.BooleanField(default=False)),
                ('recheck', models.JSONField(null=True)),
                ('send_at', models.DateTimeField(null=True)),
                ('useless_after', models.DateTimeField(null=True)),
                ('status', models.CharField(choices=[('queued', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('cancelled', 'cancelled'), ('missed', 'missed'), ('held', 'held for a person')], default='queued', max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('next_try_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('claimed_by', models.UUIDField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('handed_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('unknown_outcomes', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outgoing mail',
                'indexes': [
                    models.Index(condition=models.Q(('status', 'queued')), fields=['next_try_at'], name='outgoing_mail_queued'),
                    models.Index(condition=models.Q(('is_secret', True), ('status', 'queued')), fields=['next_try_at'], name='outgoing_mail_secret'),
                    models.Index(condition=models.Q(('status', 'sending')), fields=['lease_until'], name='outgoing_mail_sending'),
                    models.Index(condition=models.Q(('status', 'held')), fields=['created_at'], name='outgoing_mail_held'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('key',), name='outgoing_mail_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MailOptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_opt_outs', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(max_length=40)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('user', 'kind'), name='mail_opt_out_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PeriodicRun',
            fields=[
                ('task', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'periodic task',
                'verbose_name_plural': 'periodic tasks',
            },
        ),
    ]
