// LeNet-5 as it was published, all of it: what comes out of every layer, what a cell reads, and how it came by its value.
import { array, avgPool2d, conv2d, linear } from "./operators.js";
import { number } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

// Maps as they are shown, how many of them side by side, and the window of what each cell reads.
export const LAYERS = {
  input: { maps: 1, columns: 1 },
  c1: { maps: 6, columns: 3, kernel: 5, step: 1, reads: "input" },
  s2: { maps: 6, columns: 1, kernel: 2, step: 2, reads: "c1" },
  c3: { maps: 16, columns: 16, kernel: 5, step: 1, reads: "s2" },
  s4: { maps: 16, columns: 16, kernel: 2, step: 2, reads: "c3" },
  c5: { maps: 1, columns: 1, reads: "s4" },
  f6: { maps: 1, columns: 1, reads: "c5" },
  output: { maps: 10, columns: 10, reads: "f6" },
};

const cellwise = (x, f) => array(x.shape, x.data.map(f));
const squash = (x) => cellwise(x, (z) => 1.7159 * Math.tanh((2 / 3) * z));

// The kernels of C3 come one behind the other, as the table lists what they read: here with zeros where it joins no maps, and
// where isOff(map of S2, map of C3).
export function full(weights, table, isOff) {
  const weight = array([table.length, 6, 5, 5]);
  let place = 0;
  table.forEach((maps, out) => maps.forEach((map) => {
    const kernel = weights.c3.weight.data.subarray(25 * place, 25 * ++place);
    if (!isOff(map, out)) weight.data.set(kernel, 25 * (6 * out + map));
  }));
  return { ...weights, c3: { weight, bias: weights.c3.bias } };
}

// A digit of [1, 28, 28] in a frame of two pixels; paper becomes −0.1, ink 1.175.
export function framed({ data }) {
  const image = array([1, 32, 32]);
  image.data.fill(-0.1);
  data.forEach((ink, k) => {
    image.data[32 * (2 + Math.floor(k / 28)) + 2 + (k % 28)] = 1.275 * ink - 0.1;
  });
  return image;
}

// What each layer gives; `sums` what it squashed, and `maps` how it is shown.
export function forward(weights, input) {
  const sums = {};
  const out = {};
  const layer = (name, z) => {
    sums[name] = z;
    out[name] = squash(z);
  };
  const subsample = (name, x) => {
    const { weight, bias } = weights[name];
    const mean = avgPool2d(x, 2);
    const cells = mean.shape[1] * mean.shape[2];
    return cellwise(mean, (value, k) => 4 * value * weight.data[Math.floor(k / cells)] + bias.data[Math.floor(k / cells)]);
  };
  layer("c1", conv2d(input, weights.c1.weight, weights.c1.bias));
  layer("s2", subsample("s2", out.c1));
  layer("c3", conv2d(out.s2, weights.c3.weight, weights.c3.bias));
  layer("s4", subsample("s4", out.c3));
  layer("c5", conv2d(out.s4, weights.c5.weight, weights.c5.bias));
  layer("f6", linear(out.c5, weights.f6.weight, weights.f6.bias));
  const targets = weights.output.weight;
  out.output = array([10], Float64Array.from({ length: 10 }, (_, k) => out.f6.data.reduce((sum, x, j) => sum + (x - targets.data[84 * k + j]) ** 2, 0)));
  const maps = { input, ...out, c5: array([1, 3, 40], out.c5.data), f6: array([1, 12, 7], out.f6.data), output: array([10, 12, 7], targets.data) };
  return { ...out, sums, maps };
}

// The frames of what a cell reads: { name, map, top, left, height, width }. `table` has for each map of C3 those of S2 that it reads.
export function readBy(table, { name, map, row, column }) {
  if (name === "table") {
    const whole = (name, map, side) => ({ name, map, top: 0, left: 0, height: side, width: side });
    return table[map].includes(row) ? [whole("s2", row, 14), whole("c3", map, 10)] : [];
  }
  const { reads, kernel, step } = LAYERS[name];
  const all = { s4: [16, 5, 5], c5: [1, 3, 40], f6: [1, 12, 7] }[reads];
  if (all) return Array.from({ length: all[0] }, (_, k) => ({ name: reads, map: k, top: 0, left: 0, height: all[1], width: all[2] }));
  if (!reads) return [];
  const maps = { c1: [0], s2: [map], c3: table[map], s4: [map] }[name];
  return maps.map((each) => ({ name: reads, map: each, top: step * row, left: step * column, height: kernel, width: kernel }));
}

// How a cell came by its value, in a sentence; `known` is the table before anything was switched off.
export function explained({ maps, sums, output }, weights, { table, known }, { name, map, row, column }) {
  const [, height, width] = maps[name]?.shape ?? [1, 1, 1];
  const place = (map * height + row) * width + column;
  const value = maps[name] && number(maps[name].data[place]);
  const z = sums[name] && number(sums[name].data[place]);
  const values = { map, row, column, value, z, unit: place };
  if (name === "input") return say("Pixel in row {row}, column {column}: {value}.", values);
  if (name === "table") {
    if (table[map].includes(row)) return say("Map {map} of C3 reads map {row} of S2, with 25 weights of its own. Press to switch them off.", values);
    return known[map].includes(row) ? say("Map {map} of C3 does not read map {row} of S2: switched off. Press to switch it on.", values)
      : say("Map {map} of C3 does not read map {row} of S2: the table has no weights for it.", values);
  }
  if (name === "output") {
    const distance = number(output.data[map], 1);
    return say("The painted picture and the bitmap of {map}: 84 squared differences add up to {distance}.", { map, distance });
  }
  if (name === "s2" || name === "s4") {
    const [weight, bias] = [weights[name].weight.data[map], weights[name].bias.data[map]];
    return say("{name}, map {map}, row {row}, column {column}: its four cells add up to {sum}, times {weight}, plus {bias} makes {z}, squashed by the tanh to {value}.", {
      ...values, name: name.toUpperCase(), sum: number((sums[name].data[place] - bias) / weight), weight: number(weight), bias: number(bias),
    });
  }
  if (name === "c3" && !table[map].length) return say("C3, map {map} reads nothing any more: its bias is {z}, squashed by the tanh to {value}.", values);
  if (name === "c3") {
    return say("C3, map {map}, row {row}, column {column} reads the maps {maps} of S2: {products} products and a bias add up to {z}, squashed by the tanh to {value}.", {
      ...values, maps: table[map].join(", "), products: 25 * table[map].length,
    });
  }
  if (name === "c1") return say("C1, map {map}, row {row}, column {column}: 25 products and a bias add up to {z}, squashed by the tanh to {value}.", values);
  if (name === "c5") return say("C5, unit {unit}: 400 products and a bias add up to {z}, squashed by the tanh to {value}.", values);
  return say("F6, row {row}, column {column} of the picture: 120 products and a bias add up to {z}, squashed by the tanh to {value}.", values);
}
