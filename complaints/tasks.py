from celery import shared_task


@shared_task
def look_for_repeats() -> None:
    """Find what came back three times in a season, once a night. Safe to run twice: a group is proposed once."""
    from complaints import services

    services.look_once_a_night()


@shared_task
def tell_missed_box() -> None:
    """Tell supervisors whose suggestion box stayed closed last week. Safe to run twice: the outbox knows the week."""
    from complaints import services

    services.tell_missed_week()
