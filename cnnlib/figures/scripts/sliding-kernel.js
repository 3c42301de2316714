// Convolution of two functions of one variable: the flipped kernel slides, the area under the product is the result.
import { COLOURS, name } from "../../live/scripts/drawings.js";
import { html, list, slider, svg } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

export function draw(root) {
  const functions = {
    box: (a) => (Math.abs(a) < 0.5 ? 1 : 0),
    Gaussian: (a) => Math.exp((-a * a) / (2 * 0.16)) / Math.sqrt(2 * Math.PI * 0.16),
    "decaying echo": (a) => (a >= 0 ? Math.exp(-a / 0.5) / 0.5 : 0),
    ramp: (a) => (a >= 0 && a < 1 ? 2 * a : 0),
  };
  const names = { box: say("box"), Gaussian: say("Gaussian"), "decaying echo": say("decaying echo"), ramp: say("ramp") };
  const reach = 3;
  const cells = 1200; // of the midpoint rule that stands for the integral
  const grid = Array.from({ length: cells }, (_, k) => -reach + ((k + 0.5) * 2 * reach) / cells);
  const chosen = { x: "box", w: "decaying echo" };
  let t = 0.6;

  const value = (at) =>
    grid.reduce((sum, a) => sum + functions[chosen.x](a) * functions[chosen.w](at - a), 0) * ((2 * reach) / cells);

  const controls = html("div", { class: "controls" });
  for (const [name, label] of [["x", say("input x")], ["w", say("kernel w")]]) {
    controls.append(list(label, names, chosen[name], (choice) => {
      chosen[name] = choice;
      update();
    }).row);
  }
  const settings = { min: -reach, max: reach, step: 0.05, value: t, name: "t" };
  const position = slider("t", settings, (to) => { t = to; update(); }, (at) => at.toFixed(2));
  position.row.classList.add("wide");
  controls.append(position.row);
  const panels = html("div", { class: "panels" });
  const status = html("p", { role: "status" });
  root.replaceChildren(controls, panels, status);

  function update() {
    const x = functions[chosen.x];
    const flipped = (a) => functions[chosen.w](t - a);
    const steps = grid.filter((_, k) => k % 10 === 0 || k === cells - 1);
    const result = value(t);
    root.dataset.value = result;
    panels.replaceChildren(
      plot(say("x(a), the flipped kernel w(t − a), and their product (filled)"), [
        { curve: (a) => x(a) * flipped(a), points: grid, fill: COLOURS.output },
        { curve: x, points: grid, stroke: COLOURS.input },
        { curve: flipped, points: grid, stroke: COLOURS.kernel },
      ], 2.1),
      plot(say("s(t), the area of the product at every t"), [{ curve: value, points: steps, stroke: COLOURS.output }], 1.2, [t, result]),
    );
    const values = { t: t.toFixed(2), area: result.toFixed(3), x: names[chosen.x], w: names[chosen.w] };
    status.textContent = say("s({t}) = {area}: the area under the product of the {x} and the flipped, shifted {w}.", values);
  }

  function plot(caption, curves, top, point) {
    const [width, height] = [600, 150];
    const across = (a) => ((a + reach) / (2 * reach)) * width;
    const up = (v) => height - (Math.min(v, top) / top) * height;
    const drawing = svg("svg", { viewBox: `0 -8 ${width} ${height + 34}`, role: "img", "aria-label": caption });
    drawing.append(svg("line", { x1: 0, x2: width, y1: height, y2: height, stroke: COLOURS.faint }));
    for (let tick = -reach; tick <= reach; tick++) {
      drawing.append(svg("text", { x: across(tick), y: height + 22, "font-size": 18, "text-anchor": "middle" }, String(tick).replace("-", "−")));
    }
    for (const { curve, points, stroke, fill } of curves) {
      const line = points.map((a) => `${across(a).toFixed(1)},${up(curve(a)).toFixed(1)}`).join(" ");
      drawing.append(fill
        ? svg("polygon", { points: `0,${height} ${line} ${width},${height}`, fill, "fill-opacity": 0.45 })
        : svg("polyline", { points: line, fill: "none", stroke, "stroke-width": 3, "stroke-linejoin": "round" }));
    }
    if (point) drawing.append(svg("circle", { cx: across(point[0]), cy: up(point[1]), r: 7, fill: COLOURS.kernel }));
    return html("div", { class: "panel whole" }, name(caption), drawing);
  }

  update();
}
