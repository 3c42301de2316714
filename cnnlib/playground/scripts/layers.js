// The layers of LeNet as maps that can be pointed at, and beside them the workings of the unit that is.
import { html, number } from "../../live/scripts/elements.js";
import { SHADES, range } from "../../live/scripts/shades.js";
import { HELD, HERE, UNIT, screens } from "./screens.js";
import { advice, grip } from "./grip.js";
import { LAYERS, mapsOf, seenBy } from "./network.js";
import { CURVES, workingsOf } from "./workings.js";
import { say } from "../../live/scripts/say.js";

const POOLINGS = { max: say("2×2 max pooling"), average: say("2×2 average pooling") };

export function layers(root, { bars, announce }) {
  let [outputs, network] = [null, null];
  const offer = { tap: say("Tap a unit to hold it while you draw."), click: say("A click, or Enter, holds it while you draw.") };
  const at = grip(() => explain());
  at.listen(root);

  const inputScreen = screens(say("What the network reads: 28 by 28 pixels"), 1, 1, {
    chosen({ row, column }) {
      const value = number(outputs.image.data[row * 28 + column]);
      announce(say("Pixel in row {row}, column {column}: {value}.", { row, column, value }));
    },
  });
  const input = html("section", { class: "input" }, html("div", {}, html("p", { class: "name" }, say("The network reads")), inputScreen.element));

  // From the first convolution to the last layer but one.
  const MAPS = { conv1: 6, pool1: 6, conv2: 16, pool2: 16, dense1: 1, dense2: 1 };
  const strips = {};
  const sections = Object.entries(MAPS).map(([name, maps], k) => {
    const caption = html("p", { class: "name" });
    const made = screens("", maps, LAYERS[name].columns, {
      chosen: (unit) => at.point({ name, ...unit }),
      pressed: (unit) => at.press({ name, ...unit }),
    });
    const section = html("section", { class: name }, caption, made.element);
    section.style.order = 10 * k;
    strips[name] = { ...made, caption, section };
    return section;
  });

  function titled() {
    const then = { activation: CURVES[network.activation] };
    const pool = { pooling: POOLINGS[network.pooling] };
    const titles = {
      conv1: [say("Convolution, six kernels of 5×5, then {activation}", then), say("Convolution, {activation}: 6 maps of 28×28", then)],
      pool1: [pool.pooling, say("{pooling}: 6 maps of 14×14", pool)],
      conv2: [say("Convolution, sixteen kernels of 6×5×5, then {activation}", then), say("Convolution, {activation}: 16 maps of 10×10", then)],
      pool2: [pool.pooling, say("{pooling}: 16 maps of 5×5", pool)],
      dense1: [say("Dense layer, then {activation}", then), say("Dense, 120 units")],
      dense2: [say("Dense layer, then {activation}", then), say("Dense, 84 units")],
    };
    for (const [name, [title, caption]] of Object.entries(titles)) {
      strips[name].caption.textContent = caption;
      strips[name].element.setAttribute("aria-label", say("{title}. {caption}. Arrow keys choose a unit, Enter holds it.", { title, caption }));
    }
  }

  // The last layer's units are the bars.
  const output = (row) => ({ name: "dense3", map: 0, row, column: 0 });
  const barred = html("div", {
    class: "bars", tabindex: 0, role: "application", "aria-label": say("Probability of each digit; arrow keys choose one, Enter holds it"),
  }, ...bars.map(({ row }) => row));
  let bar = 0;
  bars.forEach(({ row }, k) => {
    row.addEventListener("pointermove", (event) => event.pointerType === "mouse" && at.point(output(k)));
    row.addEventListener("click", () => {
      bar = k;
      at.press(output(k));
      inspector.scrollIntoView({ block: "nearest" }); // the bars stay in sight, the workings may not
    });
  });
  barred.addEventListener("focus", () => barred.matches(":focus-visible") && at.point(output(bar)));
  barred.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      bar = Math.min(9, Math.max(0, bar + step));
      at.point(output(bar));
    } else if (event.key === "Enter" || event.key === " ") at.press(output(bar));
    else return;
    event.preventDefault();
  });

  const told = html("p", { role: "status" });
  const hint = html("p", { class: "quiet", role: "status" });
  const workings = html("div", { class: "workings" });
  const inspector = html("div", { class: "inspector" }, told, workings, hint);
  told.textContent = say("Point at any unit of any layer, or walk there with Tab and the arrow keys, to see how it came by its value.");
  const element = html("div", { class: "walk" }, html("div", { class: "layers" }, input, ...sections), inspector);
  let beside = null; // the layer beside which the workings stand

  // Beside the layer on a wide page, below it on a narrow one; the style sheet takes what it needs.
  function stand(name) {
    if (name === beside) return;
    beside = name;
    const section = strips[name]?.section;
    inspector.style.setProperty("--order", section ? Number(section.style.order) + 5 : -1);
    // Neither below the layers nor below the window.
    const end = Math.min(element.offsetHeight, innerHeight - element.getBoundingClientRect().top - 8);
    const room = end - inspector.offsetHeight;
    inspector.style.setProperty("--beside", `${section ? Math.max(0, Math.min(section.offsetTop, room)) : 0}px`);
  }

  function draw(name, rows) {
    const maps = mapsOf(outputs, LAYERS[name].shows);
    const [low, high] = range(maps.data);
    const most = Math.max(high, -low);
    strips[name].show(maps, low < 0 ? SHADES.signed : SHADES.output, low < 0 ? -most : 0, most, rows);
  }

  function show(next, of) {
    outputs = next;
    if (network !== of) {
      network = of;
      titled();
    }
    inputScreen.show(outputs.image, SHADES.ink, 0, 1);
    for (const name of Object.keys(strips)) draw(name);
    explain();
  }

  function explain() {
    const unit = at.unit();
    hint.textContent = advice(offer, at);
    if (!unit) return;
    const { name, map, row, column } = unit;
    const { seen, frame, maps } = seenBy(outputs, name, unit);
    const shown = mapsOf(outputs, LAYERS[name].shows);
    const value = shown.data[(map * shown.shape[1] + row) * shown.shape[2] + column];
    const { text, picture } = workingsOf(network, outputs, unit, seen, value);
    told.textContent = text;
    workings.replaceChildren(...picture);
    Object.assign(root.dataset, { unit: `${name} ${map} ${row} ${column}`, value });
    inspector.classList.toggle("held", at.holds());
    frameAll(unit, frame, maps);
    stand(name);
  }

  // The unit itself, what it reads in the layer before, what it sees of the image, and where the reader is.
  function frameAll({ name, map, row, column }, frame, maps) {
    const { reads, field } = LAYERS[name];
    const read = maps ?? [...Array(mapsOf(outputs, reads).shape[0]).keys()];
    const kind = at.holds() ? HELD : UNIT;
    const here = at.elsewhere();
    const cell = (unit, kind) => ({ map: unit.map, top: unit.row, left: unit.column, height: 1, width: 1, kind });
    for (const [each, strip] of Object.entries(strips)) {
      const frames = LAYERS[each].shows === reads ? read.map((c) => ({ map: c, ...frame, kind: "read" })) : [];
      if (each === name) frames.push(cell({ map, row, column }, kind));
      if (each === here?.name) frames.push(cell(here, HERE));
      strip.frame(frames);
    }
    const sees = field
      ? { top: field.start + row * field.step, left: field.start + column * field.step, height: field.size, width: field.size }
      : { top: 0, left: 0, height: 28, width: 28 };
    inputScreen.frame([{ map: 0, ...sees, kind: "read" }]);
    bars.forEach(({ row: each }, k) => {
      each.classList.toggle("unit", name === "dense3" && k === row);
      each.classList.toggle("here", here?.name === "dense3" && k === here.row);
    });
  }

  // A row of all maps of a layer, and what it reads; without a name, the unit that is explained again.
  function frameRow(name, row) {
    const unit = at.unit();
    if (!name && unit) return explain();
    const across = (key) => mapsOf(outputs, key).shape;
    for (const [each, strip] of [["image", inputScreen], ...Object.entries(strips)]) {
      const shows = each === "image" ? each : LAYERS[each].shows;
      const [maps, , width] = across(shows);
      const all = (band) => Array.from({ length: maps }, (_, map) => ({ map, left: 0, width, ...band }));
      const reads = name && LAYERS[name].reads === shows;
      const { frame } = reads ? seenBy(outputs, name, { map: 0, row, column: 0 }) : {};
      strip.frame(reads ? all({ top: frame.top, height: frame.height, kind: "read" })
        : each === name ? all({ top: row, height: 1, kind: "row" }) : []);
    }
  }

  return {
    element,
    input,
    bars: barred,
    show,
    frameRow,
    reveal: draw,
    stations: () => Object.entries(strips).map(([name, { caption }]) => ({
      name, rows: mapsOf(outputs, LAYERS[name].shows).shape[1], title: caption.textContent,
    })),
  };
}
