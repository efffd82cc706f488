from celery import shared_task


@shared_task
def look_for_repeats() -> None:
    """Find what came back three times in a season, once a night. Safe to run twice: a group is proposed once."""
    from complaints import services

    services.look_once_a_night()
