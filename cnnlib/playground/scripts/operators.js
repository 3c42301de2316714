// The operators of cnnlib.definition a fourth time, for one image: each is the sum that the text writes, in plain loops.
//
// An array is { shape, data }, its numbers in a row, last axis first. Maps have the shape [C, H, W], kernels
// [C_out, C_in, K_h, K_w]. Nothing writes to its arguments.

export function array(shape, data) {
  return { shape, data: data ?? new Float64Array(shape.reduce((product, size) => product * size, 1)) };
}

// Places in which a window can stand along an axis: ⌊(N + 2P − D(K − 1) − 1) / S⌋ + 1.
export function places(size, kernel, { stride = 1, padding = 0, dilation = 1 } = {}) {
  return Math.max(0, Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1);
}

// Cells that the window at a place reads along an axis; null where it reads a zero of the padding.
export function taps(place, size, kernel, { stride = 1, padding = 0, dilation = 1, paddingMode = "zeros" } = {}) {
  return Array.from({ length: kernel }, (_, tap) => {
    const cell = place * stride - padding + tap * dilation;
    if (cell >= 0 && cell < size) return cell;
    return paddingMode === "circular" ? ((cell % size) + size) % size : null;
  });
}

// For each tap the cells that it reads from every place, -1 for a zero of the padding; from the first place to the end of
// those that read any, and whether these cells are adjacent, `shift` from their places. Networks ask again.
const known = new Map();
function readBy(count, size, kernel, options) {
  const key = JSON.stringify([count, size, kernel, options]);
  if (!known.has(key)) {
    const every = Array.from({ length: count }, (_, place) => taps(place, size, kernel, options));
    known.set(key, Array.from({ length: kernel }, (_, tap) => {
      const cells = Int32Array.from(every, (of) => of[tap] ?? -1);
      const first = Math.max(0, cells.findIndex((cell) => cell >= 0));
      const end = cells.findLastIndex((cell) => cell >= 0) + 1;
      const shift = cells[first] - first;
      return { cells, first, end, shift, adjacent: cells.subarray(first, end).every((cell, k) => cell === first + k + shift) };
    }));
  }
  return known.get(key);
}

// Cross-correlation, as libraries mean "convolution": y[o, i, j] = b[o] + Σ x[c, row, column] · w[o, c, u, v].
export function conv2d(x, weight, bias = null, options = {}) {
  const [, height, width] = x.shape;
  const [outputs, inputs, tall, wide] = weight.shape;
  const y = array([outputs, places(height, tall, options), places(width, wide, options)]);
  const [, down, across] = y.shape;
  const [read, weights, sums] = [x.data, weight.data, y.data];
  const [rows, columns] = [readBy(down, height, tall, options), readBy(across, width, wide, options)];
  for (let o = 0; o < outputs; o++) {
    const map = o * down * across;
    if (bias) sums.fill(bias.data[o], map, map + down * across);
    for (let c = 0; c < inputs; c++) {
      for (let tap = 0; tap < tall * wide; tap++) {
        const w = weights[(o * inputs + c) * tall * wide + tap];
        const [row, column] = [rows[Math.floor(tap / wide)], columns[tap % wide]];
        for (let i = 0; i < down; i++) {
          if (row.cells[i] < 0) continue;
          const [line, place] = [(c * height + row.cells[i]) * width, map + i * across];
          if (column.adjacent) {
            const from = line + column.shift;
            for (let j = column.first; j < column.end; j++) sums[place + j] += w * read[from + j];
          } else {
            for (let j = column.first; j < column.end; j++) {
              if (column.cells[j] >= 0) sums[place + j] += w * read[line + column.cells[j]];
            }
          }
        }
      }
    }
  }
  return y;
}

// One number for each window of K×K cells of each map; `summary` takes the window's values.
export function pool2d(x, kernel, stride, summary) {
  const [maps, height, width] = x.shape;
  const y = array([maps, places(height, kernel, { stride }), places(width, kernel, { stride })]);
  const [, down, across] = y.shape;
  const window = new Float64Array(kernel * kernel);
  for (let c = 0; c < maps; c++) {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j++) {
        for (let u = 0; u < kernel; u++) {
          const start = (c * height + i * stride + u) * width + j * stride;
          for (let v = 0; v < kernel; v++) window[u * kernel + v] = x.data[start + v];
        }
        y.data[(c * down + i) * across + j] = summary(window);
      }
    }
  }
  return y;
}

export function maxPool2d(x, kernel, stride = kernel) {
  return pool2d(x, kernel, stride, (window) => {
    let largest = -Infinity;
    for (const value of window) if (value > largest) largest = value;
    return largest;
  });
}

export function avgPool2d(x, kernel, stride = kernel) {
  return pool2d(x, kernel, stride, (window) => {
    let sum = 0;
    for (const value of window) sum += value;
    return sum / window.length;
  });
}

// y[o] = b[o] + Σ x[k] · w[o, k]; the maps of x are read one after another, row by row.
export function linear(x, weight, bias) {
  const [outputs, inputs] = weight.shape;
  const y = array([outputs]);
  const [read, weights] = [x.data, weight.data];
  for (let o = 0; o < outputs; o++) {
    let sum = bias.data[o];
    for (let k = 0; k < inputs; k++) sum += read[k] * weights[o * inputs + k];
    y.data[o] = sum;
  }
  return y;
}

const each = (x, f) => array(x.shape, x.data.map(f));
export const relu = (x) => each(x, (value) => Math.max(0, value));
export const sigmoid = (x) => each(x, (value) => 1 / (1 + Math.exp(-value)));
export const tanh = (x) => each(x, Math.tanh);

export function softmax(x) {
  const largest = x.data.reduce((a, b) => Math.max(a, b));
  const powers = x.data.map((value) => Math.exp(value - largest)); // no sum of them can overflow
  const total = powers.reduce((a, b) => a + b);
  return array(x.shape, powers.map((value) => value / total));
}
