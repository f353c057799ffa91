"""What is asked, when, what is said and what comes of it.

The triggers that keep evidence as it is are put on after every migrate
(portal/triggers.py).
"""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('councils', '0001_initial'),
        ('portal', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Rounds and their phases.
        migrations.CreateModel(
            name='CycleTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('kind', models.CharField(choices=[('procurement', 'procurement round'), ('quality_plan', 'quality round')], max_length=15, verbose_name='kind')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'cycle template',
                'verbose_name_plural': 'cycle templates',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PhaseTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phases', to='procurement.cycletemplate', verbose_name='template')),
                ('order', models.PositiveSmallIntegerField(verbose_name='order')),
                ('kind', models.CharField(choices=[('orientation', 'Orientation and contours'), ('council_consultation', 'Consult the constituency'), ('policy_publication', 'Policy published'), ('clarification', 'Questions and clarification'), ('self_analysis', 'Self-analysis'), ('development_plan', 'Development plan'), ('registration', 'Registration'), ('provisional_award', 'Assessment and provisional outcome'), ('dialogue', 'Dialogue'), ('final_award', 'Final outcome'), ('contract_signing', 'Contract and budget'), ('reshuffle', 'Reshuffle of this year'), ('monitoring', 'Delivery and monitoring'), ('evaluation', 'Evaluation'), ('plan_drafting', 'Drafting the plan'), ('plan_adoption', 'Adopting the plan'), ('plan_monitoring', 'Monitoring of the plan'), ('plan_evaluation', 'Evaluation of the plan')], max_length=25, verbose_name='phase')),
                ('opens_year', models.SmallIntegerField(default=-1, verbose_name='opens in year')),
                ('opens_month', models.PositiveSmallIntegerField(verbose_name='opens in month')),
                ('opens_day', models.PositiveSmallIntegerField(verbose_name='opens on day')),
                ('closes_year', models.SmallIntegerField(default=-1, verbose_name='closes in year')),
                ('closes_month', models.PositiveSmallIntegerField(verbose_name='closes in month')),
                ('closes_day', models.PositiveSmallIntegerField(verbose_name='closes on day')),
                ('closes_time', models.TimeField(verbose_name='closes at')),
                ('organisation_days', models.PositiveSmallIntegerField(default=0, verbose_name='days for the organisation')),
                ('central_days', models.PositiveSmallIntegerField(default=14, verbose_name='days for the central council')),
                ('local_days', models.PositiveSmallIntegerField(default=28, verbose_name='days for local councils')),
                ('councils_deliver', models.BooleanField(default=True, verbose_name='councils hand something in')),
                ('what_happens', models.TextField(blank=True, verbose_name='what happens')),
                ('council_can', models.TextField(blank=True, verbose_name='what your council can do')),
            ],
            options={
                'verbose_name': 'phase of a template',
                'verbose_name_plural': 'phases of templates',
                'ordering': ['template', 'order'],
                'constraints': [
                    models.UniqueConstraint(fields=('template', 'kind'), name='phase_template_once'),
                    models.CheckConstraint(condition=models.Q(('central_days__gte', 1), ('local_days__gte', 1)), name='phase_template_councils_come_first', violation_error_message='Councils need one day or more.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PhaseTaskTemplate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='procurement.phasetemplate')),
                ('role', models.CharField(choices=[('member', 'council member'), ('chair', 'chair'), ('secretary', 'council secretary'), ('organisation', 'care organisation'), ('care_office', 'care office')], max_length=15, verbose_name='role')),
                ('what', models.CharField(max_length=250, verbose_name='what is asked')),
                ('why', models.CharField(max_length=250, verbose_name='why')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes needed')),
            ],
            options={
                'verbose_name': 'task of a template',
                'verbose_name_plural': 'tasks of templates',
                'constraints': [
                    models.UniqueConstraint(fields=('phase', 'role'), name='phase_task_template_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Cycle',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('procurement', 'procurement round'), ('quality_plan', 'quality round')], default='procurement', max_length=15, verbose_name='kind')),
                ('care_office', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cycles', to='councils.careoffice', verbose_name='care office')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quality_cycles', to='councils.careorganisation', verbose_name='care organisation')),
                ('contract_year', models.PositiveSmallIntegerField(verbose_name='contract year')),
                ('sector', models.CharField(choices=[('vv', 'nursing and care (VV)'), ('gz', 'disability care (GZ)'), ('ggz', 'mental health care (GGZ)')], max_length=4, verbose_name='sector')),
                ('school_holiday_zones', models.CharField(blank=True, max_length=30, verbose_name='school holiday zones')),
                ('copied_from', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='procurement.cycle')),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'round',
                'verbose_name_plural': 'rounds',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('care_office__isnull', False), ('kind', 'procurement'), ('organisation__isnull', True)), models.Q(('care_office__isnull', True), ('kind', 'quality_plan'), ('organisation__isnull', False)), _connector='OR'), name='cycle_belongs_to_one_party'),
                    models.UniqueConstraint(fields=('care_office', 'contract_year', 'sector'), name='cycle_once_per_office_year_and_sector', violation_error_message='This round exists already: the same care office, year and sector.'),
                    models.UniqueConstraint(fields=('organisation', 'contract_year', 'sector'), name='cycle_once_per_organisation_and_year', violation_error_message='This round exists already: the same organisation, year and sector.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Phase',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phases', to='procurement.cycle', verbose_name='round')),
                ('kind', models.CharField(choices=[('orientation', 'Orientation and contours'), ('council_consultation', 'Consult the constituency'), ('policy_publication', 'Policy published'), ('clarification', 'Questions and clarification'), ('self_analysis', 'Self-analysis'), ('development_plan', 'Development plan'), ('registration', 'Registration'), ('provisional_award', 'Assessment and provisional outcome'), ('dialogue', 'Dialogue'), ('final_award', 'Final outcome'), ('contract_signing', 'Contract and budget'), ('reshuffle', 'Reshuffle of this year'), ('monitoring', 'Delivery and monitoring'), ('evaluation', 'Evaluation'), ('plan_drafting', 'Drafting the plan'), ('plan_adoption', 'Adopting the plan'), ('plan_monitoring', 'Monitoring of the plan'), ('plan_evaluation', 'Evaluation of the plan')], max_length=25, verbose_name='phase')),
                ('order', models.PositiveSmallIntegerField(verbose_name='order')),
                ('opens_on', models.DateField(verbose_name='opens on')),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('organisation_days', models.PositiveSmallIntegerField(default=0, verbose_name='days for the organisation')),
                ('central_days', models.PositiveSmallIntegerField(default=14, verbose_name='days for the central council')),
                ('local_days', models.PositiveSmallIntegerField(default=28, verbose_name='days for local councils')),
                ('councils_deliver', models.BooleanField(default=True, verbose_name='councils hand something in')),
                ('what_happens', models.TextField(blank=True, max_length=1000, verbose_name='what happens')),
                ('council_can', models.TextField(blank=True, max_length=1000, verbose_name='what your council can do')),
                ('kept_because', models.CharField(blank=True, max_length=300, verbose_name='why this date stays')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('edited_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'phase',
                'verbose_name_plural': 'phases',
                'ordering': ['cycle', 'order'],
                'indexes': [
                    models.Index(fields=['closes_at'], name='phase_closes_at'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('cycle', 'kind'), name='phase_once_per_cycle'),
                    models.CheckConstraint(condition=models.Q(('central_days__gte', 1), ('local_days__gte', 1)), name='phase_councils_come_first', violation_error_message='Councils need one day or more.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PhaseTask',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='procurement.phase')),
                ('role', models.CharField(choices=[('member', 'council member'), ('chair', 'chair'), ('secretary', 'council secretary'), ('organisation', 'care organisation'), ('care_office', 'care office')], max_length=15, verbose_name='role')),
                ('what', models.CharField(max_length=250, verbose_name='what is asked')),
                ('why', models.CharField(max_length=250, verbose_name='why')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes needed')),
            ],
            options={
                'verbose_name': 'task of a phase',
                'verbose_name_plural': 'tasks of phases',
                'constraints': [
                    models.UniqueConstraint(fields=('phase', 'role'), name='phase_task_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DateChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='date_changes', to='procurement.phase')),
                ('old_opens_on', models.DateField()),
                ('old_closes_at', models.DateTimeField()),
                ('old_organisation_days', models.PositiveSmallIntegerField()),
                ('old_central_days', models.PositiveSmallIntegerField()),
                ('old_local_days', models.PositiveSmallIntegerField()),
                ('new_opens_on', models.DateField()),
                ('new_closes_at', models.DateTimeField()),
                ('new_organisation_days', models.PositiveSmallIntegerField()),
                ('new_central_days', models.PositiveSmallIntegerField()),
                ('new_local_days', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('told_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'date change',
                'verbose_name_plural': 'date changes',
                'ordering': ['at'],
            },
        ),
        # What is asked.
        migrations.CreateModel(
            name='InformationRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='procurement.cycle', verbose_name='round')),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='procurement.phase', verbose_name='phase')),
                ('title', models.CharField(max_length=150, verbose_name='your question in one sentence')),
                ('what', models.TextField(max_length=4000, verbose_name='what do you ask?')),
                ('why', models.TextField(max_length=4000, verbose_name='why do you ask this?')),
                ('use', models.TextField(max_length=4000, verbose_name='how do you use it?')),
                ('readers', models.TextField(max_length=1000, verbose_name='who reads it?')),
                ('not_asked', models.TextField(blank=True, max_length=2000, verbose_name='what do you not ask?')),
                ('right', models.CharField(choices=[('information', 'right to information'), ('input', 'input, by agreement')], default='input', max_length=12, verbose_name='right that applies')),
                ('legal_note', models.TextField(blank=True, max_length=1000, verbose_name='note on the right')),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('selection', models.CharField(choices=[('region', 'all councils in one or more regions'), ('sector', 'all councils of this sector'), ('chosen', 'a selection that I make')], default='sector', max_length=8, verbose_name='which councils?')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='whom can councils call?')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('withdrawn', 'withdrawn')], default='draft', editable=False, max_length=10)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_reason', models.CharField(blank=True, editable=False, max_length=300)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('regions', models.ManyToManyField(blank=True, related_name='+', to='councils.region', verbose_name='regions')),
            ],
            options={
                'verbose_name': 'request',
                'verbose_name_plural': 'requests',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(models.Q(('title', ''), _negated=True), models.Q(('what', ''), _negated=True), models.Q(('why', ''), _negated=True), models.Q(('use', ''), _negated=True), models.Q(('readers', ''), _negated=True)), _connector='OR'), name='request_has_purpose_unless_draft'),
                ],
            },
        ),
        migrations.CreateModel(
            name='RequestCouncil',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asked', to='procurement.informationrequest')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_by', to='councils.council')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('request', 'council'), name='request_council_once'),
                ],
            },
        ),
        migrations.AddField(
            model_name='informationrequest',
            name='councils',
            field=models.ManyToManyField(related_name='requests', through='procurement.RequestCouncil', to='councils.council'),
        ),
        migrations.CreateModel(
            name='RequestVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='procurement.informationrequest')),
                ('revision', models.PositiveIntegerField()),
                ('words', models.JSONField()),
                ('is_aside', models.BooleanField(default=False)),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'version of a request',
                'verbose_name_plural': 'versions of requests',
                'ordering': ['revision', 'saved_at'],
            },
        ),
        # What councils say.
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'theme',
                'verbose_name_plural': 'themes',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='CouncilInput',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inputs', to='councils.council')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inputs', to='procurement.cycle')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inputs', to='procurement.informationrequest', verbose_name='request')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inputs', to=settings.AUTH_USER_MODEL)),
                ('status', models.CharField(choices=[('draft', 'draft'), ('passed_on', 'passed on to the council'), ('withdrawn', 'withdrawn')], default='draft', editable=False, max_length=10)),
                ('for_central_council', models.BooleanField(default=False, verbose_name='the central council')),
                ('for_organisation', models.BooleanField(default=False, verbose_name='the organisation')),
                ('for_care_office', models.BooleanField(default=False, verbose_name='the care office')),
                ('is_closed_to_secretary', models.BooleanField(default=False, verbose_name='our secretary may not read this')),
                ('number', models.PositiveIntegerField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('passed_on_at', models.DateTimeField(editable=False, null=True)),
                ('shared_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'council input',
                'verbose_name_plural': 'council input',
                'indexes': [
                    models.Index(fields=['council', 'cycle', 'status'], name='council_input_of_council'),
                    models.Index(fields=['author', 'status'], name='council_input_of_author'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('council', 'cycle', 'number'), name='council_input_number_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CouncilInputVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council_input', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='procurement.councilinput')),
                ('number', models.PositiveIntegerField(editable=False)),
                ('kind', models.CharField(choices=[('concern', 'concern'), ('good_example', 'good example'), ('new_insight', 'new insight'), ('question', 'question')], max_length=12, verbose_name='kind')),
                ('goal', models.CharField(choices=[('trust', 'Clients can trust that care is good and up to date'), ('quality_of_life', 'Care makes life better for clients'), ('cooperation', 'Working with others on care that fits')], max_length=15, verbose_name='goal')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procurement.theme', verbose_name='theme')),
                ('care_setting', models.CharField(blank=True, choices=[('nursing_home', 'nursing home'), ('small_scale', 'small-scale living'), ('at_home', 'care at home'), ('day_care', 'day care')], help_text='Leave empty when it is about all of them.', max_length=15, verbose_name='care setting')),
                ('location', models.ForeignKey(blank=True, help_text='Leave empty when it is about all of them.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='councils.location', verbose_name='location')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.TextField(max_length=4000, verbose_name='your own words')),
                ('consulted', models.PositiveIntegerField(default=0, verbose_name='number of people asked')),
                ('consulted_how', models.CharField(blank=True, max_length=200, verbose_name='who, and how')),
                ('saved_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'version of an input',
                'verbose_name_plural': 'versions of input',
                'ordering': ['council_input', 'number'],
                'constraints': [
                    models.UniqueConstraint(fields=('council_input', 'number'), name='council_input_version_once'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='council_input_version_has_text'),
                ],
            },
        ),
        # An input and its versions name each other.
        migrations.AddField(
            model_name='councilinput',
            name='current',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procurement.councilinputversion'),
        ),
        migrations.AddField(
            model_name='councilinput',
            name='shared',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procurement.councilinputversion'),
        ),
        migrations.AddConstraint(
            model_name='councilinput',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(('current', None), ('status', 'passed_on'), _negated=True), _connector='OR'), name='council_input_has_words_once_passed_on'),
        ),
        migrations.AddConstraint(
            model_name='councilinput',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'draft'), _negated=True), ('shared', None), _connector='OR'), name='council_input_draft_is_shared_with_nobody'),
        ),
        migrations.AddConstraint(
            model_name='councilinput',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'passed_on'), _negated=True), models.Q(('for_care_office', False), ('for_central_council', False), ('for_organisation', False), ('shared', None)), models.Q(('shared__isnull', False), models.Q(('for_central_council', True), ('for_organisation', True), ('for_care_office', True), _connector='OR')), _connector='OR'), name='council_input_is_shared_with_somebody_or_not_at_all'),
        ),
        migrations.CreateModel(
            name='InputDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council_input', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='procurement.councilinput')),
                ('editor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='input_drafts', to=settings.AUTH_USER_MODEL)),
                ('words', models.JSONField(default=dict)),
                ('aside', models.JSONField(default=list)),
                ('based_on', models.PositiveIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'text in progress',
                'verbose_name_plural': 'texts in progress',
                'constraints': [
                    models.UniqueConstraint(fields=('council_input', 'editor'), name='input_draft_one_per_editor'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Recognition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('council_input', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recognitions', to='procurement.councilinput')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('council_input', 'member'), name='recognition_once'),
                ],
            },
        ),
        # From local to central.
        migrations.CreateModel(
            name='Paragraph',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paragraphs', to='councils.council')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paragraphs', to='procurement.cycle')),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='paragraphs', to='procurement.informationrequest', verbose_name='request')),
                ('kind', models.CharField(choices=[('concern', 'concern'), ('good_example', 'good example'), ('new_insight', 'new insight'), ('question', 'question')], default='concern', max_length=12, verbose_name='kind')),
                ('goal', models.CharField(choices=[('trust', 'Clients can trust that care is good and up to date'), ('quality_of_life', 'Care makes life better for clients'), ('cooperation', 'Working with others on care that fits')], max_length=15, verbose_name='goal')),
                ('theme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procurement.theme', verbose_name='theme')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('position', models.PositiveIntegerField(default=0, editable=False)),
                ('for_organisation', models.BooleanField(default=False, verbose_name='the organisation')),
                ('for_care_office', models.BooleanField(default=True, verbose_name='the care office')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'paragraph',
                'verbose_name_plural': 'paragraphs',
                'ordering': ['council', 'cycle', 'position'],
            },
        ),
        migrations.CreateModel(
            name='ParagraphVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('paragraph', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='procurement.paragraph')),
                ('number', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('passages', models.JSONField(default=list)),
                ('is_aside', models.BooleanField(default=False)),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'version of a paragraph',
                'verbose_name_plural': 'versions of paragraphs',
                'ordering': ['paragraph', '-saved_at'],
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('paragraph', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='procurement.paragraph')),
                ('position', models.PositiveIntegerField()),
                ('text', models.TextField(max_length=4000, verbose_name='sentences')),
            ],
            options={
                'verbose_name': 'passage',
                'verbose_name_plural': 'passages',
                'ordering': ['paragraph', 'position'],
            },
        ),
        migrations.CreateModel(
            name='PassageSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='source_links', to='procurement.passage')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passage_links', to='procurement.councilinputversion')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('passage', 'version'), name='passage_source_once'),
                ],
            },
        ),
        migrations.AddField(
            model_name='passage',
            name='sources',
            field=models.ManyToManyField(related_name='used_in', through='procurement.PassageSource', to='procurement.councilinputversion'),
        ),
        migrations.CreateModel(
            name='Disuse',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disuses', to='councils.council')),
                ('council_input', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disuses', to='procurement.councilinput')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'input that is not used',
                'verbose_name_plural': 'input that is not used',
                'constraints': [
                    models.UniqueConstraint(fields=('council', 'council_input'), name='disuse_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Showing',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('paragraph', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='showings', to='procurement.paragraph')),
                ('number', models.PositiveIntegerField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'text put before local councils',
                'verbose_name_plural': 'texts put before local councils',
                'ordering': ['paragraph', 'number'],
                'constraints': [
                    models.UniqueConstraint(fields=('paragraph', 'number'), name='showing_number_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ShowingPart',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('showing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='procurement.showing')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='showing_parts', to='councils.council')),
                ('passages', models.JSONField(default=list)),
                ('sha256', models.CharField(max_length=64)),
                ('has_mixed', models.BooleanField(default=False)),
                ('verdict', models.CharField(blank=True, choices=[('agreed', 'agreed'), ('not_like_this', 'not like this')], max_length=15)),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='what should be different?')),
                ('verdict_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verdict_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'part for a local council',
                'verbose_name_plural': 'parts for local councils',
                'constraints': [
                    models.UniqueConstraint(fields=('showing', 'council'), name='showing_part_once'),
                ],
            },
        ),
        # What is handed in.
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='councils.council')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='procurement.cycle')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('offered', 'waiting for a signature'), ('submitted', 'submitted')], default='draft', editable=False, max_length=10)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('returned_why', models.CharField(blank=True, editable=False, max_length=500)),
                ('first_read_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'submission',
                'verbose_name_plural': 'submissions',
                'constraints': [
                    models.UniqueConstraint(fields=('council', 'cycle'), name='submission_one_per_council_and_cycle'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SubmissionItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='procurement.submission')),
                ('position', models.PositiveIntegerField(default=0)),
                ('paragraph', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submission_items', to='procurement.paragraph')),
                ('council_input', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submission_items', to='procurement.councilinput')),
            ],
            options={
                'verbose_name': 'line of a submission',
                'verbose_name_plural': 'lines of submissions',
                'ordering': ['submission', 'position'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('council_input__isnull', False), ('paragraph__isnull', True)), models.Q(('council_input__isnull', True), ('paragraph__isnull', False)), _connector='OR'), name='submission_item_is_one_of_two'),
                    models.UniqueConstraint(fields=('submission', 'paragraph'), name='submission_item_paragraph_once'),
                    models.UniqueConstraint(fields=('submission', 'council_input'), name='submission_item_input_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SubmissionVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='procurement.submission')),
                ('number', models.PositiveIntegerField()),
                ('previous', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='procurement.submissionversion')),
                ('canonical', models.TextField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('keep_until', models.DateField()),
            ],
            options={
                'verbose_name': 'frozen version of a submission',
                'verbose_name_plural': 'frozen versions of submissions',
                'ordering': ['submission', 'number'],
                'constraints': [
                    models.UniqueConstraint(fields=('submission', 'number'), name='submission_version_number_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MinorityStatement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='procurement.submissionversion')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.TextField(max_length=4000, verbose_name='your minority statement')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('keep_until', models.DateField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'minority statement',
                'verbose_name_plural': 'minority statements',
                'ordering': ['at', 'pk'],
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'author'), name='minority_statement_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='procurement.submissionversion')),
                ('canonical', models.TextField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('member', 'member'), ('chair', 'chair'), ('deputy_chair', 'deputy chair'), ('secretary', 'council secretary'), ('supporter', 'supporter')], max_length=12)),
                ('signed_at', models.DateTimeField()),
                ('is_late', models.BooleanField()),
                ('keep_until', models.DateField()),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
            },
        ),
        migrations.CreateModel(
            name='SubmittedItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submitted_items', to='procurement.submissionversion')),
                ('position', models.PositiveIntegerField()),
                ('paragraph', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submitted_items', to='procurement.paragraph')),
                ('council_input', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submitted_items', to='procurement.councilinput')),
                ('for_organisation', models.BooleanField()),
                ('keep_until', models.DateField()),
            ],
            options={
                'verbose_name': 'submitted item',
                'verbose_name_plural': 'submitted items',
                'ordering': ['version', 'position'],
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'position'), name='submitted_item_position_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SubmittedSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='procurement.submitteditem')),
                ('input_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submitted_in', to='procurement.councilinputversion')),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submitted_sources', to='councils.council')),
                ('keep_until', models.DateField()),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('item', 'input_version'), name='submitted_source_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=64, unique=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='procurement.submissionversion')),
                ('items', models.JSONField(null=True)),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('making', 'being made'), ('done', 'done'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('pages_expected', models.PositiveIntegerField()),
                ('pages_made', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('content', models.BinaryField(null=True)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'paper',
                'verbose_name_plural': 'papers',
                'indexes': [
                    models.Index(fields=['status'], name='paper_status'),
                ],
            },
        ),
        # What is answered.
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='procurement.submitteditem')),
                ('outcome', models.CharField(blank=True, choices=[('taken_up', 'Taken up'), ('partly', 'Partly taken up'), ('not_taken_up', 'Not taken up'), ('studied', 'Being studied'), ('elsewhere', 'Belongs elsewhere')], max_length=12, verbose_name='what do you do with it?')),
                ('reason', models.TextField(blank=True, max_length=4000, verbose_name='your reason, in plain words')),
                ('study_until', models.DateField(blank=True, null=True, verbose_name='the council hears more before')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('written_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'answer',
                'verbose_name_plural': 'answers',
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='answer_published_has_outcome'),
                    models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('outcome', 'taken_up'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='answer_published_has_reason', violation_error_message='Give your reason. The council wants to know why.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='procurement.submissionversion')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'publication of answers',
                'verbose_name_plural': 'publications of answers',
            },
        ),
        # Who is reminded.
        migrations.CreateModel(
            name='ReminderRule',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('phase_kind', models.CharField(choices=[('orientation', 'Orientation and contours'), ('council_consultation', 'Consult the constituency'), ('policy_publication', 'Policy published'), ('clarification', 'Questions and clarification'), ('self_analysis', 'Self-analysis'), ('development_plan', 'Development plan'), ('registration', 'Registration'), ('provisional_award', 'Assessment and provisional outcome'), ('dialogue', 'Dialogue'), ('final_award', 'Final outcome'), ('contract_signing', 'Contract and budget'), ('reshuffle', 'Reshuffle of this year'), ('monitoring', 'Delivery and monitoring'), ('evaluation', 'Evaluation'), ('plan_drafting', 'Drafting the plan'), ('plan_adoption', 'Adopting the plan'), ('plan_monitoring', 'Monitoring of the plan'), ('plan_evaluation', 'Evaluation of the plan')], max_length=25, verbose_name='phase')),
                ('role', models.CharField(choices=[('member', 'council member'), ('chair', 'chair'), ('secretary', 'council secretary'), ('organisation', 'care organisation'), ('care_office', 'care office')], max_length=15, verbose_name='role')),
                ('moment', models.CharField(choices=[('opening', 'when the phase opens'), ('council_date', "before the council's date"), ('closing', 'before the phase closes'), ('overdue', 'after the phase closed'), ('signature', 'after the text was offered for signing'), ('answers', 'when answers are published')], max_length=12, verbose_name='moment')),
                ('days', models.PositiveSmallIntegerField(default=0, verbose_name='number of days')),
                ('at', models.TimeField(verbose_name='time of day')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'verbose_name': 'reminder rule',
                'verbose_name_plural': 'reminder rules',
                'ordering': ['phase_kind', 'moment', '-days', 'role'],
                'constraints': [
                    models.UniqueConstraint(fields=('phase_kind', 'role', 'moment', 'days'), name='reminder_rule_once', violation_error_message='This rule exists already.'),
                    models.CheckConstraint(condition=models.Q(('role__in', ['member', 'chair', 'secretary'])), name='reminder_rule_is_for_councils', violation_error_message='Only people of a council are reminded.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('moment', 'answers'), _negated=True), ('days', 0), _connector='OR'), name='reminder_rule_tells_of_answers_at_once', violation_error_message='Answers are told at once: fill in 0 for the number of days.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='procurement.reminderrule')),
                ('phase', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='procurement.phase')),
                ('party_id', models.UUIDField()),
                ('council', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='councils.council')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to=settings.AUTH_USER_MODEL)),
                ('due_at', models.DateTimeField()),
                ('status', models.CharField(choices=[('queued', 'on its way'), ('sent', 'sent'), ('cancelled', 'cancelled'), ('missed', 'missed'), ('held', 'held for a person')], default='queued', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reminders', to='portal.outgoingmail')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
                'indexes': [
                    models.Index(fields=['phase', 'council'], name='reminder_of_phase'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('rule', 'phase', 'party_id', 'user', 'due_at'), name='reminder_once'),
                ],
            },
        ),
    ]
