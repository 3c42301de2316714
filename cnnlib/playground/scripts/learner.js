// Two small networks and their gradient descent: a step at a time, the same at every visit.
import { array, conv2d, linear, maxPool2d, relu, sigmoid, softmax, tanh } from "./operators.js";

export const SIDE = 10; // pixels of a digit
const ACTIVATIONS = {
  relu: [relu, (z) => Number(z > 0)],
  tanh: [tanh, (z, h) => 1 - h * h],
  sigmoid: [sigmoid, (z, h) => h * (1 - h)],
};
const SHAPES = {
  kernels: { "conv1.weight": [4, 1, 5, 5], "conv1.bias": [4], "dense1.weight": [10, 36], "dense1.bias": [10] },
  two: { "dense1.weight": [2, 100], "dense1.bias": [2], "dense2.weight": [10, 2], "dense2.bias": [10] },
};

// Random numbers from 0 to 1, the same on every machine: a linear congruential generator.
function generator(seed) {
  let state = seed >>> 0;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return { draw, now: () => state, back: (before) => { state = before; } };
}

// Everything between a digit [1, 10, 10] and its ten probabilities.
export function forward({ network, activation }, weights, x) {
  const activate = ACTIVATIONS[activation][0];
  const both = (name) => [weights[`${name}.weight`], weights[`${name}.bias`]];
  if (network === "two") {
    const z = linear(x, ...both("dense1"));
    const h = activate(z);
    const logits = linear(h, ...both("dense2"));
    return { x, z, h, read: h, logits, p: softmax(logits) };
  }
  const z = conv2d(x, ...both("conv1"));
  const h = activate(z);
  const read = maxPool2d(h, 2);
  const logits = linear(read, ...both("dense1"));
  return { x, z, h, read, logits, p: softmax(logits) };
}

export function lossOf({ logits: { data } }, label) {
  const largest = Math.max(...data);
  return largest + Math.log(data.reduce((sum, value) => sum + Math.exp(value - largest), 0)) - data[label];
}

// Add the slopes of share · loss of one digit to `slopes`, from the last layer to the first.
function backward({ network, activation }, weights, { x, z, h, read, p }, label, share, slopes) {
  const arraysOf = (name) => [weights[`${name}.weight`].data, slopes[`${name}.weight`].data, slopes[`${name}.bias`].data];
  const back = new Float64Array(read.data.length); // slopes of what the last layer reads
  const [answers, ofAnswers, ofBiases] = arraysOf(network === "two" ? "dense2" : "dense1");
  for (let k = 0; k < p.data.length; k++) {
    const surplus = share * (p.data[k] - Number(k === label));
    ofBiases[k] += surplus;
    for (let j = 0, at = k * back.length; j < back.length; j++, at++) {
      ofAnswers[at] += surplus * read.data[j];
      back[j] += surplus * answers[at];
    }
  }
  const slope = ACTIVATIONS[activation][1];
  if (network === "two") {
    const [, ofWeights, ofUnits] = arraysOf("dense1");
    for (let unit = 0; unit < back.length; unit++) {
      const through = back[unit] * slope(z.data[unit], h.data[unit]);
      ofUnits[unit] += through;
      for (let j = 0; j < x.data.length; j++) ofWeights[unit * x.data.length + j] += through * x.data[j];
    }
    return;
  }
  // Through a maximum the slope goes to the first of the largest.
  const [, ofKernels, ofMaps] = arraysOf("conv1");
  const [high, wide] = [read.shape[2], z.shape[2]];
  for (let j = 0; j < back.length; j++) {
    const [map, row, column] = [Math.floor(j / high ** 2), 2 * (Math.floor(j / high) % high), 2 * (j % high)];
    const corner = (map * wide + row) * wide + column;
    let step = 0; // to the right, and down
    while (h.data[corner + (step >> 1) * wide + (step & 1)] !== read.data[j]) step += 1;
    const [i, k] = [row + (step >> 1), column + (step & 1)];
    const place = (map * wide + i) * wide + k;
    const through = back[j] * slope(z.data[place], h.data[place]);
    if (!through) continue;
    ofMaps[map] += through;
    for (let u = 0; u < 5; u++) {
      for (let v = 0; v < 5; v++) ofKernels[(map * 5 + u) * 5 + v] += through * x.data[(i + u) * SIDE + k + v];
    }
  }
}

const copied = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, { shape, data }]) => [name, array(shape, data.slice())]));

// Learn from `digits`, [{ x, label }], one step at a time; `setting` has network, activation, rate, batch and seed.
export function learner(setting, digits) {
  const random = generator(setting.seed);
  random.draw();
  random.draw(); // the first two hardly tell one seed from the next
  let weights = {};
  for (const [name, shape] of Object.entries(SHAPES[setting.network])) {
    weights[name] = array(shape);
    if (shape.length === 1) continue;
    const bound = Math.sqrt(6 / shape.slice(1).reduce((a, b) => a * b));
    weights[name].data.forEach((_, k) => { weights[name].data[k] = bound * (2 * random.draw() - 1); });
  }
  let [done, order] = [0, []];
  let last = null; // the last step: { before, slopes, batch }
  const losses = []; // of each step's batch, before it
  const kept = []; // every so often, all that the next steps depend on

  function step() {
    if (done % 25 === 0) kept[done / 25] ??= { weights: copied(weights), order: order.slice(), random: random.now() };
    if (!order.length) {
      order = [...digits.keys()];
      for (let k = order.length - 1; k > 0; k--) {
        const other = Math.floor(random.draw() * (k + 1));
        [order[k], order[other]] = [order[other], order[k]];
      }
    }
    const batch = order.splice(0, setting.batch);
    const slopes = Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, array(shape)]));
    let loss = 0;
    for (const k of batch) {
      const outputs = forward(setting, weights, digits[k].x);
      loss += lossOf(outputs, digits[k].label) / batch.length;
      backward(setting, weights, outputs, digits[k].label, 1 / batch.length, slopes);
    }
    last = { before: weights, slopes, batch };
    weights = copied(weights);
    for (const [name, { data }] of Object.entries(weights)) data.forEach((_, k) => { data[k] -= setting.rate * slopes[name].data[k]; });
    losses[done] = loss;
    done += 1;
  }

  return {
    weights: () => weights,
    last: () => last,
    losses,
    done: () => done,
    // Go to a step, back or on; stop earlier where time() says so. Returns where it is.
    goTo(wanted, time = () => true) {
      if (wanted < done) {
        // Not the very step: what led to it is shown, too.
        const start = Math.floor(Math.max(0, wanted - 1) / 25);
        ({ weights, order } = kept[start]);
        [weights, order, done, last] = [copied(weights), order.slice(), 25 * start, null];
        random.back(kept[start].random);
      }
      while (done < wanted && time()) step();
      return done;
    },
  };
}
