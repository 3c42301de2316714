"""Normalisation across channels, as AlexNet has it, forward and backward."""

from cnnlib.shapes import channel_window
from cnnlib.shapes.documentation import documented
from cnnlib.vectorized._arrays import pad, require_arrays, require_shape


@documented
def local_response_norm(x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """What `cnnlib.definition.local_response_norm` finds, with the squares of all channels added as whole maps."""
    require_arrays("local_response_norm", x=x)
    before, after = channel_window("local_response_norm", x.shape, size)
    return x * (k + alpha / size * _neighbours(x * x, before, after)) ** -beta


def local_response_norm_backward(grad_y, x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """Carry the gradient back through `local_response_norm`.

    Parameters
    ----------
    grad_y : ndarray of float, shape (N, C, H, W)
    x, size, alpha, beta, k
        As in `local_response_norm`.

    Returns
    -------
    ndarray of float, shape (N, C, H, W)
        Gradient with respect to ``x``. Through the denominators d it hears from every channel whose sum it is in:
        ``grad_y · d ** -beta - 2 alpha beta / size · x · sum over m of (grad_y · x · d ** (-beta - 1))[m]``.

    Raises
    ------
    ValueError, TypeError
        As `local_response_norm` does, and if ``grad_y`` has another shape than ``x``.
    """
    require_arrays("local_response_norm_backward", grad_y=grad_y, x=x)
    before, after = channel_window("local_response_norm_backward", x.shape, size)
    require_shape("local_response_norm_backward", "grad_y", grad_y, x.shape)
    d = k + alpha / size * _neighbours(x * x, before, after)
    direct = grad_y * d**-beta
    # Channel c is in the sums of the channels that lie `after` before it to `before` behind it.
    return direct - 2 * alpha * beta / size * x * _neighbours(direct * x / d, after, before)


def _neighbours(x, before, after):
    """Add to each channel those up to ``before`` places in front of it and ``after`` behind it."""
    channels = x.shape[1]
    padded = pad(x, ((before, after), (0, 0), (0, 0)))
    total = padded[:, :channels].copy()
    for shift in range(1, before + after + 1):
        total += padded[:, shift : shift + channels]
    return total
