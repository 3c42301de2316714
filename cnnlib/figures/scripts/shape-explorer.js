// Which cells of the input feed which cell of the output: five settings, two grids.
import { COLOURS, name } from "../../live/scripts/drawings.js";
import { html, slider, svg } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

export function draw(root) {
  const setting = { input: 7, kernel: 3, stride: 2, padding: 1, dilation: 1 };
  let chosen = 0; // the output cell looked at, counted row by row

  const ranges = {
    input: [say("input"), 3, 12],
    kernel: [say("kernel"), 1, 5],
    stride: [say("stride"), 1, 4],
    padding: [say("padding"), 0, 3],
    dilation: [say("dilation"), 1, 3],
  };
  const controls = html("div", { class: "controls" });
  for (const [name, [label, min, max]] of Object.entries(ranges)) {
    const control = slider(label, { min, max, step: 1, value: setting[name], name }, (value) => {
      setting[name] = value;
      chosen = 0;
      update();
    });
    controls.append(control.row);
  }
  const walk = slider(say("output cell"), { min: 0, max: 0, step: 1, value: 0, name: "cell" }, (value) => {
    chosen = value;
    update();
  });
  walk.row.classList.add("wide");
  controls.append(walk.row);

  const panels = html("div", { class: "panels" });
  const formula = html("p", { class: "formula" });
  const status = html("p", { role: "status" });
  root.replaceChildren(controls, panels, formula, status);

  function update() {
    const { input, kernel, stride, padding, dilation } = setting;
    const span = dilation * (kernel - 1) + 1;
    const room = input + 2 * padding - span;
    const size = room < 0 ? 0 : Math.floor(room / stride) + 1;
    const left = room < 0 ? 0 : room % stride;
    root.dataset.output = size;
    chosen = Math.min(chosen, Math.max(0, size * size - 1));
    walk.input.max = Math.max(0, size * size - 1);
    walk.input.value = chosen;
    walk.input.disabled = size === 0;
    const [row, column] = [Math.floor(chosen / size), chosen % size];
    walk.reading.textContent = size ? `(${row}, ${column})` : say("none");

    const taps = (start) => Array.from({ length: kernel }, (_, k) => start * stride + k * dilation - padding);
    const rows = size ? taps(row) : [];
    const columns = size ? taps(column) : [];
    root.dataset.rows = rows.join(" ");
    root.dataset.columns = columns.join(" ");
    const inside = (k) => k >= 0 && k < input;
    const lastRead = input + padding - left; // first padded row that no window reaches

    panels.replaceChildren(
      panel(padding ? say("input {input} × {input}, {padding} of padding", setting) : say("input {input} × {input}", setting), -padding, input + padding, (i, j) => {
        const image = inside(i) && inside(j);
        return {
          fill: image ? COLOURS.input : COLOURS.faint,
          "fill-opacity": i >= lastRead || j >= lastRead ? 0.06 : image ? 0.3 : 0.15,
          mark: rows.includes(i) && columns.includes(j) ? (image ? "read" : "zero") : "",
        };
      }, (i, j) => {
        // The first output cell that reads this one, if there is one.
        const first = (cell) => [...Array(size).keys()].findIndex((start) => taps(start).includes(cell));
        const [up, across] = [first(i), first(j)];
        if (up >= 0 && across >= 0) select(up * size + across);
      }),
      panel(size ? say("output {size} × {size}", { size }) : say("no output: the kernel does not fit"), 0, size, (i, j) => ({
        fill: COLOURS.output,
        "fill-opacity": 0.3,
        mark: i === row && j === column ? "read" : "",
      }), (i, j) => select(i * size + j)),
    );

    formula.textContent =
      `⌊(${input} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1 = ` +
      (size ? `${size}` : say("{size}: nothing", { size: Math.floor(room / stride) + 1 }));
    const read = rows.filter(inside).length * columns.filter(inside).length;
    status.textContent = size
      ? [reads({ row, column, cells: kernel * kernel, read, zeros: kernel * kernel - read }), ...unread(left)].join(" ")
      : say("The kernel spans {span} cells, the padded input has {padded}.", { span, padded: input + 2 * padding });
  }

  function reads(values) {
    return values.zeros
      ? say("Output cell ({row}, {column}) reads {cells} cells, {read} of the image and {zeros} zeros.", values)
      : say("Output cell ({row}, {column}) reads {cells} cells, {read} of the image.", values);
  }

  function unread(left) {
    if (!left) return [];
    return [left === 1
      ? say("The last row and column of the padded input are read by no window.")
      : say("The last {left} rows and columns of the padded input are read by no window.", { left })];
  }

  function select(cell) {
    chosen = cell;
    update();
  }

  // A grid of cells from `low` to `high` on both axes; the marked ones are framed, zeros of the padding with dashes.
  function panel(caption, low, high, look, clicked) {
    const count = Math.max(1, high - low);
    const drawing = svg("svg", { viewBox: `-2 -2 ${count * 20 + 4} ${count * 20 + 4}`, role: "img", "aria-label": caption });
    const frames = [];
    for (let i = low; i < high; i++) {
      for (let j = low; j < high; j++) {
        const { mark, ...style } = look(i, j);
        const place = { x: (j - low) * 20 + 1, y: (i - low) * 20 + 1, width: 18, height: 18, rx: 2 };
        const cell = svg("rect", { ...place, ...style });
        cell.addEventListener("click", () => clicked(i, j));
        drawing.append(cell);
        if (mark) {
          const dashes = mark === "zero" ? { "stroke-dasharray": "4 3" } : {};
          frames.push(svg("rect", { ...place, ...dashes, fill: "none", stroke: COLOURS.kernel, "stroke-width": 3, "pointer-events": "none" }));
        }
      }
    }
    drawing.append(...frames);
    // Cells of one size in both grids, so that the output looks as small as it is.
    drawing.style.maxWidth = `calc(${count} * var(--cell))`;
    return html("div", { class: "panel" }, name(caption), drawing);
  }

  update();
}
