// Draw a digit and watch a trained LeNet read it; point at any unit and see how it came by its value.
import { array } from "./operators.js";
import { asMnist, range, resized } from "./digits.js";
import { SHADES, button, html, number, paint, pictureChooser, plural, screens, tick } from "./elements.js";
import { joined, received, sent, unpacked } from "./model.js";
import { LAYERS, forward, kernelOf, mapsOf, seenBy } from "./network.js";
import { numbers, products } from "./inspector.js";
import { pad } from "./pad.js";

const POOLINGS = { max: ["max pooling", "the largest of"], average: ["average pooling", "the mean of"] };
const NAMES = { relu: "ReLU", sigmoid: "sigmoid", tanh: "tanh" };

export function render({ model, el }) {
  const weights = unpacked(model.get("weights"));
  const [activation, pooling] = [model.get("activation"), model.get("pooling")];
  const examples = received(model.get("examples"));
  let picture = null; // a drawing or a photograph; null for an image that comes as the network reads it
  let outputs = null;
  let unit = null; // { name, map, row, column } that is explained
  let holding = false;
  let prepared = true;

  const said = html("p", { class: "quiet", role: "status" });
  const say = (text) => {
    said.textContent = text;
  };
  const sheet = pad({ drawn: (ink) => take(ink), said: say });
  const given = () => array([1, 28, 28], received(model.get("image")).data);
  const python = joined(model, () => place(given()));

  // What the network reads, and what it answers.
  const inputScreen = screens("What the network reads: 28 by 28 pixels", 1, 1, {
    chosen: ({ row, column }) => say(`Pixel in row ${row}, column ${column}: ${number(outputs.image.data[row * 28 + column])}.`),
  });
  const answer = html("p", { class: "answer", "aria-hidden": "true" });
  const reading = html("p", { class: "reading", role: "status" });
  const bars = Array.from({ length: 10 }, (_, k) => {
    const bar = html("i");
    const share = html("b");
    const row = html("div", { class: "bar" }, html("span", {}, String(k)), html("div", {}, bar), share);
    return { row, bar, share };
  });
  const barred = html("div", { class: "bars", tabindex: 0, role: "application", "aria-label": "Probability of each digit; arrow keys choose one" });
  barred.append(...bars.map(({ row }) => row));

  // The layers, from the first convolution to the last but one.
  const strips = {};
  const layers = html("div", { class: "layers" });
  for (const [name, title] of Object.entries({
    conv1: `Convolution, six kernels of 5×5, then ${NAMES[activation]}: 6 maps of 28×28`,
    pool1: `2×2 ${POOLINGS[pooling][0]}: 6 maps of 14×14`,
    conv2: `Convolution, sixteen kernels of 6×5×5, then ${NAMES[activation]}: 16 maps of 10×10`,
    pool2: `2×2 ${POOLINGS[pooling][0]}: 16 maps of 5×5`,
    dense1: `Dense, then ${NAMES[activation]}: 120 units`,
    dense2: `Dense, then ${NAMES[activation]}: 84 units`,
  })) {
    const { shows, columns } = LAYERS[name];
    const count = name.startsWith("conv1") || name === "pool1" ? 6 : name.startsWith("dense") ? 1 : 16;
    strips[name] = screens(`${title}. Arrow keys choose a unit.`, count, columns, {
      chosen: (at) => pointAt(name, at),
      held: hold,
      released: release,
    });
    strips[name].shows = shows;
    layers.append(html("section", { class: name }, html("p", { class: "name" }, title), strips[name].element));
  }

  const workings = html("div", { class: "workings" });
  const told = html("p", { role: "status" });
  const letGo = button("Let go", release, { hidden: "" });
  const inspector = html("div", { class: "inspector" }, html("div", { class: "group" }, told, letGo), workings);

  // Controls.
  const thumbs = html("div", { class: "thumbs", role: "group", "aria-label": "Digits to begin with" });
  model.get("labels").forEach((label, k) => {
    const canvas = html("canvas", { "aria-hidden": "true" });
    const image = array([1, 28, 28], examples.data.subarray(784 * k, 784 * (k + 1)));
    paint(canvas, { values: image.data, height: 28, width: 28 }, SHADES.ink, 0, 1);
    const thumb = button("", () => {
      place(image);
      tellPython();
    }, { "aria-label": label, title: label });
    thumb.append(canvas);
    thumbs.append(thumb);
  });
  const chooser = pictureChooser(sheet.element, 1000, (gray) => {
    const [low, high] = range(gray.data);
    // Shown as ink whatever its colours: the brighter half of a dark picture, the darker half of a bright one.
    const bright = gray.data.reduce((a, b) => a + b) / gray.data.length > (low + high) / 2;
    sheet.put(array(gray.shape, gray.data.map((value) => (bright ? high - value : value - low) / (high - low || 1))));
    take(gray);
  }, say);
  const preparing = tick("scale and centre, as in MNIST", prepared, (checked) => {
    prepared = checked;
    if (picture) take(picture);
  });

  el.classList.add("cnnlib-playground");
  el.replaceChildren(
    html("div", { class: "desk" },
      html("div", { class: "sheet" }, html("p", { class: "name" }, "Draw a digit"), sheet.element,
        html("div", { class: "group" }, button("Undo", sheet.undo), button("Clear", sheet.clear))),
      html("div", { class: "input" }, html("p", { class: "name" }, "The network reads"), inputScreen.element, answer, reading),
      html("div", {}, html("p", { class: "name" }, "Probabilities"), barred)),
    html("div", { class: "group" }, thumbs, chooser, preparing.row, said), layers, inspector,
  );

  // A new picture: prepare it, read it, tell Python.
  function take(next) {
    picture = next;
    const [height, width] = next.shape;
    const raw = () => {
      const largest = range(next.data)[1] > 1 ? 255 : 1;
      return array([1, 28, 28], resized(array([height, width], next.data.map((value) => value / largest)), 28, 28).data);
    };
    const image = prepared ? asMnist(next) : raw();
    read(next, image ?? array([1, 28, 28]), image === null);
    tellPython();
  }

  // An image that needs no preparing, because it comes as the network reads it.
  function place(image) {
    sheet.put(array([28, 28], image.data));
    read(null, image);
  }

  let waiting = 0;
  function tellPython() {
    clearTimeout(waiting);
    waiting = setTimeout(() => python.tell({ image: sent(array([28, 28], outputs.image.data)) }), 150);
  }

  let announcing = 0;
  function read(from, image, empty = false) {
    picture = from;
    outputs = forward(weights, image, { activation, pooling });
    el.outputs = { picture, ...outputs }; // for whoever opens the browser's console
    inputScreen.show(image, SHADES.ink, 0, 1);
    for (const [name, strip] of Object.entries(strips)) {
      const maps = mapsOf(outputs, LAYERS[name].shows);
      const [low, high] = range(maps.data);
      strip.show(maps, low < 0 ? SHADES.signed : SHADES.output, low < 0 ? -Math.max(high, -low) : 0, Math.max(high, -low));
    }
    const shares = outputs.probabilities.data;
    const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
    const percent = (share) => `${number(100 * share, 1)} %`;
    bars.forEach(({ row, bar, share }, k) => {
      bar.style.width = `${100 * shares[k]}%`;
      share.textContent = percent(shares[k]);
      row.classList.toggle("best", k === order[0] && !empty);
    });
    answer.textContent = empty ? "?" : order[0];
    const text = empty
      ? "Nothing stands out yet. A network has to answer all the same."
      : `Read as ${order[0]}, ${percent(shares[order[0]])}; next ${order[1]}, ${percent(shares[order[1]])}.`;
    clearTimeout(announcing);
    announcing = setTimeout(() => {
      reading.textContent = text;
    }, reading.textContent ? 300 : 0);
    if (unit) explain();
  }

  // Pointing.
  function pointAt(name, at) {
    if (holding && !(document.activeElement?.matches(":focus-visible") && layers.contains(document.activeElement))) return;
    unit = { name, ...at };
    explain();
  }

  function hold() {
    holding = true;
    letGo.hidden = false;
    explain();
  }

  function release() {
    holding = false;
    letGo.hidden = true;
    if (unit) explain();
  }

  bars.forEach(({ row }, k) => {
    const at = { map: 0, row: k, column: 0 };
    row.addEventListener("pointermove", (event) => event.pointerType === "mouse" && pointAt("dense3", at));
    row.addEventListener("click", () => {
      pointAt("dense3", at);
      hold();
    });
  });
  barred.addEventListener("focus", () => barred.matches(":focus-visible") && pointAtBar(0));
  barred.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) pointAtBar(step);
    else if (event.key === "Enter") hold();
    else if (event.key === "Escape") release();
    else return;
    event.preventDefault();
  });
  function pointAtBar(step) {
    const now = unit?.name === "dense3" ? unit.row : 0;
    holding = false;
    pointAt("dense3", { map: 0, row: Math.min(9, Math.max(0, now + step)), column: 0 });
  }

  function explain() {
    const { name, map, row, column } = unit;
    const { reads, shows, field } = LAYERS[name];
    const { seen, frame, maps } = seenBy(outputs, name, unit);
    const before = mapsOf(outputs, reads);
    const [low, high] = range(before.data);
    const scale = [Math.min(0, low), reads === "image" ? 1 : high];
    const shades = reads === "image" ? SHADES.ink : low < 0 ? SHADES.signed : SHADES.output;
    const shown = mapsOf(outputs, shows);
    const value = shown.data[(map * shown.shape[1] + row) * shown.shape[2] + column];

    if (name.startsWith("pool")) {
      workings.replaceChildren(html("div", { class: "tables" }, numbers("it sees", { values: seen.data, height: 2, width: 2 }, shades, ...scale)));
      told.textContent = `Pooled unit in row ${row}, column ${column} of map ${map + 1}: ` +
        `${POOLINGS[pooling][1]} its four is ${number(value)}.`;
    } else {
      const { kernel, bias, unit: index } = kernelOf(weights, name, unit, seen.shape);
      const { element, sum } = products(seen, kernel, scale, shades);
      workings.replaceChildren(element);
      const dense = name.startsWith("dense");
      const who = name === "dense3" ? `Output for ${index}` : dense
        ? `Unit ${index + 1} of ${shown.data.length}` : `Unit in row ${row}, column ${column} of map ${map + 1}`;
      const last = name === "dense3"
        ? `the softmax makes ${number(100 * outputs.probabilities.data[index], 1)} % of it.`
        : `the ${NAMES[activation]} makes ${number(value)} of it.`;
      told.textContent = `${who}: ${plural(seen.data.length, "product")} add up to ${number(sum)}, ` +
        `with the bias of ${number(bias)} to ${number(sum + bias)}; ${last}`;
    }
    Object.assign(el.dataset, { unit: `${name} ${map} ${row} ${column}`, value });
    inspector.classList.toggle("held", holding);

    // Frames: the unit itself, what it reads in the layer before, what it sees of the image.
    for (const [each, strip] of Object.entries(strips)) {
      const frames = LAYERS[each].shows === reads ? (maps ?? [...Array(before.shape[0]).keys()]).map((c) => ({ map: c, ...frame, kind: "read" })) : [];
      if (each === name) frames.push({ map, top: row, left: column, height: 1, width: 1, kind: "unit" });
      strip.frame(frames);
    }
    const sees = field
      ? { top: field.start + row * field.step, left: field.start + column * field.step, height: field.size, width: field.size }
      : { top: 0, left: 0, height: 28, width: 28 };
    inputScreen.frame([{ map: 0, ...sees, kind: "read" }]);
    bars.forEach(({ row: each }, k) => each.classList.toggle("unit", name === "dense3" && k === row));
    if (name !== "dense3") strips[name].walkTo({ map, row, column });
  }

  python.hear("image");
  told.textContent = "Point at any unit of any layer, or walk there with Tab and the arrow keys, to see how it came by its value. A click holds it while you draw on.";
  place(given());
}
