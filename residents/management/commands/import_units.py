from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils.translation import override

from portal.commands import JsonCommand
from portal.organization import new_site
from portal.organization.forms import SiteForm
from portal.organization.models import Company, Site
from residents.register import runs
from residents.register.reading import NotReadable
from residents.register.words import english

FIGURES = ("units", "people", "phones", "plates", "tenants")


class Command(JsonCommand):
    help = (
        "Lets an owners' register (xlsx) into the archive of a site; rows that cannot be right stay out and are listed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE.xlsx")
        parser.add_argument("--site", required=True, metavar="CODE")
        parser.add_argument("--site-name", default="", help="make the site with this name if it does not exist yet")
        parser.add_argument("--dry-run", action="store_true", help="say what would go in; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                tally = self._tally(file, options)
        except OSError as failure:
            raise CommandError(f"{path} cannot be opened: {failure.strerror}.") from None
        except NotReadable as refusal:
            raise CommandError(f"{path} {english(refusal.code)}.") from None
        facts: dict[str, Any] = {name: tally.counts[name] for name in FIGURES}
        for name, refused in (("bad", True), ("warn", False)):
            facts[name] = [
                {"sheet": row.sheet, "row": row.number, "why": english(wrong.code)}
                for row, wrong in tally.problems
                if (row.refused is not None) == refused
            ]
        facts["together"] = tally.counts["together"]
        facts["skipped"] = [{"sheet": title, "why": english(code)} for title, code in tally.skipped]
        words = "  ".join(f"{name} {facts[name]}" for name in FIGURES)
        listed = [f"{said['sheet']}: not read, {said['why']}" for said in facts["skipped"]]
        listed += [f"{said['sheet']} {said['row']}: {said['why']}" for said in [*facts["bad"], *facts["warn"]]]
        self.answer(
            facts,
            "\n".join(
                [
                    f"{words}  together {facts['together']}",
                    f"refused {len(facts['bad'])}  warned {len(facts['warn'])}",
                    *listed,
                ]
            ),
            as_json=options["json"],
        )

    def _tally(self, file: Any, options: dict[str, Any]) -> runs.Tally:
        site = Site.objects.filter(code=options["site"]).first()
        if site is None and not options["site_name"]:
            raise CommandError(f"There is no site {options['site']}: name it with --site-name to make it.")
        if options["dry_run"]:
            return runs.try_at_once(file, site)
        return runs.import_at_once(file, options["file"].name, site or self._new_site(options))

    @transaction.atomic
    def _new_site(self, options: dict[str, Any]) -> Site:
        with override("en"):  # a command line is in English whatever the server's language
            form = SiteForm({"code": options["site"], "name": options["site_name"], "time_zone": "Asia/Shanghai"})
            wrong = [f"{name} {words}" for name, said in form.errors.items() for words in said]
        if wrong:
            raise CommandError(f"The site {options['site']} cannot be made: {' '.join(wrong)}")
        company = Company.objects.order_by("pk").first() or Company.objects.create(name=options["site_name"])
        site = Site.objects.create(company=company, code=options["site"], name=options["site_name"])
        new_site.furnish(site)
        return site
