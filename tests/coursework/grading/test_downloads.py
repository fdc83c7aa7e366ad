"""Made-up classes that look exactly like what the platforms hand out."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from coursework.grading.naming import order, person, told
from coursework.grading.submissions import Submission, find, opened
from coursework.grading.unpacking import Budget
from tests.coursework.grading.making import notebook

NOTEBOOK = json.dumps(notebook(["x = 1"]))


def write(folder: Path, *names: str, text: str = NOTEBOOK) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def zipped(*names: str, text: str = NOTEBOOK) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return out.getvalue()


def students(found: list[Submission]) -> dict[str, list[str]]:
    """{student: names of the files}, of those that can be opened."""
    sorted_out: dict[str, list[str]] = {}
    for s in found:
        if not s.fault:
            sorted_out.setdefault(s.student, []).append(s.file)
    return sorted_out


def faults(found: list[Submission]) -> dict[str, str]:
    return {s.file: s.fault for s in found if s.fault}


def read(archive: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    with opened(archive) as found:
        assert all(s.path.exists() for s in found)
        return students(found), faults(found)


def test_canvas_one_student_a_number(tmp_path):
    names = [
        "lovelaceada_LATE_123_456_04_kl.ipynb",
        "lovelaceada_LATE_123_789_04_kl-1.ipynb",
        "lovelaceada_123_790_plot.png",
        "lovelaceada_124_457_04_kl.ipynb",  # another person of that name
        "çelikbob_125_458_Copy of 04_kl (1).ipynb",
        "roejane_126_text.html",
        "anon_kX8f2_459_04.ipynb",
    ]
    write(tmp_path, *names)
    write(tmp_path, names[2], names[5], text="no notebook")
    found = find(tmp_path)
    assert students(found) == {
        "anon_kX8f2": [names[6]],
        "lovelaceada_123": names[:2],
        "lovelaceada_124": [names[3]],
        "roejane_126": [names[5]],
        "çelikbob_125": [names[4]],
    }
    note = next(s.note for s in found if s.file == names[0])
    assert note == f"not looked at: {names[2]}"
    assert told(names[0]).late and not told(names[3]).late
    assert sorted(names[:2], key=order)[-1] == names[1]
    assert person("lovelaceada_123", [names[0]]) == "lovelaceada"


def test_names_that_only_look_like_canvas_stay_apart(tmp_path):
    names = [f"{what}_3_2026_{who}.ipynb" for what in ("lab", "kl") for who in ("ada", "bob")]
    write(tmp_path, *names)
    assert len(students(find(tmp_path))) == 4


def test_moodle_in_folders(tmp_path):
    write(
        tmp_path,
        "Ada Lovelace_77_assignsubmission_file_/04_kl.ipynb",
        "Ada Lovelace_77_assignsubmission_file_/plot.png",
        "Ada Lovelace_77_assignsubmission_onlinetext_/onlinetext.html",
        "Bob Çelik_78_assignsubmission_file/04.ipynb.txt",  # Moodle 4.1 and later: no last "_"
        "Cy Doe_79_assignsubmission_file_/04.json",
        "Di Doe_80_assignsubmission_onlinetext_/onlinetext.html",
        text=NOTEBOOK,
    )
    for name in ("Ada Lovelace_77", "Di Doe_80"):
        path = tmp_path / f"{name}_assignsubmission_onlinetext_" / "onlinetext.html"
        path.write_text("<p>I can't upload</p>")
    (tmp_path / "Ada Lovelace_77_assignsubmission_file_" / "plot.png").write_bytes(b"\x89PNG")
    nested = tmp_path / "Eve Roe_81_assignsubmission_file_"
    nested.mkdir()
    inner = zipped("lab/04.ipynb", "__MACOSX/lab/._04.ipynb", "../out.ipynb")
    (nested / "mine.zip").write_bytes(inner)
    with opened(tmp_path) as found:
        assert students(found) == {
            "Ada Lovelace_77": ["Ada Lovelace_77_assignsubmission_file_/04_kl.ipynb"],
            "Bob Çelik_78": ["Bob Çelik_78_assignsubmission_file/04.ipynb.txt"],
            "Cy Doe_79": ["Cy Doe_79_assignsubmission_file_/04.json"],
            "Eve Roe_81": ["Eve Roe_81_assignsubmission_file_/mine.zip/lab/04.ipynb"],
        }
        assert found[0].note == (
            "not looked at: plot.png; not looked at: Ada Lovelace_77_assignsubmission_onlinetext_/"
        )
        told_of = faults(found)
        assert told_of["Di Doe_80_assignsubmission_onlinetext_/"].endswith("only onlinetext.html")
        assert "out of the folder" in told_of[f"{nested.name}/mine.zip/../out.ipynb"]
        unpacked = next(s.path for s in found if s.student == "Eve Roe_81")
        assert json.loads(unpacked.read_text())["cells"]
    assert not unpacked.exists() and not list(tmp_path.rglob("out.ipynb"))


def test_moodle_flat_keeps_identifiers(tmp_path):
    archive = tmp_path / "flat.zip"
    names = [
        "Ada Lovelace_77_assignsubmission_file_04_kl.ipynb",
        "Ada Lovelace_77_assignsubmission_onlinetext_onlinetext.html",
        "Bob Roe_78_assignsubmission_file_04_kl.ipynb",
    ]
    archive.write_bytes(zipped(*names))
    found, _ = read(archive)
    assert found["Bob Roe_78"] == [names[2]] and found["Ada Lovelace_77"][0] == names[0]
    assert set(found) == {"Ada Lovelace_77", "Bob Roe_78"}
    assert told(names[0]).user == "77" and told(names[0]).file == "04_kl.ipynb"


def test_brightspace_the_last_by_date_counts(tmp_path):
    names = [
        "12345-67890 - Ada L - Nov 30, 2026 1010 AM - 04.ipynb",
        "12345-67890 - Ada L - Dec 1, 2026 930 PM - 04.ipynb",
        "12346-67890 - Anne-Marie O'Neill - 3 November, 2026 2210 - 04 - final.ipynb",
    ]
    write(tmp_path, *names)
    write(tmp_path, "12347-67890 - Cy Doe - Nov 3, 2026 1200 PM/04.ipynb")
    write(tmp_path, "index.html", text="<table>")
    found = find(tmp_path)
    assert set(students(found)) == {"Ada L_12345", "Anne-Marie O'Neill_12346", "Cy Doe_12347"}
    assert found.left_out == ["index.html (Brightspace's list of files)"]
    assert sorted(names[:2], key=order)[-1] == names[1]
    dates = [told(s.file).handed_in for s in found]
    assert datetime(2026, 11, 3, 12, 0) in dates and datetime(2026, 11, 3, 22, 10) in dates
    assert told(names[2]).file == "04 - final.ipynb"


def test_index_html_of_a_student_is_not_left_out_elsewhere(tmp_path):
    write(tmp_path, "index.html", "ada.ipynb")
    assert set(students(find(tmp_path))) == {"index", "ada"}


def test_colab_copies_are_three_people(tmp_path):
    write(tmp_path, "Copy of 04_kl.ipynb", "Copy of 04_kl (1).ipynb", "04_kl (2).ipynb")
    write(tmp_path, "04_kl.ipynb", "Copy of worksheet.ipynb", "Copy of worksheet (1).ipynb")
    assert len(students(find(tmp_path))) == 6


def test_a_browsers_second_download_is_the_same_person(tmp_path):
    write(tmp_path, "jane.ipynb", "jane (1).ipynb", "bob (1).ipynb")
    assert set(students(find(tmp_path))) == {"jane", "bob (1)"}


def test_case_and_suffix_keep_people_apart(tmp_path):
    write(tmp_path, "Ada.ipynb", "ada.ipynb", "ada.txt")
    found = students(find(tmp_path))
    assert len(found) == 3 and set(found) == {"Ada", "ada", "ada.txt"}


def test_a_windows_zip(tmp_path):
    archive = tmp_path / "win.zip"
    archive.write_bytes(zipped("class\\ada\\04.ipynb", "class\\bob\\04.ipynb", "class\\..\\..\\x"))
    found, refused = read(archive)
    assert found == {"ada": ["ada/04.ipynb"], "bob": ["bob/04.ipynb"]}
    assert len(refused) == 1 and "out of the folder" in next(iter(refused.values()))


def test_odd_names_in_a_zip(tmp_path):
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w") as z:
        for name in ("n" * 300 + ".ipynb", "bob", "bob/04.ipynb", "eve.ipynb"):
            z.writestr(name, NOTEBOOK)
        with pytest.warns(UserWarning, match="Duplicate"):
            z.writestr("eve.ipynb", NOTEBOOK)
        z.writestr("Lab: 3.ipynb", NOTEBOOK)
    found, refused = read(archive)
    assert refused == {}
    assert found["bob"] == ["bob/04.ipynb"] and found["eve"] == ["eve.ipynb", "eve (2).ipynb"]
    assert "Lab: 3" in found and found["bob (2)"] == ["bob (2)"]
    [long] = [s for s in found if s.startswith("nnn")]
    assert len(long) <= 200


def test_names_that_an_archiver_did_not_call_utf8_are_read(tmp_path):
    archive = tmp_path / "mac.zip"
    archive.write_bytes(zipped("Jose.ipynb").replace(b"Jose", "Jé".encode() + b"x"))
    found, _ = read(archive)
    assert list(found) == ["Jéx"]


def test_names_that_are_no_utf8(tmp_path):
    try:
        path = os.fsencode(tmp_path) + b"/jos\xe9.ipynb"
        with open(path, "w") as file:
            file.write(NOTEBOOK)
    except OSError:
        pytest.skip("this file system wants UTF-8")
    [one] = find(tmp_path)
    assert not one.fault and one.path.read_text() == NOTEBOOK


def test_bombs_and_ways_out_are_refused(tmp_path):
    archive = tmp_path / "all.zip"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("b.ipynb", b"0" * (201 << 20))
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("ada/mine.zip", bomb.getvalue())
        z.writestr("bob/mine.zip", zipped(*(f"{i}.ipynb" for i in range(501))))
        z.writestr("cy/mine.zip", zipped("a.zip", text="no zip"))
        z.writestr("di/mine.zip", b"PK\x03\x04 cut")
        z.writestr("C:/eve.ipynb", NOTEBOOK)
        z.writestr("/abs.ipynb", NOTEBOOK)
    found, refused = read(archive)
    assert found == {}
    assert "201 MB" in refused["ada/mine.zip/b.ipynb"]
    assert "501 files" in refused["bob/mine.zip"]
    assert refused["cy/mine.zip/"] == "there is no notebook in it, only a.zip"
    assert "no notebook in the folder, only mine.zip" in refused["di/"]
    assert sum("out of the folder" in fault for fault in refused.values()) == 2


def test_zips_in_zips_end(tmp_path):
    inner = zipped("x.ipynb")
    for _ in range(5):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            z.writestr("again.zip", inner)
        inner = out.getvalue()
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "z.zip").write_bytes(inner)
    with opened(tmp_path) as found:
        assert students(found) == {} and "only again.zip" in found[0].fault


def test_all_zips_together_have_one_budget(tmp_path):
    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "z.zip").write_bytes(zipped("1.ipynb", "2.ipynb"))
    (tmp_path / "room").mkdir()
    found = find(tmp_path, tmp_path / "room", Budget(entries=3))
    assert len(students(found)["ada"]) == 2 and "1 are read" in faults(found)["bob/z.zip"]


def test_links_are_not_followed(tmp_path):
    write(tmp_path / "subs", "ada/04.ipynb")
    write(tmp_path / "subs", "bob/own.txt", text="text")
    (tmp_path / "subs" / "bob" / "04.ipynb").symlink_to(tmp_path / "subs" / "ada" / "04.ipynb")
    (tmp_path / "subs" / "cy").symlink_to(tmp_path / "subs" / "ada")
    (tmp_path / "subs" / "di").mkdir()
    (tmp_path / "subs" / "di" / "in").symlink_to(tmp_path / "subs" / "ada")
    (tmp_path / "subs" / "eve.ipynb").symlink_to(tmp_path / "subs" / "ada" / "04.ipynb")
    found = find(tmp_path / "subs")
    assert students(found) == {"ada": ["ada/04.ipynb"]}
    assert set(faults(found)) == {"bob/04.ipynb", "cy", "di/in", "eve.ipynb"}
    assert all("link" in fault for fault in faults(found).values())


def test_a_report_inside_the_submissions_is_nobody(tmp_path):
    write(tmp_path, "ada.ipynb", "report/feedback/ada.html")
    write(tmp_path, "report/results.jsonl", text='{"batch": {"version": 2, "seed": 1}}\n')
    write(tmp_path, "bob/04.ipynb", "bob/results.jsonl")  # a student's own file of that name
    found = find(tmp_path)
    assert set(students(found)) == {"ada", "bob"}
    assert found.left_out == ["report (a report of the grader)"]


def test_every_file_of_a_folder_is_told(tmp_path):
    write(tmp_path, "ada/04.ipynb")
    write(tmp_path, *(f"ada/{n}.txt" for n in range(7)), "bob/essay.docx", text="text")
    found = find(tmp_path)
    assert found[0].note == ("not looked at: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more")
    assert faults(found) == {"bob/": "there is no notebook in the folder, only essay.docx"}


def test_what_is_passed_over_in_a_students_folder_is_told(tmp_path):
    write(tmp_path, "ada/04.ipynb", "ada/.hidden.ipynb", "ada/.git/x.ipynb", "ada/._04.ipynb")
    write(tmp_path, "ada/report/results.jsonl", text='{"batch": {"version": 2, "seed": 1}}\n')
    [one] = find(tmp_path)
    assert one.note == "not looked at: .git, .hidden.ipynb, report"


def test_a_zip_of_one_student_of_a_platform_is_no_wrapper(tmp_path):
    archive = tmp_path / "one.zip"
    folder = "Ada L_77_assignsubmission_file_"
    archive.write_bytes(zipped(f"{folder}/04.ipynb", f"{folder}/05.ipynb"))
    found, _ = read(archive)
    assert found == {"Ada L_77": [f"{folder}/04.ipynb", f"{folder}/05.ipynb"]}


def test_a_wrapper_around_one_file_of_a_platform_is_no_student(tmp_path):
    archive = tmp_path / "one.zip"
    archive.write_bytes(zipped("submissions/ada_1_2_04.ipynb"))
    assert read(archive)[0] == {"ada_1": ["ada_1_2_04.ipynb"]}
    archive.write_bytes(zipped("ada/04.ipynb"))
    assert read(archive)[0] == {"ada": ["ada/04.ipynb"]}
