import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Long PDFs are printouts of the portal from now on.

    The table stays, empty and tied to nothing: code of before, that still serves while
    this runs, goes on using it. What it holds would have gone after a day.
    """

    dependencies = [("procurement", "0005_plan_what_has_been")]

    operations = [
        migrations.AlterField(
            "paper",
            "version",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="papers",
                to="procurement.submissionversion",
            ),
        ),
        migrations.RunSQL("DELETE FROM procurement_paper", migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("paper")]
        ),
    ]
