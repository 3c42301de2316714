// A small table of numbers to be edited, [H, W]: written, stepped with the arrow keys, or drawn up and down with a mouse.
import { html } from "./elements.js";

const GRAIN = 8; // pixels of the mouse to a step

// `named` gives the label of the field in a row and column; changed(k, value) hears of a number that is at least `least`, and
// never of what is none. `grain` gives the step of a hand that draws.
export function fields(label, named, changed, { least = -Infinity, grain = () => 0.1 } = {}) {
  const element = html("div", { class: "fields", role: "group", "aria-label": label });
  let shown = "";

  // Fields that are there stay, so that no focus is lost.
  function build(height, width) {
    if (shown === `${height} ${width}`) return;
    shown = `${height} ${width}`;
    element.style.setProperty("--columns", width);
    element.replaceChildren(...Array.from({ length: height * width }, (_, k) => {
      const field = html("input", { type: "number", step: "any", inputmode: "decimal", "aria-label": named(Math.floor(k / width), k % width) });
      field.addEventListener("input", () => field.valueAsNumber >= least && changed(k, field.valueAsNumber));
      drawable(field, k);
      return field;
    }));
  }

  // A finger scrolls the page instead, or opens the keyboard.
  function drawable(field, k) {
    let from = null; // { y, value }
    let drawing = false;
    field.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button) return;
      from = { y: event.clientY, value: field.valueAsNumber || 0 };
      field.setPointerCapture(event.pointerId);
    });
    field.addEventListener("pointermove", (event) => {
      const steps = from ? Math.round((from.y - event.clientY) / GRAIN) : 0;
      if (!drawing && !steps) return;
      drawing = true;
      field.blur(); // no text is selected meanwhile
      const value = Math.max(least, Number((from.value + steps * grain()).toFixed(6)));
      if (value === field.valueAsNumber) return;
      field.value = value;
      changed(k, value);
    });
    field.addEventListener("dragstart", (event) => event.preventDefault()); // of text that is selected
    for (const end of ["pointerup", "pointercancel"]) {
      field.addEventListener(end, () => {
        [from, drawing] = [null, false];
      });
    }
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
