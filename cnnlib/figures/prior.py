"""Draw what is believed of a weight or two, and what a prior's strength means for the test error."""

import matplotlib.pyplot as plt
import numpy as np

from cnnlib.figures.style import INK, INPUT, KERNEL, OUTPUT, detached, style


def show_beliefs(panels):
    """Draw what is believed of one weight: likelihood, prior and posterior, each a bell of height 1.

    Parameters
    ----------
    panels : mapping of str to pair of pair of float
        Under each panel's title the middle and the precision of the likelihood, and those of the prior; the posterior
        is their product.

    Returns
    -------
    matplotlib.figure.Figure
    """
    w = np.linspace(-2, 3, 501)
    with style():
        figure, axes = plt.subplots(1, len(panels), figsize=(7.2, 2.5), sharey=True, layout="constrained")
        for axis, (title, ((best, seen), (middle, strength))) in zip(np.atleast_1d(axes), panels.items(), strict=True):
            probable = (seen * best + strength * middle) / (seen + strength)
            bells = {
                "prior": (middle, strength, KERNEL, ":"),
                "likelihood": (best, seen, INPUT, "--"),
                "posterior": (probable, seen + strength, OUTPUT, "-"),
            }
            for name, (at, precision, colour, line) in bells.items():
                axis.plot(w, np.exp(-precision * (w - at) ** 2 / 2), line, color=colour, label=name)
            axis.plot([probable, probable], [0, 1], color=OUTPUT, linewidth=0.8)
            axis.set(title=title, xlabel="weight w", yticks=())
        figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return detached(figure)


def show_two_weights(best, precisions, belief, strength, probable):
    """Draw likelihood, prior and posterior of two weights as contours, one and two standard deviations out.

    Parameters
    ----------
    best, precisions : pair of float
        Of the likelihood: its middle, and its precision in each weight.
    belief : pair of float
        The prior holds ``belief[0] * w1 + belief[1] * w2`` for about zero, …
    strength : float
        … with this precision; ``inf`` for an infinitely strong prior.
    probable : pair of float
        The most probable weights.

    Returns
    -------
    matplotlib.figure.Figure
    """
    belief, seen = np.asarray(belief, float), np.diag(precisions).astype(float)
    grid = np.linspace(-1.6, 3.2, 241)
    w = np.stack(np.meshgrid(grid, grid), axis=-1)

    def contours(axis, middle, precision, colour, lines):
        away = w - middle
        level = np.einsum("abi,ij,abj->ab", away, precision, away)
        axis.contour(*np.moveaxis(w, -1, 0), level, levels=(1, 4), colors=colour, linestyles=lines, linewidths=1.4)

    with style():
        figure, axis = plt.subplots(figsize=(4.6, 4.3), layout="constrained")
        along = np.array([belief[1], -belief[0]]) / np.linalg.norm(belief)
        if np.isinf(strength):
            axis.axline((0, 0), along, color=KERNEL, linestyle=":", linewidth=2)
            # On the line alone: a bell with the likelihood's precision in that direction.
            spread = (along @ seen @ along) ** -0.5
            ends = np.stack([probable - 2 * spread * along, probable + 2 * spread * along], axis=1)
            axis.plot(*ends, color=OUTPUT, linewidth=3)
        else:
            precision = seen + strength * np.outer(belief, belief)
            if strength:
                contours(axis, (0, 0), strength * np.outer(belief, belief), KERNEL, ":")
            contours(axis, probable, precision, OUTPUT, "-")
        contours(axis, best, seen, INPUT, "--")  # last: where the prior is weak, the posterior lies under it
        axis.plot(*best, "x", color=INPUT, markersize=8)
        axis.plot(*probable, "o", color=OUTPUT)
        for name, colour, line in (("prior", KERNEL, ":"), ("likelihood", INPUT, "--"), ("posterior", OUTPUT, "-")):
            axis.plot([], [], line, color=colour, label=name)
        axis.axhline(0, color=INK, linewidth=0.5)
        axis.axvline(0, color=INK, linewidth=0.5)
        axis.set(xlabel="weight of unit 1", ylabel="weight of unit 2", xlim=(-1.6, 3.2), ylim=(-1.6, 3.2))
        axis.set_aspect("equal")
        figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return detached(figure)


def show_strengths(panels, *, ylabel="mean squared error"):
    """Draw test errors against the strength of a prior, from 0 to infinity, a panel for each task.

    Parameters
    ----------
    panels : mapping of str to mapping of str to pair
        Under each panel's title, under each curve's name: the precisions, drawn at equal distances, and the errors,
        shape (runs, precisions), drawn as mean and ± 1 standard deviation.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If a curve has not one value for each precision.
    """
    with style():
        figure, axes = plt.subplots(1, len(panels), figsize=(6.6, 3.6), sharey=True, layout="constrained")
        for axis, (title, curves) in zip(np.atleast_1d(axes), panels.items(), strict=True):
            for (name, (precisions, runs)), mark in zip(curves.items(), "os^D", strict=False):
                if np.shape(runs)[-1:] != (len(precisions),):
                    raise ValueError(
                        f"show_strengths: {name!r} must have {len(precisions)} values, one for each precision, "
                        f"received {np.shape(runs)}"
                    )
                spread = np.std(runs, axis=0, ddof=1) if len(runs) > 1 else None
                places, look = range(len(precisions)), {"marker": mark, "markersize": 4, "capsize": 2}
                axis.errorbar(places, np.mean(runs, axis=0), spread, label=name, **look)
                # Every second one has room for its name, and the last.
                named = [place % 2 == 0 and place < len(precisions) - 2 for place in places[:-1]] + [True]
                axis.set_xticks(
                    places, [_power(each) if shown else "" for each, shown in zip(precisions, named, strict=True)]
                )
            axis.set(title=title, xlabel="precision λ of the prior")
        np.atleast_1d(axes)[0].set_ylabel(ylabel)
        figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return detached(figure)


def show_readers(panels, names):
    """Draw the test errors of several readers as dots with bars, a panel for each task.

    Parameters
    ----------
    panels : mapping of str to mapping of str to ndarray, shape (runs,)
        Under each panel's title the errors of each reader, in percent; drawn as mean and ± 1 standard deviation. A
        reader may be missing.
    names : mapping of str to str
        Of each reader, what stands beside its dots; those that begin with "conv" have the kernel's colour.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style():
        figure, axes = plt.subplots(len(panels) // 2, 2, figsize=(7.4, 5.4), squeeze=False, layout="constrained")
        for axis, (title, readers) in zip(axes.flat, panels.items(), strict=True):
            present = [reader for reader in names if reader in readers]
            for place, reader in enumerate(present):
                runs, colour = readers[reader], KERNEL if reader.startswith("conv") else INPUT
                axis.errorbar(np.mean(runs), place, xerr=np.std(runs, ddof=1), fmt="o", capsize=4, color=colour)
            axis.set(title=title, xlabel="test digits misread (%)")
            axis.set_yticks(range(len(present)), [names[reader] for reader in present])
            axis.set_xlim(left=0)
            axis.set_ylim(len(present) - 0.5, -0.5)
    return detached(figure, columns=1)


def _power(value):
    """Write a precision shortly: 30, 10³, ∞."""
    if np.isinf(value):
        return "∞"
    exponent = np.log10(value) if value else 0
    return f"$10^{{{exponent:.0f}}}$" if exponent >= 3 and exponent == int(exponent) else f"{value:g}"
