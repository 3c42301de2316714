// Numbers as colours, and maps as pictures.

// Scales of colour, from the smallest value to the largest. Zero is the same near-black in all but the last.
const scale = (...stops) => Array.from({ length: 256 }, (_, k) => {
  const place = (k / 255) * (stops.length - 1);
  const [from, to] = [stops[Math.floor(place)], stops[Math.ceil(place)]];
  return [0, 1, 2].map((channel) => Math.round(from[channel] + (to[channel] - from[channel]) * (place % 1)));
});
const DARK = [16, 21, 27];
export const SHADES = {
  ink: scale(DARK, [255, 255, 255]),
  output: scale(DARK, [0, 158, 115], [232, 255, 246]),
  signed: scale([86, 180, 233], DARK, [240, 122, 30]), // blue takes away, orange adds
  gray: scale([0, 0, 0], [255, 255, 255]),
};

const levelOf = (value, low, high) => Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
export const shadeOf = (shades, value, low, high) => shades[levelOf(value, low, high)];

// Four bytes of a canvas for each shade.
const pixelsOf = new Map(Object.values(SHADES).map((shades) => [shades, new Uint32Array(new Uint8ClampedArray(shades.flatMap((shade) => [...shade, 255])).buffer)]));

// The smallest and the largest.
export function range(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// What a canvas is painted with, kept for the next time. Pictures this small are soonest painted without a graphics card,
// which a browser leaves out where it is told that a canvas is read.
const brushes = new WeakMap();

export function paint(canvas, { values, height, width }, shades, low, high) {
  if (canvas.width !== width || canvas.height !== height || !brushes.has(canvas)) {
    Object.assign(canvas, { width, height });
    const pixels = new ImageData(width, height);
    brushes.set(canvas, { context: canvas.getContext("2d", { willReadFrequently: true }), pixels, words: new Uint32Array(pixels.data.buffer) });
  }
  const { context, pixels, words } = brushes.get(canvas);
  const colours = pixelsOf.get(shades);
  for (let k = 0; k < values.length; k++) words[k] = colours[levelOf(values[k], low, high)];
  context.putImageData(pixels, 0, 0);
}

// Map number c of an array of shape [C, H, W].
export function mapOf({ shape: [, height, width], data }, c) {
  return { values: data.subarray(c * height * width, (c + 1) * height * width), height, width };
}

// Of a colour on the screen, 0 to 1 (Web Content Accessibility Guidelines 2.2).
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => (part <= 10 ? part / 3295 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// Black or white, whichever stands out more on a colour.
export const legibleOn = (colour) => (luminance(colour) > 0.179 ? "#000000" : "#ffffff");
