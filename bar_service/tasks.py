from celery import shared_task


@shared_task
def plan_days() -> None:
    """Make today's opening and closing checklists with their promises. Safe to run twice: one of each a day."""
    from bar_service.services.days import plan_days

    plan_days()
