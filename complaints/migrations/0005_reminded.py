from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0004_saved_views'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ticketevent',
            name='kind',
            field=models.CharField(choices=[('registered', 'Registered'), ('dispatched', 'Dispatched'), ('answered', 'Answered on the spot'), ('signed', 'Signed for'), ('sent_back', 'Sent back'), ('note', 'Handling noted'), ('arrived', 'Arrived on site'), ('waiting', 'Waiting'), ('resumed', 'Taken up again'), ('resolved', 'Handling done'), ('returned', 'Form returned'), ('replied', 'Answered the resident'), ('informed', 'Resident told'), ('declined', 'Declined with the reason'), ('callback', 'Called back'), ('rated', 'Rated by the resident'), ('reopened', 'Reopened'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn'), ('passed_on', 'Praise passed on'), ('acknowledged', 'Acknowledged'), ('regraded', 'Severity changed'), ('severity_confirmed', 'Severity confirmed'), ('wish_confirmed', 'Wished date confirmed'), ('comment', 'Message from the resident'), ('internal_note', 'Internal note'), ('attached', 'Photo or document added'), ('undone', 'Undone'), ('manager_called', 'Supervising manager called to the counter'), ('reminded', 'Reminded')], max_length=20),
        ),
    ]
