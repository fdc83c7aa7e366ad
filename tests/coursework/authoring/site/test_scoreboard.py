"""The scoreboard's page: what each row says, sentences that hold for all seeds, missing rows."""

import re
from itertools import pairwise

import pytest

from course_utils.data import measured as measuring
from course_utils.data.scoreboard import BUDGETS, MODELS, Board, scoreboard
from coursework.authoring.browser import open_page
from coursework.authoring.site.cost_quality import Line, cost_quality, spread_out
from coursework.authoring.site.scoreboard import PLACE, figure, rounded, tables, with_scoreboard
from coursework.authoring.site.scoreboard_findings import findings, headline
from tests import needs
from tests.coursework.authoring.site.conftest import ROOT, made_up_rows

PAGE = (ROOT / "docs" / "scoreboard.md").read_text(encoding="utf-8")
TITLE = "After 300 s, of the 3 models run so far, VAE is closest to real digits, in all seeds"
ROWS = re.compile(r"<tr><th scope=\"row\">(.*?)</tr>", re.DOTALL)


@pytest.fixture
def boards(tmp_path, monkeypatch) -> dict[str, Board]:
    """The two boards of a made-up table."""
    monkeypatch.setattr(measuring, "FOLDER", tmp_path)
    measuring.write_measured("scoreboard", made_up_rows())
    return {data: scoreboard(data) for data in ("digits", "mixture")}


def line(page: str, budget: int, name: str) -> str:
    """The row of a model in the table of a budget."""
    part = page.split(f'data-budget="{budget}"')[1].split("</table>")[0]
    (found,) = [row for row in ROWS.findall(part) if f">{name}<" in f">{row}"]
    return found


def test_a_row_tells_median_spread_link_seeds_and_samples(boards, tmp_path):
    (tmp_path / "digits_vae_60.png").touch()
    page = tables(boards["digits"], tmp_path, {"03": "03_vae_elbo"})
    row = line(page, 60, "VAE")
    assert '<a href="notebooks/03_vae_elbo.html">VAE</a>' in row
    assert '<td data-value="21">21.0<span class="unit">20.0–23.0</span></td>' in row
    assert "650 k · 3 seeds" in row
    assert 'src="_static/scoreboard/digits_vae_60.png"' in row and "after 60 s" in row
    assert "<img" not in line(page, 10, "VAE")
    assert 'data-group="binary pixels"' in row and "binary pixels</span>" in row
    assert line(page, 60, "DCGAN").startswith("DCGAN<")  # its notebook has no page here
    assert "<td>–</td>" in line(page, 60, "DCGAN")  # no likelihood


def test_missing_rows_say_so_and_every_model_has_a_row(boards, tmp_path):
    for data, board in boards.items():
        page = tables(board, tmp_path, {})
        for budget in BUDGETS:
            for model in board.models:
                is_missing = "not run yet" in line(page, budget, board.name(model))
                assert is_missing != board.was_run(model, budget), (data, model, budget)
    assert boards["digits"].was_run("vae", 60) and not boards["digits"].was_run("flow", 10)


def test_a_title_names_two_who_are_ahead_together_and_no_budget_with_one_seed(boards):
    rows = [r for r in boards["digits"].rows if not (r["budget"] == "300" and r["seed"] != "0")]
    assert headline(Board("digits", rows)) == (
        "After 60 s, of the 3 models run so far, DCGAN is closest to real digits, in all seeds"
    )
    slow = [{**r, "model": "flow", "frechet": "500"} for r in rows if r["budget"] == "10"]
    both = Board("digits", [r for r in rows if r["budget"] == "10"] + slow)
    told = "After 10 s, of the 3 models run so far, DCGAN and VAE are closest to real digits"
    assert headline(both) == f"{told}; their seeds overlap"


def test_the_budget_shown_first_is_the_largest_with_rows(boards, tmp_path):
    assert 'data-default="300"' in tables(boards["digits"], tmp_path, {})
    short = Board("digits", [row for row in boards["digits"].rows if row["budget"] in ("0", "10")])
    assert 'data-default="10"' in tables(short, tmp_path, {})


def test_other_real_examples_stand_below_and_have_no_parameters(boards, tmp_path):
    page = tables(boards["digits"], tmp_path, {})
    assert page.count('<tbody class="references">') == len(BUDGETS)
    assert line(page, 10, "Other real examples").startswith("Other real examples<")
    linked = tables(boards["digits"], tmp_path, {"01": "01_here"})
    assert '<a href="notebooks/01_here.html">The forger, no network</a>' in linked


def test_findings_are_those_of_the_rows(boards):
    board = boards["digits"]
    assert board.front(60, "frechet") == ["dcgan"]
    assert board.front(10, "frechet") == []  # two models, which overlap
    assert headline(board) == TITLE
    told = "\n".join(findings(board)).replace("\u00a0", " ")
    assert "**DCGAN** after 60 s, of the 3 models run so far; **VAE** after 300 s, of" in told
    assert "**DCGAN** has, after 10 s, a lower Fréchet distance than 300 s give to" not in told
    assert "second network disagree after 300 s: the first prefers **VAE** to **DCGAN**" in told
    assert "than 300 s give to DCGAN and Normalizing flow. A lower one than" in told
    assert "than the forger's have VAE." in told
    points = "\n".join(findings(boards["mixture"]))
    assert "energy distance" in points and "forger" not in points


@pytest.mark.slow
def test_the_figure_says_in_words_what_it_shows_in_light_and_dark(boards):
    page = figure(boards["digits"])
    assert page.count("DCGAN: 30.0 after 10 s, 10.0 after 60 s, 9.50 after 300 s.") == 2
    assert page.count("<img ") == 2 and 'class="on-dark dark-light"' in page
    assert TITLE in page and "01’s forger, no network: 8.20, for half a second" in page


def test_values_at_or_below_zero_are_drawn_at_the_bottom():
    line = Line({10: [0.2, 0.3, 0.4], 300: [-0.001, -0.002, 0.1]}, "#4263ac")
    (ax,) = cost_quality({"VAE": line, "GAN": Line({}, "#e76300")}, "s", "d", ("real", 0.01)).axes
    (drawn,) = ax.lines
    assert drawn.get_ydata() == pytest.approx([0.3, 0.005])  # medians; half of the floor
    assert ax.get_ylim()[0] > 0
    assert [text.get_text() for text in ax.texts] == ["real", "VAE"]


def test_a_page_without_a_table_says_that_nothing_was_run(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "FOLDER", tmp_path)
    page = with_scoreboard(PAGE, tmp_path, {})
    assert not PLACE.search(page)
    assert page.count("not run yet") >= 3 * (len(MODELS) + 6) + 2


def test_the_page_asks_for_all_of_both_sets():
    asked = {(what, data) for what, data in PLACE.findall(PAGE)}
    assert len(asked) == 6
    assert "\nscoreboard\n" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


def test_numbers_are_rounded_alike():
    assert rounded(0.1543, 3) == "0.154"
    numbers = (8.8e6, 1234.5, 83.24, 9.996, 0.5, 0.0123, -0.002, 0.0003, 0.0)
    told = "8.8 M|1,234|83.2|10.00|0.50|0.012|−0.002|0.0003|0.00"
    assert [rounded(number) for number in numbers] == told.split("|")


def test_names_are_spread_out_and_keep_their_order():
    assert spread_out([0.1, 0.5, 0.9], 0.05) == pytest.approx([0.1, 0.5, 0.9])
    assert spread_out([0.5, 0.5, 0.52], 0.1) == pytest.approx([0.40667, 0.50667, 0.60667], abs=1e-4)
    close = spread_out([0.1, 0.11, 0.2, 0.21, 0.215, 0.6], 0.05)
    assert all(b - a >= 0.05 - 1e-9 for a, b in pairwise(close))


NAMES = """() => [...document.querySelectorAll('.budget:not([hidden]) tbody:not(.references) th')]
  .slice(0, 12).map(th => th.firstChild.textContent)"""
SORT = "#article .scoreboard .budget:not([hidden]) thead th:nth-child({}) button"


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_a_reader_chooses_a_budget_and_sorts_by_keyboard(tiny_site):
    with open_page(1280, 900) as page:
        page.goto((tiny_site / "scoreboard.html").as_uri())
        page.wait_for_selector(".scoreboard fieldset")
        assert page.locator(".scoreboard").first.locator(".budget:visible").count() == 1
        page.get_by_label("60", exact=True).first.focus()
        page.keyboard.press("Space")
        board = page.locator(".scoreboard").first.locator(".budget:visible")
        assert board.get_attribute("data-budget") == "60"
        before = page.evaluate(NAMES)
        head = board.locator("thead th").nth(1)
        head.locator("button").focus()
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "ascending"
        up = page.evaluate(NAMES)
        assert up[:3] == ["DCGAN", "VAE", "Normalizing flow"] and sorted(up) == sorted(before)
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == "descending"
        down = page.evaluate(NAMES)
        assert down[:3] == up[:3][::-1]  # those without a number stay last
        recall = board.locator("thead th", has_text="Recall")
        recall.locator("button").click()
        assert recall.get_attribute("aria-sort") == "descending"
        assert head.get_attribute("aria-sort") is None


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_without_scripts_and_on_paper_all_budgets_stand_there(tiny_site):
    with open_page(1280, 900) as page:
        page.goto((tiny_site / "scoreboard.html").as_uri())
        page.wait_for_selector(".scoreboard fieldset")
        page.emulate_media(media="print")
        assert page.locator(".scoreboard .budget:visible").count() == 6
        assert page.locator(".scoreboard fieldset:visible").count() == 0
        browser = page.context.browser
        assert browser
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto((tiny_site / "scoreboard.html").as_uri())
        assert plain.locator(".scoreboard .budget:visible").count() == 6
        assert plain.locator(".scoreboard button").count() == 0


@pytest.mark.slow
@needs.browser
@needs.libraries
def test_on_a_telephone_the_table_says_that_it_scrolls(tiny_site):
    with open_page(390, 844) as page:
        page.goto((tiny_site / "scoreboard.html").as_uri())
        page.wait_for_selector(".scoreboard .scrolls")
        told = "getComputedStyle(document.querySelector('.scoreboard .scrolls'), '::after').content"
        assert "scrolls sideways" in page.evaluate(told)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
