"""Whose a file is, on every platform, and that nobody hands one in for somebody else."""

from pathlib import Path

import pytest

from teaching.assignment import NAMES
from teaching.grading.names import owners, shown


def owner(path, *beside):
    """Return whose a file is in a class of others."""
    return owners([Path(path), *map(Path, beside or ["zoe.ipynb"])], NAMES)[0]


@pytest.mark.parametrize(
    ("path", "name", "identity"),
    [
        ("Ada Lovelace_4711_assignsubmission_file_/lenet.ipynb", "Ada Lovelace", "4711"),
        ("Ada Lovelace_4711_assignsubmission_file/lenet.ipynb", "Ada Lovelace", "4711"),
        ("Ada Lovelace_4711_assignsubmission_file_lenet.ipynb", "Ada Lovelace", "4711"),
        ("Grace_Hopper_4711_assignsubmission_file/work/lenet.ipynb", "Grace_Hopper", "4711"),
        ("Participant_4711_assignsubmission_file_/lenet.ipynb", "Participant", "4711"),
        ("Ada Lovelace_4711_assignsubmission_onlinetext_/onlinetext.html", "Ada Lovelace", "4711"),
        ("lovelaceada_4711_8912_lenet.ipynb", "lovelaceada", "4711"),
        ("lovelaceada_LATE_4711_8912_lenet-2.ipynb", "lovelaceada", "4711"),
        ("lovelaceada_late_4711_8912_lenet-2.ipynb", "lovelaceada", "4711"),
        ("de_la_cruzana_4711_8912_lenet.ipynb", "de_la_cruzana", "4711"),
        ("lovelaceada_4711_text.html", "lovelaceada", "4711"),
        ("anon_x1Y2z_8912_lenet.ipynb", "anon_x1Y2z", "x1Y2z"),
        ("LATE_anon_x1Y2z_8912_lenet.ipynb", "anon_x1Y2z", "x1Y2z"),
        ("Homework 3_alovelace_attempt_2026-11-20-18-30-00_lenet.ipynb", "alovelace", "alovelace"),
        ("Homework 3_alovelace_attempt_2026-11-20-18-30-00.txt", "alovelace", "alovelace"),
        ("39-25 - Mary-Ann Lovelace - Nov 20, 2026 630 PM/lenet.ipynb", "Mary-Ann Lovelace", "39-25"),
        ("39-25 - Mary-Ann Lovelace - Nov 20, 2026 630 PM - lenet.ipynb", "Mary-Ann Lovelace", "39-25"),
        ("submission_4711/lenet.ipynb", "submission_4711", "4711"),
        ("assignment_99_export/submission_4711/lenet.ipynb", "submission_4711", "4711"),
        ("alovelace/lenet/lenet.ipynb", "alovelace", ""),
        ("lenet-alovelace/lenet.ipynb", "alovelace", ""),
        ("lenet/alovelace.ipynb", "alovelace", ""),
        ("lenet/Ada Lovelace_4711_assignsubmission_file_/lenet.ipynb", "Ada Lovelace", "4711"),
        ("Ada Lovelace - lenet.ipynb", "Ada Lovelace", ""),
        ("alovelace_lenet.ipynb", "alovelace", ""),
        ("lenet.ipynb", "lenet", ""),
        ("学生 42.ipynb", "学生 42", ""),
        ("Müller, Jörg.ipynb", "Müller, Jörg", ""),
    ],
)
def test_a_name_is_read_from_what_a_platform_made_of_it(path, name, identity):
    found = owner(path)
    assert (found.name, found.id) == (name, identity)


def test_two_of_one_name_stay_two():
    paths = ["Ada_11_assignsubmission_file_/x.ipynb", "Ada_12_assignsubmission_file_/x.ipynb"]
    first, second = owners([Path(path) for path in paths], NAMES)
    assert first.name == second.name
    assert first.key != second.key


@pytest.mark.parametrize(
    "paths",
    [
        ["lovelaceada_4711_8912_lenet.ipynb", "lovelaceada_LATE_4711_8950_lenet-1.ipynb"],
        ["HW_ada_attempt_2026-11-20-18-30-00_lenet.ipynb", "HW_ada_attempt_2026-11-21-18-30-00_lenet.ipynb"],
        ["Ada_11_assignsubmission_file_/x.ipynb", "Ada_11_assignsubmission_file_/deep/y.ipynb"],
        ["ada/x.ipynb", "ada/y.ipynb"],
    ],
)
def test_what_one_student_handed_in_is_one_students(paths):
    first, second, _ = owners([*map(Path, paths), Path("zoe.ipynb")], NAMES)
    assert first.key == second.key
    assert first.when <= second.when


@pytest.mark.parametrize(
    "path",
    [
        # What the platform wrote stands first; the rest is the name that Mallory gave the file.
        "mallory_12_13_x_ada_attempt_2026-11-20-18-30-00_lenet.ipynb",
        "mallory_12_13_Ada Lovelace_4711_assignsubmission_file_lenet.ipynb",
        "mallory_12_13_ada_4711_8912_lenet.ipynb",
        "mallory_12_13_39-25 - Ada Lovelace - Nov 20, 2026 630 PM - lenet.ipynb",
        "HW_mallory_attempt_2026-11-20-18-30-00_ada_4711_8912_lenet.ipynb",
        "HW_mallory_attempt_2026-11-20-18-30-00_HW_ada_attempt_2026-11-20-18-30-00_lenet.ipynb",
        "mallory_12_assignsubmission_file_ada_4711_assignsubmission_file_lenet.ipynb",
        "mallory/Ada Lovelace_4711_assignsubmission_file_/lenet.ipynb",
        "mallory/submission_4711/lenet.ipynb",
        "lenet/mallory/Ada Lovelace_4711_assignsubmission_file_/lenet.ipynb",
    ],
)
def test_a_file_does_not_carry_a_classmates_name(path):
    assert owner(path).name == "mallory"


def test_files_that_only_their_own_names_tell_apart_stay_apart():
    paths = [Path("ada.ipynb"), Path("ada-lenet.ipynb"), Path("lenet_ada.ipynb")]
    assert {each.name for each in owners(paths, NAMES)} == {"ada"}
    assert len({each.key for each in owners(paths, NAMES)}) == 3


def test_the_only_folder_is_looked_into_where_it_is_no_students():
    moodle = [
        Path("Download/Ada_1_assignsubmission_file_/x.ipynb"),
        Path("Download/Bob_2_assignsubmission_file_/x.ipynb"),
    ]
    assert [each.name for each in owners(moodle, NAMES)] == ["Ada", "Bob"]
    plain = [Path("Download/ada/x.ipynb"), Path("Download/bob/x.ipynb")]
    assert [each.name for each in owners(plain, NAMES)] == ["ada", "bob"]
    alone = [Path("ada/lenet.ipynb"), Path("ada/pooling.ipynb")]
    assert [each.name for each in owners(alone, NAMES)] == ["ada", "ada"]
    sorted_by_student = [Path("ada/lenet/x.ipynb"), Path("ada/pooling/x.ipynb")]
    assert [each.name for each in owners(sorted_by_student, NAMES)] == ["ada", "ada"]


def test_names_that_a_platform_lists_are_taken():
    [found] = owners([Path("submission_7/x.ipynb")], NAMES, {"submission_7": "Emmy Noether"})
    assert (found.name, found.id) == ("Emmy Noether", "7")


@pytest.mark.parametrize("name", ["caf\udce9.ipynb", "evil\u202egpj.ipynb", "two\nlines.ipynb", "bell\x07.ipynb"])
def test_every_name_can_be_written_and_deceives_nobody(name):
    for text in (shown(Path(name)), owner(name).name):
        text.encode()
        assert text.isprintable()


def test_two_names_that_are_no_utf8_stay_two():
    assert shown(Path("caf\udce9.ipynb")) != shown(Path("caf\udce8.ipynb"))
