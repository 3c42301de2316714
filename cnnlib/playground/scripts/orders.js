// A layer and a shift in both orders: a table of how far they are apart, which chooses what is shown above it.
import { array, avgPool2d, conv2d, maxPool2d, relu } from "./operators.js";
import { button, html, number, slider } from "../../live/scripts/elements.js";
import { SHADES, paint, range } from "../../live/scripts/shades.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { say } from "../../live/scripts/say.js";
import { received } from "./packets.js";

const SHIFTS = [1, 2, 3, 4, 12];
const kernel = (values) => array([1, 1, 3, 3], Float64Array.from(values));
const SOBEL = kernel([1, 0, -1, 2, 0, -2, 1, 0, -1]);
const BLUR = kernel([1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 16));
const ring = (x, weight, stride = 1) => conv2d(x, weight, null, { stride, padding: 1, paddingMode: "circular" });
const LAYERS = {
  "edges, zeros around": (x) => conv2d(x, SOBEL, null, { padding: 1 }),
  "edges, on a ring": (x) => ring(x, SOBEL),
  "edges, ReLU": (x) => relu(ring(x, SOBEL)),
  "edges, stride 2": (x) => ring(x, SOBEL, 2),
  "blur, stride 2": (x) => ring(x, BLUR, 2),
  "max pooling": (x) => maxPool2d(x, 2),
  "average pooling": (x) => avgPool2d(x, 2),
  "edges, max pooling": (x) => maxPool2d(ring(x, SOBEL), 2),
};

// What leaves a row at its right end comes in at its left.
function shifted({ shape, data }, cells) {
  const width = shape[2];
  return array(shape, data.map((_, k) => data[k - (k % width) + ((((k % width) - cells) % width) + width) % width]));
}

// Both orders, with the better of the two whole numbers of cells for the output, and how far they are apart.
export function orders(layer, picture, right, last = layer(picture)) {
  const first = layer(shifted(picture, right));
  const stride = picture.shape[2] / last.shape[2];
  const mean = last.data.reduce((a, b) => a + b) / last.data.length;
  const unit = Math.sqrt(2 * last.data.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  const ways = [Math.floor(right / stride), Math.ceil(right / stride)].map((cells) => {
    const moved = shifted(last, cells);
    return { first, moved, cells, error: Math.sqrt(moved.data.reduce((sum, value, k) => sum + (value - first.data[k]) ** 2, 0)) / unit };
  });
  return ways[1].error < ways[0].error ? ways[1] : ways[0];
}

export function draw(root, model) {
  const state = {};
  const python = joined(model, () => fromPython());
  python.hear("layer", "right");
  const tell = teller(python, (name) => state[name]);
  const { shape, data } = received(model.get("picture"));
  const picture = array([1, ...shape], data);
  const names = Object.keys(LAYERS);
  const plain = names.map((name) => LAYERS[name](picture));
  const signed = (count) => String(count).replace("-", "−");
  const written = (error) => (error < 5e-10 ? "0" : number(error));

  const around = Math.max(SHIFTS.at(-1), shape[1] >> 1); // the largest shift to either side
  const captions = [say("the photograph, shifted"), say("shift, then layer"), say("layer, then shift"), say("their difference")];
  const canvases = captions.map((label) => html("canvas", { role: "img", "aria-label": label }));
  const pictures = html("div", { class: "orders" }, ...captions.map((caption, k) => html("div", {}, html("p", { class: "name" }, caption), canvases[k])));
  const columns = slider(say("shift by (columns)"), { min: -around, max: around, name: "right" }, (right) => set({ right }), signed);
  const told = html("p", { class: "sentence", role: "status" });

  // Every cell is a button; the arrow keys walk from one to the next.
  const cells = names.map((layer, k) => SHIFTS.map((right) => {
    const { error } = orders(LAYERS[layer], picture, right, plain[k]);
    const cell = button(written(error), () => set({ layer, right }), { "aria-label": say("{layer}, {right} columns: error {error}", { layer: say(layer), right, error: written(error) }) });
    cell.style.setProperty("--error", Math.min(1, error));
    return cell;
  }));
  const table = html("table", { class: "errors" },
    html("tr", {}, html("th", {}, say("shift by")), ...SHIFTS.map((right) => html("th", { scope: "col" }, String(right)))),
    ...names.map((layer, k) => html("tr", {}, html("th", { scope: "row" }, say(layer)), ...cells[k].map((cell) => html("td", { "data-error": cell.textContent }, cell)))));
  // A layer's name keeps the shift.
  table.querySelectorAll("th[scope=row]").forEach((name, k) => name.addEventListener("click", () => set({ layer: names[k] })));
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const row = cells.findIndex((each) => each.includes(event.target));
    if (!step || row < 0) return;
    event.preventDefault();
    const next = cells[row + step[0]]?.[cells[row].indexOf(event.target) + step[1]];
    next?.focus();
    next?.click();
  });
  root.replaceChildren(pictures, html("div", { class: "group" }, columns.row), told,
    html("p", { class: "name" }, say("Orange is above 0, blue below. Errors, from 0, the same, to 1, as far apart as at a random place: choose one")), table);

  function set(change) {
    Object.assign(state, change);
    update();
    tell(...Object.keys(change));
  }

  function fromPython() {
    for (const name of ["layer", "right"]) state[name] = model.get(name);
    update();
  }

  function update() {
    const { layer, right } = state;
    const { first, moved, cells: by, error } = orders(LAYERS[layer], picture, right, plain[names.indexOf(layer)]);
    const [, height, width] = first.shape;
    const [low, high] = range(first.data);
    const size = Math.max(high, -low);
    const shown = (values) => ({ values, height, width });
    paint(canvases[0], { values: shifted(picture, right).data, height: shape[0], width: shape[1] }, SHADES.gray, 0, 1);
    for (const [canvas, values] of [[canvases[1], first.data], [canvases[2], moved.data]]) {
      paint(canvas, shown(values), low < 0 ? SHADES.signed : SHADES.gray, low < 0 ? -size : 0, size);
    }
    const apart = first.data.map((value, k) => Math.abs(value - moved.data[k]));
    paint(canvases[3], shown(apart), SHADES.signed, -size, size);
    columns.show(right);
    cells.forEach((row, i) => row[0].closest("tr").classList.toggle("now", names[i] === layer));
    cells.forEach((row, i) => row.forEach((cell, j) => cell.setAttribute("aria-pressed", names[i] === layer && SHIFTS[j] === right)));
    const [all, some] = [(value) => value ** 2, (value, k) => (apart[k] > 1e-9 ? value ** 2 : 0)]
      .map((part) => first.data.reduce((sum, value, k) => sum + part(value, k), 0));
    const differ = apart.filter((value) => value > 1e-9).length / apart.length;
    const values = { layer: say(layer), right: signed(right), cells: signed(by) };
    told.textContent = differ === 0 ? say("{layer}: the photograph shifted by {right}, its map by {cells}. The error is 0: no cell differs.", values)
      : say("{layer}: the photograph shifted by {right}, its map by {cells}. The error is {error}. {percent} % of the cells differ, and they hold {share} % of the map’s sum of squares.", {
        ...values, error: written(error), percent: number(100 * differ, 0), share: number((100 * some) / (all || 1), 0),
      });
    root.outputs = { first, moved }; // for whoever opens the browser's console
    Object.assign(root.dataset, { layer, right, cells: by, error });
  }

  // A hand shifts the photograph by as many columns as it moves, round and round the ring.
  let held = null;
  const round = (right) => (Math.abs(right) <= around ? right : round(right - Math.sign(right) * shape[1]));
  for (const canvas of canvases.slice(0, 2)) {
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      held = { x: event.clientX, right: state.right };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      set({ right: round(held.right + Math.round((shape[1] * (event.clientX - held.x)) / canvas.getBoundingClientRect().width)) });
    });
  }

  fromPython();
}
