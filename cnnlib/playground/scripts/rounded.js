// Networks that come in a few bits a weight: cnnlib.playground.rounded.
import { array } from "./operators.js";
import { bytesOf, received } from "./packets.js";

// Whole numbers, the highest bit first, lifted to be positive; each unit of weights has a scale.
export function restored({ bytes, layers, units }) {
  const all = bytesOf(bytes);
  const { data: scales } = received(units);
  let [bit, unit] = [0, 0];
  const next = (bits) => {
    let value = 0;
    for (const end = bit + bits; bit < end; bit++) value = 2 * value + ((all[bit >> 3] >> (7 - (bit & 7))) & 1);
    return value - 2 ** (bits - 1);
  };
  return Object.fromEntries(layers.map(([name, shape, bits, biases]) => {
    const [weight, bias] = [array(shape), array([biases])];
    const each = weight.data.length / shape[0];
    weight.data.forEach((_, k) => {
      // Rounded to single precision, as Python's product is.
      weight.data[k] = Math.fround(scales[unit + Math.floor(k / each)] * next(bits));
    });
    unit += shape[0];
    bias.data.set(scales.subarray(unit, unit + biases));
    unit += biases;
    return [name, { weight, bias }];
  }));
}
