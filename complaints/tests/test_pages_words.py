"""The Chinese pages use exactly the words of the desk (docs/domain.md)."""

from __future__ import annotations

from django.utils import translation

from complaints.states import Kind, Severity, Step


def test_the_desks_own_words_are_used() -> None:
    with translation.override("zh-hans"):
        assert [str(severity.label) for severity in Severity] == ["轻微", "重要", "重大"]
        assert str(Kind.COMPLAINT.label) == "投诉"
        assert [str(step.label) for step in (Step.DISPATCH, Step.SIGN, Step.RESOLVE, Step.RETURN)] == [
            "派发",
            "签收",
            "办结",
            "交回",
        ]
