"""Execute a submission behind walls and bring back what its functions returned.

A sitting is one conversation: cells first, then every task's visible cases, then the hidden ones, one case at a
time, so that nothing that is said about a visible case can tell a hidden one. A step, a cell or a task, that does not
end, ends its process or breaks the rules costs itself alone: where the room is lost with it, another begins without
it. Tasks that allow other operators have a sitting of their own, in a room that has these and no others.
"""

import time
from dataclasses import dataclass, field

from cnnlib.coursework import Answer, Source
from teaching.grading.room import LATE, Room

CELL_SECONDS = 15.0  # of processor time, for one cell
ADDED_SECONDS = 120.0  # for all cells that a student added
LEAST_SECONDS = 2.0  # for whatever comes when its budget is used up: a definition takes no time
BY_THE_CLOCK = 3.0, 20.0  # times the seconds of the processor, and more: for whoever waits
SITTING_SECONDS = 600.0  # by the clock
MOST_ROOMS = 30  # of a sitting; after that what a student added is left out
NO_TIME = "the time for the whole notebook was over"


@dataclass(frozen=True)
class Question:
    """A task, as it is asked.

    Attributes
    ----------
    seconds : float
        Of processor time, for all visible cases together, and for all hidden ones.
    visible, hidden : tuple of Case
    may_use : tuple of str
        Operators.
    """

    seconds: float
    visible: tuple
    hidden: tuple
    may_use: tuple = ()


@dataclass
class Interview:
    """What came of a submission.

    Attributes
    ----------
    answers : dict of str to list of Answer
        For each task, one for each case, visible ones first.
    broken : dict of str to str
        For each cell of the assignment that failed, with what.
    added : list of (int, str)
        The same of cells that the student added, by their number among these, from 1 on.
    late : bool
        Whether anything was not done in time.
    """

    answers: dict = field(default_factory=dict)
    broken: dict = field(default_factory=dict)
    added: list = field(default_factory=list)
    late: bool = False


def interview(cells, questions, engine):
    """Execute cells, then call functions with the cases' arguments.

    Parameters
    ----------
    cells : list of (str, str)
        As `teaching.grading.program.program` lists them.
    questions : dict of str to Question
        By the name of the function.
    engine : Engine or None
        None for no walls.

    Returns
    -------
    Interview

    Raises
    ------
    NoWallsError
        If no room can be made.
    """
    met = Interview()
    for may_use in dict.fromkeys(question.may_use for question in questions.values()):
        asked = {name: question for name, question in questions.items() if question.may_use == may_use}
        _Sitting(cells, asked, set(questions) - set(asked), engine, met).hold(may_use)
    return met


class _Sitting:
    """A conversation with as many rooms as it takes."""

    def __init__(self, cells, questions, elsewhere, engine, met):
        self.cells, self.questions, self.elsewhere, self.engine, self.met = cells, questions, elsewhere, engine, met
        self.end = time.monotonic() + SITTING_SECONDS
        self.skipped, self.told = set(), set()
        self.spent = {}  # why a task is not asked any more
        self.answers = {name: [] for name in questions}
        # All visible cases before any hidden one, each kind with the seconds that are left for it.
        seen, unseen = ({name: question.seconds for name, question in questions.items()} for _ in range(2))
        self.asks = [(name, case, seen) for name, question in questions.items() for case in question.visible]
        self.asks += [(name, case, unseen) for name, question in questions.items() for case in question.hidden]

    def hold(self, may_use):
        """Ask everything."""
        rooms = 0
        while self.asks and time.monotonic() < self.end:
            rooms += 1
            if rooms > MOST_ROOMS:
                self.skipped |= {place for place, (name, _) in enumerate(self.cells) if not name}
            with Room(self.engine, may_use) as room:
                if self._execute(room):
                    while self.asks and time.monotonic() < self.end and self._ask(room):
                        pass
        self.met.late |= bool(self.asks)
        for name, *_ in self.asks:
            self.answers[name].append(Answer(failure=NO_TIME))
        self.met.answers |= self.answers

    def _execute(self, room):
        """Execute the cells; return whether the room is still there."""
        added = ADDED_SECONDS
        for place, (name, code) in enumerate(self.cells):
            if place in self.skipped:
                continue
            allowed = CELL_SECONDS if name else max(min(CELL_SECONDS, added), LEAST_SECONDS)
            reply = room.ask({"cell": code}, *self._limits(allowed))
            added -= 0 if name else reply.seconds
            self._note(place, reply)
            if reply.over:
                self.skipped.add(place)
                return False
        return True

    def _note(self, place, reply):
        """Keep why a cell failed, as it was told the first time, before any hidden case was asked."""
        name = self.cells[place][0]
        self.met.late |= bool(reply.late)
        # A function that is graded in another sitting may use there what is missing here.
        if not reply.failure or place in self.told or name in self.elsewhere or name in self.met.broken:
            return
        self.told.add(place)
        if name:
            self.met.broken[name] = reply.failure
        else:
            number = 1 + sum(not other for other, _ in self.cells[:place])
            if number not in dict(self.met.added):
                self.met.added.append((number, reply.failure))

    def _ask(self, room):
        """Ask one case; return whether the room is still there."""
        name, case, left = self.asks.pop(0)
        if name in self.spent:
            self.answers[name].append(Answer(failure=self.spent[name]))
            return True
        given = [{"source": str(each)} if isinstance(each, Source) else each for each in case.arguments()]
        reply = room.ask({"call": name, "arguments": given}, *self._limits(max(left[name], LEAST_SECONDS)))
        left[name] -= reply.seconds
        failure = f"took longer than {self.questions[name].seconds:g} s" if reply.late == LATE else reply.failure
        if reply.late or reply.over:
            self.spent[name] = failure  # what did that once is not asked again
        self.met.late |= bool(reply.late)
        self.answers[name].append(_answer(reply.fields, failure, given))
        return not reply.over

    def _limits(self, seconds):
        times, more = BY_THE_CLOCK
        return seconds, max(min(times * seconds + more, self.end - time.monotonic()), 1.0)


def _answer(fields, failure, given):
    """Make an answer of what the runner wrote."""
    if failure:
        return Answer(failure=failure)
    after = fields.get("after")
    if "value" not in fields or not isinstance(after, list) or len(after) != len(given):
        return Answer(failure="wrote into the grader's channel: it is no answer")
    return Answer(fields["value"], after)
