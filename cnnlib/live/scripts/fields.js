// A small table of numbers to be edited, [H, W].
import { html } from "./elements.js";

// `named` gives the label of the field in a row and column; changed(k, value) hears of a number, never of what is none.
export function fields(label, named, changed) {
  const element = html("div", { class: "fields", role: "group", "aria-label": label });
  let shown = "";

  // Fields that are there stay, so that no focus is lost.
  function build(height, width) {
    if (shown === `${height} ${width}`) return;
    shown = `${height} ${width}`;
    element.style.setProperty("--columns", width);
    element.replaceChildren(...Array.from({ length: height * width }, (_, k) => {
      const field = html("input", { type: "number", step: "any", "aria-label": named(Math.floor(k / width), k % width) });
      field.addEventListener("input", () => Number.isFinite(field.valueAsNumber) && changed(k, field.valueAsNumber));
      return field;
    }));
  }

  return {
    element,
    show({ values, height, width }) {
      build(height, width);
      [...element.children].forEach((field, k) => {
        // What is being written is not written over.
        if (field.valueAsNumber !== values[k]) field.value = Number(values[k].toFixed(3));
      });
    },
    // Underline each with a colour, `look(k)`.
    colour(look) {
      [...element.children].forEach((field, k) => {
        field.style.boxShadow = `inset 0 -0.4rem 0 rgba(${look(k)})`;
      });
    },
  };
}
