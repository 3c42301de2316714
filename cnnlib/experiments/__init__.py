"""The chapters' experiments, a room for each: small functions that train and return what was measured.

Import an experiment's module directly (``from cnnlib.experiments.prior import sharing``); the rooms import nothing, so
that one chapter does not load what another needs.
"""
