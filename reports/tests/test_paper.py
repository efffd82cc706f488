"""A report on the page, as PDF and as a workbook: the same words and figures, and what it must never contain."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from portal.pages.context import Bare
from reports.papers.pdf import NoPdf, drawn, pdf_of
from reports.papers.sheet import (
    Cell,
    Numbered,
    Rows,
    Section,
    Sentence,
    Sheet,
    Signature,
    Stamp,
    Strip,
    Table,
    Words,
)
from reports.papers.workbook import workbook_of
from reports.tests import pdfs

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = [Cell("投诉"), Cell("1,234", "complaints.in", value=1234), Cell("97.4%", "complaints.kept", "late", 0.974)]
NO_FONTS = "<fontconfig><dir>{0}</dir><cachedir>{0}</cachedir></fontconfig>"


def sheet(*, words: str = "冬季防火检查。", rows: int = 1, frozen: bool = True, owners: bool = False) -> Sheet:
    return Sheet(
        number="YJW-WY-2026-10",
        title="物业服务月报",
        period="2026 年 10 月",
        site="云景湾一期",
        company="云景湾物业",
        data_until="2026-11-01 00:00",
        sections=[
            Section("投诉与报事", [Table(["类别", "受理", "时限内率"], [LATE] * rows)]),
            Section(
                "走访",
                [Strip([(Cell("72 户", "visits", value=72), "本月走访"), (Cell("86.9 %", value=20 / 23), "满意")])],
            ),
            Section("共性投诉", [Numbered([Sentence([Cell("返潮，"), Cell("11", "issue 1&2"), Cell(" 户反映")])])]),
            Section("下月重点", [Words(words)]),
        ],
        signatures=[Signature("编制", "陈芳", "11-01 08:06"), Signature("批准")],
        stamp=Stamp("2026-11-01 10:14", "7c1e94ab03d5f2e8" * 4, 1, "https://desk.example/check/7c1e")
        if frozen
        else None,
        for_owners=owners,
    )


def page_of(one: Sheet, **given: str) -> str:
    with override("zh-hans"):
        return render_to_string("reports/papers/_sheet.html", {"sheet": one, "page": Bare(), **given})


def test_figures_open_their_rows_on_the_page_and_nowhere_else() -> None:
    page = page_of(sheet(), figure_url="?figure=", figure="visits")
    assert 'href="?figure=issue%201%262#' in page
    assert page.count(" aria-current=") == 1
    assert 'href="?figure=visits#behind" aria-current="true">72 户</a>' in page
    for plain in (page_of(sheet()), page_of(sheet(owners=True), figure_url="?figure=")):
        assert "72 户" in plain
        assert "href" not in plain
    assert "<script>" not in page_of(sheet(words="<script>alert(1)</script>"))


def test_a_draft_says_so_and_has_no_stamp() -> None:
    frozen, draft = page_of(sheet()), page_of(sheet(frozen=False))
    for words in ("已冻结", "第 1 版", "7c1e 94ab", 'class="qr"'):
        assert words in frozen
    assert "草稿" not in frozen
    assert draft.count("草稿") == 2  # in the head of each sheet and where the stamp would stand
    assert "已冻结" not in draft
    assert 'class="qr"' not in draft


@pytest.fixture
def able() -> None:
    try:
        drawn("<p>一</p>")
    except NoPdf as refusal:
        pytest.skip(f"No PDFs on this machine: {refusal}")


@pytest.mark.usefixtures("able")
def test_the_pdf_says_on_every_page_whose_it_is_and_is_the_same_bytes_again() -> None:
    content = pdf_of(sheet(rows=60), "zh-hans")
    assert content == pdf_of(sheet(rows=60), "zh-hans")
    found = pdfs.opened(content)
    assert len(found.pages) > 1
    for number, page in enumerate(found.pages, 1):
        assert f"YJW-WY-2026-10 · 第 {number} 页，共 {len(found.pages)} 页" in page
        assert "云景湾一期 · 云景湾物业" in page
        assert "校验码 7c1e94ab 03d5f2e8" in page
        assert page.count("时限内率") == (1 if "97.4%" in page else 0)  # the head of the table comes again
    said = "".join(found.pages)
    for words in ("物业服务月报", "一、投诉与报事", "72 户", "冬季防火检查。", "陈芳", "已冻结", "第 1 版"):
        assert words in said
    assert said.count("97.4%") == 60
    assert found.fonts
    english = "".join(pdfs.opened(pdf_of(sheet(), "en")).pages)
    for words in ("Page 1 of 1", "1. 投诉与报事", "Data until 2026-11-01 00:00", "Frozen", "Edition 1", "陈芳"):
        assert words in english


@pytest.mark.usefixtures("able")
def test_a_pdf_has_no_boxes_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with override("en"):
        for text, written in (
            ("thank you \U0001f44d\U0001f3fd", "thumbs up sign"),
            ("nobody's: \U000f0000", "u+f0000"),
        ):
            said = " ".join(pdfs.opened(pdf_of(sheet(words=text), "en")).pages)
            assert f"[{written}]" in said.replace("\n", " ")
            assert "written as their names" in said
    (tmp_path / "fonts.conf").write_text(NO_FONTS.format(tmp_path), "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    with pytest.raises(NoPdf, match="fonts-noto-cjk") as none:
        pdf_of(sheet(), "zh-hans")
    assert "浏览器打印" in none.value.user_message


@pytest.mark.usefixtures("able")
def test_a_pdf_reads_no_file_and_no_address(tmp_path: Path) -> None:
    picture = tmp_path / "picture.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>secret</text></svg>', "utf-8"
    )
    assert "secret" in "".join(pdfs.opened(drawn(f"<p>一{picture.read_text('utf-8')}</p>")).pages)
    assert "secret" not in "".join(pdfs.opened(drawn(f'<p>一<img src="{picture.as_uri()}"></p>')).pages)


def test_the_portal_needs_neither_weasyprint_nor_pango_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (
        "import django, sys; django.setup(); import portal.urls, reports.papers.pdf; print('weasyprint' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    monkeypatch.setattr(
        "reports.papers.pdf.subprocess.run", lambda *_, **__: subprocess.CompletedProcess([], 3, b"", b"")
    )
    with pytest.raises(NoPdf, match="libpango"):
        pdf_of(sheet(), "en")


def cells(page: Any) -> dict[Any, Any]:
    return {cell.value: cell for row in page.iter_rows() for cell in row if cell.value is not None}


def test_a_workbook_has_real_figures_local_times_and_no_formula() -> None:
    received = datetime(2026, 10, 1, 16, 30, tzinfo=UTC)
    starts = ["=1+1", "+86", "-1 floor", "@all", "\tcmd", "\rcmd"]
    behind = Rows("超时", ["单号", "受理", "小时", "标题"], [["YJW-1", received, 1.5, text] for text in starts])
    made = [workbook_of(sheet(words=starts[0]), [behind, behind], SHANGHAI).read() for _ in range(2)]
    assert made[0] == made[1]

    book = openpyxl.load_workbook(io.BytesIO(made[0]))
    paper, late, again = book.worksheets
    shown = cells(paper)
    assert (shown[1234].number_format, shown[0.974].number_format) == ("#,##0", "0.0%")
    assert shown[72].number_format == '0" 户"'
    assert shown[0.869].number_format == "0.0 %"  # 86.956 %: cut off on the paper, and not rounded up here
    assert "SHA-256 " + "7c1e94ab03d5f2e8" * 4 in shown
    assert any("陈芳" in str(text) for text in shown)
    assert not [cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    rows = list(late.iter_rows(min_row=2, values_only=True))
    assert {f"{row[1]:%Y-%m-%d %H:%M}" for row in rows} == {"2026-10-02 00:30"}
    assert [row[3] for row in rows][:5] == [f"'{text}" for text in starts[:5]]
    assert rows[5][3].startswith("'")
    assert (late.freeze_panes, late.auto_filter.ref) == ("A2", "A1:D7")
    assert again.title != late.title
