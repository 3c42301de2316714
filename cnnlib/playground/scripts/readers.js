// The readers of the Equivariance chapter: three convolutions and ten dense units. A group layer is an ordinary convolution
// with turned copies of its kernels, which are made once.
import { array, conv2d, linear, maxPool2d, relu } from "./operators.js";

// A square kernel of K×K numbers, turned counterclockwise by quarters: row i, column j comes from row j, column K − 1 − i.
function turnedPlace(side, quarters, i, j) {
  for (let k = 0; k < quarters; k++) [i, j] = [j, side - 1 - i];
  return i * side + j;
}

// Weights [C_out, C_in, K, K] or, with a slice for each sheet that is read, [C_out, C_in, 4, K, K], as a bank of kernels
// [4 · C_out, (4 ·) C_in, K, K]: sheet r of an output reads sheet s with slice s − r, turned by r quarters.
export function inFourWays({ weight, bias }) {
  const [outputs, inputs, ...rest] = weight.shape;
  const side = rest.at(-1);
  const sheets = rest.length === 3 ? 4 : 1;
  const bank = array([4 * outputs, sheets * inputs, side, side]);
  let place = 0;
  for (let o = 0; o < outputs; o++) {
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < inputs; c++) {
        for (let s = 0; s < sheets; s++) {
          const slice = ((o * inputs + c) * sheets + ((s - r + 4) % sheets)) * side * side;
          for (let k = 0; k < side * side; k++) {
            bank.data[place++] = weight.data[slice + turnedPlace(side, r, Math.floor(k / side), k % side)];
          }
        }
      }
    }
  }
  return { weight: bank, bias: array([4 * outputs], Float64Array.from({ length: 4 * outputs }, (_, k) => bias.data[k >> 2])) };
}

// The network's layers as they are run, by the name that they travel under.
export function prepared({ conv1, conv2, conv3, dense }) {
  const group = conv2.weight.shape.length === 5;
  return { banks: group ? [conv1, conv2, conv3].map(inFourWays) : [conv1, conv2, conv3], dense, group };
}

// Ten logits for an image [1, 28, 28].
export function logits({ banks: [first, second, third], dense, group }, image) {
  let x = maxPool2d(relu(conv2d(image, first.weight, first.bias)), 2);
  x = maxPool2d(relu(conv2d(x, second.weight, second.bias)), 2);
  x = relu(conv2d(x, third.weight, third.bias));
  if (group) {
    const strongest = (_, k) => Math.max(...x.data.subarray(4 * k, 4 * k + 4));
    x = array([x.shape[0] / 4], Float64Array.from({ length: x.shape[0] / 4 }, strongest));
  }
  return linear(x, dense.weight, dense.bias);
}

// An image [1, H, W] turned counterclockwise about its middle, linearly interpolated, then moved to the right by whole pixels;
// zeros come in from outside.
export function turnedAndMoved({ shape, data }, degrees, right) {
  const [, height, width] = shape;
  const [cosine, sine] = [Math.cos, Math.sin].map((f) => f((degrees * Math.PI) / 180));
  const [middle, centre] = [(height - 1) / 2, (width - 1) / 2];
  const at = (i, j) => (i >= 0 && i < height && j >= 0 && j < width ? data[i * width + j] : 0);
  return array(shape, data.map((_, k) => {
    const column = (k % width) - right;
    if (column < 0 || column >= width) return 0;
    const [down, across] = [Math.floor(k / width) - middle, column - centre];
    const [i, j] = [middle + sine * across + cosine * down, centre + cosine * across - sine * down];
    const [top, left] = [Math.floor(i), Math.floor(j)];
    const [below, beside] = [i - top, j - left];
    return (1 - below) * ((1 - beside) * at(top, left) + beside * at(top, left + 1))
      + below * ((1 - beside) * at(top + 1, left) + beside * at(top + 1, left + 1));
  }));
}
