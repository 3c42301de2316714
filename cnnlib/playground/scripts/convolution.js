// Slide a kernel over a picture: every setting of a convolution, and the sum behind each pixel of its output.
import { array, conv2d, places, taps } from "./operators.js";
import { range } from "./digits.js";
import { HELD, HERE, OWN, SHADES, UNIT, html, list, number, pictureChooser, screens, slider, tick } from "./elements.js";
import { received, sent } from "./packets.js";
import { PRESETS, reframed } from "./kernels.js";
import { advice, grip } from "./grip.js";
import { countedProducts, products } from "./inspector.js";
import { joined } from "../../live/scripts/model.js";
import { choices, say } from "../../live/scripts/say.js";

const GRID = "a grid to paint on";

export function draw(root, model) {
  const pictures = Object.fromEntries(Object.entries(model.get("pictures")).map(([name, packet]) => [name, received(packet)]));
  const state = {};
  let painting = false; // whether the picture can be painted on
  let brush = 1;
  let output = null;
  const offer = {
    tap: say("Tap a unit to hold it while you change the kernel."),
    click: say("A click, or Enter, holds it while you change the kernel."),
  };
  const at = grip(() => detail());
  at.listen(root);

  const said = html("p", { class: "quiet", role: "status" });
  const python = joined(model, () => fromPython());
  python.hear("image", "kernel", "stride", "padding", "padding_mode", "dilation", "flipped");

  // Controls.
  const picture = list(say("Picture"), { ...choices(Object.keys(pictures)), [OWN]: OWN }, Object.keys(pictures)[0], (name) => {
    if (pictures[name]) setImage(pictures[name], name === GRID);
  });
  const preset = list(say("Kernel"), Object.fromEntries([...Object.keys(PRESETS), OWN].map((name) => [name, name])), OWN, (name) => {
    if (PRESETS[name]) setKernel(square(PRESETS[name](state.kernel.shape[0])));
  });
  const side = list(say("Size"), Object.fromEntries([3, 4, 5, 6, 7].map((k) => [k, `${k}×${k}`])), 3, (k) => {
    const make = PRESETS[preset.select.value];
    setKernel(square(make ? make(Number(k)) : reframed(state.kernel, Number(k))), true);
  });
  const turn = (name) => (value) => {
    state[name] = value;
    update();
    tell(name);
  };
  const sliders = {
    stride: slider(say("Stride"), { min: 1, max: 4, value: 1, name: "stride" }, turn("stride")),
    padding: slider(say("Padding"), { min: 0, max: 6, value: 0, name: "padding" }, turn("padding")),
    dilation: slider(say("Dilation"), { min: 1, max: 4, value: 1, name: "dilation" }, turn("dilation")),
  };
  const mode = list(say("filled with"), { zeros: say("zeros"), circular: say("the other side (a circle)") }, "zeros", turn("padding_mode"));
  const flip = tick(say("turn the kernel over, as textbooks do"), false, turn("flipped"));
  const fields = html("div", { class: "fields", role: "group", "aria-label": say("Weights of the kernel") });

  const input = screens(say("The picture. Arrow keys move, and space paints where it can be painted on."), 1, 1, {
    chosen: (cell) => (painting ? mark(cell) : at.point(readAround(cell))),
    pressed: (cell, how) => {
      if (!painting) at.press(readAround(cell));
      else if (how === "keydown") dab(cell, true);
    },
    dragged: (cell, first) => painting && dab(cell, first),
  });
  const result = screens(say("The output. Arrow keys choose a pixel, Enter holds it."), 1, 1, { chosen: at.point, pressed: at.press });
  const [inputName, kernelName, resultName] = Array.from({ length: 3 }, () => html("p", { class: "name" }));
  const formula = html("p", { class: "formula" });
  const told = html("p", { role: "status" });
  const hint = html("p", { class: "quiet", role: "status" });
  const workings = html("div", { class: "workings" });
  const chooser = pictureChooser(input.element, 120, (gray) => {
    setImage(array(gray.shape, gray.data.map((value) => value / 255)), false);
    picture.select.value = OWN;
  }, (text) => {
    said.textContent = text;
  });

  root.replaceChildren(
    html("div", { class: "group" }, picture.row, chooser, preset.row, side.row),
    html("div", { class: "group" }, sliders.stride.row, sliders.padding.row, mode.row, sliders.dilation.row, flip.row),
    html("div", { class: "bench" },
      html("div", {}, inputName, input.element),
      html("div", {}, resultName, result.element),
      html("div", { class: "below" },
        html("div", { class: "kernel" }, kernelName, fields),
        html("div", { class: "sum" }, told, hint, workings, formula, said))),
  );

  function fromPython() {
    for (const name of ["stride", "padding", "padding_mode", "dilation", "flipped"]) state[name] = model.get(name);
    for (const [name, control] of Object.entries(sliders)) control.show(state[name]);
    mode.select.value = state.padding_mode;
    flip.input.checked = state.flipped;
    const same = (a, b) => a.shape.join() === b.shape.join() && a.data.every((value, k) => Math.abs(value - b.data[k]) < 1e-6);
    const [image, kernel] = [received(model.get("image")), received(model.get("kernel"))];
    const known = Object.keys(pictures).find((name) => same(pictures[name], image));
    picture.select.value = known ?? OWN;
    const shape = kernel.shape[0] === kernel.shape[1] && PRESETS;
    preset.select.value = Object.keys(shape || {}).find((name) => same(square(PRESETS[name](kernel.shape[0])), kernel)) ?? OWN;
    state.kernel = kernel;
    showFields();
    setImage(image, known === GRID, false);
  }

  const square = (weights) => array([Math.sqrt(weights.length), Math.sqrt(weights.length)], weights);

  function setImage(image, paintable, mine = true) {
    state.image = { shape: image.shape, data: image.data.slice() };
    painting = paintable;
    input.element.classList.toggle("paint", painting);
    update();
    if (mine) tell("image");
  }

  function setKernel(kernel) {
    state.kernel = kernel;
    showFields();
    update();
    tell("kernel");
  }

  // One number field for each weight; fields that are there stay, so that no focus is lost.
  function showFields() {
    const [height, width] = state.kernel.shape;
    side.select.value = height === width ? height : "";
    if (fields.children.length !== height * width || fields.dataset.width !== String(width)) {
      fields.dataset.width = width;
      fields.style.setProperty("--columns", width);
      fields.replaceChildren(...Array.from({ length: height * width }, (_, k) => {
        const label = say("weight in row {row}, column {column}", { row: Math.floor(k / width), column: k % width });
        const field = html("input", { type: "number", step: "any", "aria-label": label });
        field.addEventListener("input", () => {
          if (!Number.isFinite(field.valueAsNumber)) return;
          state.kernel = array(state.kernel.shape, state.kernel.data.slice());
          state.kernel.data[k] = field.valueAsNumber;
          preset.select.value = OWN;
          colour();
          update();
          tell("kernel");
        });
        return field;
      }));
    }
    [...fields.children].forEach((field, k) => {
      field.value = Number(state.kernel.data[k].toFixed(4));
    });
    colour();
  }

  function colour() {
    const largest = Math.max(...range(state.kernel.data).map(Math.abs)) || 1;
    [...fields.children].forEach((field, k) => {
      const share = state.kernel.data[k] / largest;
      field.style.boxShadow = `inset 0 -0.4rem 0 rgba(${share > 0 ? "240, 122, 30" : "86, 180, 233"}, ${Math.abs(share)})`;
    });
  }

  let waiting = 0;
  const changes = new Set();
  function tell(name) {
    changes.add(name);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      python.tell(Object.fromEntries([...changes].map((each) => [each, state[each].shape ? sent(state[each]) : state[each]])));
      changes.clear();
    }, 150);
  }

  const options = () => ({ stride: state.stride, padding: state.padding, dilation: state.dilation, paddingMode: state.padding_mode });
  // What is laid over the picture: the kernel, or the kernel turned over.
  const used = () => (state.flipped ? array(state.kernel.shape, state.kernel.data.slice().reverse()) : state.kernel);

  function update() {
    const { image, kernel, stride, padding, dilation } = state;
    const [[height, width], [tall, wide]] = [image.shape, kernel.shape];
    output = conv2d(array([1, height, width], image.data), array([1, 1, tall, wide], used().data), null, options());
    const [, down, across] = output.shape;
    root.outputs = { image, kernel, output }; // for whoever opens the browser's console
    input.show(array([1, height, width], image.data), SHADES.gray, 0, 1);
    const fits = down && across;
    const [low, high] = fits ? range(output.data) : [0, 0];
    const ends = low < -1e-9 ? [-Math.max(high, -low), Math.max(high, -low)] : [0, Math.max(high, 1e-9)];
    result.show(output, SHADES.gray, ...ends);
    nameAll(fits, ends.map((end) => number(end)));
    const axis = (name, size, k) => `${name}: ⌊(${size} + 2·${padding} − ${dilation}·(${k} − 1) − 1) / ${stride}⌋ + 1 = ${places(size, k, options())}`;
    formula.replaceChildren(axis(say("rows"), height, tall), html("br"), axis(say("columns"), width, wide));
    if (fits) detail();
    else {
      const span = (k) => dilation * (k - 1) + 1;
      told.textContent = say("The kernel spans {span} cells, the padded picture has {padded}.", {
        span: `${span(tall)}×${span(wide)}`,
        padded: `${height + 2 * padding}×${width + 2 * padding}`,
      });
      hint.textContent = "";
      workings.replaceChildren();
      input.frame([]);
      result.frame([]);
    }
  }

  // What stands above picture, kernel and output; the output's ends are the values drawn black and white.
  function nameAll(fits, [black, white]) {
    const [picture, kernel, result] = [state.image, state.kernel, output].map(({ shape }) => ({ size: shape.slice(-2).join("×") }));
    inputName.textContent = painting ? say("Picture, {size}: paint on it", picture) : say("Picture, {size}", picture);
    kernelName.textContent = state.flipped ? say("Kernel, {size}, used turned over", kernel) : say("Kernel, {size}", kernel);
    resultName.textContent = fits ? say("Output, {size}: black {black}, white {white}", { ...result, black, white }) : say("No output");
  }

  // The pixel of the output that is explained: another setting may have left fewer.
  function pixel() {
    const [, down, across] = output.shape;
    const { row, column } = at.unit() ?? { row: Math.floor(down * 0.4), column: Math.floor(across * 0.4) };
    return { map: 0, row: Math.min(row, down - 1), column: Math.min(column, across - 1) };
  }

  // The pixel of the output whose window has its middle nearest to a pixel of the picture.
  function readAround({ row, column }) {
    const [, down, across] = output.shape;
    const nearest = (cell, k, count) => {
      const place = Math.round((cell + state.padding - (state.dilation * (k - 1)) / 2) / state.stride);
      return Math.max(0, Math.min(count - 1, place));
    };
    const [tall, wide] = state.kernel.shape;
    return { map: 0, row: nearest(row, tall, down), column: nearest(column, wide, across) };
  }

  function detail() {
    if (!output.data.length) return;
    const { image: { shape: [height, width], data }, kernel: { shape: [tall, wide] } } = state;
    const { row, column } = pixel();
    const rows = taps(row, height, tall, options());
    const columns = taps(column, width, wide, options());
    const seen = array([1, tall, wide]);
    const read = [];
    let outside = 0;
    seen.data.forEach((_, k) => {
      const [i, j] = [rows[Math.floor(k / wide)], columns[k % wide]];
      if (i === null || j === null) outside += 1;
      else {
        seen.data[k] = data[i * width + j];
        read.push({ map: 0, top: i, left: j, height: 1, width: 1, kind: "tap" });
      }
    });
    const { element, sum } = products(seen, array([1, tall, wide], used().data), [0, 1], SHADES.gray);
    workings.replaceChildren(element);
    const values = { row, column, products: countedProducts(seen.data.length), sum: number(sum, 3), outside };
    told.textContent = outside
      ? say("Output pixel in row {row}, column {column}: {products} add up to {sum}; {outside} of the pixels it reads are zeros of the padding.", values)
      : say("Output pixel in row {row}, column {column}: {products} add up to {sum}.", values);
    Object.assign(root.dataset, { pixel: `${row} ${column}`, sum });
    // The window's outline, unless it goes around the circle.
    const [top, left] = [row * state.stride - state.padding, column * state.stride - state.padding];
    const span = (size) => state.dilation * (size - 1) + 1;
    const around = state.padding_mode === "circular" && (top < 0 || left < 0 || top + span(tall) > height || left + span(wide) > width);
    if (!around) read.push({ map: 0, top, left, height: span(tall), width: span(wide), kind: "read" });
    input.frame(read);
    const cell = ({ row, column }, kind) => ({ map: 0, top: row, left: column, height: 1, width: 1, kind });
    const here = at.elsewhere();
    result.walkTo(here ?? pixel());
    result.frame([cell({ row, column }, at.holds() ? HELD : UNIT), ...(here ? [cell(here, HERE)] : [])]);
    hint.textContent = advice(offer, at);
  }

  // Painting: a press turns the cell over, and a drag goes on with the same colour.
  function mark(cell) {
    detail();
    input.frame([{ ...cell, top: cell.row, left: cell.column, height: 1, width: 1, kind: UNIT }]);
  }

  function dab({ row, column }, first) {
    const place = row * state.image.shape[1] + column;
    if (first) brush = state.image.data[place] > 0.5 ? 0 : 1;
    state.image.data[place] = brush;
    if (first) said.textContent = brush ? say("Painted white.") : say("Painted black.");
    picture.select.value = GRID;
    update();
    tell("image");
  }

  fromPython();
}
