// The layers of LeNet as maps that can be pointed at, and the workings of the unit that is.
import { SHADES, HELD, HERE, UNIT, html, number, plural, screens } from "./elements.js";
import { range } from "./digits.js";
import { advice, grip } from "./grip.js";
import { numbers, products } from "./inspector.js";
import { LAYERS, kernelOf, mapsOf, seenBy } from "./network.js";

const POOLINGS = { max: ["max pooling", "the largest of"], average: ["average pooling", "the mean of"] };
const NAMES = { relu: "ReLU", sigmoid: "sigmoid", tanh: "tanh" };

export function layers(root, { weights, network: { activation, pooling }, inputScreen, bars }) {
  let outputs = null;
  const at = grip(() => explain());
  at.listen(root);

  // From the first convolution to the last but one, in columns.
  const strips = {};
  const strip = (name, maps, title, caption) => {
    strips[name] = screens(`${title}. ${caption}. Arrow keys choose a unit, Enter holds it.`, maps, LAYERS[name].columns, {
      chosen: (unit) => at.point({ name, ...unit }),
      pressed: (unit) => at.press({ name, ...unit }),
    });
    return html("section", { class: name }, html("p", { class: "name" }, caption), strips[name].element);
  };
  const then = NAMES[activation];
  const pool = POOLINGS[pooling][0];
  const element = html("div", { class: "layers" },
    html("div", {},
      strip("conv1", 6, `Convolution, six kernels of 5×5, then ${then}`, `Convolution, ${then}: 6 maps of 28×28`),
      strip("pool1", 6, `2×2 ${pool}`, `2×2 ${pool}: 6 maps of 14×14`)),
    html("div", {},
      strip("conv2", 16, `Convolution, sixteen kernels of 6×5×5, then ${then}`, `Convolution, ${then}: 16 maps of 10×10`),
      strip("pool2", 16, `2×2 ${pool}`, `2×2 ${pool}: 16 maps of 5×5`)),
    html("div", {}, strip("dense1", 1, `Dense layer, then ${then}`, "Dense, 120 units"), strip("dense2", 1, `Dense layer, then ${then}`, "Dense, 84 units")));

  // The last layer's units are the bars.
  const output = (row) => ({ name: "dense3", map: 0, row, column: 0 });
  const barred = html("div", {
    class: "bars", tabindex: 0, role: "application", "aria-label": "Probability of each digit; arrow keys choose one, Enter holds it",
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
  told.textContent = "Point at any unit of any layer, or walk there with Tab and the arrow keys, to see how it came by its value.";

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
    hint.textContent = advice("while you draw", at);
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
    const text = `Pooled unit in row ${row}, column ${column} of map ${map + 1}: ${POOLINGS[pooling][1]} its four is ${number(value)}.`;
    return [text, html("div", { class: "tables" }, numbers("it sees", { values: seen.data, height: 2, width: 2 }, ...shadesOf(name)))];
  }

  function summed(unit, seen, value, shown) {
    const { name, map, row, column } = unit;
    const { kernel, bias, unit: index } = kernelOf(weights, name, unit, seen.shape);
    const [shades, ...scale] = shadesOf(name);
    const { element, sum } = products(seen, kernel, scale, shades);
    const dense = name.startsWith("dense");
    const who = name === "dense3" ? `Output for ${index}` : dense
      ? `Unit ${index + 1} of ${shown.data.length}` : `Unit in row ${row}, column ${column} of map ${map + 1}`;
    const last = name === "dense3"
      ? `the softmax makes ${number(100 * outputs.probabilities.data[index], 1)} % of it.`
      : `the ${NAMES[activation]} makes ${number(value)} of it.`;
    const text = `${who}: ${plural(seen.data.length, "product")} add up to ${number(sum)}, ` +
      `with the bias of ${number(bias)} to ${number(sum + bias)}; ${last}`;
    return [text, element];
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
