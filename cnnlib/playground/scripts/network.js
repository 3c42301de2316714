// LeNet, all of it: what comes out of every layer, and how each unit came by its value.
import { array, avgPool2d, conv2d, linear, maxPool2d, relu, sigmoid, softmax, taps, tanh } from "./operators.js";

export const ACTIVATIONS = { relu, sigmoid, tanh };

export function forward(weights, image, { activation, pooling }) {
  const activate = ACTIVATIONS[activation];
  const pool = pooling === "max" ? maxPool2d : avgPool2d;
  const both = (name) => [weights[`${name}.weight`], weights[`${name}.bias`]];
  const conv1 = conv2d(image, ...both("conv1"), { padding: 2 });
  const active1 = activate(conv1);
  const pool1 = pool(active1, 2);
  const conv2 = conv2d(pool1, ...both("conv2"));
  const active2 = activate(conv2);
  const pool2 = pool(active2, 2);
  const dense1 = linear(pool2, ...both("dense1"));
  const active3 = activate(dense1);
  const dense2 = linear(active3, ...both("dense2"));
  const active4 = activate(dense2);
  const dense3 = linear(active4, ...both("dense3"));
  const probabilities = softmax(dense3);
  return { image, conv1, active1, pool1, conv2, active2, pool2, dense1, active3, dense2, active4, dense3, probabilities };
}

// What a reader can point at: the outputs shown, the sums behind them, what they read, and on the image the pixels
// that a unit sees: `size` of them from `start` on, `step` further for each unit. Dense units stand in rows of `width`.
export const LAYERS = {
  conv1: { shows: "active1", reads: "image", padding: 2, columns: 3, field: { start: -2, step: 1, size: 5 } },
  pool1: { shows: "pool1", reads: "active1", columns: 6, field: { start: -2, step: 2, size: 6 } },
  conv2: { shows: "active2", reads: "pool1", padding: 0, columns: 8, field: { start: -2, step: 2, size: 14 } },
  pool2: { shows: "pool2", reads: "active2", columns: 8, field: { start: -2, step: 4, size: 16 } },
  dense1: { shows: "active3", reads: "pool2", columns: 1, width: 30 },
  dense2: { shows: "active4", reads: "active3", columns: 1, width: 28 },
  dense3: { shows: "dense3", reads: "active4", columns: 1, width: 1 },
};

// Outputs as maps: a dense layer's units stand in rows.
export function mapsOf(outputs, key) {
  const { shape, data } = outputs[key];
  if (shape.length === 3) return outputs[key];
  const { width } = Object.values(LAYERS).find(({ shows }) => shows === key);
  return array([1, shape[0] / width, width], data);
}

// What a unit sees of the layer before it, [C, h, w], and where: the frame of it in that layer.
export function seenBy(outputs, name, { map, row, column }) {
  const { reads, padding = 0 } = LAYERS[name];
  const before = mapsOf(outputs, reads);
  const [maps, height, width] = before.shape;
  if (name.startsWith("dense")) return { seen: before, frame: { top: 0, left: 0, height, width } };
  const pooled = name.startsWith("pool");
  const [kernel, stride] = pooled ? [2, 2] : [5, 1];
  const rows = taps(row, height, kernel, { stride, padding });
  const columns = taps(column, width, kernel, { stride, padding });
  const read = pooled ? [map] : Array.from({ length: maps }, (_, c) => c);
  const seen = array([read.length, kernel, kernel]);
  seen.data.forEach((_, k) => {
    const [c, i, j] = [read[Math.floor(k / kernel ** 2)], rows[Math.floor(k / kernel) % kernel], columns[k % kernel]];
    seen.data[k] = i === null || j === null ? 0 : before.data[(c * height + i) * width + j];
  });
  const frame = { top: row * stride - padding, left: column * stride - padding, height: kernel, width: kernel };
  return { seen, frame, maps: read };
}

// The kernel that belongs to a unit, in the shape of what it sees, and its bias.
export function kernelOf(weights, name, { map, row, column }, shape) {
  const unit = name.startsWith("dense") ? row * LAYERS[name].width + column : map;
  const { data } = weights[`${name}.weight`];
  const size = shape.reduce((a, b) => a * b);
  return { kernel: array(shape, data.subarray(unit * size, (unit + 1) * size)), bias: weights[`${name}.bias`].data[unit], unit };
}
