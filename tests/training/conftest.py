"""Small tasks lose more to threads than they gain, all the more on a machine that runs other tests."""

import pytest
import torch
from photographs import draw_pictures


@pytest.fixture(autouse=True, scope="package")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def picture_root(tmp_path_factory):
    """Return a folder of 3 classes with 9 + 3 pictures each, which the tests leave as it is."""
    return draw_pictures(tmp_path_factory.mktemp("pictures"), train=9, val=3)
