"""What the find box under Ctrl K finds in the archive: people and units."""

from __future__ import annotations

from unicodedata import normalize

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from portal.organization.models import User
from portal.pages import finding
from portal.pages.finding import Hit
from residents import spelling
from residents.finding import ARCHIVE, find_residents, find_units, spelled
from residents.models import Relation, Residence, Unit


def register() -> None:
    finding.register(
        finding.Kind("people", pgettext_lazy("found", "People"), "person", _people, personal=True), rank=10
    )
    finding.register(finding.Kind("units", pgettext_lazy("found", "Units"), "building", _units), rank=20)


def _people(user: User, text: str, most: int) -> list[Hit]:
    if not user.scope.holds(ARCHIVE):
        return []
    return [_hit(found, spelled(text)) for found in find_residents(text, user, most, moved_out=True)]


def _hit(found: Residence, text: str) -> Hit:
    said = [str(Relation(found.relation).label), found.unit.room, found.resident.masked_phone]
    if found.until:
        said.append(_("until %(day)s") % {"day": found.until.isoformat()})
    said += [
        _("not to be called %(begin)s–%(end)s") % {"begin": s["start"], "end": s["end"]}
        for s in found.resident.do_not_call
    ]
    return Hit(
        url=f"/residents/people/{found.resident.uuid}/",
        title=found.resident.name,
        second=" · ".join(word for word in said if word),
        marked=marked(found.resident.name, text),
    )


def marked(name: str, text: str) -> SafeString:
    """The pinyin of a name that was found by its initials, each matched letter marked."""
    if not (text.isalpha() and text.isascii()):
        return mark_safe("")
    if not spelling.is_abbreviated(name, text):
        return mark_safe("")
    from residents.pinyin import Style, pinyin

    words = []
    spoken = pinyin(name, style=Style.TONE, heteronym=True, errors="ignore")
    if len(spoken) != len(spelling.letters(name)):  # Latin words in it: nothing to mark letter by letter
        return mark_safe("")
    for at, readings in enumerate(spoken):
        wanted = text[at] if at < len(text) else ""
        plain = [pinyin_letter(reading) for reading in readings]
        word = readings[plain.index(wanted)] if wanted in plain else readings[0]
        first = format_html("<mark>{}</mark>", word[0]) if wanted else word[0]
        words.append((format_html("{}{}", first, word[1:]),))
    return format_html_join(" ", "{}", words)


def pinyin_letter(reading: str) -> str:
    """The plain first letter of a syllable with its tone (``ān`` is a)."""
    return normalize("NFD", reading)[0]


def _units(user: User, text: str, most: int) -> list[Hit]:
    if not user.scope.holds(ARCHIVE):
        return []
    return [
        Hit(
            url=f"/residents/units/{unit.uuid}/",
            title=unit.room,
            second=" · ".join(word for word in (str(unit.get_status_display()), unit.layout, unit.site.name) if word),
        )
        for unit in find_units(text, user, most)
    ]


def units_in_the_archive() -> str:
    """How many there are, in words; nothing where there are none."""
    units = Unit.objects.count()
    return ngettext("%(n)d unit", "%(n)d units", units) % {"n": units} if units else ""
