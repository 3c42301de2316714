"""Put a live figure on a page, with a kernel or without, and take a playground's numbers off it."""

import json

import numpy as np
import pytest

from cnnlib.live import bundle

# What the script holds as arrays, as plain lists that a test can read.
OUTPUTS = """el => Object.fromEntries(Object.entries(el.outputs).map(([name, value]) =>
  [name, value?.data ? { shape: [...value.shape], data: [...value.data] } : value]))"""

# A page that styles all that a figure might be made of, and what a figure would inherit.
SPOILT = """
  body { font: italic 30px/3 serif; color: red; text-align: right; text-transform: uppercase; letter-spacing: 5px; }
  .columns, .desk, .layers, .stage, .below, .summaries, .stripes, .learning, .four { display: block !important; }
  .bench, .readers, .curves, .orders, .from-sheet-to-answer, .joined, .end { display: block !important; }
  .name, .frame, .told, button { display: none !important; }
  table { width: 100% !important; }
  td, th, p, label, input, select { padding: 20px !important; border: 5px solid red !important; }
  canvas, svg { width: 10px !important; filter: invert(1); }
  div div { margin: 30px !important; background: red !important; }
  :focus-visible { outline: none !important; }
"""

# Where all parts of a figure lie and how they look.
LOOKS = """room => [room, ...room.querySelectorAll("*")].map(each => {
  const [box, whole] = [each, room].map(one => one.getBoundingClientRect());
  const style = getComputedStyle(each);
  const kept = ["display", "color", "backgroundColor", "font", "textAlign", "letterSpacing", "textTransform", "padding",
    "border", "filter"].map(key => style[key]);
  return [each.tagName, box.x - whole.x, box.y - whole.y, box.width, box.height, ...kept].join(" ");
})"""

# Return once an element keeps its place: what glides in its figure has arrived, and two frames in a row are the same.
SETTLED = """async each => {
  const frames = async () => { for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame); };
  const place = () => JSON.stringify([each.getBoundingClientRect(), scrollX, scrollY]);
  const gliding = () => each.getRootNode().getAnimations().filter(one => one instanceof CSSTransition);
  let before;
  do {
    await frames();
    await Promise.allSettled(gliding().map(one => one.finished));
    before = place();
    await frames();
  } while (place() !== before || gliding().length);
}"""

# A stand-in for anywidget, which loads the widget's module and gives it an element, and for its model, which remembers
# what the page sends.
WITH_KERNEL = """async ([module, values]) => {
  const widget = await import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })));
  const model = still(values);
  model.sent = [];
  const set = model.set;
  model.set = (name, value) => { model.sent.push([name, value]); set(name, value); };
  // A message of the kernel's, which is no value.
  const messages = [];
  const on = model.on;
  model.on = (event, ear) => event === "msg:custom" ? messages.push(ear) : on(event, ear);
  model.receive = (message) => messages.forEach((ear) => ear(message));
  window.model = model;
  const el = document.createElement("div");
  document.body.append(el);
  widget.default.render({ model, el });
}"""


def array(packet):
    return np.array(packet["data"], np.float64).reshape(packet["shape"])


def outputs(root):
    """Read every array that the playground holds."""
    found = root.evaluate(OUTPUTS)
    return {name: array(value) if isinstance(value, dict) else value for name, value in found.items()}


def text_of(root, selector):
    return root.query_selector(selector).text_content()


def values(root, selector, key="textContent"):
    """Read a property of every element, in one question to the browser."""
    return root.eval_on_selector_all(selector, "(found, key) => found.map(each => each[key])", key)


def move(root, selector, value):
    """Set a slider or a list as a reader does."""
    root.query_selector(selector).evaluate(
        """(control, value) => {
          control.value = value;
          control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input"));
        }""",
        str(value),
    )


def press(root, *keys):
    for key in keys:
        root.owner_frame().page.keyboard.press(key)


def drag(page, start, stop, steps=6):
    """Draw with the mouse from one place on the screen to another."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*stop, steps=steps)
    page.mouse.up()


def cell(board, row, column, height, width):
    """Return the middle of a cell on the screen."""
    box = board.bounding_box()
    return box["x"] + (column + 0.5) * box["width"] / width, box["y"] + (row + 0.5) * box["height"] / height


@pytest.fixture
def show(browser):
    """Put a live figure on an empty page; return its room. No page may complain or ask for anything."""
    contexts, errors, asked = [], [], []

    def show(widget, *, kernel=False, selector=".room", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        if kernel:
            page.set_content(f"<script>{bundle('live/scripts/model')}</script>")
            values = widget._repr_html_().split('<script type="application/json">')[1].split("</script>")[0]
            page.evaluate(WITH_KERNEL, [widget._esm, json.loads(values) | {"stills": widget.stills}])
        else:
            page.set_content(f'<meta name="viewport" content="width=device-width">{widget._repr_html_()}')
        return page.query_selector(selector)

    yield show
    for context in contexts:
        context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("about:", "data:", "blob:"))] == []
