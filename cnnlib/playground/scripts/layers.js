// The layers of LeNet as maps that can be pointed at, and the workings of the unit that is.
import { html, number } from "../../live/scripts/elements.js";
import { SHADES, range } from "../../live/scripts/shades.js";
import { HELD, HERE, UNIT, screens } from "./screens.js";
import { advice, grip } from "./grip.js";
import { countedProducts, numbers, products } from "./inspector.js";
import { say } from "../../live/scripts/say.js";
import { LAYERS, kernelOf, mapsOf, seenBy } from "./network.js";

const POOLINGS = { max: say("2×2 max pooling"), average: say("2×2 average pooling") };
const NAMES = { relu: say("ReLU"), sigmoid: say("sigmoid"), tanh: say("tanh") };

export function layers(root, { weights, network: { activation, pooling }, inputScreen, bars }) {
  let outputs = null;
  const offer = { tap: say("Tap a unit to hold it while you draw."), click: say("A click, or Enter, holds it while you draw.") };
  const at = grip(() => explain());
  at.listen(root);

  // From the first convolution to the last but one, in columns.
  const strips = {};
  const strip = (name, maps, title, caption) => {
    strips[name] = screens(say("{title}. {caption}. Arrow keys choose a unit, Enter holds it.", { title, caption }), maps, LAYERS[name].columns, {
      chosen: (unit) => at.point({ name, ...unit }),
      pressed: (unit) => at.press({ name, ...unit }),
    });
    return html("section", { class: name }, html("p", { class: "name" }, caption), strips[name].element);
  };
  const then = { activation: NAMES[activation] };
  const pool = { pooling: POOLINGS[pooling] };
  const element = html("div", { class: "layers" },
    html("div", {},
      strip("conv1", 6, say("Convolution, six kernels of 5×5, then {activation}", then), say("Convolution, {activation}: 6 maps of 28×28", then)),
      strip("pool1", 6, pool.pooling, say("{pooling}: 6 maps of 14×14", pool))),
    html("div", {},
      strip("conv2", 16, say("Convolution, sixteen kernels of 6×5×5, then {activation}", then), say("Convolution, {activation}: 16 maps of 10×10", then)),
      strip("pool2", 16, pool.pooling, say("{pooling}: 16 maps of 5×5", pool))),
    html("div", {},
      strip("dense1", 1, say("Dense layer, then {activation}", then), say("Dense, 120 units")),
      strip("dense2", 1, say("Dense layer, then {activation}", then), say("Dense, 84 units"))));

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
  const inspector = html("div", { class: "inspector" }, html("div", { class: "told" }, told, hint), workings);
  told.textContent = say("Point at any unit of any layer, or walk there with Tab and the arrow keys, to see how it came by its value.");

  function show(next) {
    outputs = next;
    for (const [name, strip] of Object.entries(strips)) {
      const maps = mapsOf(outputs, LAYERS[name].shows);
      const [low, high] = range(maps.data);
      strip.show(maps, low < 0 ? SHADES.signed : SHADES.output, low < 0 ? -Math.max(high, -low) : 0, Math.max(high, -low));
    }
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
    const [text, picture] = name.startsWith("pool") ? pooled(unit, seen, value) : summed(unit, seen, value, shown);
    told.textContent = text;
    workings.replaceChildren(picture);
    Object.assign(root.dataset, { unit: `${name} ${map} ${row} ${column}`, value });
    inspector.classList.toggle("held", at.holds());
    frameAll(unit, frame, maps);
  }

  // How what a unit sees is coloured.
  function shadesOf(name) {
    const { reads } = LAYERS[name];
    const [low, high] = range(mapsOf(outputs, reads).data);
    if (reads === "image") return [SHADES.ink, 0, 1];
    return [low < 0 ? SHADES.signed : SHADES.output, Math.min(0, low), high];
  }

  function pooled({ name, map, row, column }, seen, value) {
    const values = { row, column, map: map + 1, value: number(value) };
    const text = pooling === "max"
      ? say("Pooled unit in row {row}, column {column} of map {map}: the largest of its four is {value}.", values)
      : say("Pooled unit in row {row}, column {column} of map {map}: the mean of its four is {value}.", values);
    return [text, html("div", { class: "tables" }, numbers(say("it sees"), { values: seen.data, height: 2, width: 2 }, ...shadesOf(name)))];
  }

  function summed(unit, seen, value, shown) {
    const { name } = unit;
    const { kernel, bias, unit: index } = kernelOf(weights, name, unit, seen.shape);
    const [shades, ...scale] = shadesOf(name);
    const { element, sum } = products(seen, kernel, scale, shades);
    const values = {
      unit: nameOf(unit, index, shown.data.length),
      products: countedProducts(seen.data.length),
      sum: number(sum),
      bias: number(bias),
      whole: number(sum + bias),
      activation: NAMES[activation],
      value: number(value),
      percent: number(100 * outputs.probabilities.data[index], 1),
    };
    const text = name === "dense3"
      ? say("{unit}: {products} add up to {sum}, with the bias of {bias} to {whole}; the softmax makes {percent} % of it.", values)
      : say("{unit}: {products} add up to {sum}, with the bias of {bias} to {whole}; the {activation} makes {value} of it.", values);
    return [text, element];
  }

  function nameOf({ name, map, row, column }, index, count) {
    if (name === "dense3") return say("Output for {digit}", { digit: index });
    if (name.startsWith("dense")) return say("Unit {unit} of {count}", { unit: index + 1, count });
    return say("Unit in row {row}, column {column} of map {map}", { row, column, map: map + 1 });
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

  return { element, inspector, bars: barred, show };
}
