from celery import shared_task


@shared_task
def forget_old_drafts() -> None:
    """Drop drafts of more than 30 days. Safe to run twice."""
    from portal.drafts import services

    services.forget_old()
