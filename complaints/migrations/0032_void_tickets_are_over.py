import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0031_shipped_danger_and_limits_of_repairs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_site',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_department',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_all',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_lane_site',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_lane_department',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_lane_all',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_handed_up',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_queue_overtime',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_overtime_asked',
        ),
        migrations.RemoveIndex(
            model_name='ticket',
            name='ticket_also_with',
        ),
        migrations.RemoveConstraint(
            model_name='ticket',
            name='ticket_closed_has_a_moment',
        ),
        migrations.RemoveField(
            model_name='ticket',
            name='lane',
        ),
        migrations.AlterField(
            model_name='ticket',
            name='status',
            field=models.CharField(choices=[('registered', 'To dispatch'), ('dispatched', 'To sign'), ('signed', 'Signed'), ('in_progress', 'In progress'), ('waiting', 'Waiting'), ('resolved', 'To inform'), ('informed', 'To call back'), ('declined', 'Declined'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn'), ('merged', 'Merged'), ('void', 'Void')], default='registered', max_length=12, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='lane',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(status='resolved', then=models.Value('to_return'), waits_for_form=True), models.When(status='registered', then=models.Value('to_dispatch')), models.When(status='dispatched', then=models.Value('to_sign')), models.When(status='signed', then=models.Value('in_progress')), models.When(status='in_progress', then=models.Value('in_progress')), models.When(status='waiting', then=models.Value('in_progress')), models.When(status='resolved', then=models.Value('to_inform')), models.When(status='informed', then=models.Value('to_call_back')), models.When(status='declined', then=models.Value('to_call_back')), models.When(status='closed', then=models.Value('over')), models.When(status='withdrawn', then=models.Value('over')), models.When(status='merged', then=models.Value('over')), models.When(status='void', then=models.Value('over'))), output_field=models.CharField(max_length=12)),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['site', 'queue_at', 'id'], name='ticket_queue_site'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['department', 'queue_at', 'id'], name='ticket_queue_department'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['queue_at', 'id'], name='ticket_queue_all'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['site', 'lane', 'queue_at', 'id'], include=('department',), name='ticket_lane_site'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['department', 'lane', 'queue_at', 'id'], name='ticket_lane_department'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('lane', 'over'), _negated=True), fields=['lane', 'queue_at', 'id'], name='ticket_lane_all'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(models.Q(('lane', 'over'), _negated=True), models.Q(('open_hand_ups', []), _negated=True)), fields=['queue_at', 'id'], include=('site', 'department', 'open_hand_ups'), name='ticket_queue_handed_up'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(models.Q(('lane', 'over'), _negated=True), ('resolve_due_at__isnull', False)), fields=['resolve_due_at'], include=('site', 'department', 'queue_at', 'id'), name='ticket_queue_overtime'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(models.Q(('lane', 'over'), _negated=True), models.Q(('overtime_asked_of', ''), _negated=True)), fields=['overtime_asked_of', 'queue_at', 'id'], include=('site', 'department'), name='ticket_overtime_asked'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(models.Q(('lane', 'over'), _negated=True), models.Q(('also_with', []), _negated=True)), fields=['also_with'], name='ticket_also_with'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', frozenset(['closed', 'merged', 'void', 'withdrawn'])), _negated=True), ('closed_at__isnull', False), _connector='OR'), name='ticket_closed_has_a_moment'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('status', 'void')), fields=['received_at'], name='ticket_void'),
        ),
    ]
