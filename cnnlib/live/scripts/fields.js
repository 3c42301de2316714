// A small table of numbers to be edited, [H, W]: written, stepped with the arrow keys, or drawn up and down with a mouse.
import { html } from "./elements.js";

const GRAIN = 8; // pixels of the mouse to a step

// What a hand has written: 0.5, 0,5, 1/9 or −2; NaN for what is no number.
function valueOf({ value }) {
  const [, above, below = "1"] = value.replace(/\s/g, "").replaceAll(",", ".").replaceAll("−", "-").match(/^([^/]+)(?:\/([^/]+))?$/) ?? [];
  const quotient = above === undefined ? NaN : Number(above) / Number(below);
  return Number.isFinite(quotient) ? quotient : NaN;
}

// `named` gives the label of the field in a row and column; changed(k, value) hears of a number that is at least `least`, and
// never of what is none, which refused(text) hears of. `grain` gives the step of a hand that draws.
export function fields(label, named, changed, { least = -Infinity, grain = () => 0.1, refused = () => {} } = {}) {
  const element = html("div", { class: "fields", role: "group", "aria-label": label });
  let shown = "";

  // Fields that are there stay, so that no focus is lost.
  function build(height, width) {
    if (shown === `${height} ${width}`) return;
    shown = `${height} ${width}`;
    element.style.setProperty("--columns", width);
    element.replaceChildren(...Array.from({ length: height * width }, (_, k) => {
      const field = html("input", { type: "text", autocomplete: "off", "aria-label": named(Math.floor(k / width), k % width) });
      field.addEventListener("input", () => take(field, k));
      field.addEventListener("change", () => valueOf(field) >= least || refused(field.value));
      field.addEventListener("keydown", (event) => {
        const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!steps) return;
        event.preventDefault();
        field.value = stepped(valueOf(field) || 0, steps);
        take(field, k);
      });
      drawable(field, k);
      return field;
    }));
  }

  const stepped = (from, steps) => Math.max(least, Number((from + steps).toFixed(6)));

  function take(field, k) {
    const value = valueOf(field);
    const taken = value >= least;
    field.setAttribute("aria-invalid", !taken);
    if (taken) changed(k, value);
  }

  // A finger scrolls the page instead, or opens the keyboard.
  function drawable(field, k) {
    let from = null; // { y, value }
    let drawing = false;
    field.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button) return;
      from = { y: event.clientY, value: valueOf(field) || 0 };
      field.setPointerCapture(event.pointerId);
    });
    field.addEventListener("pointermove", (event) => {
      const steps = from ? Math.round((from.y - event.clientY) / GRAIN) : 0;
      if (!drawing && !steps) return;
      drawing = true;
      field.blur(); // no text is selected meanwhile
      const value = stepped(from.value, steps * grain());
      if (value === valueOf(field)) return;
      field.value = value;
      take(field, k);
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
        if (valueOf(field) === values[k]) return;
        field.value = Number(values[k].toFixed(3));
        field.setAttribute("aria-invalid", "false");
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
