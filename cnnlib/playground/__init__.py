"""Playgrounds: widgets that compute in the page, with a kernel behind them or without one."""

from cnnlib.playground.convolution import ConvolutionPlayground
from cnnlib.playground.lenet import LenetPlayground
from cnnlib.playground.pooling import PoolingPlayground

__all__ = ["ConvolutionPlayground", "LenetPlayground", "PoolingPlayground"]
