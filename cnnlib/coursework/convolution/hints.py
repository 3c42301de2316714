"""Hints for the assignment, and the failures that each of them fits."""

from cnnlib.coursework.task import Hint

HINTS = {
    "correlate2d": (
        Hint(
            "how many places are there?",
            "A kernel of 2 columns on a picture of 6 can begin at the columns 0 to 4. Draw them. Which of "
            "these does a stride of 2 reach, and which one of 3? The first place is always there; how many "
            "steps can follow?",
            fits=("shape", 3, 4),
        ),
        Hint(
            "the loop",
            "For every place `(i, j)` of the output: where does its window begin? Cut it out of the picture "
            "with a slice, multiply it with the kernel, sum.",
        ),
        Hint(
            "a slice",
            "`x[top : top + K_h, left : left + K_w]` is a window with its corner at `(top, left)`. It is not"
            " the same as `x[i : K_h, …]`: the place behind the colon is where the slice ends.",
            fits=("runs", "values"),
        ),
    ),
    "convolve2d": (
        Hint(
            "with what you have",
            "A correlation with a kernel that is turned by half, on a picture with enough zeros around it. "
            "How many zeros can a kernel of $K$ cells reach beyond the first row?",
        ),
        Hint(
            "another way",
            "Follow the sentence above: begin with zeros, and for every pixel add a copy of the kernel where"
            " it belongs. No flip is needed at all.",
        ),
        Hint(
            "how large is it?",
            "A picture of one row and one column, a kernel of 3: the copy has 3 cells. Add a second column "
            "to the picture: one more. So what is it for $W$ columns?",
            fits=("shape", 3),
        ),
    ),
    "output_size": (
        Hint(
            "count from the last place",
            "At how many places, one cell apart, can the window *begin*? How many of these does a stride "
            "reach, if it starts at the first?",
        ),
        Hint(
            "padding makes the row longer",
            "Draw the row with its padding on both sides, and count the cells that a window may cover: that "
            "is all that padding does.",
            fits=(2, 3),
        ),
        Hint(
            "the step that does not fit",
            "A window of 4 on 20 cells, in steps of 7: it begins at 0, 7, 14. Where does the last one end? "
            "How many of 16 are whole steps of 7?",
            fits=(4, 5, 6),
        ),
    ),
    "conv2d": (
        Hint(
            "one thing at a time",
            "`np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))` makes a padded copy. After that there is no "
            "padding any more, only a larger picture.",
            fits=(3,),
        ),
        Hint(
            "where does a window begin?",
            "The window of output $(i, j)$ begins at $(S i, S j)$ of the padded picture. Cut it from all "
            "pictures and all channels at once: `(N, C_in, K_h, K_w)`. For one filter, multiply and sum over"
            " the last three axes.",
            fits=(4, 5, 1),
        ),
        Hint(
            "which axes to add up",
            "A window has the axes `(N, C_in, K_h, K_w)`, one filter `(C_in, K_h, K_w)`. One filter gives "
            "one number for each picture: which three axes are added up?",
            fits=(2, "shape", "runs"),
        ),
    ),
    "conv2d_backward": (
        Hint(
            "begin with the forward pass",
            "Take your loop over `(i, j)` from `conv2d`, with the same window. In place of reading the "
            "window and writing `y`, read `grad_y[:, :, i, j]` and *add to* the same window of an array of "
            "zeros, and to the gradient of the weights.",
            fits=(1, 2),
        ),
        Hint(
            "which axes?",
            "`grad_y[:, :, i, j]` has axes (n, o), the weights (o, c, u, v), the window (n, c, u, v). For "
            "the gradient of the window sum over o, for that of the weights over n. `np.einsum` takes the "
            "letters as they stand.",
            fits=(3, "runs"),
        ),
        Hint(
            "the padding",
            "You added to a padded array. The caller's picture had no padding.",
            fits=(4, "grad_x", "shape"),
        ),
        Hint(
            "finding a mistake",
            "A gradient can be measured: change one number a little, and look how the loss changes. "
            "`by_differences` below does that with your own `conv2d`, for one place of `x` or of `weight`. "
            "Compare it with the same place of what you return, one part at a time; leave `None` for a part "
            "that is still to be written.",
        ),
    ),
}
