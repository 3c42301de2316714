// What drawings have in common: the palette of cnnlib.figures, captions, and where a pointer is.
import { html } from "./elements.js";

export const COLOURS = { input: "#0072B2", kernel: "#D55E00", output: "#009E73", faint: "#9aa5b1" };

// What a drawing shows, above it; a screen reader has it from the drawing's label.
export function name(caption) {
  return html("p", { class: "name", "aria-hidden": "true" }, caption);
}

// Where a pointer is in a drawing, in the drawing's own units.
export function at(drawing, { clientX, clientY }) {
  return new DOMPoint(clientX, clientY).matrixTransform(drawing.getScreenCTM().inverse());
}
