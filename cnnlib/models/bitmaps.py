"""Ten pictures of digits, 7 pixels wide and 12 high: what LeNet-5's output units compare with.

The paper's own were cut from a typeface for printing; these are drawn for this book.
"""

import numpy as np

_ROWS = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...#...  .#####.  #######  .....#.  #######  ..####.  #######  .#####.  .#####.
.#...#.  ..##...  #.....#  .....#.  ....##.  #......  .#.....  ......#  #.....#  #.....#
#.....#  .#.#...  ......#  ....#..  ...#.#.  #......  #......  .....#.  #.....#  #.....#
#.....#  ...#...  ......#  ...##..  ..#..#.  #.####.  #......  .....#.  #.....#  #.....#
#.....#  ...#...  .....#.  .....#.  .#...#.  ##....#  #.####.  ....#..  .#####.  .######
#.....#  ...#...  ....#..  ......#  #....#.  ......#  ##....#  ....#..  #.....#  ......#
#.....#  ...#...  ...#...  ......#  #######  ......#  #.....#  ...#...  #.....#  ......#
.#...#.  ...#...  ..#....  #.....#  .....#.  #.....#  #.....#  ...#...  #.....#  .....#.
..###..  .#####.  #######  .#####.  .....#.  .#####.  .#####.  ..#....  .#####.  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""


def digit_bitmaps():
    """Return the ten bitmaps.

    Returns
    -------
    ndarray of float32, shape (10, 12, 7)
        1 where there is ink and -1 elsewhere; the first is the zero.

    Examples
    --------
    >>> for row in digit_bitmaps()[7, 1:4]:
    ...     print("".join("#" if value > 0 else "." for value in row))
    #######
    ......#
    .....#.
    """
    rows = [line.split() for line in _ROWS.split("\n") if line]
    ink = np.array([[[cell == "#" for cell in glyph] for glyph in row] for row in rows])
    return np.where(ink, 1, -1).astype(np.float32).transpose(1, 0, 2)
