// What the playgrounds share: elements, screens that show maps, and pictures from a reader's own disk.
import { array } from "./operators.js";
import { say } from "../../live/scripts/say.js";

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

export function slider(label, settings, changed) {
  const input = html("input", { type: "range", step: 1, ...settings });
  const reading = html("output", {}, String(settings.value));
  const show = (value) => {
    input.value = value;
    reading.textContent = input.value.replace("-", "−");
  };
  input.addEventListener("input", () => {
    show(input.valueAsNumber);
    changed(input.valueAsNumber);
  });
  return { row: html("label", {}, label, input, reading), input, show };
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

// Scales of colour, from the smallest value to the largest. Zero is the same near-black in all but the last.
const scale = (...stops) => Array.from({ length: 256 }, (_, k) => {
  const place = (k / 255) * (stops.length - 1);
  const [from, to] = [stops[Math.floor(place)], stops[Math.ceil(place)]];
  return [0, 1, 2].map((channel) => Math.round(from[channel] + (to[channel] - from[channel]) * (place % 1)));
});
const DARK = [16, 21, 27];
export const SHADES = {
  ink: scale(DARK, [255, 255, 255]),
  output: scale(DARK, [0, 158, 115], [232, 255, 246]),
  signed: scale([86, 180, 233], DARK, [240, 122, 30]), // blue takes away, orange adds
  gray: scale([0, 0, 0], [255, 255, 255]),
};

export const shadeOf = (shades, value, low, high) => {
  return shades[Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))))];
};

export function paint(canvas, { values, height, width }, shades, low, high) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pixels = new ImageData(width, height);
  for (let k = 0; k < values.length; k++) {
    const [red, green, blue] = shadeOf(shades, values[k], low, high);
    pixels.data[4 * k] = red;
    pixels.data[4 * k + 1] = green;
    pixels.data[4 * k + 2] = blue;
    pixels.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

// The frames around the unit that is explained, around one that is held, and where the reader is besides.
export const [UNIT, HELD, HERE] = ["unit", "unit held", "here"];

// Map number c of an array of shape [C, H, W].
export function mapOf({ shape: [, height, width], data }, c) {
  return { values: data.subarray(c * height * width, (c + 1) * height * width), height, width };
}

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
    // Show an array [C, H, W], every map on one scale.
    show(maps, shades, low, high) {
      [, size.height, size.width] = maps.shape;
      holders.forEach((holder, c) => {
        holder.hidden = !size.height || !size.width;
        holder.style.aspectRatio = `${size.width} / ${size.height}`;
        if (!holder.hidden) paint(holder.firstChild, mapOf(maps, c), shades, low, high);
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

// A button for a picture of the reader's own; dropping one on `target` does the same. The picture arrives as gray
// values from 0 to 255 of shape [H, W], no side longer than `longest`, as Pillow's mode "L" has them, on white paper.
export function pictureChooser(target, longest, chosen, failed) {
  const input = html("input", { type: "file", accept: "image/*", "aria-label": say("Choose a picture of your own") });
  const read = async (file) => {
    if (!file) return;
    try {
      chosen(grayOf(await createImageBitmap(file), longest));
    } catch {
      failed(say("{file} is not a picture that this browser can read.", { file: file.name }));
    }
  };
  input.addEventListener("change", () => {
    read(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  target.addEventListener("dragover", (event) => event.preventDefault());
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
  return html("label", { class: "file" }, say("Your picture …"), input);
}

function grayOf(bitmap, longest) {
  const shrink = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * shrink)));
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const gray = array([height, width]);
  gray.data.forEach((_, k) => {
    gray.data[k] = (data[4 * k] * 19595 + data[4 * k + 1] * 38470 + data[4 * k + 2] * 7471 + 32768) >> 16;
  });
  return gray;
}
