// How one unit came by its value: what it sees, times its kernel, added up.
import { array } from "./operators.js";
import { html, number } from "../../live/scripts/elements.js";
import { SHADES, legibleOn, mapOf, paint, range, shadeOf } from "../../live/scripts/shades.js";
import { say } from "../../live/scripts/say.js";

// Lay what a unit sees over its kernel. Both have the shape [C, h, w]; `high` is what is drawn brightest of what it sees.
export function products(seen, kernel, [low, high], seenShades) {
  const product = array(seen.shape, seen.data.map((value, k) => value * kernel.data[k]));
  const ends = ({ data }) => {
    const largest = Math.max(...range(data).map(Math.abs)) || 1;
    return [-largest, largest];
  };
  const rows = [
    [say("it sees"), seen, seenShades, low, high],
    [say("kernel"), kernel, SHADES.signed, ...ends(kernel)],
    [say("products"), product, SHADES.signed, ...ends(product)],
  ];
  const [maps, height, width] = seen.shape;
  const sums = Array.from({ length: maps }, (_, c) => mapOf(product, c).values.reduce((a, b) => a + b, 0));
  const few = height * width <= 49;
  const element = maps > 1 ? pictures(rows, sums) : html("div", { class: "tables" }, ...rows.flatMap(([name, maps, ...colours], k) => [
    ...(k ? [html("span", { class: "sign", "aria-hidden": "true" }, k === 1 ? "×" : "=")] : []),
    (few ? numbers : drawn)(name, mapOf(maps, 0), ...colours),
  ]));
  return { element, sum: sums.reduce((a, b) => a + b, 0) };
}

// How many products a sum has, for sentences about it.
export function countedProducts(count) {
  return count === 1 ? say("{count} product", { count }) : say("{count} products", { count });
}

// A small map as a table that can be read, coloured like the map.
export function numbers(caption, { values, height, width }, shades, low, high, digits = 2) {
  const table = html("table", {}, html("caption", {}, caption));
  for (let i = 0; i < height; i++) {
    const row = html("tr");
    for (let j = 0; j < width; j++) {
      const value = values[i * width + j];
      const colour = shadeOf(shades, value, low, high);
      const cell = html("td", {}, number(value, digits).replace(/^(−?)0\./, "$1."));
      cell.style.background = `rgb(${colour})`;
      cell.style.color = legibleOn(colour);
      row.append(cell);
    }
    table.append(row);
  }
  return table;
}

// A map of too many numbers to be read.
function drawn(caption, map, ...colours) {
  return html("figure", {}, html("figcaption", {}, caption), painted(map, ...colours));
}

function painted(map, ...colours) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  paint(canvas, map, ...colours);
  return canvas;
}

// Many maps: a column for each, its products added up below; eight columns are as many as a phone has room for.
function pictures(rows, sums) {
  const abreast = Math.min(8, sums.length);
  const blocks = Array.from({ length: sums.length / abreast }, (_, block) => {
    const columns = Array.from({ length: abreast }, (_, c) => block * abreast + c);
    const element = html("div", { class: "columns" });
    element.style.setProperty("--columns", abreast);
    for (const [name, maps, ...colours] of rows) {
      element.append(html("span", { class: "head" }, name), ...columns.map((c) => painted(mapOf(maps, c), ...colours)));
    }
    element.append(html("span", { class: "head" }, say("sum")), ...columns.map((c) => html("span", { class: "part" }, number(sums[c]))));
    return element;
  });
  return html("div", { class: "blocks" }, ...blocks);
}
