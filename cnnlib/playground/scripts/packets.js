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

// Weights are whole numbers of a few bits, the lowest first, times one scale for each array, which begins with a byte.
export function unpacked({ bytes, arrays }) {
  const all = bytesOf(bytes);
  let place = 0; // in bits
  return Object.fromEntries(arrays.map(([name, shape, scale, bits]) => {
    const weights = array(shape);
    weights.data.forEach((_, k) => {
      const [at, shift] = [place >> 3, place & 7];
      const word = all[at] | (all[at + 1] << 8) | (all[at + 2] << 16) | (all[at + 3] << 24);
      // Shifted to the top of 32 bits and back, so that the highest bit is the sign.
      weights.data[k] = scale * ((word << (32 - bits - shift)) >> (32 - bits));
      place += bits;
    });
    place = 8 * Math.ceil(place / 8);
    return [name, weights];
  }));
}
