"""An assignment: the source notebook, and what its teacher decides."""
