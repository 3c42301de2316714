"""Execute a submission behind walls and bring back what its functions returned.

Time is kept outside. A step, one cell or one task, that does not end, ends its process or breaks the rules costs
itself alone: a fresh room begins without it.
"""

import time
from dataclasses import dataclass, field

from cnnlib.coursework import Answer, Source
from teaching.grading.frames import BrokenFrameError, LateError, Reader
from teaching.grading.sandbox import NoWallsError, Room, TooMuchError

CELL_SECONDS = 15
SPARE_SECONDS = 60  # for all of a submission, above the allowances of its tasks
START_SECONDS = 60  # before the first cell: a cold disk


@dataclass
class Interview:
    """What came of a submission.

    Attributes
    ----------
    answers : dict of str to list of Answer
        For each task, one for each case.
    broken : dict of str to str
        For each cell of the assignment that failed, with what.
    """

    answers: dict = field(default_factory=dict)
    broken: dict = field(default_factory=dict)


def interview(cells, tasks, may_import, walls=True):
    """Execute cells, then call functions with the cases' arguments.

    Parameters
    ----------
    cells : list of (str, str)
        As `teaching.grading.program.program` lists them.
    tasks : dict of str to (float, list of Case)
        For each function, the seconds allowed for all cases, and the cases.
    may_import : iterable of str
    walls : bool

    Returns
    -------
    Interview

    Raises
    ------
    NoWallsError
        If no room can be made on this machine.
    """
    met = Interview()
    end = time.monotonic() + SPARE_SECONDS + sum(seconds for seconds, _ in tasks.values())
    skipped = set()
    while set(tasks) - set(met.answers):
        left = {name: tasks[name] for name in tasks if name not in met.answers}
        job = {
            "cells": [(place, code) for place, (_, code) in enumerate(cells) if place not in skipped],
            "tasks": [(name, name, [_given(case) for case in cases]) for name, (_, cases) in left.items()],
        }
        with Room(job, may_import, walls) as room:
            failed = _Session(room, cells, left, met, end).run()
        if failed is None:
            break
        step, reason = failed
        if isinstance(step, str):
            met.answers[step] = [Answer(failure=reason) for _ in tasks[step][1]]
        else:
            skipped.add(step)
            if cells[step][0]:
                met.broken[cells[step][0]] = reason
        if time.monotonic() > end:
            break
    for name, (_, cases) in tasks.items():
        met.answers.setdefault(name, [Answer(failure="the time for the whole notebook was over") for _ in cases])
    return met


class _Session:
    """One conversation with one room."""

    def __init__(self, room, cells, tasks, met, end):
        self.room, self.cells, self.tasks, self.met, self.end = room, cells, tasks, met, end
        self.reader = Reader(room.output, room.check_memory)
        self.step = None
        self.deadline = min(end, time.monotonic() + START_SECONDS)
        self.allowed = START_SECONDS
        self.answers = {}

    def run(self):
        """Read to the end; return None, or the step that failed and what it did."""
        begun = False
        try:
            while (frame := self.reader.frame(self.deadline)) is not None:
                begun = True
                if frame.get("done") is True:
                    return None
                self._hear(frame)
            reason = "ended the process"
        except LateError:
            reason = f"took longer than {self.allowed:g} s"
        except TooMuchError as error:
            reason = str(error)
        except BrokenFrameError as error:
            reason = f"wrote into the grader's channel: {error}"
        if not begun:
            raise NoWallsError(self.room.complaint() or f"the process that runs submissions {reason}")
        if self.step is None:  # between two steps: only code that a cell left running can do that
            return next(iter(self.tasks)), reason
        return self.step, reason

    def _hear(self, frame):
        if "begin" in frame:
            step = frame["begin"]
            if not (type(step) is int and 0 <= step < len(self.cells)) and not (
                isinstance(step, str) and step in self.tasks
            ):
                raise BrokenFrameError("it names no step")
            self.step, self.answers = step, {}
            self.allowed = self.tasks[step][0] if step in self.tasks else CELL_SECONDS
            self.deadline = min(self.end, time.monotonic() + self.allowed)
        elif "case" in frame:
            self._answer(frame)
        elif "end" in frame:
            self._finish(str(frame.get("failure", ""))[:1000])

    def _answer(self, frame):
        try:
            step, number = frame["case"]
            case = self.tasks[step][1][number]
            changed = {int(place): value for place, value in frame.get("changed", {}).items()}
            arguments = [changed.get(place, value) for place, value in enumerate(case.arguments())]
            self.answers[number] = Answer(frame["value"], arguments, str(frame["failure"])[:1000])
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise BrokenFrameError("it names no case") from error

    def _finish(self, failure):
        if self.step in self.tasks:
            cases = self.tasks[self.step][1]
            missing = Answer(failure="gave no answer")
            self.met.answers[self.step] = [self.answers.get(number, missing) for number in range(len(cases))]
        elif self.step is not None and failure and self.cells[self.step][0]:
            self.met.broken[self.cells[self.step][0]] = failure
        self.step = None


def _given(case):
    """Return a case's arguments as the runner takes them: a function as its source."""
    return [{"source": str(each)} if isinstance(each, Source) else each for each in case.arguments()]
