from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0032_void_tickets_are_over'),
    ]

    operations = [
        migrations.AlterField(
            model_name='callback',
            name='outcome',
            field=models.CharField(blank=True, choices=[('reached', 'Reached'), ('no_answer', 'No answer'), ('refused', 'Refused'), ('rated', 'Rated by the resident'), ('unreachable', 'Unreachable after three attempts'), ('not_drawn', 'Not drawn'), ('nobody', 'Nobody to call: no name was left'), ('void', 'Void: the ticket was made by mistake')], max_length=12),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='kind',
            field=models.CharField(choices=[('registered', 'Registered'), ('dispatched', 'Dispatched'), ('answered', 'Answered on the spot'), ('signed', 'Signed for'), ('sent_back', 'Sent back'), ('note', 'Handling noted'), ('arrived', 'Arrived on site'), ('waiting', 'Waiting'), ('resumed', 'Taken up again'), ('resolved', 'Handling done'), ('returned', 'Form returned'), ('replied', 'Answered the resident'), ('informed', 'Resident told'), ('declined', 'Declined with the reason'), ('callback', 'Called back'), ('rated', 'Rated by the resident'), ('reopened', 'Reopened'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn'), ('passed_on', 'Praise passed on'), ('acknowledged', 'Acknowledged'), ('regraded', 'Severity changed'), ('severity_confirmed', 'Severity confirmed'), ('wish_confirmed', 'Wished date confirmed'), ('comment', 'Message from the resident'), ('internal_note', 'Internal note'), ('attached', 'Photo or document added'), ('undone', 'Undone'), ('manager_called', 'Supervising manager called to the counter'), ('reminded', 'Reminded'), ('incident', 'Marked as an incident'), ('incident_reported', 'Incident reported to the company'), ('written_report', 'Report to the general manager written'), ('forum_post', 'Forum post noted'), ('forum_written', 'Forum reply written'), ('forum_confirmed', 'Forum reply confirmed'), ('forum_sent_back', 'Forum reply sent back'), ('forum_posted', 'Reply posted in the forum'), ('chased', 'Asked about the wait'), ('overtime_asked', 'More time asked for'), ('overtime_decided', 'More time decided'), ('promised', 'Promised to the resident'), ('promise_kept', 'Promise kept'), ('promise_moved', 'Promise moved, the resident told before'), ('merged', 'Merged into an earlier ticket'), ('absorbed', 'A later ticket merged into this one'), ('came_back', 'Back: the earlier one is settled'), ('linked', 'Linked'), ('helper_added', 'Second department added'), ('helper_gone', 'Second department no longer needed'), ('watched', 'Watched'), ('unwatched', 'No longer watched'), ('responsible', 'First responsible person named'), ('about_set', 'Person complained about named'), ('name_hidden', 'Name hidden from the department'), ('name_shown', 'Name shown to the department again'), ('claimed', 'Damage claimed'), ('claim_passed_up', 'Claim passed up'), ('claim_decided', 'Claim decided'), ('grouped', 'Part of a common issue'), ('corrected', 'Corrected'), ('voided', 'Void: made by mistake')], max_length=20),
        ),
    ]
