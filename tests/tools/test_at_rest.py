from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.at_rest import STATE, VIEW, at_rest


def notebook(*outputs, **models):
    state = {
        name: {"model_module": module, "state": {"layout": f"IPY_MODEL_{name}-layout"}}
        for name, module in models.items()
    }
    state |= {f"{name}-layout": {"model_module": "base", "state": {}} for name in models}
    cell = new_code_cell(outputs=[new_output("display_data", data=data) for data in outputs])
    return new_notebook(cells=[cell], metadata={"widgets": {STATE: {"state": state}}})


FIGURE = {"text/html": "<div>", "text/plain": "<a sheet>", VIEW: {"model_id": "sheet"}}
SLIDER = {"text/plain": "IntSlider()", VIEW: {"model_id": "slider"}}


def test_a_live_figure_keeps_its_page_and_a_slider_its_view():
    stored = notebook(FIGURE, SLIDER, sheet="anywidget", unseen="anywidget", slider="controls")
    at_rest(stored)
    assert [list(output.data) for output in stored.cells[0].outputs] == [["text/html", "text/plain"], [*SLIDER]]
    assert set(stored.metadata.widgets[STATE].state) == {"slider", "slider-layout"}


def test_a_notebook_without_other_widgets_has_no_state_left():
    stored = notebook(FIGURE, sheet="anywidget")
    at_rest(stored)
    assert "widgets" not in stored.metadata


def test_a_notebook_without_live_figures_stays_as_it_is():
    stored = notebook(SLIDER, slider="controls")
    before = repr(stored)
    at_rest(stored)
    assert repr(stored) == before
