// A network of two hidden units and one output divides a plane; its nine weights can be moved by hand, or learn.
import { COLOURS, name } from "../../live/scripts/drawings.js";
import { button, html, list, number, slider, svg } from "../../live/scripts/elements.js";
import { contour } from "./contours.js";
import { choices, say } from "../../live/scripts/say.js";

export function draw(root, model) {
  const { sets } = model.get("data");
  const [REACH, SIDE, CELLS, RATE, STEPS] = [2, 400, 60, 0.5, 200];
  const NAMES = { none: say("none"), sigmoid: say("sigmoid"), tanh: say("tanh"), ReLU: say("ReLU") };
  const sigmoid = (z) => 1 / (1 + Math.exp(-z));
  const CURVES = {
    none: [(z) => z, () => 1],
    sigmoid: [sigmoid, (z, h) => h * (1 - h)],
    tanh: [Math.tanh, (z, h) => 1 - h * h],
    ReLU: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  };
  // Two weights and a bias of each hidden unit; a weight for each of the two, and the output's bias.
  const hidden = [[1, 1, 0], [-1, -1, 0]];
  const output = [1, 1, -1];
  const state = { set: Object.keys(sets)[0], curve: "ReLU", seed: 0 };
  const signed = (value) => number(value, 1);

  function forward([x, y]) {
    const z = hidden.map(([w1, w2, b]) => w1 * x + w2 * y + b);
    const h = z.map((each) => CURVES[state.curve][0](each));
    return { z, h, out: output[0] * h[0] + output[1] * h[1] + output[2] };
  }

  function learn() {
    const { points, classes } = sets[state.set];
    for (let step = 0; step < STEPS; step++) {
      const [toHidden, toOutput] = [[[0, 0, 0], [0, 0, 0]], [0, 0, 0]];
      points.forEach((point, k) => {
        const { z, h, out } = forward(point);
        const surplus = (sigmoid(out) - classes[k]) / points.length;
        [...h, 1].forEach((value, j) => { toOutput[j] += surplus * value; });
        h.forEach((value, unit) => {
          const back = surplus * output[unit] * CURVES[state.curve][1](z[unit], value);
          [...point, 1].forEach((read, j) => { toHidden[unit][j] += back * read; });
        });
      });
      toOutput.forEach((slope, j) => { output[j] -= RATE * slope; });
      toHidden.forEach((slopes, unit) => slopes.forEach((slope, j) => { hidden[unit][j] -= RATE * slope; }));
    }
    update();
  }

  // Other weights at every press, and on every page the same ones: a small generator of random numbers.
  function shuffle() {
    let seed = ++state.seed;
    const uniform = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    uniform();
    for (const row of hidden) row.splice(0, 3, 3 * uniform() - 1.5, 3 * uniform() - 1.5, 0);
    output.splice(0, 3, 3 * uniform() - 1.5, 3 * uniform() - 1.5, 0);
    update();
  }

  const controls = html("div", { class: "controls" });
  const chosen = (key) => (value) => {
    state[key] = value;
    update();
  };
  controls.append(
    list(say("points"), choices(Object.keys(sets)), state.set, chosen("set")).row,
    list(say("nonlinearity"), NAMES, state.curve, chosen("curve")).row,
    button(say("Random weights"), shuffle),
    button(say("Learn: {steps} steps", { steps: STEPS }), learn),
  );
  const groups = html("div", { class: "panel" });
  const sliders = [];
  const toPoint = [say("weight of x₁"), say("weight of x₂"), say("bias")];
  const rows = [
    [say("first hidden unit, h₁"), hidden[0], toPoint],
    [say("second hidden unit, h₂"), hidden[1], toPoint],
    [say("output"), output, [say("weight of h₁"), say("weight of h₂"), say("bias")]],
  ];
  rows.forEach(([title, weights, letters], row) => {
    const group = html("div", { role: "group", "aria-label": title });
    group.append(name(title));
    letters.forEach((letter, k) => {
      const settings = { min: -5, max: 5, step: 0.1, value: weights[k], name: `${"hko"[row]}${k}`, "aria-label": `${title}: ${letter}` };
      const made = slider(letter, settings, (value) => {
        weights[k] = value;
        update(false);
      }, signed);
      sliders.push([made, weights, k]);
      group.append(made.row);
    });
    groups.append(group);
  });
  const status = html("p", { role: "status" });
  const plane = html("div", { class: "panel" });
  root.replaceChildren(controls, status, html("div", { class: "panels" }, plane, groups));

  const at = (value) => ((value + REACH) / (2 * REACH)) * SIDE;
  const place = (k) => -REACH + (2 * REACH * k) / CELLS;
  const label = (text, x, y, more = {}) => svg("text", { x, y, "font-size": 17, "text-anchor": "middle", ...more }, text);

  const values = (of) => Array.from({ length: CELLS + 1 }, (_, row) =>
    Array.from({ length: CELLS + 1 }, (_, column) => of([place(column), place(row)])));

  function picture(caption, of, marks) {
    const drawing = svg("svg", { viewBox: `-30 -4 ${SIDE + 36} ${SIDE + 32}`, role: "img", "aria-label": caption });
    const grid = values(of);
    const cell = SIDE / CELLS;
    let filled = "";
    grid.forEach((line, row) => line.forEach((value, column) => {
      if (value > 0) filled += `M${(column - 0.5) * cell},${SIDE - (row + 0.5) * cell}h${cell}v${cell}h-${cell}z`;
    }));
    const inside = svg("g", { "clip-path": "url(#plane)" });
    inside.append(svg("path", { d: filled, fill: "#E69F00", "fill-opacity": 0.25 }));
    for (const [mark, stroke, dash] of marks) {
      const d = contour(values(mark), 0, (column) => column * cell, (row) => SIDE - row * cell);
      inside.append(svg("path", { d, fill: "none", stroke, "stroke-width": 2.5, "stroke-dasharray": dash }));
    }
    const { points, classes } = sets[state.set];
    points.forEach(([x, y], k) => {
      const [cx, cy] = [at(x), SIDE - at(y)];
      inside.append(classes[k]
        ? svg("circle", { cx, cy, r: 8, fill: COLOURS.kernel })
        : svg("rect", { x: cx - 7, y: cy - 7, width: 14, height: 14, fill: COLOURS.input }));
    });
    drawing.append(
      svg("clipPath", { id: "plane" }, svg("rect", { width: SIDE, height: SIDE })),
      svg("rect", { width: SIDE, height: SIDE, fill: "none", stroke: COLOURS.faint, "stroke-width": 2 }),
      inside,
    );
    for (const tick of [-1, 0, 1]) {
      drawing.append(label(`${tick}`.replace("-", "−"), at(tick), SIDE + 20));
      drawing.append(label(`${tick}`.replace("-", "−"), -8, SIDE - at(tick) + 6, { "text-anchor": "end" }));
    }
    drawing.append(label(say("x₁"), SIDE - 14, SIDE + 20), label(say("x₂"), -12, 18, { "text-anchor": "end" }));
    return [name(caption), drawing];
  }

  const answer = (point) => forward(point).out;

  function update(move = true) {
    if (move) {
      for (const [made, weights, k] of sliders) {
        made.input.value = weights[k];
        made.reading.textContent = signed(weights[k]); // learning may lead beyond what the slider has
      }
    }
    const { points, classes } = sets[state.set];
    const outs = points.map(answer);
    const right = outs.filter((out, k) => (out > 0 ? 1 : 0) === classes[k]).length;
    const losses = outs.map((out, k) => Math.log1p(Math.exp(classes[k] ? -out : out)));
    const loss = losses.reduce((sum, value) => sum + value, 0) / points.length;
    Object.assign(root.dataset, { right, loss, weights: JSON.stringify([hidden, output]) });
    status.textContent = say("{right} of {all} points are answered correctly; the loss is {loss}.", {
      right, all: points.length, loss: loss.toFixed(3),
    });
    plane.replaceChildren(
      ...picture(say("Orange ground: where the output is above zero. Dashed: where each hidden unit's sum is zero"), answer, [
        [answer, "currentColor", "none"],
        [(point) => forward(point).z[0], COLOURS.output, "7 5"],
        [(point) => forward(point).z[1], "#CC79A7", "7 5"],
      ]),
    );
  }

  update();
}
