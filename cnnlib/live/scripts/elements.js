// What live figures are made of: elements, controls, numbers as they are written.
import { say } from "./say.js";

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

export function button(label, pressed, attributes = {}) {
  const node = html("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", pressed);
  return node;
}

// `shown` makes of the value what stands beside it.
export function slider(label, settings, changed, shown = (value) => String(value).replace("-", "−")) {
  const input = html("input", { type: "range", step: 1, ...settings });
  const reading = html("output", {}, shown(input.valueAsNumber));
  const show = (value) => {
    input.value = value;
    reading.textContent = shown(input.valueAsNumber);
  };
  input.addEventListener("input", () => {
    show(input.valueAsNumber);
    changed(input.valueAsNumber);
  });
  return { row: html("label", {}, label, input, reading), input, reading, show };
}

// `OWN` is shown where nothing of the list is, and cannot be chosen.
export const OWN = say("your own");

export function list(label, options, chosen, changed) {
  const select = html("select");
  for (const [value, text] of Object.entries(options)) {
    select.append(html("option", value === OWN ? { value, disabled: "" } : { value }, text));
  }
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return { row: html("label", {}, label, select), select };
}

export function tick(label, checked, changed) {
  const input = html("input", { type: "checkbox" });
  input.checked = checked;
  input.addEventListener("change", () => changed(input.checked));
  return { row: html("label", {}, input, label), input };
}

// Two decimals and a true minus sign.
export const number = (value, digits = 2) => value.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
