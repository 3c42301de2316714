"""Say what an error must say, to the letter."""

import re


def exactly(text):
    """Return the pattern for ``pytest.raises(match=…)`` that only this whole message meets."""
    return rf"\A{re.escape(text)}\Z"
