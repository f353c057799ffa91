from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from portal import triggers


def fill(apps, schema_editor):
    """Give agendas that were sent before this the day on which they may go."""
    SentAgenda = apps.get_model("councils", "SentAgenda")
    rows = SentAgenda.objects.filter(keep_until__isnull=True).select_related("meeting")
    if not rows.exists():
        return
    # The end of the same migrate puts them back.
    triggers.remove(schema_editor.connection.alias)
    kept: timedelta = settings.KEEP_MEETINGS
    for sent in rows.iterator():
        sent.keep_until = timezone.localdate(sent.meeting.ends_at) + kept
        sent.save(update_fields=["keep_until"])


class Migration(migrations.Migration):
    dependencies = [("councils", "0007_forgetting")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
