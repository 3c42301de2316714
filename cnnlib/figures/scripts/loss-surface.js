// The loss of a unit with one weight and one bias, as a map, and the way that steps take down it.
import { COLOURS, at, name } from "../../live/scripts/drawings.js";
import { html, list, number, slider, svg } from "../../live/scripts/elements.js";
import { contour } from "./contours.js";
import { say } from "../../live/scripts/say.js";

export function draw(root, model) {
  const { ink, classes, lowest, heights } = model.get("data");
  const REACH = { w: [-1.5, 4], b: [-4, 2] };
  const [WIDE, HIGH, CELLS] = [440, 400, 80];
  const methods = { plain: say("plain steps"), momentum: say("momentum"), Adam: say("Adam") };
  const state = { method: "plain", rate: 1, steps: 20, w: 0, b: 0 };
  const powers = (power) => Number((10 ** power).toPrecision(2));

  const sure = (w, b, x) => 1 / (1 + Math.exp(-(w * x + b)));
  const loss = (w, b) => {
    const each = ink.map((x, k) => Math.log1p(Math.exp(classes[k] ? -(w * x + b) : w * x + b)));
    return each.reduce((sum, value) => sum + value, 0) / ink.length;
  };
  const slopes = ([w, b]) => {
    const surplus = ink.map((x, k) => (sure(w, b, x) - classes[k]) / ink.length);
    return [surplus.reduce((sum, s, k) => sum + s * ink[k], 0), surplus.reduce((sum, s) => sum + s, 0)];
  };

  function walk() {
    let [place, mean, square] = [[state.w, state.b], [0, 0], [0, 0]];
    const path = [place];
    for (let step = 1; step <= state.steps; step++) {
      const slope = slopes(place);
      let move = slope;
      if (state.method === "momentum") {
        move = mean = mean.map((m, k) => 0.9 * m + slope[k]);
      } else if (state.method === "Adam") {
        mean = mean.map((m, k) => 0.9 * m + 0.1 * slope[k]);
        square = square.map((q, k) => 0.999 * q + 0.001 * slope[k] ** 2);
        move = mean.map((m, k) => m / (1 - 0.9 ** step) / (Math.sqrt(square[k] / (1 - 0.999 ** step)) + 1e-8));
      }
      place = place.map((value, k) => value - state.rate * move[k]);
      path.push(place);
    }
    return path;
  }

  const controls = html("div", { class: "controls" });
  const change = (key, of = (value) => value) => (value) => {
    state[key] = of(value);
    update();
  };
  controls.append(list(say("step"), methods, state.method, change("method")).row);
  const rate = slider(say("learning rate"), { min: -2, max: 0.8, step: 0.05, value: 0, name: "rate" }, change("rate", powers), (power) => `${powers(power)}`);
  const steps = slider(say("steps"), { min: 0, max: 60, step: 1, value: state.steps, name: "steps" }, change("steps"));
  const start = { w: null, b: null };
  for (const [key, label] of [["w", say("start: w")], ["b", say("start: b")]]) {
    const [min, max] = REACH[key];
    start[key] = slider(label, { min, max, step: 0.05, value: 0, name: key }, change(key), (value) => number(value));
  }
  controls.append(rate.row, steps.row, start.w.row, start.b.row);
  const status = html("p", { role: "status" });
  const panels = html("div", { class: "panels" });
  root.replaceChildren(controls, status, panels);

  const across = (w) => ((w - REACH.w[0]) / (REACH.w[1] - REACH.w[0])) * WIDE;
  const up = (b) => ((REACH.b[1] - b) / (REACH.b[1] - REACH.b[0])) * HIGH;
  const between = ([low, high], k) => low + ((high - low) * k) / CELLS;
  const values = Array.from({ length: CELLS + 1 }, (_, row) =>
    Array.from({ length: CELLS + 1 }, (_, column) => loss(between(REACH.w, column), between(REACH.b, row))));
  const lines = heights.map((height) =>
    contour(values, lowest + height, (column) => across(between(REACH.w, column)), (row) => up(between(REACH.b, row))));

  const label = (text, x, y, more = {}) => svg("text", { x, y, "font-size": 17, "text-anchor": "middle", ...more }, text);

  function map(path) {
    const caption = say("The loss at every weight and bias, in lines of equal height; press to start there");
    const drawing = svg("svg", { viewBox: `-48 -6 ${WIDE + 56} ${HIGH + 52}`, role: "img", "aria-label": caption });
    drawing.style.cursor = "crosshair";
    const frame = svg("clipPath", { id: "map" }, svg("rect", { width: WIDE, height: HIGH }));
    const inside = svg("g", { "clip-path": "url(#map)" });
    inside.append(svg("rect", { width: WIDE, height: HIGH, fill: "none", stroke: COLOURS.faint, "stroke-width": 2 }));
    for (const d of lines) inside.append(svg("path", { d, fill: "none", stroke: COLOURS.faint, "stroke-width": 1.4 }));
    const points = path.map(([w, b]) => [across(w), up(b)]);
    inside.append(svg("polyline", { points: points.map((point) => point.join()).join(" "), fill: "none", stroke: COLOURS.kernel, "stroke-width": 2 }));
    for (const [cx, cy] of points.slice(1)) inside.append(svg("circle", { cx, cy, r: 3.5, fill: COLOURS.kernel }));
    inside.append(svg("circle", { cx: points[0][0], cy: points[0][1], r: 7, fill: "none", stroke: "currentColor", "stroke-width": 2.5 }));
    drawing.append(frame, inside);
    for (let w = -1; w <= 4; w++) drawing.append(label(number(w, 0), across(w), HIGH + 19));
    for (let b = -4; b <= 2; b++) drawing.append(label(number(b, 0), -9, up(b) + 6, { "text-anchor": "end" }));
    drawing.append(label(say("weight w"), WIDE / 2, HIGH + 40), label(say("bias b"), -34, HIGH / 2, { transform: `rotate(-90 -34 ${HIGH / 2})` }));
    drawing.addEventListener("click", (event) => {
      const { x, y } = at(drawing, event);
      const chosen = { w: REACH.w[0] + (x / WIDE) * (REACH.w[1] - REACH.w[0]), b: REACH.b[1] - (y / HIGH) * (REACH.b[1] - REACH.b[0]) };
      for (const [key, value] of Object.entries(chosen)) {
        start[key].input.value = value;
        start[key].input.dispatchEvent(new Event("input"));
      }
    });
    return html("div", { class: "panel" }, name(caption), drawing);
  }

  function curve([w, b]) {
    const caption = say("What the unit answers at the end of the path, over the six digits");
    const [wide, high, last] = [440, 250, 4];
    const right = (x) => (x / last) * wide;
    const above = (p) => (1 - p) * high;
    const drawing = svg("svg", { viewBox: `-36 -12 ${wide + 44} ${high + 58}`, role: "img", "aria-label": caption });
    for (const p of [0, 0.5, 1]) {
      drawing.append(svg("line", { x1: 0, x2: wide, y1: above(p), y2: above(p), stroke: COLOURS.faint, "stroke-dasharray": p === 0.5 ? "4 4" : "none" }));
      drawing.append(label(`${p}`, -8, above(p) + 6, { "text-anchor": "end" }));
    }
    const line = Array.from({ length: 81 }, (_, k) => `${right((k * last) / 80)},${above(sure(w, b, (k * last) / 80))}`).join(" ");
    drawing.append(svg("polyline", { points: line, fill: "none", stroke: COLOURS.output, "stroke-width": 3 }));
    ink.forEach((x, k) => {
      const [cx, cy] = [right(x), above(classes[k])];
      drawing.append(classes[k]
        ? svg("circle", { cx, cy, r: 8, fill: COLOURS.kernel })
        : svg("rect", { x: cx - 7, y: cy - 7, width: 14, height: 14, fill: COLOURS.input }));
    });
    for (let x = 0; x <= last; x++) drawing.append(label(`${x}`, right(x), high + 24));
    drawing.append(label(say("ink in the middle x"), wide / 2, high + 44));
    return html("div", { class: "panel" }, name(caption), drawing);
  }

  function update() {
    const path = walk();
    const [w, b] = path.at(-1);
    const reached = loss(w, b);
    Object.assign(root.dataset, { w, b, loss: reached });
    status.textContent = say("After {steps} steps w = {w}, b = {b}, and the loss is {loss}. The lowest there is: {lowest}.", {
      steps: state.steps, w: number(w), b: number(b), loss: reached.toFixed(3), lowest: lowest.toFixed(3),
    });
    panels.replaceChildren(map(path), curve([w, b]));
  }

  update();
}
