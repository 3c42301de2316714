// A sheet to draw on and erase from with mouse, finger, stylus or keyboard. Ink is computed, not taken from the browser's brush, so
// that it is the same everywhere.
import { array } from "./operators.js";
import { html } from "../../live/scripts/elements.js";
import { SHADES, paint } from "../../live/scripts/shades.js";
import { say } from "../../live/scripts/say.js";

const SIDE = 112; // four cells to a pixel of the network
const [PEN, RUBBER] = [4.5, 7]; // radii

// Told by drawn(ink) of every change and by said(text) of what only the eye sees. With `fresh` the first stroke is drawn on
// an empty sheet, whatever was put there.
export function pad({ drawn, said, fresh = false }) {
  const canvas = html("canvas", { width: SIDE, height: SIDE });
  const pen = html("div", { class: "pen", hidden: "" });
  const element = html("div", {
    class: "pad",
    tabindex: 0,
    role: "application",
    "aria-label": say("Sheet to draw on. Arrow keys move the pen, space puts it down and lifts it, Control Z undoes, Delete clears."),
  }, canvas, pen);
  let ink = new Float64Array(SIDE * SIDE);
  const before = [];
  let at = [SIDE / 2, SIDE / 2];
  let down = false;
  let erasing = false;

  const show = () => paint(canvas, { values: ink, height: SIDE, width: SIDE }, SHADES.ink, 0, 1);
  const changed = () => {
    show();
    drawn(array([SIDE, SIDE], ink.slice()));
  };

  // Ink, or what the rubber leaves bare, is full within the radius of the line from `at` to the next place, and fades out over one cell.
  function line(next) {
    const radius = erasing ? RUBBER : PEN;
    const [[x0, y0], [x1, y1]] = [at, next];
    const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const around = (a, b) => [Math.max(0, Math.floor(Math.min(a, b) - radius - 1)), Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + radius + 1))];
    const [top, bottom] = around(y0, y1);
    const [left, right] = around(x0, x1);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = length ? Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
        const distance = Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
        const value = Math.min(1, Math.max(0, radius + 0.5 - distance));
        const cell = y * SIDE + x;
        ink[cell] = erasing ? Math.min(ink[cell], 1 - value) : Math.max(ink[cell], value);
      }
    }
    at = next;
  }

  function remember() {
    before.push(ink.slice());
    if (before.length > 50) before.shift();
  }

  function begin() {
    remember();
    if (fresh && !erasing) ink = new Float64Array(SIDE * SIDE);
    fresh = false;
    line(at);
    changed();
  }

  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE - 0.5, ((event.clientY - box.top) / box.height) * SIDE - 0.5];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    lift();
    at = place(event);
    begin();
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    // A fast hand moves further between two frames than the browser reports one by one.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) line(place(move));
    changed();
  });

  function lift() {
    down = false;
    pen.hidden = true;
  }

  function showPen() {
    pen.hidden = false;
    pen.classList.toggle("down", down);
    pen.style.left = `${((at[0] + 0.5) / SIDE) * 100}%`;
    pen.style.top = `${((at[1] + 0.5) / SIDE) * 100}%`;
  }

  element.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 1 : 4;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) {
      const next = at.map((value, axis) => Math.min(SIDE - 1, Math.max(0, value + moves[event.key][axis])));
      if (down) {
        line(next);
        changed();
      } else at = next;
      showPen();
    } else if (event.key === " ") {
      down = !down;
      if (down) begin();
      showPen();
      if (erasing) said(down ? say("Rubber down.") : say("Rubber up."));
      else said(down ? say("Pen down.") : say("Pen up."));
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
  });
  element.addEventListener("focus", () => element.matches(":focus-visible") && showPen());
  element.addEventListener("blur", lift);

  function undo() {
    if (!before.length) return said(say("Nothing to undo."));
    ink = before.pop();
    changed();
    return said(say("Undone."));
  }

  function clear() {
    remember();
    ink = new Float64Array(SIDE * SIDE);
    changed();
    said(say("Cleared."));
  }

  show();
  return {
    element,
    undo,
    clear,
    // Whether the hand takes ink away.
    erase(on) {
      erasing = on;
      element.classList.toggle("erasing", on);
    },
    // Put a picture of ink [H, W] on the sheet, to be drawn over; nobody is told.
    put({ shape: [height, width], data }) {
      remember();
      const scale = Math.max(height, width) / SIDE;
      const [top, left] = [(SIDE - height / scale) / 2, (SIDE - width / scale) / 2];
      ink = ink.map((_, k) => {
        const i = Math.floor((Math.floor(k / SIDE) - top + 0.5) * scale);
        const j = Math.floor(((k % SIDE) - left + 0.5) * scale);
        return i >= 0 && i < height && j >= 0 && j < width ? data[i * width + j] : 0;
      });
      show();
    },
  };
}
