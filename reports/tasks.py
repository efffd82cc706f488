from celery import shared_task


@shared_task
def count_months() -> None:
    """Count the months that nobody counted since last night. Safe to run twice or late: each month says when it was."""
    from reports import years

    years.count_tonight()


@shared_task
def plan_and_make() -> None:
    """Plan the reports of periods that have begun, count those whose time has come. Safe to run twice or at once."""
    from reports.services.making import plan_and_make

    plan_and_make()
