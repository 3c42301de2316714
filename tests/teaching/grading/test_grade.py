"""A class is graded, again, and once more after an interruption."""

import csv
import dataclasses

import pytest

from teaching.grading import __main__ as program
from teaching.grading import apart, marking
from teaching.grading import engine as engines
from tests.teaching.grading.conftest import GRADING_BASE
from tests.teaching.grading.handed_in import function, notebook

FLIPPED = function(
    "kernel = kernel[::-1, ::-1]\nrows, columns = kernel.shape\n"
    "y = np.empty((x.shape[0] - rows + 1, x.shape[1] - columns + 1))\n"
    "for i, j in np.ndindex(y.shape):\n    y[i, j] = np.sum(x[i : i + rows, j : j + columns] * kernel)\n"
    "return y[::stride, ::stride]"
)
UNWRITTEN = function("# Your code here.\nraise NotImplementedError", name="convolve2d")
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "handed-in"
    (folder / "Ada Lovelace_1_assignsubmission_file_").mkdir(parents=True)
    (folder / "Ada Lovelace_1_assignsubmission_file_" / "convolution.ipynb").write_text(notebook())
    (folder / "=1+1.ipynb").write_text(notebook(correlate2d=FLIPPED, convolve2d=UNWRITTEN))
    (folder / f"{SCRIPT.replace('/', '')}.ipynb").write_text(
        notebook(correlate2d=f"raise ValueError({SCRIPT!r})", open=SCRIPT)
    )
    (folder / "notes.pdf").write_text("%PDF")
    return folder


@pytest.fixture(scope="module")
def graded(engine, handed_in):
    output = handed_in.with_name("grades")
    return program.grade(handed_in, output, workers=2, base=GRADING_BASE), output


def by_student(reports):
    return {report["student"]: report for report in reports}


def test_points(graded):
    points = {report["student"]: (report["points"], report["of"]) for report in graded[0]}
    assert points == {"Ada Lovelace": (85, 100), "=1+1": (60, 100), "notes": (0, 0), SCRIPT.replace("/", ""): (75, 100)}


def test_the_mistake_is_named_and_the_failing_example_shown(graded):
    report = by_student(graded[0])["=1+1"]
    assert report["tasks"][0]["mistake"]["name"] == "flipped kernel"
    [page] = [path for path in (graded[1] / "feedback").iterdir() if path.name.startswith("1-1")]
    text = page.read_text()
    assert "flipped kernel" in text
    assert "Common mistakes" in text
    assert "<li>✗ " in text
    assert "60 of 85 points, and up to 15 for the open question" in text
    assert "not written yet" in text


def test_feedback_holds_nothing_of_hidden_cases_but_what_they_look_for(graded):
    report = by_student(graded[0])["=1+1"]
    for case in report["tasks"][0]["hidden"]:
        assert set(case) == {"looks_for", "ok", "property"}
    for path in (graded[1] / "feedback").iterdir():
        assert "seed" not in path.read_text()


def test_what_a_student_writes_is_text_on_every_page(graded):
    for path in [*graded[1].glob("*.html"), *graded[1].glob("feedback/*")]:
        assert "<script" not in path.read_text()
    assert "&lt;script&gt;" in (graded[1] / "open.html").read_text()


def test_no_cell_of_a_table_is_a_formula(graded):
    with (graded[1] / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert "'=1+1" in [row["student"] for row in rows]
    assert [row["convolution: correlate2d"] for row in rows if row["student"] == "Ada Lovelace"] == ["10"]


def test_the_summary_counts_tasks_and_mistakes(graded):
    text = (graded[1] / "summary.html").read_text()
    assert "<td>correlate2d</td><td>1 of 3</td>" in text
    assert "1 × correlate2d: flipped kernel" in text


def contents(output):
    return {path.relative_to(output): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def test_the_same_submissions_give_the_same_grades(graded, handed_in, tmp_path):
    program.grade(handed_in, tmp_path, workers=1, base=GRADING_BASE)
    assert contents(tmp_path) == contents(graded[1])


def test_what_is_graded_is_not_executed_again(graded, handed_in, monkeypatch):
    before = contents(graded[1])
    monkeypatch.setattr(marking, "interview", None)
    assert program.grade(handed_in, graded[1], base=GRADING_BASE) == graded[0]
    assert contents(graded[1]) == before


def test_after_an_interruption_the_rest_is_graded(engine, handed_in, tmp_path, monkeypatch):
    calls, stopping = [], True

    def interrupted(*arguments):
        for number, done in enumerate(apart.each(*arguments)):
            if stopping and number == 2:
                raise KeyboardInterrupt
            calls.append(done)
            yield done

    monkeypatch.setattr(program, "each", interrupted)
    with pytest.raises(KeyboardInterrupt):
        program.grade(handed_in, tmp_path, workers=1, base=GRADING_BASE)
    assert len(list((tmp_path / ".graded").iterdir())) == 2
    stopping = False
    calls.clear()
    assert len(program.grade(handed_in, tmp_path, workers=1, base=GRADING_BASE)) == 4
    assert len(calls) == 2


def test_points_given_by_people_are_added(graded, handed_in, tmp_path):
    reports, output = graded
    for path, data in contents(output).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    text = (tmp_path / "open.csv").read_text()
    ada = by_student(reports)["Ada Lovelace"]["file"]
    written = text.replace(f"{ada},convolution,,15,,", f'{ada},convolution,"12,5",15,well argued,')
    (tmp_path / "open.csv").write_text(written)
    again = by_student(program.grade(handed_in, tmp_path, base=GRADING_BASE))
    assert again["Ada Lovelace"]["points"] == 97.5
    assert again["=1+1"]["points"] == 60
    assert (tmp_path / "open.csv").read_text() == written


def test_a_machine_without_walls_refuses_in_one_line(handed_in, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(engines.shutil, "which", lambda _: None)
    assert program.main([str(handed_in), "--output", str(tmp_path / "grades")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "install Podman" in error
    assert "--unsafe" in error
    assert not (tmp_path / "grades").exists()


def test_without_walls_when_asked_to(handed_in, tmp_path, graded):
    assert program.main([str(handed_in), "--output", str(tmp_path), "--unsafe"]) == 0
    assert contents(tmp_path).keys() == contents(graded[1]).keys()
    assert (tmp_path / "grades.json").read_text() == (graded[1] / "grades.json").read_text()


def test_changed_rules_grade_again(graded, handed_in, tmp_path, monkeypatch):
    called = []
    monkeypatch.setattr(program, "each", lambda *arguments: called.extend(arguments[1]) or apart.each(*arguments))
    monkeypatch.setattr(program, "rules", lambda: "others")
    program.grade(handed_in, tmp_path, base=GRADING_BASE)
    assert len(called) == 4


@pytest.mark.parametrize("name", ["equivariance", "pooling", "lenet", "alexnet"])
def test_every_reference_solution_earns_all_points(engine, name, tmp_path):
    assignment = marking.load_assignment(name)
    (tmp_path / "reference.ipynb").write_text(assignment.notebook.read_text(encoding="utf-8"), encoding="utf-8")
    report = marking.mark(tmp_path, (tmp_path / "reference.ipynb").relative_to(tmp_path), "reference", engine)
    wrong = [task for task in report["tasks"] if not task["points"]]
    assert not wrong
    assert report["points"] == sum(task.points for task in assignment.tasks if dataclasses.is_dataclass(task)) - sum(
        answer["of"] for answer in report["open"]
    )
