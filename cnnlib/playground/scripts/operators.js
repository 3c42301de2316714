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

// The maps with what their padding adds.
function padded(x, { padding = 0, paddingMode = "zeros" } = {}) {
  if (!padding) return x;
  const [maps, height, width] = x.shape;
  const y = array([maps, height + 2 * padding, width + 2 * padding]);
  const [rows, columns] = [height, width].map((size) => taps(0, size, size + 2 * padding, { padding, paddingMode }));
  let place = 0;
  for (let c = 0; c < maps; c++) {
    for (const row of rows) {
      for (const column of columns) y.data[place++] = row === null || column === null ? 0 : x.data[(c * height + row) * width + column];
    }
  }
  return y;
}

// Cross-correlation, as libraries mean "convolution": y[o, i, j] = b[o] + Σ x[c, row, column] · w[o, c, u, v].
export function conv2d(x, weight, bias = null, options = {}) {
  const { stride = 1, dilation = 1 } = options;
  const [outputs, inputs, tall, wide] = weight.shape;
  const y = array([outputs, places(x.shape[1], tall, options), places(x.shape[2], wide, options)]);
  const [, down, across] = y.shape;
  const around = padded(x, options);
  const [, height, width] = around.shape;
  const [read, weights, sums] = [around.data, weight.data, y.data];
  // How far from the first cell of a window the others lie, in the order of the weights.
  const cells = Int32Array.from({ length: inputs * tall * wide }, (_, k) => {
    const [c, u, v] = [Math.floor(k / (tall * wide)), Math.floor(k / wide) % tall, k % wide];
    return (c * height + u * dilation) * width + v * dilation;
  });
  const count = cells.length;
  // Four maps at once, so that each cell is fetched once for the four: more than twice as fast. The last may come again.
  for (let o = 0; o < outputs; o += 4) {
    const maps = [0, 1, 2, 3].map((k) => Math.min(outputs - 1, o + k));
    const [first, second, third, fourth] = maps.map((map) => map * count);
    const [b0, b1, b2, b3] = maps.map((map) => (bias ? bias.data[map] : 0));
    const [y0, y1, y2, y3] = maps.map((map) => map * down * across);
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j++) {
        const [from, at] = [(i * width + j) * stride, i * across + j];
        let [s0, s1, s2, s3] = [b0, b1, b2, b3];
        for (let k = 0; k < count; k++) {
          const value = read[from + cells[k]];
          s0 += value * weights[first + k];
          s1 += value * weights[second + k];
          s2 += value * weights[third + k];
          s3 += value * weights[fourth + k];
        }
        sums[y0 + at] = s0;
        sums[y1 + at] = s1;
        sums[y2 + at] = s2;
        sums[y3 + at] = s3;
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
