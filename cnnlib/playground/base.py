"""What the playgrounds have in common: one script that runs in a kernel's notebook and on a page without one."""

import base64
import json

import anywidget
import numpy as np
import traitlets

from cnnlib import live

_SHEET = "playground/scripts/playground"


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


class Playground(anywidget.AnyWidget):
    """A widget whose script needs no kernel: with one it talks to Python, on a page it runs by itself.

    A subclass names itself by a `script` in ``cnnlib/playground/scripts`` and says in a `title` what it is; `words` are
    those of its values that are shown.
    """

    script = title = ""
    words = ()

    def __init_subclass__(cls, **options):
        """Give the subclass its script; anywidget's own subclass of it, made for each widget, has it already."""
        if "script" in cls.__dict__:
            cls._esm = live.module(cls._path(), _SHEET)
        super().__init_subclass__(**options)

    @classmethod
    def _path(cls):
        return f"playground/scripts/{cls.script}"

    def __repr__(self):
        return f"<{self.title}>"

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        # A notebook with a kernel prefers the widget, a page has only this.
        return data | {"text/plain": repr(self), "text/html": self._repr_html_()}, metadata

    def _repr_html_(self):
        every, inherited = self.traits(sync=True), anywidget.AnyWidget.class_traits(sync=True)
        own = [name for name in every if name not in inherited and not name.startswith("_")]
        values = json.dumps(self.get_state(own), default=_base64)
        shown = {"title": self.title, "data": values, "words": self.words}
        return live.place(self._path(), _SHEET, kind="playground", given="still", **shown)


def _base64(data):
    return base64.b64encode(data).decode()
