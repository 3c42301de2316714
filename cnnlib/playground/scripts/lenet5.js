// LeNet-5 to walk through: the reader's digit on its way through C1 to F6, C3's table, the painted picture and the distances.
import { array } from "./operators.js";
import { asMnist } from "./digits.js";
import { button, html, number } from "../../live/scripts/elements.js";
import { SHADES, paint, range } from "../../live/scripts/shades.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { say } from "../../live/scripts/say.js";
import { HELD, HERE, UNIT, screens } from "./screens.js";
import { grip } from "./grip.js";
import { connections } from "./connections.js";
import { pad } from "./pad.js";
import { received, sent } from "./packets.js";
import { restored } from "./rounded.js";
import { LAYERS, explained, forward, framed, full, readBy } from "./layers5.js";

const WALK = [
  say("Draw on the digit, or clear the sheet and draw your own. Point at any cell, bitmap or connection. Play walks from layer to layer."),
  say("C1: six kernels of 5×5 sweep over the image and leave six maps of 28×28. 156 parameters."),
  say("S2: every 2×2 cells are added up, times the map's weight, plus its bias. 12 parameters."),
  say("C3: sixteen maps, and each reads those maps of S2 that the table says. 1,516 parameters."),
  say("S4: 2×2 cells are added up once more; a map has 25 cells left. 32 parameters."),
  say("C5: 120 units, and each reads all 400 cells of S4. 48,120 parameters."),
  say("F6: 84 units, and each paints one pixel of a picture of 7×12. 10,164 parameters."),
  say("The output: how far the painted picture is from each bitmap. The nearest is the answer."),
];
const ORDER = Object.keys(LAYERS);

export function draw(root, model) {
  const known = model.get("table");
  const learned = restored(model.get("weights"));
  let [off, weights, table] = [[], null, known]; // of the connections that are switched off, and what is left
  let outputs = null;

  const said = html("p", { class: "quiet", role: "status" });
  const sheet = pad({
    drawn: (ink) => {
      read(asMnist(ink) ?? array([1, 28, 28]));
      tellPython();
    },
    said: (text) => {
      said.textContent = text;
    },
  });
  const python = joined(model, (name) => (name === "off" ? cut(model.get("off")) : place(given())));
  python.hear("image", "off");
  const given = () => array([1, 28, 28], received(model.get("image")).data);
  let waiting = 0;
  function tellPython() {
    clearTimeout(waiting);
    waiting = setTimeout(() => python.tell({ image: sent(array([28, 28], outputs.image.data)) }), 150);
  }

  const at = grip(() => explain());
  at.listen(root);
  const leave = () => at.point(null);
  const strips = {};
  const strip = (name, caption) => {
    const { maps, columns } = LAYERS[name];
    strips[name] = screens(say("{caption}. Arrow keys choose a cell, Enter holds it.", { caption }), maps, columns, {
      chosen: (unit) => at.point({ name, ...unit }),
      pressed: (unit) => at.press({ name, ...unit }),
    });
    strips[name].element.addEventListener("blur", leave);
    strips[name].element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && leave());
    return html("section", { class: name }, html("p", { class: "name" }, caption), strips[name].element);
  };
  const pointAt = (s2, c3) => at.point({ name: "table", map: c3, row: s2, column: 0 });
  const joins = connections(known, {
    chosen: pointAt,
    pressed(s2, c3) {
      const rest = off.filter((pair) => pair[0] !== s2 || pair[1] !== c3);
      if (known[c3].includes(s2)) switched(rest.length < off.length ? rest : [...off, [s2, c3]]);
      pointAt(s2, c3);
    },
    left: leave,
  });
  const every = known.flatMap((maps, c3) => maps.map((s2) => [s2, c3]));
  const [none, all] = [button(say("All off"), () => switched(every)), button(say("As in 1998"), () => switched([]))];

  const film = player(say("Walk through the layers"), (step) => {
    sections.forEach((section, k) => {
      section.classList.toggle("now", k === step - 1);
      section.classList.toggle("later", step > 0 && k >= step);
    });
    // Only as far as is needed, below the page's head and above the bar that says what is seen.
    sections[step - 1]?.scrollIntoView({ block: "nearest", behavior: still.matches ? "instant" : "smooth" });
    root.dataset.step = step;
    if (at.holds()) at.press(at.unit());
    leave();
  }, { slow: 0.35, whole: 20 });
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const told = html("p", { class: "told", role: "status" }, WALK[0]);
  const verdict = html("p", { class: "verdict", "aria-hidden": "true" });
  const heard = html("p", { class: "heard", role: "status" });
  const answer = html("p", { class: "answer", "aria-hidden": "true" });

  const examples = received(model.get("examples"));
  const thumbs = html("div", { class: "thumbs", role: "group", "aria-label": say("Digits to begin with") },
    ...model.get("labels").map((name, k) => {
      const label = say(name);
      const picture = html("canvas", { "aria-hidden": "true" });
      const image = array([1, 28, 28], examples.data.subarray(784 * k, 784 * (k + 1)));
      paint(picture, { values: image.data, height: 28, width: 28 }, SHADES.ink, 0, 1);
      const thumb = button("", () => {
        place(image);
        tellPython();
      }, { "aria-label": label, title: label });
      thumb.append(picture);
      return thumb;
    }));

  const input = strip("input", say("In a frame: 32×32"));
  const [c1, s2, c3, s4, c5, f6, output] = [
    strip("c1", say("C1: 6 maps")), strip("s2", say("S2")), strip("c3", say("C3: 16 maps; above, what each reads of S2")), strip("s4", say("S4: 16 maps")),
    strip("c5", say("C5: 120 units")), strip("f6", say("F6 paints")), strip("output", say("Distances from the ten bitmaps")),
  ];
  // Each distance below its bitmap.
  const distances = [...strips.output.element.children].map((holder) => {
    const cell = html("div", { class: "bitmap" });
    const distance = html("span");
    holder.replaceWith(cell);
    cell.append(holder, distance);
    return { cell, distance };
  });
  const sections = [c1, s2, c3, s4, c5, f6, output];
  root.replaceChildren(
    html("p", { class: "quiet" }, say("Orange is above 0, blue below; the darker, the nearer to 0.")),
    html("div", { class: "from-sheet-to-answer" },
      html("section", { class: "sheet" }, html("p", { class: "name" }, say("Draw here")), sheet.element), input, c1,
      html("div", { class: "group" }, button(say("Clear"), sheet.clear), thumbs),
      html("div", { class: "joined" }, s2, joins.element, html("div", { class: "group" }, none, all), c3, s4, c5),
      html("div", { class: "end" }, f6, answer, output)),
    html("div", { class: "foot" }, film.element, verdict, told), said, heard,
  );

  function place(image) {
    sheet.put(array([28, 28], image.data));
    read(image);
  }

  // By a reader's hand, or by Python's word.
  function switched(pairs) {
    cut(pairs);
    python.tell({ off });
  }

  function cut(pairs) {
    off = pairs;
    const isOff = (s2, c3) => off.some((pair) => pair[0] === s2 && pair[1] === c3);
    weights = full(learned, known, isOff);
    table = known.map((maps, c3) => maps.filter((s2) => !isOff(s2, c3)));
    joins.cut(isOff);
    none.disabled = off.length === every.length;
    all.disabled = off.length === 0;
    root.dataset.off = off.length;
    if (outputs) read(outputs.image);
  }

  let telling = 0;
  function read(image) {
    outputs = { image, ...forward(weights, framed(image)) };
    root.outputs = { image, ...Object.fromEntries(ORDER.slice(1).map((name) => [name, outputs[name]])) }; // for whoever opens the browser's console
    for (const [name, each] of Object.entries(strips)) {
      const maps = outputs.maps[name];
      const [low, high] = range(maps.data);
      const size = Math.max(high, -low);
      if (name === "input") each.show(maps, SHADES.ink, -0.1, 1.175);
      else if (name === "f6" || name === "output") each.show(maps, SHADES.gray, -1.2, 1.2);
      else each.show(maps, SHADES.signed, -size, size);
    }
    const { data } = outputs.output;
    const [nearest, next] = [...data.keys()].sort((a, b) => data[a] - data[b]);
    const far = data[nearest] >= model.get("far");
    verdict.textContent = far ? say("No bitmap is near: the nearest, that of {nearest}, is at {distance}. Of 100 digits, 99 come nearer than {far}.", {
      nearest, distance: number(data[nearest], 1), far: model.get("far"),
    }) : say("Nearest is the bitmap of {nearest}, at a distance of {distance}; then that of {next}, at {other}.", {
      nearest, next, distance: number(data[nearest], 1), other: number(data[next], 1),
    });
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = verdict.textContent;
    }, 300);
    distances.forEach(({ cell, distance }, k) => {
      distance.textContent = number(data[k], 1);
      cell.classList.toggle("best", k === nearest && !far);
    });
    answer.textContent = far ? "?" : nearest;
    root.dataset.answer = far ? "" : nearest;
    explain();
  }

  function explain() {
    const unit = at.unit();
    if (!unit) return unmarked();
    told.textContent = explained(outputs, weights, { table, known }, unit);
    Object.assign(root.dataset, { unit: [unit.name, unit.map, unit.row, unit.column].join(" ") });
    const kind = at.holds() ? HELD : UNIT;
    const here = at.elsewhere();
    const reads = readBy(table, unit);
    for (const [name, each] of Object.entries(strips)) {
      const frames = reads.filter((frame) => frame.name === name).map((frame) => ({ ...frame, kind: "read" }));
      const cell = ({ map, row, column }, kind) => ({ map, top: row, left: column, height: 1, width: 1, kind });
      if (name === unit.name && name !== "output") frames.push(cell(unit, kind));
      if (name === here?.name) frames.push(cell(here, HERE));
      each.frame(frames);
    }
    distances.forEach(({ cell }, k) => cell.classList.toggle("chosen", unit.name === "output" && unit.map === k));
    // A map of S2 is joined to those that read it, a map of C3 to those that it reads.
    joins.light({
      s2: ["s2", "table"].includes(unit.name) ? (unit.name === "s2" ? unit.map : unit.row) : null,
      c3: ["c3", "table"].includes(unit.name) ? unit.map : null,
    });
  }

  function unmarked() {
    told.textContent = WALK[root.dataset.step ?? 0];
    delete root.dataset.unit;
    Object.values(strips).forEach((each) => each.frame([]));
    distances.forEach(({ cell }) => cell.classList.remove("chosen"));
    joins.light({ s2: null, c3: null });
  }

  film.set(ORDER.length - 1, 0);
  cut(model.get("off"));
  place(given());
}
