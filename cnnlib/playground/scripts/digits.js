// A drawing or a photograph of a digit, made as MNIST's digits were made: cnnlib.data.as_mnist, step by step.
import { array } from "./operators.js";
import { range } from "../../live/scripts/shades.js";

// Ink of 28×28 pixels, 1 where it is full, scaled into a box of 20×20, its centre of mass in the middle;
// null where nothing stands out from the ground. `picture` has the shape [H, W] and any scale of brightness.
export function asMnist(picture) {
  const ink = inkOf(picture);
  if (!ink) return null;
  const cropped = crop(ink);
  const longer = Math.max(...cropped.shape);
  const box = resized(cropped, ...cropped.shape.map((size) => Math.max(1, halfToEven((size * 20) / longer))));
  const [height, width] = box.shape;
  let [mass, down, across] = [0, 0, 0];
  box.data.forEach((value, k) => {
    mass += value;
    down += value * Math.floor(k / width);
    across += value * (k % width);
  });
  // MNIST counts its middle as pixel 14; a lopsided digit stays inside all the same.
  const start = (middle, size) => Math.min(28 - size, Math.max(0, halfToEven(14 - middle)));
  const [top, left] = [start(down / mass, height), start(across / mass, width)];
  const digit = array([1, 28, 28]);
  box.data.forEach((value, k) => {
    digit.data[(top + Math.floor(k / width)) * 28 + left + (k % width)] = value;
  });
  return digit;
}

// Tell ink from ground: the ground is the plane that fits the picture's rim best, ink what differs from it most.
export function inkOf(picture) {
  const [height, width] = picture.shape;
  const smaller = Math.min(height, width);
  if (smaller < 8) return null;
  const rim = Math.max(1, Math.floor(smaller / 16));
  const level = plane(picture, rim);
  const flat = array(picture.shape, picture.data.map((value, k) => value - level(Math.floor(k / width), k % width)));
  // A single extreme pixel is noise, dust or glare; a stroke is extreme on average over a spot.
  const spots = averaged(flat, Math.max(1, Math.floor(smaller / 28))).data;
  const [low, high] = range(spots);
  const [darkest, brightest] = range(picture.data);
  const strength = Math.max(high, -low);
  // What rounding leaves of an even picture is not ink either.
  if (strength <= Math.max(0.1 * (brightest - darkest), 1e-9 * Math.max(brightest, -darkest))) return null;
  const sign = high === strength ? 1 : -1;
  // What differs less than a quarter as much as the strongest ink is ground.
  const contrast = (value) => (((sign * value) / strength - 1 / 4) * 4) / 3;
  return array(picture.shape, spots.map((value) => Math.min(1, Math.max(0, contrast(value)))));
}

// Least squares over the rim. It is symmetric about the middle, so that each slope can be fitted by itself.
function plane({ shape: [height, width], data }, rim) {
  const [middle, centre] = [(height - 1) / 2, (width - 1) / 2];
  let [count, sum, down, downs, across, acrosses] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      if (i >= rim && i < height - rim && j >= rim && j < width - rim) continue;
      const value = data[i * width + j];
      count += 1;
      sum += value;
      down += (i - middle) * value;
      downs += (i - middle) ** 2;
      across += (j - centre) * value;
      acrosses += (j - centre) ** 2;
    }
  }
  return (i, j) => sum / count + (down / downs) * (i - middle) + (across / acrosses) * (j - centre);
}

// The mean over the square of `side` pixels around each; the picture's edge goes on beyond it.
function averaged({ shape, data }, side) {
  const [height, width] = shape;
  const before = Math.floor(side / 2);
  const along = (values, step, size) => {
    const sums = new Float64Array(values.length);
    for (let k = 0; k < values.length; k++) {
      const cell = Math.floor(k / step) % size;
      const inside = cell >= before && cell + side - before <= size;
      for (let tap = -before; tap < side - before; tap++) {
        sums[k] += values[k + (inside ? tap : Math.min(size - 1, Math.max(0, cell + tap)) - cell) * step];
      }
      sums[k] /= side;
    }
    return sums;
  };
  return array(shape, along(along(data, width, height), 1, width));
}

function crop({ shape: [height, width], data }) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      if (data[i * width + j] <= 0.25) continue;
      [top, bottom] = [Math.min(top, i), i];
      [left, right] = [Math.min(left, j), Math.max(right, j)];
    }
  }
  const box = array([bottom - top + 1, right - left + 1]);
  const wide = box.shape[1];
  return array(box.shape, box.data.map((_, k) => data[(top + Math.floor(k / wide)) * width + left + (k % wide)]));
}

// Pillow's bilinear resize: a triangle as wide as two old pixels or two new ones, whichever is wider.
export function resized({ shape: [height, width], data }, tall, wide) {
  const rows = triangles(height, tall);
  const columns = triangles(width, wide);
  const narrow = array([height, wide]);
  narrow.data.forEach((_, k) => {
    const [first, weights] = columns[k % wide];
    narrow.data[k] = weights.reduce((sum, w, tap) => sum + w * data[Math.floor(k / wide) * width + first + tap], 0);
  });
  const small = array([tall, wide]);
  small.data.forEach((_, k) => {
    const [first, weights] = rows[Math.floor(k / wide)];
    small.data[k] = weights.reduce((sum, w, tap) => sum + w * narrow.data[(first + tap) * wide + (k % wide)], 0);
  });
  return small;
}

// For each new pixel the first old one that it reads, and the weights of that one and the next.
function triangles(before, after) {
  const scale = before / after;
  const reach = Math.max(scale, 1);
  return Array.from({ length: after }, (_, pixel) => {
    const centre = (pixel + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const last = Math.min(before, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: last - first }, (_, tap) => {
      return Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / reach));
    });
    const total = weights.reduce((a, b) => a + b);
    return [first, weights.map((weight) => weight / total)];
  });
}

// Python's round.
function halfToEven(value) {
  const below = Math.floor(value);
  const part = value - below;
  if (part === 0.5) return below + (below % 2 ? 1 : 0);
  return part < 0.5 ? below : below + 1;
}
