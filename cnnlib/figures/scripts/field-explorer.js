// What one unit of a layer sees of an image, for every unit of every layer.
import { COLOURS, at, name } from "../../live/scripts/drawings.js";
import { html, list, slider, svg } from "../../live/scripts/elements.js";
import { choices, say } from "../../live/scripts/say.js";

export function draw(root, model) {
  const { image, side, layers } = model.get("data");
  const overhang = Math.max(...layers.map(({ start }) => -start));
  let layer = layers[layers.length - 1];
  let [row, column] = [0, 0];

  const controls = html("div", { class: "controls" });
  controls.append(list(say("layer"), choices(layers.map((each) => each.name)), layer.name, (choice) => {
    // Keep looking at the same place of the image.
    const middle = [row, column].map((unit) => layer.start + unit * layer.stride + layer.field / 2);
    layer = layers.find((each) => each.name === choice);
    lookAt(...middle);
  }).row);
  const walks = [["row", say("row")], ["column", say("column")]].map(([name, label]) => slider(label, { min: 0, max: 0, step: 1, value: 0, name }, (value) => {
    if (name === "row") row = value;
    else column = value;
    update();
  }));
  for (const walk of walks) {
    walk.row.classList.add("wide");
    controls.append(walk.row);
  }
  const panels = html("div", { class: "panels" });
  const status = html("p", { role: "status" });
  root.replaceChildren(controls, status, panels);

  // Choose the unit in the middle of whose field a place of the image lies.
  function lookAt(down, across) {
    [row, column] = [down, across].map((place) => {
      const unit = Math.round((place - layer.start - layer.field / 2) / layer.stride);
      return Math.min(layer.units - 1, Math.max(0, unit));
    });
    update();
  }

  const sees = (unit) => {
    const from = layer.start + unit * layer.stride;
    return [from, from + layer.field];
  };
  const inside = ([from, to]) => Math.max(0, Math.min(side, to) - Math.max(0, from));

  function update() {
    walks.forEach((walk, axis) => {
      walk.input.max = layer.units - 1;
      walk.input.value = [row, column][axis];
      walk.reading.textContent = say("{unit} of 0…{last}", { unit: [row, column][axis], last: layer.units - 1 });
    });
    const [rows, columns] = [sees(row), sees(column)];
    const share = (inside(rows) * inside(columns)) / layer.field ** 2;
    root.dataset.rows = rows.join(" ");
    root.dataset.columns = columns.join(" ");
    root.dataset.share = share;
    const values = { row, column, layer: say(layer.name), field: layer.field, percent: (100 * share).toFixed(0) };
    status.textContent = share === 1
      ? say("Unit ({row}, {column}) of {layer} sees {field} × {field} pixels, all of them in the image.", values)
      : say("Unit ({row}, {column}) of {layer} sees {field} × {field} pixels, {percent} % of them in the image; the rest is padding.", values);
    panels.replaceChildren(photograph(rows, columns), map());
  }

  function photograph(rows, columns) {
    const caption = say("The image, {side} × {side} pixels, with what the unit sees framed", { side });
    const whole = side + 2 * overhang;
    const drawing = svg("svg", { viewBox: `${-overhang - 2} ${-overhang - 2} ${whole + 4} ${whole + 4}`, role: "img", "aria-label": caption });
    const [x, y] = [columns[0], rows[0]];
    const frame = { x, y, width: layer.field, height: layer.field };
    drawing.append(
      svg("rect", { x: -overhang, y: -overhang, width: whole, height: whole, fill: COLOURS.faint, "fill-opacity": 0.12 }),
      svg("image", { href: image, x: 0, y: 0, width: side, height: side, preserveAspectRatio: "none" }),
      svg("rect", { ...frame, fill: COLOURS.kernel, "fill-opacity": 0.22, stroke: COLOURS.kernel, "stroke-width": 2.5 }),
      svg("rect", { x: 0, y: 0, width: side, height: side, fill: "none", stroke: "currentColor", "stroke-width": 0.7, "stroke-dasharray": "3 3" }),
    );
    drawing.addEventListener("click", (event) => {
      const { x, y } = at(drawing, event);
      lookAt(y, x);
    });
    drawing.style.cursor = "crosshair";
    return html("div", { class: "panel" }, name(say("the image; click where the unit shall look")), drawing);
  }

  function map() {
    const caption = say("A map of {layer}, {units} × {units} units", { layer: say(layer.name), units: layer.units });
    const drawing = svg("svg", { viewBox: `-0.5 -0.5 ${layer.units + 1} ${layer.units + 1}`, role: "img", "aria-label": caption });
    drawing.append(svg("rect", { x: 0, y: 0, width: layer.units, height: layer.units, fill: COLOURS.output, "fill-opacity": 0.3 }));
    const grid = Array.from({ length: layer.units + 1 }, (_, k) => `M${k},0V${layer.units}M0,${k}H${layer.units}`).join("");
    drawing.append(
      svg("path", { d: grid, fill: "none", stroke: "currentColor", "stroke-opacity": 0.4, "stroke-width": layer.units / 400 }),
      svg("rect", { x: column, y: row, width: 1, height: 1, fill: COLOURS.kernel }),
    );
    drawing.addEventListener("click", (event) => {
      const { x, y } = at(drawing, event);
      [row, column] = [y, x].map((place) => Math.min(layer.units - 1, Math.max(0, Math.floor(place))));
      update();
    });
    drawing.style.maxWidth = "12rem";
    drawing.style.cursor = "crosshair";
    return html("div", { class: "panel" }, name(caption), drawing);
  }

  lookAt(side / 2, side / 2);
}
