"""The chapters' experiments: small functions that build data, train networks and return what was measured.

Import the module of an experiment directly (``from cnnlib.experiments import …``); this file imports
nothing, so that one chapter does not load what another needs.
"""
