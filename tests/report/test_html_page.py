"""Report page: complete, safe with hostile values, self-contained, bounded."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import lxml.html
import numpy as np
import pytest
from hypothesis import given, settings

from resolver.lists.reader_types import ListInfo, Reject
from resolver.records import Kind
from resolver.records.results.explanation import KIND_SHIFT, EvidenceRow, Explanation
from resolver.records.results.resolution import AgreementPatterns, Band, Outcome, Resolution
from resolver.report import SCRIPT_SOURCE, IntakeSummary, build_report, render_report
from resolver.report.charts import (
    GRAPH,
    NARROW,
    WIDE,
    Frame,
    draw_band_bar,
    draw_bar,
    draw_entity_graph,
    draw_score_chart,
    draw_weight_bar,
)
from resolver.report.report_data import EntityGraph, GraphEdge, ScoreDistribution
from tests.report.sample_runs import record, resolution, runs

HOSTILE = '"><script>alert(1)</script><img src=//evil.example/x onerror=alert(1)>{{ 7*7 }}'


def example(name: str = "محمد علي") -> tuple[Resolution, list[Explanation]]:
    records = [
        record("a:1", ("name", name)),
        record("b:1", ("name", name), ("alias", name)),
        record("b:2"),
    ]
    run = resolution(
        records, [0, 0, 1], [(0, 1, 4000, Outcome.MERGED), (0, 2, 250, Outcome.QUEUED)]
    )
    rows = (
        EvidenceRow("name", name, name, name, 0.5, 1250, name),
        EvidenceRow("date", "h", "", "", None, -1000),
    )
    return run, [Explanation("a:1", "b:2", 0.56, Band.REVIEW, 250, rows, (name,))]


def page(name: str = "محمد علي") -> str:
    run, explanations = example(name)
    rejects = [Reject(name, 3, name), Reject("b.csv", 0, "x")]
    lists = [ListInfo(name, name, (name,), name, 3, 2, True)]
    data = build_report(
        run,
        IntakeSummary(rejects, lists, [name], collapsed=2, warnings=[name]),
        explanations=explanations,
        title=name,
        run={name: name},
    )
    return render_report(data)


def test_hostile_values_are_escaped() -> None:
    tree = lxml.html.document_fromstring(page(HOSTILE))
    assert len(tree.xpath("//script")) == 1, "the script of the report alone"
    assert not tree.xpath("//script[@src] | //img | //*[@onerror] | //iframe | //link | //object")
    assert HOSTILE in tree.text_content()
    assert "49" not in tree.xpath("string(//title)")


def test_nothing_is_loaded_and_policy_forbids_it() -> None:
    text = page()
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", text)
    tree = lxml.html.document_fromstring(text)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy
    assert SCRIPT_SOURCE in policy
    assert not tree.xpath("//*[@style]"), "the policy would forbid style attributes"
    assert not tree.xpath("//@*[starts-with(name(), 'on')]"), "the policy would forbid handlers"


def test_references_inside_page_have_targets() -> None:
    tree = lxml.html.document_fromstring(page())
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [link.removeprefix("#") for link in tree.xpath("//a/@href")]
    targets += [name for names in tree.xpath("//@aria-labelledby") for name in names.split()]
    assert set(targets) <= set(ids)
    assert all(
        picture.get("aria-label") or picture.get("aria-labelledby")
        for picture in tree.xpath("//svg")
    )


def test_summary_in_words() -> None:
    text = " ".join(lxml.html.document_fromstring(page()).text_content().split())
    assert "3 records from 2 lists describe 2 persons" in text
    assert "1 record describes an entity that another record describes too" in text
    assert "1 entity is on more than one list" in text
    assert "1 pair of records needs review" in text
    assert "2 rows or values could not be read" in text
    assert "Purged: pairs of very common keys" in text
    assert "1 min 15 s" in text


def test_right_to_left_values_are_isolated() -> None:
    tree = lxml.html.document_fromstring(page())
    assert {node.get("dir") for node in tree.xpath("//bdi")} == {"auto"}
    assert any("محمد علي" in node.text_content() for node in tree.xpath("//article//bdi"))


def test_sum_of_explanation_is_shown() -> None:
    tree = lxml.html.document_fromstring(page())
    (table,) = tree.xpath("//table[@class='evidence']")
    shown = [
        " ".join(cell.text_content().split()) for cell in table.xpath(".//td[@class='number']")
    ]
    assert shown == ["+1.25", "−1.00", "+0.25"]


def test_small_weights_are_combined_and_sum_is_kept() -> None:
    run, _ = example()
    weights = (900, 40, -30, -99, -561)
    rows = tuple(
        EvidenceRow(f"e{n}", "h", "x", "y", 0.5, weight) for n, weight in enumerate(weights)
    )
    explanation = Explanation("a:1", "b:2", 0.56, Band.REVIEW, sum(weights), rows)
    tree = lxml.html.document_fromstring(
        render_report(build_report(run, explanations=[explanation]))
    )
    (table,) = tree.xpath("//table[@class='evidence']")
    shown = [
        " ".join(cell.text_content().split()) for cell in table.xpath(".//td[@class='number']")
    ]
    assert shown == ["+0.90", "−0.56", "−0.09", "+0.25"]
    assert "3 more" in table.text_content()


def test_thresholds_are_in_a_table_and_in_the_tool_of_the_script() -> None:
    tree = lxml.html.document_fromstring(page())
    (tool,) = tree.xpath("//div[@id='threshold-tool']")
    assert "hidden" in tool.attrib, "the script shows it"
    figures = json.loads(tool.get("data-figures"))
    merge, review = figures["own"]
    assert (figures["merge"][merge], figures["review"][review]) == (0.95, 0.225)
    assert (len(figures["rows"]), len(figures["rows"][0])) == (
        len(figures["merge"]),
        len(figures["review"]),
    )
    (row,) = tree.xpath("//table[@class='settings']//tr[@class='own']")
    cells = [cell.text_content().strip() for cell in row.xpath("./td[@class='number']")]
    merges, wrong, reviews, matches, missed = figures["rows"][merge][review]
    assert cells == ["0.95", "0.225", "1", "0.0", "1", "0.6", "0.0"]
    assert (merges, wrong, reviews, matches, missed) == (1, 0.02, 1, 0.56, 0)
    for slider, thresholds in (("merge", figures["merge"]), ("review", figures["review"])):
        (control,) = tree.xpath(f"//input[@id='{slider}-threshold']")
        assert int(control.get("max")) == len(thresholds) - 1


def test_patterns_have_words_for_their_signs() -> None:
    run, _ = example()
    # topics: names agree, dates differ
    pattern = int(Kind.PERSON) << KIND_SHIFT | 3 | 1 << 2
    patterns = AgreementPatterns(
        np.array([pattern]),
        np.array([[0, 2, 1]]),
        np.array([2.0]),
        0,
        np.array([[0, 2, 250]], dtype=np.int32),
        np.array([0]),
    )
    run = replace(run, stats=replace(run.stats, patterns=patterns))
    tree = lxml.html.document_fromstring(render_report(build_report(run)))
    (row,) = tree.xpath("//table[@class='patterns']/tbody/tr")
    assert row.get("class").split() == ["match", "review"]
    outcomes = [" ".join(item.text_content().split()) for item in row.xpath(".//ul/li")]
    assert outcomes[:2] == ["✓ names agree", "✗ dates differ"]
    assert "محمد علي a:1 and b:2 b:2 56 %" in outcomes[2]


def test_graph_marks_weak_links() -> None:
    records = [record(f"a:{number}", ("name", "N")) for number in range(3)]
    links = [(0, 1, 6000, Outcome.MERGED), (1, 2, 100, Outcome.MERGED)]
    tree = lxml.html.document_fromstring(
        render_report(build_report(resolution(records, [0, 0, 0], links)))
    )
    (graph,) = tree.xpath("//section[@id='largest']//figure")
    assert [line.get("class") for line in graph.xpath(".//line")] == [
        "edge bridge weakest",
        "edge bridge",
    ]
    text = " ".join(graph.xpath("./figcaption")[0].text_content().split())
    assert text.startswith("At its weakest the entity hangs together by the link 1–3.")
    assert "Only links between two parts: 1–2, 1–3." in text


@settings(max_examples=40, deadline=None)
@given(runs())
def test_every_run_gives_a_reproducible_page(run: Resolution) -> None:
    text = render_report(build_report(run))
    assert text == render_report(build_report(run))
    assert lxml.html.document_fromstring(text).xpath("//h1")


def test_page_size_is_bounded() -> None:
    records = [
        record(f"s{n % 40:02d}:{n:05d}", *(("alias", "x" * 900 + str(i)) for i in range(40)))
        for n in range(600)
    ]
    ids = sorted(item.id for item in records)
    run = resolution(
        records,
        [n // 60 for n in range(600)],
        [(n, n + 300, n, Outcome.QUEUED) for n in range(300)],
    )
    rejects = [Reject(f"{'f' * 50}{n}", n, f"reason {n}") for n in range(5000)]
    intake = IntakeSummary(rejects, withdrawn=ids * 20)
    assert len(render_report(build_report(run, intake))) < 700_000


class TestCharts:
    @pytest.mark.parametrize("frame", [WIDE, NARROW])
    def test_bars_are_inside_frame_and_have_band(self, frame: Frame) -> None:
        bins = (10**9, *([0] * 20), 5, *([1] * 28))
        tree = lxml.html.fragment_fromstring(
            str(draw_score_chart(ScoreDistribution(bins, 0.05, 0.95), frame, "x"))
        )
        bars = tree.xpath(".//rect")
        assert len(bars) == 30
        for rect in bars:
            assert float(rect.get("x")) >= 0
            assert float(rect.get("y")) >= frame.top - 0.1
            assert float(rect.get("height")) > 0
        assert [rect.get("class") for rect in (bars[0], bars[1], bars[-1])] == [
            "distinct",
            "review",
            "match",
        ]

    def test_run_without_pairs_has_empty_chart(self) -> None:
        tree = lxml.html.fragment_fromstring(
            str(draw_score_chart(ScoreDistribution((0,) * 50, 0.05, 0.95), WIDE, "x"))
        )
        assert not tree.xpath(".//rect")

    def test_nodes_are_inside_the_frame(self) -> None:
        for count in (1, 2, 12):
            edges = (GraphEdge(0, count - 1, 0.5, True, True),)
            text = str(draw_entity_graph(EntityGraph(("<b>",) * count, edges), "x"))
            tree = lxml.html.fragment_fromstring(text)
            nodes = tree.xpath(".//circle")
            assert len(nodes) == count
            for node in nodes:
                x, y, radius = (float(node.get(name)) for name in ("cx", "cy", "r"))
                assert radius <= x <= GRAPH.width - radius
                assert radius <= y <= GRAPH.height - radius
            assert not tree.xpath(".//b")

    def test_bar_of_bands_is_full(self) -> None:
        tree = lxml.html.fragment_fromstring(str(draw_band_bar(1, 2, 5)))
        assert [rect.get("width") for rect in tree.xpath(".//rect")] == ["12.50", "25.00", "62.50"]
        assert tree.get("aria-label") == "same 1, in review 2, different 5"

    def test_cell_bars(self) -> None:
        assert 'width="50.00"' in draw_bar(1, 2, "half")
        assert 'width="0.00"' in draw_bar(0, 0, "nothing")
        assert "&lt;b&gt;" in draw_bar(1, 1, "<b>")
        assert 'x="25.00" width="25.00"' in draw_weight_bar(-500, 1000)
        assert 'x="50.00" width="50.00"' in draw_weight_bar(1000, 1000)
