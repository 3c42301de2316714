// What the book's scripted figures share: elements, controls, the palette of cnnlib.figures.
export const COLOURS = { input: "#0072B2", kernel: "#D55E00", output: "#009E73", faint: "#9aa5b1" };

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function slider(label, settings, changed, shown = String) {
  const input = html("input", { type: "range", ...settings });
  const reading = html("output", {}, shown(input.valueAsNumber));
  input.addEventListener("input", () => {
    reading.textContent = shown(input.valueAsNumber);
    changed(input.valueAsNumber);
  });
  return { input, row: html("label", {}, label, input, reading), reading };
}

export function list(label, options, chosen, changed) {
  const select = html("select");
  for (const [value, text] of Object.entries(options)) select.append(html("option", { value }, text));
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return html("label", {}, label, select);
}

// What a drawing shows, above it; a screen reader has it from the drawing's label.
export function name(caption) {
  return html("p", { class: "name", "aria-hidden": "true" }, caption);
}

// Where a pointer is in a drawing, in the drawing's own units.
export function at(drawing, { clientX, clientY }) {
  return new DOMPoint(clientX, clientY).matrixTransform(drawing.getScreenCTM().inverse());
}
