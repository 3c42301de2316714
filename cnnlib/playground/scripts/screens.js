// Maps of a layer to walk on, unit by unit.
import { html } from "../../live/scripts/elements.js";
import { mapOf, paint } from "../../live/scripts/shades.js";

// The frames around the unit that is explained, around one that is held, and where the reader is besides.
export const [UNIT, HELD, HERE] = ["unit", "unit held", "here"];

// The maps of a layer as screens, together one stop of the Tab key: arrow keys walk from unit to unit and on into the
// next map, Page Up and Page Down from map to map. Whoever uses it is told by chosen(unit) where the reader is, a unit
// being { map, row, column }, by pressed(unit, "click" or "keydown") of a click or tap, Enter or the space bar, and by
// dragged(unit, first) while a button or finger is down.
export function screens(label, maps, columns, { chosen, pressed = () => {}, dragged = null }) {
  const element = html("div", { class: "screens", tabindex: 0, role: "application", "aria-label": label });
  element.style.setProperty("--columns", columns);
  const holders = Array.from({ length: maps }, () => html("div", { class: "screen" }, html("canvas")));
  element.append(...holders);
  let size = { height: 1, width: 1 };
  let at = { map: 0, row: 0, column: 0 };
  let held = null; // { unit, frame }
  let finger = false; // whether the last press was one

  const choose = (unit) => {
    at = unit;
    chosen(at);
  };
  // A finger covers many units: beside the one that is held, it means that one.
  const meant = (event, unit) => {
    if (!finger || !held) return unit;
    const { left, right, top, bottom } = held.frame.getBoundingClientRect();
    const across = Math.max(left - event.clientX, 0, event.clientX - right);
    const down = Math.max(top - event.clientY, 0, event.clientY - bottom);
    return Math.hypot(across, down) <= 12 ? held.unit : unit;
  };
  holders.forEach((holder, map) => {
    const under = (event) => {
      const box = holder.getBoundingClientRect();
      const cell = (place, length, count) => Math.min(count - 1, Math.max(0, Math.floor((place / length) * count)));
      const row = cell(event.clientY - box.top, box.height, size.height);
      return { map, row, column: cell(event.clientX - box.left, box.width, size.width) };
    };
    holder.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") choose(under(event));
      if (dragged && holder.hasPointerCapture(event.pointerId)) dragged(under(event), false);
    });
    holder.addEventListener("pointerdown", (event) => {
      finger = event.pointerType === "touch";
      if (!dragged || event.button) return;
      holder.setPointerCapture(event.pointerId);
      dragged(under(event), true);
    });
    holder.addEventListener("click", (event) => {
      at = meant(event, under(event));
      pressed(at, "click");
    });
  });
  element.addEventListener("focus", () => {
    if (element.matches(":focus-visible")) choose(at);
  });
  element.addEventListener("keydown", (event) => {
    let { map, row, column } = at;
    const { height, width } = size;
    // As many side by side as the page has room for.
    const abreast = getComputedStyle(element).gridTemplateColumns.split(" ").length;
    if (event.key === "ArrowLeft") column -= 1;
    else if (event.key === "ArrowRight") column += 1;
    else if (event.key === "ArrowUp") row -= 1;
    else if (event.key === "ArrowDown") row += 1;
    else if (event.key === "PageUp") map -= 1;
    else if (event.key === "PageDown") map += 1;
    else if (event.key === "Home") column = 0;
    else if (event.key === "End") column = width - 1;
    else if (event.key === "Enter" || event.key === " ") pressed(at, "keydown");
    else return;
    event.preventDefault();
    if (map === at.map && row === at.row && column === at.column) return;
    // Off one map and onto the one beside it, as they stand on the page.
    if (column < 0 || column >= width) {
      const next = map + Math.sign(column);
      const beside = next >= 0 && next < maps && Math.floor(next / abreast) === Math.floor(map / abreast);
      [map, column] = beside ? [next, (column + width) % width] : [map, at.column];
    }
    if (row < 0 || row >= height) {
      const next = map + Math.sign(row) * abreast;
      [map, row] = next >= 0 && next < maps ? [next, (row + height) % height] : [map, at.row];
    }
    if (map >= 0 && map < maps) choose({ map, row, column });
  });

  return {
    element,
    // Show an array [C, H, W], every map on one scale; of each its first rows alone, if so many are given.
    show(maps, shades, low, high, rows = Infinity) {
      [, size.height, size.width] = maps.shape;
      holders.forEach((holder, c) => {
        holder.hidden = !size.height || !size.width;
        holder.style.aspectRatio = `${size.width} / ${size.height}`;
        if (holder.hidden) return;
        paint(holder.firstChild, mapOf(maps, c), shades, low, high);
        if (rows < size.height) holder.firstChild.getContext("2d").clearRect(0, rows, size.width, size.height);
      });
      at = { ...at, row: Math.min(at.row, Math.max(0, size.height - 1)), column: Math.min(at.column, Math.max(0, size.width - 1)) };
    },
    // Frame rectangles of cells: { map, top, left, height, width, kind }.
    frame(frames) {
      held = null;
      for (const holder of holders) holder.querySelectorAll(".frame").forEach((frame) => frame.remove());
      for (const { map, top, left, height, width, kind } of frames) {
        const [first, last] = [Math.max(0, left), Math.min(size.width, left + width)];
        const [above, below] = [Math.max(0, top), Math.min(size.height, top + height)];
        if (first >= last || above >= below) continue;
        const frame = html("div", { class: `frame ${kind}` });
        Object.assign(frame.style, {
          left: `${(100 * first) / size.width}%`,
          width: `${(100 * (last - first)) / size.width}%`,
          top: `${(100 * above) / size.height}%`,
          height: `${(100 * (below - above)) / size.height}%`,
        });
        holders[map].append(frame);
        if (kind === HELD) held = { unit: { map, row: top, column: left }, frame };
      }
    },
    walkTo(unit) {
      at = unit;
    },
  };
}
