"""The programs behind ``make``: each is run as ``python -m tools.<name>`` from the project's folder."""

import os

# Threads that wait for each other sleep rather than spin. On a machine that has something else to do,
# spinning made LeNet's training three times slower; on an idle one the difference is lost in the noise.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# OpenBLAS has a wish of its own for that: for 2 to so many turns. With two threads in each of two kernels on two cores,
# four chapters took 253 seconds without it and 101 with it; with one thread, 96.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

# The chapters' networks are small: with two threads that sleep as above, the Equivariance chapter took 84 seconds,
# with one about 60. Whoever sets the variable is obeyed, and the tests run the chapters with one thread and with two.
os.environ.setdefault("OMP_NUM_THREADS", "1")
