// A small network that learns where the reader presses play: loss, weights and every number of a step.
import { array } from "./operators.js";
import { bytesOf } from "./packets.js";
import { SIDE, forward, learner, lossOf } from "./learner.js";
import { html, list, number, slider, svg } from "../../live/scripts/elements.js";
import { SHADES, legibleOn, paint, range, shadeOf } from "../../live/scripts/shades.js";
import { board } from "../../live/scripts/board.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { say } from "../../live/scripts/say.js";

const [STEPS, OFTEN] = [600, 10]; // how far it goes, and how often the held digits are read
const SETTINGS = ["network", "activation", "rate", "batch", "seed", "step"];
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const BATCHES = [1, 2, 5, 10, 20, 50, 100, 200];

// Half a byte is a run of pixels that are 0, or the shade of one that is not.
const [SHADES_OF_DIGITS, RUNS] = [10, [1, 2, 3, 5, 8, 13]];
function digitsOf({ pixels, labels }) {
  const halves = [...bytesOf(pixels)].flatMap((byte) => [byte >> 4, byte & 15]);
  const shades = halves.flatMap((half) => (RUNS[half] ? Array(RUNS[half]).fill(0) : half - RUNS.length + 1));
  return labels.map((label, k) => {
    const own = shades.slice(k * SIDE * SIDE, (k + 1) * SIDE * SIDE);
    return { x: array([1, SIDE, SIDE], Float64Array.from(own, (shade) => shade / SHADES_OF_DIGITS)), label };
  });
}

// The parameters that can be looked at, as tables: name in `weights`, where they begin, rows and columns.
function partsOf(network) {
  const units = network === "two" ? 2 : 4;
  const side = network === "two" ? SIDE : 5;
  const first = network === "two" ? "dense1" : "conv1";
  const last = network === "two" ? "dense2" : "dense1";
  const shown = (k) => (network === "two" ? say("hidden unit {unit}", { unit: k + 1 }) : say("kernel {kernel}", { kernel: k + 1 }));
  return [
    ...Array.from({ length: units }, (_, k) => ({ label: shown(k), name: `${first}.weight`, start: k * side * side, rows: side, columns: side })),
    { label: network === "two" ? say("biases of the units") : say("biases of the kernels"), name: `${first}.bias`, start: 0, rows: 1, columns: units },
    { label: say("weights of the answers"), name: `${last}.weight`, start: 0, rows: 10, columns: network === "two" ? 2 : 36 },
    { label: say("biases of the answers"), name: `${last}.bias`, start: 0, rows: 1, columns: 10 },
  ];
}

// The loss of every step's batch and of the held digits, and where the reader is.
function chart() {
  const top = 3.5;
  const [across, up] = [(step) => (440 * step) / STEPS, (loss) => 180 - (180 * Math.min(top, loss)) / top];
  const text = (words, x, y) => svg("text", { x, y, "text-anchor": "middle", "font-size": 15 }, words);
  const [past, batches, curve, now] = ["past", "batches", "curve", "now"].map((name) => svg("path", { class: name, d: "M0 0" }));
  const curves = svg("svg", { viewBox: "-44 -12 500 224", role: "img", class: "learning-curves" },
    svg("path", { class: "axis", d: "M0 0V180H440" }),
    ...[0, 1, 2, 3].map((loss) => text(String(loss), -14, up(loss) + 5)),
    ...[0, 200, 400, 600].map((step) => text(String(step), across(step), 202)),
    past, batches, curve, now);
  return {
    curves,
    // The run before a change of a setting stays in gray.
    keepCurve() {
      past.setAttribute("d", curve.getAttribute("d"));
    },
    showCurves(at, tried, losses) {
      const line = [...tried].sort(([a], [b]) => a - b).map(([step, [loss]]) => `${across(step)} ${up(loss).toFixed(1)}`);
      batches.setAttribute("d", losses.map((loss, k) => `M${across(k).toFixed(1)} ${up(loss).toFixed(1)}h0.01`).join(""));
      curve.setAttribute("d", `M${line.join("L")}`);
      now.setAttribute("d", `M${across(at)} 0V180`);
    },
  };
}

export function draw(root, model) {
  const training = digitsOf(model.get("digits").training);
  const held = digitsOf(model.get("digits").held);
  const state = { part: 0, cell: { row: 0, column: 0 }, digit: 0 };
  let learning = null;
  let parts = [];
  const tried = new Map(); // step → loss and how many right of the held digits, every so often

  const python = joined(model, () => fromPython());
  python.hear(...SETTINGS);
  const tell = teller(python, (name) => state[name]);

  const restart = (name) => (value) => {
    if (learning.done()) {
      keepCurve();
      legend[2].hidden = false;
    }
    state[name] = value;
    state.step = 0;
    begin();
    tell(name, "step");
  };
  const network = list(say("Network"), { kernels: say("four kernels"), two: say("two hidden units") }, "kernels", (value) => {
    state.part = 0;
    restart("network")(value);
  });
  const activation = list(say("Nonlinearity"), { relu: say("ReLU"), tanh: say("tanh"), sigmoid: say("sigmoid") }, "relu", restart("activation"));
  const among = (values, name) => [{ min: 0, max: values.length - 1, value: 0, name }, (k) => restart(name)(values[k]), (k) => String(values[k])];
  const rate = slider(say("Learning rate η"), ...among(RATES, "rate"));
  const batch = slider(say("Batch"), ...among(BATCHES, "batch"));
  const seed = slider(say("Seed"), { min: 0, max: 99, value: 0, name: "seed" }, restart("seed"));
  const film = player(say("Steps"), (at) => {
    // A slow machine takes fewer steps to a picture, and keeps no hand waiting for long.
    const end = performance.now() + (film.playing() ? 12 : 1500);
    state.step = go(at, () => performance.now() < end);
    update();
    if (!film.playing()) tell("step");
    return state.step;
  }, { slow: 3 });

  const { curves, showCurves, keepCurve } = chart();
  const legend = [["batches", say("of the batch")], ["curve", say("of 100 digits held back")], ["past", say("before the last change")]]
    .map(([name, label]) => html("span", { class: name }, label));
  legend[2].hidden = true;
  const told = html("p", { class: "sentence" });
  const heard = html("p", { class: "heard", role: "status" });
  const pictures = html("div", { class: "first-layer" });
  const part = list(say("Look at"), {}, "0", (value) => {
    Object.assign(state, { part: Number(value), cell: { row: 0, column: 0 } });
    showStep();
  });
  const tables = Object.fromEntries([["before", say("Weights before the step")], ["slopes", say("Slopes of the batch's loss")], ["after", say("Weights after it")]]
    .map(([name, label]) => {
      const made = board(label, { dragged: choose, tapped: () => {}, stepped: (down, across) => choose(state.cell.row + down, state.cell.column + across) });
      return [name, { board: made, element: html("div", {}, html("p", { class: "name" }, label), made.element) }];
    }));
  const sign = (text) => html("span", { class: "sign", "aria-hidden": "true" }, text);
  const equation = [tables.before.element, sign("− η ·"), tables.slopes.element, sign("="), tables.after.element];
  const row = html("div", { class: "boards" });
  const worked = html("p", { class: "worked" });
  const thumbs = html("div", { class: "thumbs", role: "group", "aria-label": say("Digits of the batch") });
  const digitTable = html("div", { class: "wide-table" });
  const lossOfDigit = html("p", {});
  const step = html("section", { class: "one-step" },
    html("div", { class: "group" }, html("b", {}, say("The last step, number by number")), part.row),
    row,
    html("div", { class: "in-numbers" }, worked,
      html("p", { class: "name" }, say("Its batch: choose a digit, to see what the network made of it before the step")), thumbs, lossOfDigit, digitTable));

  root.replaceChildren(
    html("div", { class: "learning" },
      html("div", {}, html("p", { class: "name legend" }, say("Loss after each step:"), ...legend), curves),
      html("div", {}, html("p", { class: "name" }, say("What the first layer asks for (orange) and against (blue)")), pictures)),
    film.element, told, heard,
    html("div", { class: "group" }, network.row, activation.row, rate.row, batch.row, seed.row),
    step,
  );

  function fromPython() {
    for (const name of SETTINGS) state[name] = model.get(name);
    begin();
  }

  function begin() {
    learning = learner(state, training);
    tried.clear();
    tried.set(0, tryHeld());
    network.select.value = state.network;
    activation.select.value = state.activation;
    const nearest = (values, value) => values.reduce((best, each, k) => (Math.abs(Math.log(each / value)) < Math.abs(Math.log(values[best] / value)) ? k : best), 0);
    rate.show(nearest(RATES, state.rate));
    rate.reading.textContent = String(state.rate);
    batch.show(nearest(BATCHES, state.batch));
    batch.reading.textContent = String(state.batch);
    seed.show(state.seed);
    parts = partsOf(state.network);
    part.select.replaceChildren(...parts.map(({ label }, k) => html("option", { value: k }, label)));
    part.select.value = state.part;
    film.set(STEPS, state.step);
    go(state.step);
    update();
  }

  // Go to a step, and read the held digits on the way.
  function go(wanted, time) {
    if (wanted < learning.done()) learning.goTo(wanted);
    while (learning.done() < wanted) {
      const next = Math.min(wanted, (Math.floor(learning.done() / OFTEN) + 1) * OFTEN);
      if (learning.goTo(next, time) < next) break;
      if (next % OFTEN === 0 && !tried.has(next)) tried.set(next, tryHeld());
    }
    return learning.done();
  }

  // What the held digits say of the present weights.
  function tryHeld() {
    let [loss, right] = [0, 0];
    for (const { x, label } of held) {
      const outputs = forward(state, learning.weights(), x);
      loss += lossOf(outputs, label) / held.length;
      if (outputs.p.data.indexOf(Math.max(...outputs.p.data)) === label) right += 1;
    }
    return [loss, right];
  }

  let [telling, shown] = [0, 0];
  function update() {
    const at = learning.done();
    // While it plays, all numbers are those of the step at which the held digits were read.
    const read = film.playing() ? at - (at % OFTEN) : at;
    const [loss, right] = tried.get(read) ?? tryHeld();
    root.outputs = { ...learning.weights() }; // for whoever opens the browser's console
    Object.assign(root.dataset, { step: at, heldLoss: loss, heldRight: right });
    showCurves(at, tried, learning.losses);
    showFirst();
    // So many numbers are not read while they change, and take their time to draw.
    if (film.playing() && performance.now() < shown + 150) return;
    shown = performance.now();
    const values = { step: read, right, loss: number(loss, 3), batch: read && number(learning.losses[read - 1], 3) };
    told.textContent = read ? say("After step {step}: {right} of 100 held digits are read correctly, their loss is {loss}; that of the last batch was {batch}.", values)
      : say("Before the first step: {right} of 100 held digits are read correctly, by chance; their loss is {loss}.", values);
    step.classList.toggle("moving", film.playing());
    showStep();
    if (film.playing()) return;
    curves.setAttribute("aria-label", told.textContent);
    root.dataset.losses = JSON.stringify(learning.losses.slice(0, at));
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = told.textContent;
    }, 300);
  }

  // Weights of the first layer as pictures, on one scale that does not shrink as they move.
  function showFirst() {
    const { name } = parts[0];
    const { data, shape: [units] } = learning.weights()[name];
    const size = data.length / units;
    const side = Math.sqrt(size);
    const high = Math.max(1, ...range(data).map(Math.abs));
    if (pictures.children.length !== units) pictures.replaceChildren(...Array.from({ length: units }, () => html("canvas", { "aria-hidden": "true" })));
    [...pictures.children].forEach((canvas, k) => {
      paint(canvas, { values: data.subarray(k * size, (k + 1) * size), height: side, width: side }, SHADES.signed, -high, high);
    });
  }

  const cellsOf = (arrays) => {
    const { name, start, rows, columns } = parts[state.part];
    return arrays[name].data.subarray(start, start + rows * columns);
  };

  function choose(row, column) {
    const { rows, columns } = parts[state.part];
    const nearest = (place, count) => Math.min(count - 1, Math.max(0, Math.round(place)));
    state.cell = { row: nearest(row, rows), column: nearest(column, columns) };
    showStep();
  }

  function showStep() {
    const last = learning.last();
    const { rows, columns } = parts[state.part];
    tables.after.element.firstChild.textContent = last ? say("Weights after it") : say("First weights, drawn at random");
    const shown = { before: last && cellsOf(last.before), slopes: last && cellsOf(last.slopes), after: cellsOf(learning.weights()) };
    if (row.children.length !== (last ? 5 : 1)) row.replaceChildren(...(last ? equation : [tables.after.element]));
    for (const [name, values] of Object.entries(shown)) {
      if (!values) continue;
      const made = tables[name].board;
      const high = Math.max(...range(values).map(Math.abs)) || 1;
      const colour = (k) => shadeOf(SHADES.signed, values[k], -high, high);
      made.element.style.setProperty("--across", columns);
      made.show({
        height: rows,
        width: columns,
        colour: (row, column) => colour(row * columns + column),
        text: columns > 10 || film.playing() ? null : (row, column) => {
          const k = row * columns + column;
          return [number(values[k]).replace(/^(−?)0\./, "$1."), legibleOn(colour(k))];
        },
      });
      const cell = { top: state.cell.row, left: state.cell.column, height: 1, width: 1 };
      made.frame([{ ...cell, kind: "halo" }, { ...cell, kind: "made" }]);
      made.hold(cell);
    }
    if (film.playing()) {
      worked.textContent = say("The numbers follow when it pauses.");
      return;
    }
    const k = state.cell.row * columns + state.cell.column;
    const slope = last && number(shown.slopes[k], 4);
    worked.textContent = last ? say("Row {row}, column {column}: {before} − {rate} · {slope} = {after}", {
      ...state.cell,
      rate: state.rate,
      before: number(shown.before[k], 4),
      slope: slope.startsWith("−") ? `(${slope})` : slope,
      after: number(shown.after[k], 4),
    }) : say("No step yet: press Play, or go one step on.");
    if (last && isSilent(last)) worked.append(html("br"), say("All slopes are 0: this part gives 0 for every digit of the batch, so the step cannot move it."));
    Object.assign(root.dataset, last ? { before: shown.before[k], slope: shown.slopes[k], after: shown.after[k] } : { after: shown.after[k] });
    showBatch(last);
  }

  // Whether the kernel or unit that is looked at gives nothing, wherever it looks.
  function isSilent({ before, batch }) {
    const { start, name } = parts[state.part];
    if (name !== parts[0].name) return false;
    const unit = start / parts[0].rows / parts[0].columns;
    return batch.every((k) => {
      const { data, shape } = forward(state, before, training[k].x).h;
      const size = data.length / shape[0];
      return data.subarray(unit * size, (unit + 1) * size).every((value) => !value);
    });
  }

  // The digits of the batch, and the ten answers to one of them.
  function showBatch(last) {
    const batch = last?.batch ?? [];
    for (const each of [thumbs, digitTable, lossOfDigit]) each.hidden = !last;
    if (!last) return;
    state.digit = Math.min(state.digit, batch.length - 1);
    if (thumbs.children.length !== batch.length) {
      thumbs.replaceChildren(...batch.map((_, k) => {
        const thumb = html("button", { type: "button" }, html("canvas", { "aria-hidden": "true" }));
        thumb.addEventListener("click", () => {
          state.digit = k;
          showStep();
        });
        return thumb;
      }));
    }
    [...thumbs.children].forEach((thumb, k) => {
      const { x, label } = training[batch[k]];
      thumb.setAttribute("aria-label", say("digit {place} of the batch, a {label}", { place: k + 1, label }));
      thumb.setAttribute("aria-pressed", k === state.digit);
      paint(thumb.firstChild, { values: x.data, height: SIDE, width: SIDE }, SHADES.ink, 0, 1);
    });
    const { x, label } = training[batch[state.digit]];
    const { logits, p, read } = forward(state, last.before, x);
    const row = (name, values, digits = 2) => html("tr", {}, html("th", { scope: "row" }, name), ...[...values].map((value) => html("td", {}, number(value, digits))));
    const right = [...p.data.keys()].map((k) => Number(k === label));
    digitTable.replaceChildren(html("table", {},
      row(say("answer"), p.data.keys(), 0), row(say("sum (logit)"), logits.data), row(say("probability p"), p.data),
      row(say("right answer y"), right, 0), row(say("slope of the loss: p − y"), p.data.map((value, k) => value - right[k]))));
    lossOfDigit.textContent = state.network === "two"
      ? say("A {label}: the hidden units give {values}; loss −log {p} = {loss}.", { label, values: [...read.data].map((value) => number(value)).join(", "), p: number(p.data[label], 3), loss: number(lossOf({ logits }, label), 3) })
      : say("A {label}: loss −log {p} = {loss}.", { label, p: number(p.data[label], 3), loss: number(lossOf({ logits }, label), 3) });
    root.dataset.digit = batch[state.digit];
  }

  fromPython();
}
