"""Experiments of the appendix on speed."""
