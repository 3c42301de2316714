// How arrays travel between Python and a page.
import { array } from "./operators.js";

// Bytes come from a kernel as a DataView, from a page as base64.
export const bytesOf = (data) => {
  if (typeof data === "string") return Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
};

// Arrays of float32, or of bytes that stand for 0 to 1.
export const received = ({ shape, data, bytes }) => {
  if (bytes !== undefined) return array(shape, Float64Array.from(bytesOf(bytes), (value) => value / 255));
  return array(shape, Float64Array.from(new Float32Array(bytesOf(data).buffer)));
};

export const sent = ({ shape, data }) => ({ shape: [...shape], data: Float32Array.from(data) });

// Weights are whole numbers of three bytes, the lowest first, times one scale for each array.
export function unpacked({ bytes, arrays }) {
  const all = bytesOf(bytes);
  let place = 0;
  return Object.fromEntries(arrays.map(([name, shape, scale]) => {
    const weights = array(shape);
    weights.data.forEach((_, k) => {
      // Shifted to the top of 32 bits and back, so that the highest bit is the sign.
      weights.data[k] = scale * (((all[place] << 8) | (all[place + 1] << 16) | (all[place + 2] << 24)) >> 8);
      place += 3;
    });
    return [name, weights];
  }));
}
