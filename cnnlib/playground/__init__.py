"""Playgrounds: widgets that compute in the page, with a kernel behind them or without one."""

from cnnlib.playground.convolution import ConvolutionPlayground
from cnnlib.playground.dial import DialPlayground
from cnnlib.playground.learning import LearningPlayground
from cnnlib.playground.lenet import LenetPlayground
from cnnlib.playground.lenet5 import Lenet5Playground
from cnnlib.playground.orders import OrdersPlayground
from cnnlib.playground.pooling import PoolingPlayground
from cnnlib.playground.stripes import StripesPlayground
from cnnlib.playground.summary import SummaryPlayground

__all__ = [
    "ConvolutionPlayground",
    "DialPlayground",
    "LearningPlayground",
    "Lenet5Playground",
    "LenetPlayground",
    "OrdersPlayground",
    "PoolingPlayground",
    "StripesPlayground",
    "SummaryPlayground",
]
