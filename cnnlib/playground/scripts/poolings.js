// Poolings beyond maximum and average, for one image.
import { array, pool2d } from "./operators.js";

// (Σ v^p)^(1/p)
export function lpPool2d(x, kernel, stride = kernel, power = 2) {
  return pool2d(x, kernel, stride, (window) => {
    let sum = 0;
    for (const value of window) sum += value ** power;
    return sum ** (1 / power);
  });
}

// Blur with a row of Pascal's triangle on each axis, then keep every S-th value; beyond its edges the image is mirrored.
export function blurPool2d(x, kernel, stride = 2) {
  let weights = [1];
  for (let k = 1; k < kernel; k++) weights = [...weights, 0].map((value, index) => (value + (weights[index - 1] ?? 0)) / 2);
  const mirror = (cell, size) => {
    while (cell < 0 || cell >= size) cell = cell < 0 ? -cell : 2 * (size - 1) - cell;
    return cell;
  };
  const before = Math.floor((kernel - 1) / 2);
  const [maps, height, width] = x.shape;
  const y = array([maps, Math.floor((height - 1) / stride) + 1, Math.floor((width - 1) / stride) + 1]);
  const [, down, across] = y.shape;
  for (let c = 0; c < maps; c++) {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j++) {
        let sum = 0;
        for (let u = 0; u < kernel; u++) {
          const line = (c * height + mirror(i * stride - before + u, height)) * width;
          for (let v = 0; v < kernel; v++) {
            sum += weights[u] * weights[v] * x.data[line + mirror(j * stride - before + v, width)];
          }
        }
        y.data[(c * down + i) * across + j] = sum;
      }
    }
  }
  return y;
}
