// Shift a picture and pool it: does the pooled picture move along?
import { array, avgPool2d, maxPool2d } from "./operators.js";
import { blurPool2d, lpPool2d } from "./poolings.js";
import { OWN, html, list, number, slider } from "../../live/scripts/elements.js";
import { SHADES, range } from "../../live/scripts/shades.js";
import { UNIT, screens } from "./screens.js";
import { pictureChooser } from "./chooser.js";
import { teller } from "../../live/scripts/teller.js";
import { received, sent } from "./packets.js";
import { joined } from "../../live/scripts/model.js";
import { choices, say } from "../../live/scripts/say.js";

const FAR = 12; // pixels; every stride divides it

// Every function below takes the picture [1, H, W] for a circle: its last column is the neighbour of its first.
const wrapped = (cell, size) => ((cell % size) + size) % size;

function moved({ shape: [, height, width], data }, down, across) {
  const y = array([1, height, width]);
  y.data.forEach((_, k) => {
    y.data[k] = data[wrapped(Math.floor(k / width) - down, height) * width + wrapped((k % width) - across, width)];
  });
  return y;
}

// Go on beyond the edges with what comes from the other side.
function extended({ shape: [, height, width], data }, before, after) {
  const y = array([1, height + before + after, width + before + after]);
  const wide = y.shape[2];
  y.data.forEach((_, k) => {
    y.data[k] = data[wrapped(Math.floor(k / wide) - before, height) * width + wrapped((k % wide) - before, width)];
  });
  return y;
}

function inner({ shape: [, height, width], data }, margin) {
  const y = array([1, height - 2 * margin, width - 2 * margin]);
  const wide = y.shape[2];
  y.data.forEach((_, k) => {
    y.data[k] = data[(Math.floor(k / wide) + margin) * width + margin + (k % wide)];
  });
  return y;
}

const blurred = (x, window, stride) => inner(blurPool2d(extended(x, FAR, FAR), window, stride), FAR / stride);

export const POOLS = {
  max: (x, { window, stride }) => maxPool2d(extended(x, 0, window - 1), window, stride),
  average: (x, { window, stride }) => avgPool2d(extended(x, 0, window - 1), window, stride),
  lp: (x, { window, stride, power }) => lpPool2d(extended(x, 0, window - 1), window, stride, power),
  blur: (x, { window, stride }) => blurred(x, window, stride),
  "max, then blur": (x, { window, stride }) => blurred(maxPool2d(extended(x, 0, window - 1), window, 1), 3, stride),
};

// A pooled picture moved by a shift of the picture before it: shift / stride cells, between two cells in proportion.
export function movedAlong(y, [down, across], stride) {
  const between = (x, cells, axis) => {
    const whole = Math.floor(cells);
    const [near, far] = [whole, whole + 1].map((step) => (axis ? moved(x, 0, step) : moved(x, step, 0)));
    return array(x.shape, near.data.map((value, k) => value + (cells - whole) * (far.data[k] - value)));
  };
  return between(between(y, down / stride, 0), across / stride, 1);
}

// Every S-th value of every S-th row.
function kept({ shape: [, height, width], data }, stride) {
  const y = array([1, height / stride, width / stride]);
  const wide = y.shape[2];
  y.data.forEach((_, k) => {
    y.data[k] = data[Math.floor(k / wide) * stride * width + (k % wide) * stride];
  });
  return y;
}

// 1 where two arrays are alike, 0 where one has nothing that the other has.
export function agreement(a, b) {
  let [apart, all] = [0, 0];
  a.data.forEach((value, k) => {
    apart += Math.abs(value - b.data[k]);
    all += Math.abs(value) + Math.abs(b.data[k]);
  });
  return all ? 1 - apart / all : 1;
}

export function draw(root, model) {
  const pictures = Object.fromEntries(Object.entries(model.get("pictures")).map(([name, packet]) => [name, received(packet)]));
  const state = {};
  const names = ["kind", "window", "stride", "power", "shift"];
  const python = joined(model, () => fromPython());
  python.hear("image", ...names);
  const tell = teller(python, (name) => (name === "image" ? sent(state.image) : state[name]));
  const said = html("p", { class: "quiet", role: "status" });

  const picture = list(say("Picture"), { ...choices(Object.keys(pictures)), [OWN]: OWN }, OWN, (name) => {
    if (pictures[name]) setImage(pictures[name]);
  });
  const turn = (name) => (value) => {
    state[name] = value;
    update();
    tell(name);
  };
  const kinds = {
    max: say("maximum"),
    average: say("average"),
    lp: say("Lᵖ norm"),
    blur: say("blur"),
    "max, then blur": say("maximum, then blur"),
  };
  const kind = list(say("Pooling"), kinds, "max", turn("kind"));
  const shifted = (axis) => (value) => {
    state.shift = state.shift.map((old, each) => (each === axis ? value : old));
    update();
    tell("shift");
  };
  const sliders = {
    window: slider(say("Window"), { min: 1, max: 6, value: 2, name: "window" }, turn("window")),
    stride: slider(say("Stride"), { min: 1, max: 4, value: 2, name: "stride" }, turn("stride")),
    power: slider("p", { min: 1, max: 10, value: 2, name: "power" }, turn("power")),
  };
  const shifts = [
    slider(say("Shift down"), { min: -FAR, max: FAR, value: 0, name: "down" }, shifted(0)),
    slider(say("Shift right"), { min: -FAR, max: FAR, value: 0, name: "across" }, shifted(1)),
  ];

  const shown = {};
  const panel = (name, label) => {
    const caption = html("p", { class: "name" });
    shown[name] = screens(label, 1, 1, { chosen: (cell) => lookAt(name, cell) });
    shown[name].caption = caption;
    return html("div", {}, caption, shown[name].element);
  };
  const panels = [
    panel("input", say("The shifted picture. Arrow keys choose a pixel.")),
    panel("output", say("The shifted picture, pooled. Arrow keys choose a cell.")),
    panel("expected", say("The unshifted picture, pooled, and moved along. Arrow keys choose a cell.")),
    panel("difference", say("Difference of the two pooled pictures. Arrow keys choose a cell.")),
  ];
  const share = html("b", {}, "");
  const verdict = html("p", { class: "verdict", role: "status" });
  const told = html("p", { class: "quiet", role: "status" }, say("Point at a cell to see its window."));
  const curve = html("div", { class: "curve" });
  const chooser = pictureChooser(shown.input.element, 120, (gray) => {
    const [height, width] = gray.shape;
    const whole = (size) => Math.max(FAR, size - (size % FAR));
    const cut = array([whole(height), whole(width)]);
    cut.data.forEach((_, k) => {
      const [i, j] = [Math.floor(k / cut.shape[1]), k % cut.shape[1]];
      cut.data[k] = gray.data[Math.min(i, height - 1) * width + Math.min(j, width - 1)] / 255;
    });
    setImage(cut);
    picture.select.value = OWN;
  }, (text) => {
    said.textContent = text;
  });

  root.replaceChildren(
    html("div", { class: "group" }, picture.row, chooser, kind.row),
    html("div", { class: "group" }, ...[sliders.window, sliders.stride, sliders.power, shifts[1], shifts[0]].map(({ row }) => row)),
    html("div", { class: "stall" }, html("div", { class: "four" }, ...panels), html("div", {}, verdict, curve, told, said)),
  );

  function fromPython() {
    for (const name of names) state[name] = model.get(name);
    state.image = received(model.get("image"));
    const same = ({ shape, data }) => shape.join() === state.image.shape.join() && data.every((value, k) => Math.abs(value - state.image.data[k]) < 1e-6);
    picture.select.value = Object.keys(pictures).find((name) => same(pictures[name])) ?? OWN;
    kind.select.value = state.kind;
    for (const [name, control] of Object.entries(sliders)) control.show(state[name]);
    shifts.forEach((control, axis) => control.show(state.shift[axis]));
    update();
  }

  function setImage(image) {
    state.image = image;
    update();
    tell("image");
  }

  function update() {
    const { image: { shape: [height, width], data }, kind: pooling, stride, shift } = state;
    const x = array([1, height, width], data);
    const pool = (y) => POOLS[pooling](y, state);
    const still = pool(x);
    // Pooled at every position, the picture moves along; so one pooling serves all shifts.
    const everywhere = POOLS[pooling](x, { ...state, stride: 1 });
    const consistency = (by) => agreement(kept(moved(everywhere, ...by), stride), movedAlong(still, by, stride));
    const input = moved(x, ...shift);
    const output = pool(input);
    const expected = movedAlong(still, shift, stride);
    const difference = array(output.shape, output.data.map((value, k) => value - expected.data[k]));
    const value = agreement(output, expected);
    root.outputs = { input, output, expected, consistency: value }; // for whoever opens the browser's console

    sliders.power.row.hidden = pooling !== "lp";
    const high = Math.max(range(output.data)[1], range(expected.data)[1], 1e-9);
    const [, down, across] = output.shape;
    shown.input.show(input, SHADES.gray, 0, 1);
    shown.input.caption.textContent = nameOfMoved(`${height}×${width}`, shift);
    shown.output.show(output, SHADES.output, 0, high);
    shown.output.caption.textContent = say("Pooled, {size}", { size: `${down}×${across}` });
    shown.expected.show(expected, SHADES.output, 0, high);
    shown.expected.caption.textContent = say("Pooled unmoved, then moved along");
    shown.difference.show(difference, SHADES.signed, -high, high);
    shown.difference.caption.textContent = say("Difference of these two");
    const whole = shift.every((by) => by % stride === 0);
    // The share stands out in whatever place of the sentence it has.
    const [before, after] = (!shift.some(Boolean) ? say("Shift consistency: {share}: nothing is moved yet.")
      : whole ? say("Shift consistency: {share}: the shift is a whole number of strides.")
        : say("Shift consistency: {share}: the shift is not a whole number of strides.")).split("{share}");
    verdict.replaceChildren(before, share, after ?? "");
    share.textContent = `${number(100 * value, 1)} %`;
    curve.replaceChildren(...chart(Array.from({ length: FAR + 1 }, (_, by) => consistency([shift[0], by])), shift[1]));
    for (const strip of Object.values(shown)) strip.frame([]);
  }

  function nameOfMoved(size, [vertical, horizontal]) {
    const across = horizontal > 0 ? say("{pixels} right", { pixels: horizontal }) : say("{pixels} left", { pixels: -horizontal });
    const along = vertical > 0 ? say("{pixels} down", { pixels: vertical }) : say("{pixels} up", { pixels: -vertical });
    if (horizontal && vertical) return say("Picture, {size}, moved by {across} and {along}", { size, across, along });
    if (horizontal || vertical) return say("Picture, {size}, moved by {way}", { size, way: horizontal ? across : along });
    return say("Picture, {size}", { size });
  }

  // Consistency for every shift to the right, as bars; the present one stands out.
  function chart(values, now) {
    const bars = html("div", { class: "chart", role: "img" });
    const shares = values.map((value) => `${number(100 * value, 0)} %`).join(", ");
    bars.setAttribute("aria-label", say("Shift consistency for shifts of 0 to {far} pixels to the right: {shares}", { far: FAR, shares }));
    values.forEach((value, by) => {
      const bar = html("i", by === now ? { class: "now" } : {});
      bar.style.setProperty("--share", `${100 * value}%`);
      bars.append(html("div", { title: `${by}: ${number(100 * value, 1)} %` }, html("span", {}, bar), String(by)));
    });
    return [html("p", { class: "name" }, say("Consistency for every shift to the right, 0 to 100 %")), bars];
  }

  // A cell of a pooled picture and the window that it sums up.
  function lookAt(name, { row, column }) {
    const { stride, kind: pooling } = state;
    const { input, output, expected } = root.outputs;
    const place = name === "input" ? [Math.floor(row / stride), Math.floor(column / stride)] : [row, column];
    const k = place[0] * output.shape[2] + place[1];
    const reach = { blur: state.window, "max, then blur": state.window + 2 }[pooling] ?? state.window;
    const before = pooling === "blur" ? Math.floor((state.window - 1) / 2) : pooling === "max" || pooling === "average" || pooling === "lp" ? 0 : 1;
    const cells = [];
    const [, height, width] = input.shape;
    for (let u = 0; u < reach; u++) {
      for (let v = 0; v < reach; v++) {
        const [top, left] = [wrapped(place[0] * stride - before + u, height), wrapped(place[1] * stride - before + v, width)];
        cells.push({ map: 0, top, left, height: 1, width: 1, kind: "tap" });
      }
    }
    shown.input.frame(cells);
    for (const each of ["output", "expected", "difference"]) {
      shown[each].frame([{ map: 0, top: place[0], left: place[1], height: 1, width: 1, kind: UNIT }]);
    }
    const [shifted, unshifted] = [output.data[k], expected.data[k]];
    told.textContent = say("Cell in row {row}, column {column}: {shifted} after the shift, {expected} expected, a difference of {difference}.", {
      row: place[0],
      column: place[1],
      shifted: number(shifted),
      expected: number(unshifted),
      difference: number(shifted - unshifted),
    });
  }

  fromPython();
}
