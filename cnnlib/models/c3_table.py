"""Which of the six maps of S2 each of the sixteen maps of LeNet-5's C3 reads [1]_.

References
----------
.. [1] LeCun, Bottou, Bengio & Haffner, *Gradient-based learning applied to document recognition* (1998), Table I.
"""

C3_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
