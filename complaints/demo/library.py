"""What the demo's tickets have taught, invented: by the words of the story, the case that its department wrote."""

from __future__ import annotations

from complaints import services
from complaints.models import Ticket
from complaints.models.cases import CASE_TEXTS
from complaints.services.cases import SETTLED
from portal.organization.models import Membership, User
from portal.organization.roles import Role

CASES: dict[str, tuple[str, str, str, str, str]] = {
    "2 号电梯运行时咯吱响": (
        "电梯运行异响、停层有高低差",
        "导靴磨损，平层感应器偏移，季度保养时没有检查。",
        "异响和平层差是困人的前兆，当天就应停梯检查。",
        "调整导靴与平层感应器，试运行三十次。",
        "导靴列入季度保养清单，工程主管抽查签字。",
    ),
    "下雨后次卧外墙渗水": (
        "外墙渗水反复维修",
        "第一次只补内墙，没有查到外墙裂缝。",
        "渗水先找源头，再修室内；修完要等一场雨后复查。",
        "外墙重做防水，室内墙面修补。",
        "雨季前逐栋检查外墙，渗水维修一律雨后复查。",
    ),
    "约好下午三点来修": (
        "预约后未按时上门",
        "派单时没有核对师傅的排班，改期没有告知。",
        "赴约有变，必须提前告知并另约时间。",
        "向业主致歉，当晚上门修复。",
        "预约时间写进工单承诺，到点前一小时前台提醒。",
    ),
    "门禁卡丢了": (
        "补办门禁卡等待过久",
        "空白卡用完没有及时补货。",
        "常用物料低于一周用量就应补货。",
        "当天借用临时卡，次日补办。",
        "空白卡设最低存量，由前台每周清点。",
    ),
}


def fill_library() -> None:
    """One case for each story that has come to its end; written by the head of its department."""
    for story, words in CASES.items():
        ended = Ticket.objects.filter(description__startswith=story, status__in=SETTLED, department__isnull=False)
        ticket = ended.order_by("pk").first()
        head = _head_of(ticket) if ticket else None
        if ticket and head and services.may_write_case(head, ticket):
            services.write_case(ticket.pk, dict(zip(CASE_TEXTS, words, strict=True)), by=head)


def _head_of(ticket: Ticket) -> User | None:
    heads = Membership.objects.filter(role=Role.DEPARTMENT_HEAD, department=ticket.department)
    found = heads.select_related("user").first()
    return found.user if found else None
