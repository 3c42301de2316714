// Stripes whose period is dragged, and every second cell of them: through the limit of the new grid, where they turn back.
import { array } from "./operators.js";
import { html, list, number, slider, svg } from "../../live/scripts/elements.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { say } from "../../live/scripts/say.js";

const [CELLS, KEPT, LIMIT, FASTEST] = [32, 16, 8, 16];
const [CELL, WIDE] = [20, 650]; // of a drawing
const FINE = 20; // pictures of a move by one cell
// Weights, and the offset of the first of them from the cell that is kept.
const KERNELS = {
  nothing: [[1], 0],
  "two equal weights": [[1 / 2, 1 / 2], 0],
  blur: [[1 / 4, 1 / 2, 1 / 4], -1],
  "five weights": [[1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], -2],
  ideal: null,
};

// What a kernel makes of a wave: cos(angle) becomes height · cos(angle + turn).
export function answer(kernel, waves) {
  if (!KERNELS[kernel]) return { height: waves < LIMIT ? 1 : 0, turn: 0 };
  const [weights, start] = KERNELS[kernel];
  let [real, imaginary] = [0, 0];
  weights.forEach((weight, k) => {
    const angle = (2 * Math.PI * waves * (start + k)) / CELLS;
    real += weight * Math.cos(angle);
    imaginary += weight * Math.sin(angle);
  });
  return { height: Math.hypot(real, imaginary), turn: Math.atan2(imaginary, real) };
}

export function draw(root, model) {
  const state = {};
  const python = joined(model, () => fromPython());
  python.hear("waves", "moved", "kernel");
  const tell = teller(python, (name) => state[name]);
  const short = (value) => number(value).replace(/\.?0+$/, "");

  const waves = slider(say("Waves on 32 cells"), { min: 0, max: FASTEST, step: 0.25, value: 6, name: "waves" }, (value) => set("waves", value), short);
  const names = {
    nothing: say("nothing"),
    "two equal weights": say("two equal weights"),
    blur: say("the blur ¼, ½, ¼"),
    "five weights": say("the blur twice"),
    ideal: say("the ideal"),
  };
  const before = list(say("Before keeping"), names, "nothing", (value) => set("kernel", value));
  const film = player(say("How far the stripes have moved"), (at) => set("moved", at / FINE), { slow: FINE, stride: FINE });
  const told = html("p", { class: "sentence" });
  const heard = html("p", { class: "heard", role: "status" });

  const rows = {
    fine: row(say("32 cells: drag to the left for narrower stripes, to the right for wider ones"), CELLS),
    kept: row(say("16 cells, every second one, are kept"), KEPT),
  };
  const heights = svg("svg", { class: "heights", "aria-hidden": "true" });
  const chart = html("div", { class: "chart-of-heights" }, html("p", { class: "name" }, say("Height that is left of a wave, 0 to 1: drag the dot")), heights);
  root.replaceChildren(
    html("div", { class: "stripes" }, ...Object.values(rows).map(({ element }) => element), chart),
    film.element, told, heard,
    html("div", { class: "group" }, waves.row, before.row),
  );

  // A strip of cells in gray, and below it the wave between them.
  function row(caption, count) {
    const drawing = svg("svg", { role: "img" });
    const cells = Array.from({ length: count }, () => svg("rect"));
    const [axis, curve] = [svg("path", { class: "axis" }), svg("path", { class: "curve" })];
    const dots = Array.from({ length: count }, (_, n) => svg("circle", count === CELLS && n % 2 ? { class: "dropped" } : {}));
    drawing.append(...cells, axis, curve, ...dots);
    return { element: html("div", {}, html("p", { class: "name" }, caption), drawing), drawing, cells, axis, curve, dots };
  }

  function set(name, value) {
    state[name] = value;
    update();
    tell(name);
  }

  function fromPython() {
    for (const name of ["waves", "moved", "kernel"]) state[name] = model.get(name);
    before.select.value = state.kernel;
    film.set(CELLS * FINE, Math.round(state.moved * FINE));
    update();
  }

  // The wave at a place of the fine grid, and what is seen of it on the coarse one: a wave above the limit goes back.
  const wave = (place) => Math.cos((2 * Math.PI * state.waves * (place - state.moved)) / CELLS);
  function seen(place) {
    const { height, turn } = answer(state.kernel, state.waves);
    const phase = (2 * Math.PI * state.waves * state.moved) / CELLS - turn;
    const angle = (2 * Math.PI * Math.min(state.waves, FASTEST - state.waves) * place) / CELLS;
    // At the limit the waves that go either way are one.
    if (state.waves === LIMIT) return height * Math.cos(phase) * Math.cos(angle);
    return height * Math.cos(state.waves < LIMIT ? angle - phase : angle + phase);
  }

  let telling = 0;
  function update() {
    waves.show(state.waves);
    const x = Array.from({ length: CELLS }, (_, n) => wave(n));
    const { height, turn } = answer(state.kernel, state.waves);
    const y = Array.from({ length: KEPT }, (_, n) => height * Math.cos((2 * Math.PI * state.waves * (2 * n - state.moved)) / CELLS + turn));
    root.outputs = { stripes: array([CELLS], Float64Array.from(x)), kept: array([KEPT], Float64Array.from(y)) }; // for whoever opens the browser's console
    show(rows.fine, x, wave);
    show(rows.kept, y, seen);
    rows.fine.drawing.setAttribute("aria-label", say("{waves} waves on 32 cells", { waves: short(state.waves) }));
    const back = FASTEST - state.waves;
    const kept = Math.min(state.waves, back);
    rows.kept.drawing.setAttribute("aria-label", say("{waves} waves on the 16 cells that are kept", { waves: short(kept) }));
    const cells = (count) => (count === 1 ? say("1 cell") : say("{count} cells", { count: short(count) }));
    const moved = state.moved ? " " + say("The stripes have moved by {cells}.", { cells: cells(state.moved) }) : "";
    told.textContent = sentence({ waves: short(state.waves), kept: short(kept), height: number(height), width: cells(FASTEST / state.waves), all: number(Math.abs(y[0])) }) + moved;
    Object.assign(root.dataset, { waves: state.waves, seen: kept, height, moved: state.moved });
    showHeights(height);
    if (film.playing()) return;
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = told.textContent;
    }, 300);
  }

  // A wave is a bright stripe and a dark one.
  function sentence(values) {
    if (!state.waves) return say("No waves: all cells are the same.");
    if (values.height === "0.00") return say("{waves} waves, each stripe {width} wide: nothing of them is left in the kept cells.", values);
    if (state.waves === FASTEST) return say("16 waves, each stripe 1 cell wide, above the limit of 8: the kept cells are all the same, without stripes.");
    if (state.waves < LIMIT) return say("{waves} waves, each stripe {width} wide, below the limit of 8: the kept cells show {kept}, of height {height}, which move along.", values);
    if (state.waves > LIMIT) return say("{waves} waves, each stripe {width} wide, above the limit of 8: the kept cells show {kept}, of height {height}, which move the other way.", values);
    return say("8 waves, each stripe 2 cells wide, at the limit: the kept cells are plus and minus {all} in turn, which depends on where the stripes lie.", values);
  }

  // Drawings are 650 wide, and higher on a phone. Both rows have one axis: what is kept stands below where it was.
  const zoom = () => (root.clientWidth < 520 ? 2 : 1);
  const across = (place) => CELL * (place + 1);

  function show({ drawing, cells, axis, curve, dots }, values, between) {
    const [step, high] = [CELLS / values.length, zoom()];
    const up = (value) => high * (76 - 31 * value);
    drawing.setAttribute("viewBox", `0 0 ${WIDE} ${112 * high}`);
    axis.setAttribute("d", `M0 ${up(0)}H${WIDE}`);
    const change = (node, attributes) => Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    values.forEach((value, n) => {
      const gray = Math.round(127.5 * (1 + value));
      change(cells[n], { x: across(step * n - step / 2), width: CELL * step + 0.5, height: 38 * high, fill: `rgb(${[gray, gray, gray]})` });
      change(dots[n], { cx: across(step * n), cy: up(value), r: 3 + high });
    });
    const points = Array.from({ length: 326 }, (_, k) => `${2 * k} ${up(between((2 * k) / CELL - 1)).toFixed(2)}`);
    curve.setAttribute("d", `M${points.join("L")}`);
  }

  // The height that is left of every wave; a wave above the limit has its image below it.
  function showHeights(height) {
    const high = zoom();
    const [along, up] = [(k) => (CELLS * CELL * k) / FASTEST, (h) => 115 * high * (1 - h)];
    heights.setAttribute("viewBox", `-30 ${-20 * high} ${CELLS * CELL + 45} ${161 * high}`);
    const points = Array.from({ length: 321 }, (_, k) => `${along(k / 20).toFixed(1)} ${up(answer(state.kernel, k / 20).height).toFixed(2)}`);
    const text = (words, x, y) => svg("text", { x, y, "text-anchor": "middle", "font-size": 3 + 10 * high }, words);
    const back = FASTEST - state.waves;
    heights.replaceChildren(
      svg("rect", { class: "folds", x: along(LIMIT), y: 0, width: along(LIMIT), height: up(0) }),
      svg("path", { class: "axis", d: `M0 0V${up(0)}H${along(FASTEST)}` }),
      ...[0, 4, 8, 12, 16].map((k) => text(String(k), along(k), up(0) + 18 * high)),
      ...[0, 1].map((h) => text(String(h), -16, up(h) + 5)),
      svg("path", { class: "axis", d: `M${along(LIMIT)} ${-6 * high}V${up(0)}` }),
      text(say("the limit"), along(LIMIT), -8 * high), text(say("folds back"), along(14), -8 * high),
      svg("path", { class: "curve", d: `M${points.join("L")}` }),
      ...(state.waves > LIMIT ? [
        svg("path", { class: "fold", d: `M${along(state.waves)} ${up(height)}H${along(back)}` }),
        svg("circle", { class: "image", r: 4 + 2 * high, cx: along(back), cy: up(height) }),
      ] : []),
      svg("circle", { class: "now", r: 5 + 2 * high, cx: along(state.waves), cy: up(height) }),
    );
  }

  const place = (drawing, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
  function draggable(drawing, begin) {
    let move = null;
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      drawing.setPointerCapture(event.pointerId);
      move = begin(place(drawing, event).x);
    });
    drawing.addEventListener("pointermove", (event) => {
      if (move && drawing.hasPointerCapture(event.pointerId)) move(place(drawing, event).x);
    });
    drawing.addEventListener("lostpointercapture", () => {
      move = null;
    });
  }
  const rounded = (value) => Math.min(FASTEST, Math.max(0, Math.round(4 * value) / 4));
  // As far as the slider goes, the hand goes from one end to the other, wherever it takes hold.
  draggable(rows.fine.drawing, (x) => {
    const start = state.waves;
    return (next) => set("waves", rounded(start + (FASTEST * (x - next)) / (CELLS * CELL)));
  });
  draggable(heights, (x) => {
    const choose = (next) => set("waves", rounded((FASTEST * next) / (CELLS * CELL)));
    choose(x);
    return choose;
  });

  fromPython();
  new ResizeObserver(() => update()).observe(root);
}
