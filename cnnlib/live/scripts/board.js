// A picture drawn in cells, each cell as large as on the other boards of a figure, with a window on it that can be
// dragged, or moved with the arrow keys.
import { html, svg } from "./elements.js";

// Told by dragged(top, left) where a hand has drawn the window's corner to, in cells and parts of a cell; by tapped(row,
// column, first) of a cell that is pressed, or walked over with the button or finger down; by stepped(down, across, key)
// of the arrow keys, and of Home, End, Enter and the space bar, which have no direction.
export function board(label, { dragged, tapped, stepped }) {
  const canvas = html("canvas");
  const marks = svg("svg", { "aria-hidden": "true", preserveAspectRatio: "none" });
  const handle = html("div", { class: "handle" });
  const element = html("div", { class: "board", tabindex: 0, role: "application", "aria-label": label }, canvas, marks, handle);
  let size = { height: 1, width: 1, margin: 0 };
  let held = { top: 0, left: 0, height: 1, width: 1 };
  let grab = null; // where in the window it is held
  let everywhere = false; // whether every cell is pressed, and the window is not there to be dragged

  // A place in cells; the margin's are negative.
  function under({ clientX, clientY }) {
    const box = element.getBoundingClientRect();
    const along = (place, start, length, cells) => ((place - start) / length) * (cells + 2 * size.margin) - size.margin;
    return [along(clientY, box.top, box.height, size.height), along(clientX, box.left, box.width, size.width)];
  }
  const cellAt = (event) => under(event).map((place, axis) => Math.min([size.height, size.width][axis] - 1, Math.max(0, Math.floor(place))));

  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    // A finger that is not on the window may be about to scroll the page: it is a tap only when it has left again.
    if (event.pointerType === "touch" && event.target !== handle && !everywhere) return;
    element.setPointerCapture(event.pointerId);
    const [row, column] = under(event);
    if (everywhere) return tapped(...cellAt(event), true);
    const inside = (place, start, length) => place >= start && place < start + length;
    const on = event.target === handle || (inside(row, held.top, held.height) && inside(column, held.left, held.width));
    grab = on ? [row - held.top, column - held.left] : [held.height / 2, held.width / 2];
    if (!on) dragged(row - grab[0], column - grab[1]);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const [row, column] = under(event);
    if (everywhere) tapped(...cellAt(event), false);
    else if (grab) dragged(row - grab[0], column - grab[1]);
  });
  element.addEventListener("lostpointercapture", () => {
    grab = null;
  });
  element.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || everywhere || event.target === handle) return;
    const [row, column] = under(event);
    dragged(row - held.height / 2, column - held.width / 2);
  });
  element.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!way && !["Home", "End", "Enter", " "].includes(event.key)) return;
    event.preventDefault();
    stepped(...(way ?? [0, 0]), event.key);
  });

  return {
    element,
    // Draw height × width cells and a margin around them: colour(row, column) is red, green and blue, or null where there is
    // nothing, and text(row, column), if there is such a function, what stands in a cell and in which colour, or null.
    show({ height, width, margin = 0, colour, text = null }) {
      size = { height, width, margin };
      const [down, across] = [height + 2 * margin, width + 2 * margin];
      if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
      element.style.aspectRatio = `${across} / ${down}`;
      const pixels = new ImageData(across, down);
      for (let k = 0; k < across * down; k++) {
        const drawn = colour(Math.floor(k / across) - margin, (k % across) - margin);
        if (!drawn) continue;
        [pixels.data[4 * k], pixels.data[4 * k + 1], pixels.data[4 * k + 2]] = drawn;
        pixels.data[4 * k + 3] = 255;
      }
      canvas.getContext("2d").putImageData(pixels, 0, 0);
      marks.setAttribute("viewBox", `${-margin} ${-margin} ${across} ${down}`);
      marks.replaceChildren();
      if (!text) return;
      for (let row = -margin; row < height + margin; row++) {
        for (let column = -margin; column < width + margin; column++) {
          const [words, fill] = text(row, column) ?? [""];
          // Short enough for a cell, whatever the number.
          const fitted = `font-size: min(var(--size), ${(1.5 / words.length).toFixed(2)}px)`;
          if (words) marks.append(svg("text", { x: column + 0.5, y: row + 0.5, fill, style: fitted }, words));
        }
      }
    },
    // Frame rectangles of cells: { top, left, height, width, kind }.
    frame(rectangles) {
      marks.querySelectorAll("rect").forEach((old) => old.remove());
      for (const { top, left, height, width, kind } of rectangles) {
        marks.append(svg("rect", { x: left, y: top, height, width, class: kind }));
      }
    },
    // Say where the window is that a hand can drag.
    hold(window) {
      held = window;
      const percent = (cells, all) => `${(100 * cells) / (all + 2 * size.margin)}%`;
      Object.assign(handle.style, {
        top: percent(held.top + size.margin, size.height),
        left: percent(held.left + size.margin, size.width),
        height: percent(held.height, size.height),
        width: percent(held.width, size.width),
      });
    },
    // Let every cell be pressed, for painting, in place of dragging the window.
    press(all) {
      everywhere = all;
      element.classList.toggle("paint", all);
    },
  };
}
