"""Try mutants on the unit tests: collected once, then run in a forked process for each mutant."""

import os
import sys
import time

import hypothesis
import pytest

from tests.mutation.forks import allow, forked, limit_memory
from tests.mutation.graft import graft, reached

TESTS = ["tests/shapes", "tests/definition", "tests/vectorized", "tests/test_rooms.py", "tests/test_bad_calls.py"]
OPTIONS = ["-q", "-s", "-p", "no:cacheprovider"]


class UnitTests:
    """A plugin for pytest, which calls ``work`` with it in place of running the tests it has collected."""

    def __init__(self, work):
        self._work = work
        self.failure = None
        self.items = []

    def pytest_configure(self, config):
        # A property that fails has done its part; to look for its simplest failure takes longer than to find one.
        needless = (hypothesis.Phase.shrink, hypothesis.Phase.explain)
        phases = [phase for phase in hypothesis.Phase if phase not in needless]
        quick = hypothesis.settings.get_profile("quick")
        hypothesis.settings.register_profile("mutation", quick, phases=phases)
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if self.failure or not session.items:
            raise RuntimeError(f"the tests cannot be collected: {self.failure}")
        self.items = session.items
        # It would report the tests of every mutant.
        session.config.pluginmanager.unregister(name="terminalreporter")
        self._work(self)
        return True

    def pytest_collectreport(self, report):
        if report.failed:
            self.failure = report.longreprtext

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failure = report.longreprtext

    def measured(self, codes):
        """Run every test with the ``codes`` of modules that report; return {test: [seconds, statements reached]}."""
        for module, code in codes.items():
            graft(module, code)
        found, seen = {}, reached()
        for item, following in zip(self.items, [*self.items[1:], None], strict=True):
            seen.clear()
            start = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failure:
                raise RuntimeError(f"{item.nodeid} fails without any fault:\n{self.failure}")
            found[item.nodeid] = time.perf_counter() - start, sorted(seen)
        return found

    def killer(self, module, code, seconds):
        """Run the tests that ``seconds`` names until one fails with this code; return its name, or None."""
        by_name = {item.nodeid: item for item in self.items}
        chosen = [by_name[name] for name in seconds]
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        limit_memory()
        allow(60)
        try:
            graft(module, code)
        except Exception as error:
            return f"import: {type(error).__name__}"
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            allow(20 + 10 * seconds[item.nodeid])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failure:
                return item.nodeid
        return None


def with_tests(work):
    """Collect the unit tests and call ``work`` with the `UnitTests`."""
    plugin = UnitTests(work)
    status = pytest.main([*TESTS, *OPTIONS], plugins=[plugin])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(f"pytest ended with {status!r}")


def measure(tests, codes):
    """Return ``tests.measured(codes)``, found in a process of its own."""
    found = forked(lambda: tests.measured(codes))
    if found is None:
        sys.exit("the tests cannot be measured: see above")
    return found


def try_mutants(tests, mutants, measured, tell):
    """Call ``tell`` with each mutant and the name of the test that noticed it, or None where none did."""
    for mutant in mutants:
        names = _concerned(mutant, measured)
        chosen = {name: measured[name][0] for name in sorted(names, key=lambda name: measured[name][0])}
        code = mutant.code()
        answer = forked(lambda chosen=chosen, code=code, mutant=mutant: [tests.killer(mutant.module, code, chosen)])
        tell(mutant, "time or memory" if answer is None else answer[0])


def _concerned(mutant, measured):
    """Return the tests that may notice: those that reach the statement.

    What runs at import may concern all tests in the files of those that reach any statement of the module: the
    methods that a dataclass is given have none.
    """
    if mutant.statement is not None:
        return {name for name, (_, statements) in measured.items() if mutant.statement in statements}
    near = {
        name.split("::")[0]
        for name, (_, statements) in measured.items()
        if any(statement.startswith(f"{mutant.module}:") for statement in statements)
    }
    return {name for name in measured if name.split("::")[0] in near}
