"""A stored notebook has no kernel behind it: of each playground it keeps what runs without one."""

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


def at_rest(notebook):
    """Take the live views out of outputs that also have a page of their own, and their models out of the metadata.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed in place.
    """
    dropped = set()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if VIEW in data and "text/html" in data:
                dropped.add(data.pop(VIEW)["model_id"])
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    for name in dropped & set(models):
        models.pop(models.pop(name)["state"]["layout"].removeprefix("IPY_MODEL_"), None)
    if dropped and not models:
        notebook.metadata.pop("widgets", None)
