// The sentence and the pictures that say how a unit came by its value.
import { html, number, svg } from "../../live/scripts/elements.js";
import { SHADES, range } from "../../live/scripts/shades.js";
import { array } from "./operators.js";
import { countedProducts, numbers, products } from "./inspector.js";
import { ACTIVATIONS, LAYERS, kernelOf, mapsOf } from "./network.js";
import { say } from "../../live/scripts/say.js";

export const CURVES = { relu: say("ReLU"), sigmoid: say("sigmoid"), tanh: say("tanh") };

// Of a unit { name, map, row, column } that sees `seen`, [C, h, w], and has the value `value`.
export function workingsOf({ weights, activation, pooling }, outputs, unit, seen, value) {
  return unit.name.startsWith("pool") ? pooled() : summed();

  // How what a unit sees is coloured.
  function shades() {
    const { reads } = LAYERS[unit.name];
    const [low, high] = range(mapsOf(outputs, reads).data);
    if (reads === "image") return [SHADES.ink, 0, 1];
    return [low < 0 ? SHADES.signed : SHADES.output, Math.min(0, low), high];
  }

  function pooled() {
    const { map, row, column } = unit;
    const values = { row, column, map, value: number(value) };
    const text = pooling === "max"
      ? say("Pooled unit in row {row}, column {column} of map {map}: the largest of its four is {value}.", values)
      : say("Pooled unit in row {row}, column {column} of map {map}: the mean of its four is {value}.", values);
    const four = { values: seen.data, height: 2, width: 2 };
    return { text, picture: [html("div", { class: "tables" }, numbers(say("it sees"), four, ...shades()))] };
  }

  function summed() {
    const { name } = unit;
    const { kernel, bias, unit: index } = kernelOf(weights, name, unit, seen.shape);
    const [scale, ...ends] = shades();
    const { element, sum } = products(seen, kernel, ends, scale);
    const values = {
      unit: nameOf(index),
      products: countedProducts(seen.data.length),
      sum: number(sum),
      bias: number(bias),
      whole: number(sum + bias),
      activation: CURVES[activation],
      value: number(value),
      percent: number(100 * outputs.probabilities.data[index], 1),
    };
    if (name === "dense3") {
      return { text: say("{unit}: {products} add up to {sum}, with the bias of {bias} to {whole}; the softmax makes {percent} % of it.", values), picture: [element] };
    }
    return {
      text: say("{unit}: {products} add up to {sum}, with the bias of {bias} to {whole}; the {activation} makes {value} of it.", values),
      picture: [element, curve(activation, sum + bias, value)],
    };
  }

  function nameOf(index) {
    const { name, map, row, column } = unit;
    if (name === "dense3") return say("Output for {digit}", { digit: index });
    const count = mapsOf(outputs, LAYERS[name].shows).data.length;
    if (name.startsWith("dense")) return say("Unit {unit} of {count}", { unit: index + 1, count });
    return say("Unit in row {row}, column {column} of map {map}", { row, column, map });
  }
}

// A nonlinearity, and on it the place of one unit: from its sum to its value.
function curve(activation, sum, value) {
  const reach = Math.max(activation === "relu" ? 2 : 6, 1.15 * Math.abs(sum));
  const f = (z) => ACTIVATIONS[activation](array([1], [z])).data[0];
  const [low, high] = activation === "relu" ? [0, reach] : [activation === "tanh" ? -1 : 0, 1];
  const [across, up] = [(z) => 100 + (95 * z) / reach, (y) => 66 - (60 * (y - low)) / (high - low)];
  const line = Array.from({ length: 81 }, (_, k) => (k / 40 - 1) * reach).map((z) => `${across(z).toFixed(1)} ${up(f(z)).toFixed(1)}`);
  const [x, y] = [across(sum), up(value)];
  const text = (words) => svg("text", { x: 100, y: 86, "text-anchor": "middle" }, words);
  return svg("svg", { class: "curve", viewBox: "0 0 200 90", "aria-hidden": "true" },
    svg("path", { class: "axis", d: `M5 ${up(0)}H195M100 6V66` }),
    svg("path", { class: "function", d: `M${line.join("L")}` }),
    svg("path", { class: "way-up", d: `M${x} ${up(0)}V${y}` }),
    svg("circle", { cx: x, cy: y, r: 5 }),
    text(say("sum {sum} → {value}", { sum: number(sum), value: number(value) })));
}
