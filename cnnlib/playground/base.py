"""What the playgrounds have in common: arrays that travel to the page and back."""

import numpy as np
import traitlets

from cnnlib.live import LiveFigure


class Array(traitlets.TraitType):
    """A trait that holds an array of float32 and travels to the page and back as bytes.

    Parameters
    ----------
    default : array_like of float
    check : callable, optional
        Takes the array; raises ValueError if it will not do.
    """

    info_text = "an array of finite numbers"

    def __init__(self, default, *, check=None, **options):
        super().__init__(_frozen(default), **options)
        self.check = check

    def validate(self, obj, value):
        """Return a read-only copy of ``value``, or raise."""
        try:
            array = _frozen(value)
        except (TypeError, ValueError):
            self.error(obj, value)
        name = f"{type(obj).__name__}: {self.name}"
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must hold finite numbers, received NaN or infinity")
        if self.check is not None:
            self.check(name, array)
        return array


def _frozen(values):
    array = np.array(values, np.float32)
    array.setflags(write=False)
    return array


def synced_array(default, *, check=None):
    """Return an `Array` that page and kernel keep alike.

    Parameters
    ----------
    default, check
        As `Array` takes them.

    Returns
    -------
    Array
    """
    return Array(default, check=check).tag(
        sync=True, to_json=lambda array, _: packed(array), from_json=lambda packet, _: unpacked(packet)
    )


def packed(array):
    """Return an array as the page reads it: its shape and its bytes, float32.

    Parameters
    ----------
    array : array_like of float

    Returns
    -------
    dict
    """
    array = np.asarray(array, "<f4", order="C")
    return {"shape": list(array.shape), "data": memoryview(array.tobytes())}


def unpacked(packet):
    """Return the array that `packed`, or the page, made a packet of.

    Parameters
    ----------
    packet : dict

    Returns
    -------
    ndarray of float32
    """
    return np.frombuffer(packet["data"], "<f4").reshape(packet["shape"])


def packed_bytes(values):
    """Return numbers between 0 and 1 as the page reads them: in steps of 1/255.

    Parameters
    ----------
    values : ndarray of uint8
        0 to 255.

    Returns
    -------
    dict
    """
    return {"shape": list(values.shape), "bytes": memoryview(np.ascontiguousarray(values).tobytes())}


class Playground(LiveFigure):
    """A live figure to play on: its values are arrays and settings, which a kernel follows.

    A subclass names its script in ``cnnlib/playground/scripts``, beside which stand styles of the same name.
    """

    family = "playground"
    sheet = property(lambda self: self.script)
