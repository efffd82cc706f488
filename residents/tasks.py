from celery import shared_task


@shared_task
def forget_old_answers() -> None:
    """Drop kept answers and one-time codes after their day. Safe to run twice."""
    from residents import access

    access.forget_old()
