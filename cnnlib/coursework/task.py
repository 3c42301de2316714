"""What a task consists of: the right answer, cases to try, and the mistakes that people make."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np

from cnnlib.coursework.inputs import Drawn


class Case:
    """One call of a student's function, written with literals, so that it prints as it was made.

    Parameters
    ----------
    looks_for : str
        What this call shows that others do not, in a few words.
    *arguments
        In the function's order: numbers, None, or what `cnnlib.coursework.inputs` draws.
    seed : int
        Of the random arguments.
    answer : tuple, optional
        The right answer, where it does not follow from the arguments: labels as `digit_labels` reads them, and
        the share of them to reach.
    """

    def __init__(self, looks_for, *arguments, seed=0, answer=None):
        self.looks_for = looks_for
        self._arguments = arguments
        self._seed = seed
        self._answer = answer

    def arguments(self):
        """Return the arguments as a new list, equal in every call."""
        # RandomState, not default_rng: only the former promises the same stream in every NumPy (NEP 19).
        random = np.random.RandomState(self._seed)
        return [each.draw(random) if isinstance(each, Drawn) else each for each in self._arguments]

    def answer(self):
        """Return the true labels and the share of them to reach; None where the arguments decide."""
        if self._answer is None:
            return None
        truth, least = self._answer
        return truth.draw(None), least

    def __repr__(self):
        parts = [repr(self.looks_for), *map(repr, self._arguments)]
        parts += [f"seed={self._seed}"] if self._seed else []
        parts += [f"answer={self._answer}"] if self._answer else []
        return f"Case({', '.join(parts)})"


def _source():
    """Return the page of the repository from which pip installed this package, as it notes it (PEP 610); or nothing."""
    try:
        noted = json.loads(distribution("cnnlib").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return ""
    url, commit = str(noted.get("url", "")).removesuffix(".git"), noted.get("vcs_info", {}).get("commit_id", "")
    shown = urlsplit(url).hostname in ("github.com", "gitlab.com") and url.startswith("https://")
    return f"{url}/blob/{commit}" if shown and commit else ""


@dataclass(frozen=True)
class Section:
    """A section of the book.

    Attributes
    ----------
    chapter : str
        Its file's name, without suffix.
    heading : str
        As the chapter writes it.
    folder : str
        Where the file is.
    """

    chapter: str
    heading: str
    folder: str = "chapters"

    def link(self, folder):
        """Return where it is: near a notebook's folder, or else where the package was installed from.

        Parameters
        ----------
        folder : Path

        Returns
        -------
        str
            A relative address, which JupyterLab opens, where the chapter lies beside the notebook or beside a folder
            that holds it; a page of the repository, where the package came from one; else empty.
        """
        for above in (folder, *list(folder.parents)[:2]):
            for suffix in (".ipynb", ".md"):
                file = above / self.folder / f"{self.chapter}{suffix}"
                if file.is_file():
                    way = Path(os.path.relpath(file, folder)).as_posix()
                    return f"{way}#{quote(self.heading.replace(' ', '-'))}"
        source = _source()
        suffix = "md" if self.folder == "appendices" else "ipynb"
        return f"{source}/{self.folder}/{self.chapter}.{suffix}" if source else ""

    def __str__(self):
        title = {"lenet": "LeNet", "alexnet": "AlexNet"}.get(self.chapter, self.chapter.capitalize())
        return f"{title}, “{self.heading}”"


@dataclass(frozen=True)
class Mistake:
    """A wrong way to do a task that is known by what comes out.

    Attributes
    ----------
    name : str
        Two to six words, as a teacher would say it.
    says : str
        What it looks like and what to look at; never the right line of code.
    see : Section
    wrong : callable, optional
        Takes what the task's function takes, returns what the mistake makes of it.
    looks_like : callable, optional
        Where no such function exists, since training is random: takes the array that came back and the true
        labels, says whether it is this.
    """

    name: str
    says: str
    see: Section
    wrong: Callable | None = None
    looks_like: Callable | None = None


@dataclass(frozen=True)
class Hint:
    """A step towards the right answer, opened after failures.

    Attributes
    ----------
    title : str
    says : str
        Markdown.
    fits : tuple
        The failures that it helps with: numbers of cases, properties as of `judging.PROPERTIES`, or names of parts.
        Empty where it helps with any.
    said : str
        Words of an error that it helps with.
    """

    title: str
    says: str
    fits: tuple = ()
    said: str = ""


@dataclass(frozen=True)
class Task:
    """A function that students write.

    Attributes
    ----------
    name : str
        Of the function.
    reference : callable
        The right answer.
    cases : tuple of Case
        Those that students see.
    mistakes : tuple of Mistake
    returns : tuple of str
        What the results are called, where there are several, in the order in which they are judged.
    tolerance : float
        Largest error, in units of the largest expected value, which counts as one at least.
    because : str
        Why the right answer is right, told after it was found.
    axes : tuple of str
        For each argument, what may be taken away from it to make a smaller example: the names of its axes, such as
        ``"n c h w"``, where a name that several arguments share is cut in all of them and ``.`` is never cut;
        ``"less"`` for a number that may fall; ``"shorter"`` for a tuple that may lose its end; ``""`` for what
        stays. Empty where no example is made smaller.
    fit : callable, optional
        Takes arguments that were cut, as a list, and returns them so that they fit together, or None if they cannot.
    seconds : float
        Allowed for all cases together.
    may_use : tuple of str
        Modules that a solution may use, besides Python's own.
    may_not_call : tuple of str
        Functions of these modules, ``"cnnlib.vectorized.cross_entropy"``, or an argument of one,
        ``"cnnlib.vectorized.conv2d(groups)"``, that would do the task.
    may_not_be : tuple of Mistake
        Ways to right labels that the task forbids.
    hints : tuple of Hint
    """

    name: str
    reference: Callable
    cases: tuple
    mistakes: tuple
    returns: tuple = ()
    tolerance: float = 1e-9
    because: str = ""
    axes: tuple = ()
    fit: Callable | None = None
    seconds: float = 10.0
    may_use: tuple = ("numpy",)
    may_not_call: tuple = ()
    may_not_be: tuple = ()
    hints: tuple = ()

    def expected(self, case):
        """Return the right answer to a case; where labels are to be guessed, only the reference's guess."""
        return self.reference(*case.arguments())
