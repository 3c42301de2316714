"""Find a learning rate for each rival, on examples that are kept for choosing."""

LADDER = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)


def climb(score, start, ladder=LADDER):
    """Climb a ladder of rates until both neighbours of the best one have been tried and score no higher.

    Parameters
    ----------
    score : callable
        Takes a rate, returns what is to be large on validation examples.
    start : float
        One of the ladder's.
    ladder : sequence of float
        Rates in rising order.

    Returns
    -------
    rate : float
    scores : dict of float to float
        The score of every rate that was tried, in rising order of the rates.

    Raises
    ------
    ValueError
        If the best rate is the first or the last of the ladder, so that a better one may lie beyond.
    """
    scores, place = {}, ladder.index(start)
    while True:
        if not 0 < place < len(ladder) - 1:
            raise ValueError(f"climb: the best rate lies at an end of the ladder, received scores {scores}")
        near = ladder[place - 1 : place + 2]
        for rate in near:
            if rate not in scores:
                scores[rate] = score(rate)
        best = max(near, key=scores.get)
        if scores[best] == scores[ladder[place]]:
            return ladder[place], dict(sorted(scores.items()))
        place = ladder.index(best)
