"""The courses' LeNet and its teacher: the same function as cnnlib's, runs that repeat, and answers that teach."""

import numpy as np
import pytest
import torch

from cnnlib.data import as_float, mnist
from cnnlib.experiments.lenet5 import taught
from cnnlib.models.lenet import LeNet
from cnnlib.training import evaluate


@pytest.fixture(scope="module")
def digits():
    split = mnist().train
    return as_float(split.images[:600]), np.asarray(split.labels[:600])


@pytest.fixture
def short(monkeypatch):
    """An average over as many steps as a short training affords."""
    monkeypatch.setattr(taught, "KEPT", 0.9)


def weights(network):
    return torch.cat([value.detach().flatten() for value in network.parameters()])


def test_the_student_is_the_lenet_of_the_book(digits):
    student, ours = taught.courses_lenet(3), LeNet("relu", "max", seed=3)
    images = torch.tensor(digits[0][:20])
    torch.testing.assert_close(student(images), ours(images))
    assert weights(student).numel() == 61_706


def test_a_view_is_the_same_each_time_and_another_for_another_number(digits):
    images = digits[0][:5]
    assert torch.equal(taught.view(images, 4), taught.view(images, 4))
    assert not torch.equal(taught.view(images, 4), taught.view(images, 5))


def test_the_teacher_repeats_itself(digits):
    few = tuple(array[:200] for array in digits)
    teachers = [taught.train_teacher(few, seed=1, epochs=1) for _ in range(2)]
    assert torch.equal(*(weights(teacher) for teacher in teachers))
    assert weights(teachers[0]).numel() == 455_178
    assert not teachers[0].training


def test_the_teacher_learns(digits):
    assert evaluate(taught.train_teacher(digits, epochs=12), *digits).accuracy > 0.8


def test_a_students_answers_come_from_its_teacher(digits, short):
    # A teacher that says "the digit after this one": whoever learns from it says so too, whatever the labels are.
    images, labels = digits
    answers = torch.zeros(3, len(images), 10, dtype=torch.float16)
    answers[:, torch.arange(len(images)), torch.tensor(labels + 1) % 10] = 20
    student = taught.train_student(digits, answers, seed=0, epochs=40, batch_size=20)
    assert evaluate(student, images, (labels + 1) % 10).accuracy > 0.9
    assert evaluate(student, images, labels).accuracy < 0.1


def test_without_a_teacher_it_learns_the_labels(digits, short):
    students = [taught.train_student(digits, seed=0, epochs=40, batch_size=20, views=3) for _ in range(2)]
    assert evaluate(students[0], *digits).accuracy > 0.9
    assert torch.equal(*(weights(student) for student in students))


def test_answers_are_those_to_the_views(digits):
    teacher = taught.larger_network(0).eval()
    answers = taught.teacher_answers(teacher, digits[0][:150], views=2)
    assert answers.shape == (2, 150, 10)
    with torch.no_grad():
        second = teacher(taught.view(digits[0][:150], 1))
    torch.testing.assert_close(answers[1].float(), second, atol=1e-2, rtol=1e-2)


def test_answers_to_other_digits_are_refused(digits):
    with pytest.raises(ValueError, match=r"answers must be those to the 600 digits.*received shape \(2, 7, 10\)"):
        taught.train_student(digits, torch.zeros(2, 7, 10), seed=0)
