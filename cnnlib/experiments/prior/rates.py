"""Find a learning rate for each rival, on digits that are kept for choosing."""

LADDER = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def best_rate(error_at, start=0.01):
    """Climb `LADDER` from ``start`` until both neighbours of the best rate have been tried and are no better.

    Parameters
    ----------
    error_at : callable
        Takes a rate, returns the error on validation examples.
    start : float
        One of `LADDER`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the best rate is the first or the last of the ladder, so that a better one may lie beyond.
    """
    tried, place = {}, LADDER.index(start)
    while True:
        if not 0 < place < len(LADDER) - 1:
            raise ValueError(f"best_rate: the best rate lies at an end of the ladder, received errors {tried}")
        for rate in LADDER[place - 1 : place + 2]:
            if rate not in tried:
                tried[rate] = error_at(rate)
        best = min(LADDER[place - 1 : place + 2], key=tried.get)
        if best == LADDER[place] or tried[best] == tried[LADDER[place]]:
            return LADDER[place]
        place = LADDER.index(best)
