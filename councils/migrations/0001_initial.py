"""Who is who, and who sits where."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The country.
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=10, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('school_holiday_zones', models.CharField(max_length=30, verbose_name='school holiday zones')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='note')),
            ],
            options={
                'verbose_name': 'care office region',
                'verbose_name_plural': 'care office regions',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Municipality',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('cbs_code', models.CharField(max_length=4, unique=True, verbose_name='CBS code')),
                ('province', models.CharField(max_length=40, verbose_name='province')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='municipalities', to='councils.region', verbose_name='region')),
                ('school_holiday_zone', models.CharField(choices=[('noord', 'north'), ('midden', 'middle'), ('zuid', 'south')], max_length=10, verbose_name='school holiday zone')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='note')),
            ],
            options={
                'verbose_name': 'municipality',
                'verbose_name_plural': 'municipalities',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='CareOffice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('note', models.CharField(blank=True, max_length=250, verbose_name='note')),
            ],
            options={
                'verbose_name': 'care office',
                'verbose_name_plural': 'care offices',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Concession',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('care_office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concessions', to='councils.careoffice', verbose_name='care office')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concessions', to='councils.region', verbose_name='region')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
            ],
            options={
                'verbose_name': 'concession',
                'verbose_name_plural': 'concessions',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='concession_ends_after_start', violation_error_message='The end lies before the start. Change one of the two dates.'),
                    models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('region',), name='concession_one_open_per_region', violation_error_message='This region has a care office already.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='careoffice',
            name='regions',
            field=models.ManyToManyField(through='councils.Concession', to='councils.region'),
        ),
        migrations.CreateModel(
            name='CareOfficeContact',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('care_office', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='councils.careoffice', verbose_name='care office')),
                ('region', models.ForeignKey(blank=True, help_text='Leave empty for all regions.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='councils.region', verbose_name='region')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('function', models.CharField(max_length=120, verbose_name='function')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['name'],
            },
        ),
        # Organisations and councils.
        migrations.CreateModel(
            name='CareOrganisation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('regions', models.ManyToManyField(related_name='organisations', to='councils.region', verbose_name='regions')),
            ],
            options={
                'verbose_name': 'care organisation',
                'verbose_name_plural': 'care organisations',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OrganisationSector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sectors', to='councils.careorganisation')),
                ('sector', models.CharField(choices=[('vv', 'nursing and care (VV)'), ('gz', 'disability care (GZ)'), ('ggz', 'mental health care (GGZ)')], max_length=4, verbose_name='sector')),
            ],
            options={
                'verbose_name': 'sector',
                'verbose_name_plural': 'sectors',
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'sector'), name='organisation_sector_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='councils.careorganisation', verbose_name='care organisation')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='councils.municipality', verbose_name='municipality')),
                ('care_setting', models.CharField(choices=[('nursing_home', 'nursing home'), ('small_scale', 'small-scale living'), ('at_home', 'care at home'), ('day_care', 'day care')], max_length=15, verbose_name='care setting')),
                ('clients', models.PositiveIntegerField(blank=True, null=True, verbose_name='number of clients')),
            ],
            options={
                'verbose_name': 'location',
                'verbose_name_plural': 'locations',
                'ordering': ['name'],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'name'), name='location_name_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Council',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='councils', to='councils.careorganisation', verbose_name='care organisation')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('central', 'central council'), ('local', 'local council'), ('relatives', 'relatives’ council')], default='local', max_length=10, verbose_name='kind')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='councils.council', verbose_name='central council')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='telephone')),
                ('locations', models.ManyToManyField(blank=True, related_name='councils', to='councils.location', verbose_name='locations')),
            ],
            options={
                'verbose_name': 'council',
                'verbose_name_plural': 'councils',
                'ordering': ['name'],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'name'), name='council_name_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'central'), _negated=True), ('parent__isnull', True), _connector='OR'), name='council_central_stands_on_top', violation_error_message='A central council has no council above it.'),
                ],
            },
        ),
        # Seats, and how one comes by them.
        migrations.CreateModel(
            name='CareOfficeMembership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('care_office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='councils.careoffice', verbose_name='care office')),
                ('role', models.CharField(choices=[('procurement_officer', 'procurement officer'), ('policy_adviser', 'policy adviser')], default='procurement_officer', max_length=20, verbose_name='role')),
                ('regions', models.ManyToManyField(blank=True, to='councils.region', verbose_name='regions')),
            ],
            options={
                'verbose_name': 'seat in a care office',
                'verbose_name_plural': 'seats in a care office',
                'abstract': False,
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='careofficemembership_ends_after_start', violation_error_message='The end lies before the start. Change one of the two dates.'),
                    models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('care_office', 'user'), name='care_office_membership_one_open_term', violation_error_message='This person has this seat already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='OrganisationMembership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='councils.careorganisation', verbose_name='care organisation')),
                ('role', models.CharField(choices=[('executive', 'executive'), ('policy_adviser', 'policy adviser')], default='policy_adviser', max_length=20, verbose_name='role')),
            ],
            options={
                'verbose_name': 'seat in an organisation',
                'verbose_name_plural': 'seats in an organisation',
                'abstract': False,
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='organisationmembership_ends_after_start', violation_error_message='The end lies before the start. Change one of the two dates.'),
                    models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('organisation', 'user'), name='organisation_membership_one_open_term', violation_error_message='This person has this seat already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CouncilMembership',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='councils.council', verbose_name='council')),
                ('role', models.CharField(choices=[('member', 'member'), ('chair', 'chair'), ('deputy_chair', 'deputy chair'), ('secretary', 'council secretary'), ('supporter', 'supporter')], default='member', max_length=12, verbose_name='role')),
            ],
            options={
                'verbose_name': 'seat in a council',
                'verbose_name_plural': 'seats in a council',
                'abstract': False,
                'indexes': [
                    models.Index(fields=['user', 'ends_on'], name='council_seat_of_user'),
                ],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='councilmembership_ends_after_start', violation_error_message='The end lies before the start. Change one of the two dates.'),
                    models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('council', 'user'), name='council_membership_one_open_term', violation_error_message='This person already sits on the council.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('council', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='councils.council')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='councils.careorganisation')),
                ('care_office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='councils.careoffice')),
                ('role', models.CharField(max_length=20, verbose_name='role')),
                ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('expires_at', models.DateTimeField(editable=False)),
                ('accepted_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('regions', models.ManyToManyField(blank=True, to='councils.region', verbose_name='regions')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('care_office__isnull', True), ('council__isnull', False), ('organisation__isnull', True)), models.Q(('care_office__isnull', True), ('council__isnull', True), ('organisation__isnull', False)), models.Q(('care_office__isnull', False), ('council__isnull', True), ('organisation__isnull', True)), _connector='OR'), name='invitation_is_for_one_party'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('organisations', 'care organisations'), ('councils', 'councils'), ('members', 'members of councils')], max_length=15, verbose_name='kind of file')),
                ('filename', models.CharField(max_length=120)),
                ('lines', models.JSONField(default=list)),
                ('sends_invitations', models.BooleanField(default=False, verbose_name='send an invitation')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('confirmed_at', models.DateTimeField(editable=False, null=True)),
                ('added', models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
            },
        ),
    ]
