"""Playgrounds: widgets that compute in the page, with a kernel behind them or without one."""

from cnnlib.playground.convolution import ConvolutionPlayground
from cnnlib.playground.learning import LearningPlayground
from cnnlib.playground.lenet import LenetPlayground
from cnnlib.playground.pooling import PoolingPlayground
from cnnlib.playground.stripes import StripesPlayground
from cnnlib.playground.summary import SummaryPlayground

__all__ = [
    "ConvolutionPlayground",
    "LearningPlayground",
    "LenetPlayground",
    "PoolingPlayground",
    "StripesPlayground",
    "SummaryPlayground",
]
