"""Train on data that no memory holds, in one process or many."""
