// A small table of numbers to be edited, [H, W]: written, stepped with the arrow keys, or drawn with a mouse or a finger.
import { html } from "./elements.js";

const GRAIN = 8; // pixels of a hand to a step
const WRITTEN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// The number that a text writes, as 0.5, 0,5, 1/9 or −3; NaN where it writes none.
export function numberIn(text) {
  const parts = text.replace(/−/g, "-").replace(/,/g, ".").split("/").map((part) => part.trim());
  if (parts.length > 2 || !parts.every((part) => WRITTEN.test(part))) return NaN;
  const value = parts.length === 2 ? parts[0] / parts[1] : Number(parts[0]);
  return Number.isFinite(value) ? value : NaN;
}

// `named` gives the label of the field in a row and column; changed(k, value) hears of a number, and never of what is none:
// that is marked, told to refused(text) and gives way to the last number when the field is left. `grain` gives the step of a
// key or a hand.
export function fields(label, named, changed, { grain = () => 0.1, refused = () => {} } = {}) {
  const element = html("div", { class: "fields", role: "group", "aria-label": label });
  const held = []; // the numbers in the fields
  let shown = "";

  const write = (field, k) => {
    field.value = String(Number(held[k].toFixed(3))).replace("-", "−");
    field.removeAttribute("aria-invalid");
  };
  function set(field, k, value) {
    if (value === held[k]) return;
    held[k] = value;
    write(field, k);
    changed(k, value);
  }
  const moved = (value, steps) => Number((value + steps * grain()).toFixed(6));

  // Fields that are there stay, so that no focus is lost.
  function build(height, width) {
    if (shown === `${height} ${width}`) return;
    shown = `${height} ${width}`;
    element.style.setProperty("--columns", width);
    element.replaceChildren(...Array.from({ length: height * width }, (_, k) => {
      // No keyboard of digits alone: it has no minus and no fraction stroke.
      const field = html("input", { type: "text", autocomplete: "off", "aria-label": named(Math.floor(k / width), k % width) });
      field.addEventListener("click", () => field.select());
      field.addEventListener("input", () => {
        const value = numberIn(field.value);
        if (Number.isNaN(value)) {
          field.setAttribute("aria-invalid", true);
          return;
        }
        field.removeAttribute("aria-invalid");
        held[k] = value;
        changed(k, value);
      });
      field.addEventListener("change", () => field.hasAttribute("aria-invalid") && refused(field.value));
      field.addEventListener("blur", () => write(field, k));
      field.addEventListener("keydown", (event) => {
        const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!steps) return;
        event.preventDefault();
        set(field, k, moved(held[k], steps));
      });
      drawable(field, k);
      return field;
    }));
    held.length = 0; // not before: a field that goes is left
  }

  // A mouse draws up and down; a finger to the sides, as up and down it scrolls the page.
  function drawable(field, k) {
    let from = null; // { x, y, value }
    let drawing = false;
    field.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = { x: event.clientX, y: event.clientY, value: held[k] };
      field.setPointerCapture(event.pointerId);
    });
    field.addEventListener("pointermove", (event) => {
      if (!from) return;
      const way = event.pointerType === "mouse" ? from.y - event.clientY : event.clientX - from.x;
      const steps = Math.round(way / GRAIN);
      if (!drawing && !steps) return;
      drawing = true;
      field.blur(); // no text is selected meanwhile
      set(field, k, moved(from.value, steps));
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
        // What is being written is not written over, nor for the rounding of a kernel that sends it back.
        const same = Math.fround(held[k]) === Math.fround(values[k]);
        held[k] = values[k];
        if (!same) write(field, k);
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
