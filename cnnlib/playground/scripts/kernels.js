// Kernels to begin with, for any side from 3 to 7, as rows of weights.
import { say } from "../../live/scripts/say.js";

const middle = (side) => Math.floor(side / 2);
const square = (side, weight) => Float64Array.from({ length: side * side }, (_, k) => weight(Math.floor(k / side), k % side));
const scaled = (weights, size) => {
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return weights.map((weight) => (weight * size) / total);
};

// A row of Pascal's triangle: 1 2 1, 1 3 3 1, …
function pascal(side) {
  let row = [1];
  while (row.length < side) row = [...row, 0].map((value, k) => value + (row[k - 1] ?? 0));
  return row;
}

const identity = (side) => square(side, (i, j) => Number(i === middle(side) && j === middle(side)));
const blur = (side) => scaled(square(side, (i, j) => pascal(side)[i] * pascal(side)[j]), 1);
// The same row, each weight times its distance to the right of the middle; at 3×3 this is Sobel's kernel.
const slope = (side) => scaled(square(side, (i, j) => pascal(side)[i] * pascal(side)[j] * (2 * j - side + 1)), 8);

export const PRESETS = {
  [say("nothing: a single one")]: identity,
  [say("box blur")]: (side) => square(side, () => 1 / side ** 2),
  [say("soft blur")]: blur,
  [say("sharpen")]: (side) => square(side, (i, j) => 2 * identity(side)[i * side + j] - blur(side)[i * side + j]),
  [say("vertical edges (Sobel)")]: slope,
  [say("horizontal edges (Sobel)")]: (side) => square(side, (i, j) => slope(side)[j * side + i]),
  [say("all edges (Laplacian)")]: (side) => square(side, (i, j) => 4 * (blur(side)[i * side + j] - identity(side)[i * side + j])),
  [say("slanting stripes (Gabor)")]: (side) => {
    const [spread, wave] = [side / 4.5, side / 1.8];
    const bell = square(side, (i, j) => {
      const [y, x] = [i - (side - 1) / 2, j - (side - 1) / 2];
      return Math.exp(-(x * x + y * y) / (2 * spread * spread)) * Math.cos(((x + y) / Math.SQRT2 / wave) * 2 * Math.PI);
    });
    const mean = bell.reduce((a, b) => a + b) / bell.length;
    return scaled(bell.map((weight) => weight - mean), 4);
  },
  [say("smear along the diagonal")]: (side) => square(side, (i, j) => (i === j ? 1 / side : 0)),
  [say("move: a one in the corner")]: (side) => square(side, (i, j) => Number(i === 0 && j === side - 1)),
  [say("zeros, to write your own")]: (side) => square(side, () => 0),
};

// The same kernel on another grid: cut or framed with zeros about its middle.
export function reframed({ shape: [height, width], data }, side) {
  return square(side, (i, j) => {
    const [row, column] = [i - middle(side) + middle(height), j - middle(side) + middle(width)];
    return row >= 0 && row < height && column >= 0 && column < width ? data[row * width + column] : 0;
  });
}
