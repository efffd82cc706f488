from celery import shared_task


@shared_task
def tell_missing_rounds() -> None:
    """Tell supervisors whose site has too few rounds this month. Safe to run twice: the outbox knows the month."""
    from visits import services

    services.tell_missing_rounds()
