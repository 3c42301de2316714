// A small map of numbers to edit, and what three summary statistics make of its windows.
import { array, avgPool2d, maxPool2d } from "./operators.js";
import { lpPool2d } from "./poolings.js";
import { received, sent } from "./packets.js";
import { OWN, html, list, number, slider } from "../../live/scripts/elements.js";
import { SHADES, legibleOn, range, shadeOf } from "../../live/scripts/shades.js";
import { board } from "../../live/scripts/board.js";
import { fields } from "../../live/scripts/fields.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { choices, say } from "../../live/scripts/say.js";

const SETTINGS = ["window", "stride", "power"];
// At most two decimals, and none that are zero.
const short = (value) => number(value).replace(/\.?0+$/, "");
const raised = (power) => String(power).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);

export function draw(root, model) {
  const maps = Object.fromEntries(Object.entries(model.get("maps")).map(([name, packet]) => [name, received(packet)]));
  const state = { cell: null };
  let pooled = null; // { maximum, average, norm }, each [1, H_out, W_out]
  let painted = null; // how many windows are done; null for all

  const python = joined(model, () => fromPython());
  python.hear("image", "cell", ...SETTINGS);
  const tell = teller(python, (name) => {
    if (name === "cell") return [state.cell.row, state.cell.column];
    return name === "image" ? sent(state.image) : state[name];
  });

  const told = html("p", { class: "sentence" });
  const heard = html("p", { class: "heard", role: "status" });
  const turn = (name) => (value) => {
    state[name] = value;
    update();
    tell(name);
  };
  const chosen = list(say("Map"), { ...choices(Object.keys(maps)), [OWN]: OWN }, OWN, (name) => {
    if (!maps[name]) return;
    state.image = array(maps[name].shape, maps[name].data.slice());
    update();
    tell("image");
  });
  chosen.row.hidden = !Object.keys(maps).length;
  const sliders = {
    window: slider(say("Window"), { min: 1, max: 4, value: 2, name: "window" }, turn("window"), (k) => `${k}×${k}`),
    stride: slider(say("Stride"), { min: 1, max: 4, value: 2, name: "stride" }, turn("stride")),
    power: slider("p", { min: 1, max: 10, value: 2, name: "power" }, turn("power")),
  };

  const numbers = fields(say("The map"), (row, column) => say("number in row {row}, column {column}", { row, column }), (k, value) => {
    state.image = array(state.image.shape, state.image.data.slice());
    state.image.data[k] = value;
    chosen.select.value = OWN;
    meet(k);
    update();
    tell("image");
  }, { grain: () => 1 });
  numbers.element.addEventListener("focusin", ({ target }) => {
    meet([...numbers.element.children].indexOf(target));
    explain();
  });
  const frame = html("div", { class: "reads" });
  const unread = html("p", { class: "name" });
  const mapName = html("p", { class: "name" });
  const results = {
    maximum: result(say("The maxima. Arrow keys move the window.")),
    average: result(say("The averages. Arrow keys move the window.")),
    norm: result(say("The Lᵖ norms. Arrow keys move the window.")),
  };
  const film = player(say("How many windows are done"), (count) => {
    const [, down, across] = pooled.maximum.shape;
    painted = count >= down * across ? null : count;
    const last = Math.max(0, count - 1);
    state.cell = { row: Math.floor(last / across), column: last % across };
    showResults();
    explain();
  }, { slow: 1 });
  const lines = Object.fromEntries(Object.keys(results).map((name) => [name, html("p", { class: "line" })]));

  root.replaceChildren(
    html("div", { class: "summaries" },
      html("div", {}, mapName, html("div", { class: "sheet" }, numbers.element, frame), unread),
      html("div", {},
        html("div", { class: "boards" }, ...Object.values(results).map(({ caption, board }) => html("div", {}, caption, board.element))),
        html("div", { class: "lines" }, ...Object.values(lines)), told)),
    film.element, heard,
    html("div", { class: "group" }, chosen.row, ...Object.values(sliders).map(({ row }) => row)),
  );

  function result(label) {
    return {
      caption: html("p", { class: "name" }),
      board: board(label, { dragged: (top, left) => moveTo(top, left), tapped: () => {}, stepped }),
    };
  }

  function fromPython() {
    for (const name of SETTINGS) state[name] = model.get(name);
    for (const [name, control] of Object.entries(sliders)) control.show(state[name]);
    const cell = model.get("cell");
    state.cell = cell && { row: cell[0], column: cell[1] };
    state.image = received(model.get("image"));
    const same = ({ shape, data }) => shape.join() === state.image.shape.join() && data.every((value, k) => value === state.image.data[k]);
    chosen.select.value = Object.keys(maps).find((name) => same(maps[name])) ?? OWN;
    update();
  }

  function update() {
    const { image: { shape: [height, width], data }, window, stride, power } = state;
    const map = array([1, height, width], data);
    pooled = {
      maximum: maxPool2d(map, window, stride),
      average: avgPool2d(map, window, stride),
      norm: lpPool2d(array(map.shape, data.map(Math.abs)), window, stride, power),
    };
    root.outputs = { image: state.image, ...pooled }; // for whoever opens the browser's console
    const windows = pooled.maximum.data.length;
    painted = null;
    film.set(windows, windows);
    numbers.show({ values: data, height, width });
    [...numbers.element.children].forEach((field, k) => {
      const colour = shadeOf(SHADES.output, data[k], 0, Math.max(1e-9, range(data)[1]));
      Object.assign(field.style, { background: `rgb(${colour})`, color: legibleOn(colour), fontSize: `min(1.25rem, ${4 / field.value.length}rem)` });
    });
    mapName.textContent = say("Map, {size}", { size: `${height}×${width}` });
    showUnread(width, window, stride);
    for (const { board } of Object.values(results)) board.element.hidden = !windows;
    film.element.hidden = frame.hidden = !windows;
    showResults();
    if (windows) explain();
    else {
      told.textContent = say("The window has {window} cells, the map {size}.", { window: `${window}×${window}`, size: `${height}×${width}` });
      heard.textContent = told.textContent;
      for (const line of Object.values(lines)) line.textContent = "";
    }
  }

  // Cells that lie in no window: behind the last one, or between windows that leap.
  function showUnread(width, window, stride) {
    const [, down, across] = pooled.maximum.shape;
    const read = (cell, count) => cell - stride * Math.min(count - 1, Math.floor(cell / stride)) < window;
    const fields = [...numbers.element.children];
    fields.forEach((field, k) => field.classList.toggle("unread", !(read(Math.floor(k / width), down) && read(k % width, across))));
    const count = fields.filter((field) => field.classList.contains("unread")).length;
    unread.hidden = !count || !pooled.maximum.data.length;
    unread.textContent = count === 1 ? say("No window reads the striped cell.") : say("No window reads the {count} striped cells.", { count });
  }

  function showResults() {
    const high = Math.max(1e-9, range(state.image.data)[1]);
    const { power } = state;
    const captions = { maximum: say("Maxima"), average: say("Averages"), norm: say("L{power} norms", { power: raised(power) }) };
    for (const [name, { board, caption }] of Object.entries(results)) {
      const { shape: [, down, across], data } = pooled[name];
      caption.textContent = data.length ? `${captions[name]}: ${down}×${across}` : captions[name];
      if (!data.length) continue;
      const top = name === "norm" ? Math.max(high, range(data)[1]) : high;
      const there = (k) => painted === null || k < painted;
      const colour = (k) => shadeOf(SHADES.output, data[k], 0, top);
      board.element.style.setProperty("--across", across);
      board.show({
        height: down,
        width: across,
        colour: (row, column) => (there(row * across + column) ? colour(row * across + column) : null),
        text(row, column) {
          const k = row * across + column;
          return there(k) ? [short(data[k]), legibleOn(colour(k))] : null;
        },
      });
    }
    root.dataset.painted = painted ?? pooled.maximum.data.length;
  }

  function place() {
    const [, down, across] = pooled.maximum.shape;
    const { row, column } = state.cell ?? { row: down - 1, column: 0 };
    return { row: Math.min(row, down - 1), column: Math.min(column, across - 1) };
  }

  function moveTo(row, column) {
    if (!pooled.maximum.data.length) return;
    film.stop();
    const [, down, across] = pooled.maximum.shape;
    const nearest = (value, count) => Math.min(count - 1, Math.max(0, Math.round(value)));
    state.cell = { row: nearest(row, down), column: nearest(column, across) };
    explain();
  }

  function stepped(down, across, key) {
    if (!pooled.maximum.data.length) return;
    const { row, column } = place();
    if (key === "Home") moveTo(row, 0);
    else if (key === "End") moveTo(row, Infinity);
    else moveTo(row + down, column + across);
  }

  // The window that holds a number which is edited: the one that is looked at, if it does; else the first.
  function meet(k) {
    const { image: { shape: [, width] }, window, stride } = state;
    const [, down, across] = pooled.maximum.shape;
    if (!down || !across) return;
    const holds = (at, cell) => at * stride <= cell && cell < at * stride + window;
    const [row, column] = [Math.floor(k / width), k % width];
    const now = place();
    if (holds(now.row, row) && holds(now.column, column)) return;
    const [i, j] = [[row, down], [column, across]].map(([cell, count]) => [...Array(count).keys()].find((at) => holds(at, cell)));
    if (i !== undefined && j !== undefined) state.cell = { row: i, column: j };
  }

  let telling = 0;
  function explain() {
    const { image: { shape: [height, width], data }, window, stride, power } = state;
    if (!pooled.maximum.data.length) return;
    const { row, column } = place();
    const k = row * pooled.maximum.shape[2] + column;
    const cells = Array.from({ length: window * window }, (_, at) => (row * stride + Math.floor(at / window)) * width + column * stride + (at % window));
    const values = cells.map((cell) => data[cell]);
    const [maximum, average, norm] = ["maximum", "average", "norm"].map((name) => pooled[name].data[k]);
    [...numbers.element.children].forEach((field, cell) => field.classList.toggle("largest", cells.includes(cell) && data[cell] === maximum));
    Object.assign(frame.style, {
      left: `${(100 * column * stride) / width}%`,
      top: `${(100 * row * stride) / height}%`,
      width: `${(100 * window) / width}%`,
      height: `${(100 * window) / height}%`,
    });
    const listed = values.map(short);
    lines.maximum.textContent = say("maximum: the largest of {numbers} is {result}", { numbers: listed.join(", "), result: short(maximum) });
    lines.average.textContent = say("average: ({numbers}) / {count} = {result}", { numbers: listed.map((value) => (value.startsWith("−") ? `(${value})` : value)).join(" + "), count: values.length, result: short(average) });
    const sizes = listed.map((value) => (value.startsWith("−") ? `|${value}|` : value));
    const powers = sizes.map((value) => (power === 1 ? value : `${value}${raised(power)}`)).join(" + ");
    const sum = power === 1 ? powers : power === 2 ? `√(${powers})` : `(${powers})^(1/${power})`;
    lines.norm.textContent = say("L{power} norm: {sum} = {result}", { power: raised(power), sum, result: short(norm) });
    told.textContent = say("Window in row {row}, column {column}.", { row, column });
    for (const { board } of Object.values(results)) {
      const cell = { top: row, left: column, height: 1, width: 1 };
      board.frame([{ ...cell, kind: "halo" }, { ...cell, kind: "made" }]);
      board.hold(cell);
    }
    Object.assign(root.dataset, { cell: `${row} ${column}`, window: values.join(" ") });
    if (film.playing()) return;
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = [told, ...Object.values(lines)].map(({ textContent }) => textContent).join(" ");
      if (state.cell) tell("cell");
    }, 300);
  }

  fromPython();
}
