"""A stored notebook has no kernel behind it: of each live figure it keeps what runs without one."""

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


def at_rest(notebook):
    """Take the views of live figures out of the outputs, and their models, shown or not, out of the metadata.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed in place.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop(VIEW, None)
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    figures = [name for name, model in models.items() if model["model_module"] == "anywidget"]
    for name in figures:
        models.pop(models.pop(name)["state"]["layout"].removeprefix("IPY_MODEL_"), None)
    if figures and not models:
        notebook.metadata.pop("widgets")
