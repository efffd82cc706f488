"""What one person may see and do, worked out from their memberships once per request."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Value

from portal.organization.roles import Role

if TYPE_CHECKING:
    from portal.organization.models import User


@dataclass(frozen=True)
class Post:
    """A role somewhere: ``site_id`` None is every site; a stand-in holds the post of another."""

    site_id: int | None
    role: Role
    department_id: int | None
    stands_in: bool = False

    def covers(self, site_id: int) -> bool:
        return self.site_id is None or self.site_id == site_id


@dataclass(frozen=True)
class Scope:
    posts: tuple[Post, ...]

    @classmethod
    def of(cls, user: User) -> Scope:
        """One statement: own memberships and the posts one stands in for. An inactive person has none."""
        if not user.is_active:
            return cls(())
        from portal.organization.models import Membership, StandIn

        columns = ("site_id", "role", "department_id")
        own = Membership.objects.filter(user=user).values_list(*columns, Value(False))
        stands_in = StandIn.objects.filter(user=user).values_list(*columns, Value(True))
        return cls(
            tuple(
                Post(site, Role(role), department, acting)
                for site, role, department, acting in own.union(stands_in, all=True)
            )
        )

    def roles_at(self, site_id: int) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts if post.covers(site_id))

    def holds(self, roles: Iterable[Role], site_id: int | None = None) -> bool:
        """Whether one of ``roles`` is held, at that site where one is given."""
        wanted = frozenset(roles)
        return any(post.role in wanted and (site_id is None or post.covers(site_id)) for post in self.posts)

    def holds_in(self, department_id: int | None, roles: Iterable[Role], site_id: int) -> bool:
        """Whether one of ``roles`` is held in that department of the site; in no department nobody holds any."""
        wanted = frozenset(roles)
        return department_id is not None and any(
            post.role in wanted and post.department_id == department_id and post.covers(site_id) for post in self.posts
        )

    def belongs_to(self, department_id: int | None) -> bool:
        """Whether this person works in the department, or stands in there."""
        return department_id is not None and any(post.department_id == department_id for post in self.posts)

    def sites_as(self, roles: Iterable[Role]) -> tuple[bool, frozenset[int]]:
        """(everywhere?, the sites) at which one of ``roles`` is held."""
        wanted = frozenset(roles)
        sites = [post.site_id for post in self.posts if post.role in wanted]
        return None in sites, frozenset(site for site in sites if site is not None)

    def departments_as(self, roles: Iterable[Role], *, outside: Collection[int] = ()) -> frozenset[int]:
        """The departments in which one of ``roles`` is held, without those of the sites named."""
        wanted = frozenset(roles)
        held = [post for post in self.posts if post.role in wanted and post.site_id not in outside]
        return frozenset(post.department_id for post in held if post.department_id is not None)
