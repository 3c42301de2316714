// Every layer's size, parameters and arithmetic, for any size of the image and one of some networks.
import { COLOURS, name } from "../../live/scripts/drawings.js";
import { html, list, slider, svg } from "../../live/scripts/elements.js";
import { choices, say } from "../../live/scripts/say.js";

export function draw(root, model) {
  const { networks, size: [low, high, start] } = model.get("data");
  const TINTS = { conv: "#9fd8cb", pool: "#d08fb8", dense: "#f7dfa5" };
  let chosen = Object.keys(networks)[0];
  let size = start;

  const controls = html("div", { class: "controls" });
  controls.append(list(say("network"), choices(Object.keys(networks)), chosen, (name) => {
    chosen = name;
    update();
  }).row);
  const shown = (value) => `${value} × ${value}`;
  const side = slider(say("image"), { min: low, max: high, step: 1, value: start, name: "size" }, (value) => {
    size = value;
    update();
  }, shown);
  side.row.classList.add("wide");
  controls.append(side.row);
  const table = html("div", { class: "wide-table", tabindex: 0, role: "region", "aria-label": say("layers") });
  const steps = html("div", { class: "panels layers-in-line" });
  const status = html("p", { role: "status" });
  root.replaceChildren(controls, status, table, steps);

  // One row for each layer, up to the first whose window does not fit.
  function walk({ channels, layers }, image) {
    const rows = [];
    let [maps, width, features] = [channels, image, null];
    for (const layer of layers) {
      const row = { ...layer, parameters: 0, products: 0 };
      rows.push(row);
      if (layer.kind === "dense") {
        const inputs = features ?? maps * width * width;
        if (features === null) row.flattened = [maps, width];
        Object.assign(row, { inputs, features: layer.out, parameters: layer.out * (inputs + 1), products: layer.out * inputs });
        features = layer.out;
        continue;
      }
      const room = width + 2 * layer.padding - layer.kernel;
      row.room = room;
      row.read = width;
      if (room < 0) return { rows, failed: row };
      width = Math.floor(room / layer.stride) + 1;
      if (layer.kind === "conv") {
        const weights = (layer.out * maps * layer.kernel * layer.kernel) / layer.groups;
        row.parameters = weights + layer.out;
        row.products = weights * width * width;
        maps = layer.out;
      }
      Object.assign(row, { maps, width });
    }
    return { rows };
  }

  // Side of the maps that the dense layers read; 0 where a window does not fit.
  const last = (network, image) => walk(network, image).rows.find((row) => row.flattened)?.flattened[1] ?? 0;
  const number = (value) => value.toLocaleString("en-US");
  const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

  function update() {
    const network = networks[chosen];
    const { rows, failed } = walk(network, size);
    const dense = rows.find((row) => row.flattened);
    const [parameters, products] = [sum(rows, "parameters"), sum(rows, "products")];
    root.dataset.sizes = rows.filter((row) => row.width).map((row) => `${row.maps}×${row.width}`).join(" ");
    root.dataset.features = dense ? dense.inputs : 0;
    root.dataset.parameters = failed ? 0 : parameters;
    root.dataset.products = failed ? 0 : products;
    root.dataset.failed = failed ? failed.name : "";
    status.textContent = failed ? complaint(network, failed) : say(
      "{features} features ({maps} maps of {size}) reach the dense layers; {parameters} parameters, {products} multiply-adds.",
      {
        features: number(dense.inputs),
        maps: dense.flattened[0],
        size: shown(dense.flattened[1]),
        parameters: number(parameters),
        products: number(products),
      },
    );
    table.replaceChildren(layers(rows));
    steps.replaceChildren(staircase(network));
  }

  function complaint(network, { name, kernel, read, padding }) {
    let enough = size + 1;
    while (!last(network, enough)) enough++;
    const values = { layer: say(name), window: shown(kernel), input: shown(read), padded: read + 2 * padding };
    const reason = padding
      ? say("{layer} does not fit: its window is {window}, its input {input} ({padded} with padding).", values)
      : say("{layer} does not fit: its window is {window}, its input {input}.", values);
    return [reason, say("This network needs images of at least {size}.", { size: shown(enough) })].join(" ");
  }

  function layers(rows) {
    const head = [say("layer"), say("places along a side"), say("output"), say("parameters"), say("multiply-adds")];
    const body = html("tbody");
    for (const row of rows) body.append(line(row));
    return html("table", {}, html("thead", {}, html("tr", {}, ...head.map((text) => html("th", { scope: "col" }, text)))), body);
  }

  function line(row) {
    const cell = (text, cls = "") => html("td", { class: cls }, text);
    const { kind, name, read, room, padding, kernel, stride, width, maps, features, inputs } = row;
    const none = say("none");
    let [places, output] = ["", ""];
    if (kind === "dense") {
      places = say("reads {count} numbers", { count: number(inputs) });
      output = number(features);
    } else {
      const exact = room / stride + 1;
      const padded = padding ? `${read} + 2·${padding}` : `${read}`;
      places = `(${padded} − ${kernel}) / ${stride} + 1 = ` + (width === exact ? `${width}` : `${exact} → ${width ?? none}`);
      output = width ? `${maps} × ${width} × ${width}` : say("does not fit");
    }
    const label = html("th", { scope: "row" }, say(name));
    label.style.boxShadow = `inset 0.5rem 0 ${TINTS[kind]}`;
    const counts = [row.parameters, row.products].map((value) => cell(value ? number(value) : "–", "count"));
    return html("tr", {}, label, cell(places), cell(output), ...counts);
  }

  // How large the last maps are, for every size of the image: it grows in steps.
  function staircase(network) {
    const [width, height] = [600, 130];
    const unit = height / (last(network, high) + 2);
    const across = (image) => ((image - low) / (high - low)) * width;
    const up = (cells) => height - cells * unit;
    const caption = say("Side of the last maps, in cells, against the side of the image, in pixels: {network}", { network: say(chosen) });
    const drawing = svg("svg", { viewBox: `-30 -16 ${width + 40} ${height + 44}`, role: "img", "aria-label": caption });
    drawing.append(svg("line", { x1: 0, x2: width, y1: height, y2: height, stroke: COLOURS.faint }));
    let [path, before] = ["", null];
    for (let image = low; image <= high; image++) {
      const cells = last(network, image);
      if (cells !== before) {
        path += `${path ? "V" : "M0,"}${up(cells)}`;
        if (before !== null) drawing.append(svg("text", { x: across(image) + 3, y: up(cells) - 5, "font-size": 14 }, `${image}`));
      }
      path += `H${across(image).toFixed(1)}`;
      before = cells;
    }
    drawing.append(svg("path", { d: path, fill: "none", stroke: COLOURS.output, "stroke-width": 3 }));
    for (const cells of [0, last(network, high)]) {
      drawing.append(svg("text", { x: -8, y: up(cells) + 5, "font-size": 14, "text-anchor": "end" }, `${cells}`));
    }
    for (let tick = Math.ceil(low / 50) * 50; tick <= high; tick += 50) {
      drawing.append(svg("text", { x: across(tick), y: height + 20, "font-size": 14, "text-anchor": "middle" }, `${tick}`));
    }
    drawing.append(svg("circle", { cx: across(size), cy: up(last(network, size)), r: 6, fill: COLOURS.kernel }));
    return html("div", { class: "panel whole" }, name(caption), drawing);
  }

  update();
}
