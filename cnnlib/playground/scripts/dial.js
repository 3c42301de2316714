// Turn a digit with a dial, or slide it, and see what a plain, an augmented and a group network read, and what each reads of
// a thousand digits that are turned or slid alike.
import { array, softmax } from "./operators.js";
import { button, html, number, slider, svg } from "../../live/scripts/elements.js";
import { SHADES, paint } from "../../live/scripts/shades.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { say } from "../../live/scripts/say.js";
import { bytesOf } from "./packets.js";
import { restored } from "./rounded.js";
import { logits, prepared, turnedAndMoved } from "./readers.js";

const [REACH, STEP] = [8, 5]; // pixels to either side; degrees from one measurement to the next
const [RADIUS, RING, SIDE] = [112, 9, 374]; // of the innermost ring, how wide each is, and of the whole drawing
const [KNOB, MARKS] = [150, 172]; // how far from the middle
const NAMES = {
  plain: [say("plain"), say("was shown upright digits")],
  turned: [say("augmented"), say("was shown turned digits")],
  group: [say("group"), say("was shown upright digits")],
};
const KEYS = Object.keys(NAMES);

export function draw(root, model) {
  const state = {};
  const python = joined(model, () => fromPython());
  python.hear("digit", "angle", "right");
  const tell = teller(python, (name) => state[name]);
  const networks = Object.fromEntries(KEYS.map((key) => [key, prepared(restored(model.get("networks")[key]))]));
  const measured = model.get("curves");
  const around = measured.by_angle.map((row) => [...row, row[0]]);
  const pixels = bytesOf(model.get("digits").pixels);
  const digits = Array.from({ length: 10 }, (_, digit) => array([1, 28, 28], Float64Array.from({ length: 784 }, (_, k) => {
    const both = pixels[392 * digit + (k >> 1)];
    return (k % 2 ? both & 15 : both >> 4) / 15;
  })));

  // The digit, and around it for each network a ring that says at which angles it is read correctly.
  const canvas = html("canvas", { "aria-hidden": "true" });
  const rings = svg("svg", { viewBox: `${-SIDE / 2} ${-SIDE / 2} ${SIDE} ${SIDE}`, "aria-hidden": "true" });
  const arcs = Object.fromEntries(KEYS.map((key, k) => [key, Array.from({ length: 360 / STEP }, (_, n) => {
    const at = (degrees, radius) => [Math.sin, Math.cos].map((f) => (-radius * f((degrees * Math.PI) / 180)).toFixed(1)).join(" ");
    const [from, to, inner] = [STEP * n - 2.1, STEP * n + 2.1, RADIUS + k * (RING + 2)];
    return svg("path", { class: key, d: `M${at(from, inner)}L${at(from, inner + RING)}L${at(to, inner + RING)}L${at(to, inner)}Z` });
  })]));
  const knob = svg("g", { class: "knob" }, svg("path", { d: "M0 -104V-144" }), svg("circle", { cy: -150, r: 9 }));
  const marks = [0, 45, 90, 135, 180, 225, 270, 315].map((degrees) => {
    const [across, up] = [Math.sin, Math.cos].map((f) => -MARKS * f((degrees * Math.PI) / 180));
    return svg("text", { x: across.toFixed(1), y: (up + 5).toFixed(1) }, say("{angle}°", { angle: degrees }));
  });
  rings.append(...Object.values(arcs).flat(), ...marks, knob);
  // The knob's place for a finger, which elsewhere in the dial moves the page up and down.
  const handle = html("div", { class: "handle" });
  const wheel = html("div", {
    class: "dial", tabindex: 0, role: "application",
    "aria-label": say("The digit in its dial. The up and down arrow keys turn it, left and right slide it, Home sets it upright."),
  }, rings, canvas, handle);

  const thumbs = html("div", { class: "thumbs", role: "group", "aria-label": say("Digits to turn") }, ...digits.map((image, digit) => {
    const picture = html("canvas", { "aria-hidden": "true" });
    paint(picture, { values: image.data, height: 28, width: 28 }, SHADES.ink, 0, 1);
    const thumb = button("", () => set({ digit }), { "aria-label": say("a {digit}", { digit }), title: say("a {digit}", { digit }) });
    thumb.append(picture);
    return thumb;
  }));
  const pixelsMoved = slider(say("slid by (pixels)"), { min: -REACH, max: REACH, name: "right" }, (right) => set({ right }));
  const film = player(say("How far the digit has turned"), (at) => set({ angle: (STEP * at) % 360 }, true), { slow: 3, whole: 8 });

  const answers = Object.fromEntries(KEYS.map((key) => {
    const [said, share] = [html("b"), html("span", { class: "share" })];
    const wrong = html("span", { class: "miss" }, say("wrong"));
    const bars = Array.from({ length: 10 }, (_, digit) => html("span", {}, html("i"), String(digit)));
    const [name, shown] = NAMES[key];
    const row = html("div", { class: ["reader", key].join(" ") },
      html("p", {}, html("span", { class: "mark" }), html("strong", {}, name), html("br"), shown),
      html("div", { class: "says" }, said, share, wrong), html("div", { class: "tens" }, ...bars));
    return [key, { row, said, share, bars }];
  }));
  const charts = {
    by_angle: chart(say("Turned by 0° to 360°, not slid: read of 1,000 test digits"), around, [0, 90, 180, 270, 360], (value) => set({ angle: snapped(value) })),
    by_move: chart(say("Slid by −8 to 8 pixels, upright: read of 1,000"), measured.by_move, [-8, -4, 0, 4, 8], (value) => set({ right: Math.round(value) })),
  };
  const told = html("p", { class: "sentence" });
  const note = html("p", { class: "quiet" });
  const upright = button(say("Upright"), () => set({ angle: 0, right: 0 }), { title: say("Turn and slide it back") });
  const heard = html("p", { class: "heard", role: "status" });
  root.replaceChildren(
    html("div", { class: "bench" },
      html("div", {}, html("p", { class: "name" }, say("Turn the knob, drag the digit sideways. The rings show at which angles each network is right")), wheel),
      html("div", { class: "readers" }, html("p", { class: "name" }, say("Three networks read")), ...Object.values(answers).map(({ row }) => row), told, note)),
    film.element, html("div", { class: "group" }, pixelsMoved.row, upright, thumbs),
    html("div", { class: "curves" }, charts.by_angle.element, charts.by_move.element), heard,
  );

  function set(change, playing = false) {
    Object.assign(state, change);
    if (!playing) film.set(360 / STEP, Math.round(state.angle / STEP));
    update();
    tell(...Object.keys(change));
  }

  function fromPython() {
    for (const name of ["digit", "angle", "right"]) state[name] = model.get(name);
    film.set(360 / STEP, Math.round(state.angle / STEP));
    update();
  }

  const largest = (values) => values.reduce((best, value, k) => (value > values[best] ? k : best), 0);
  const read = (key, angle) => logits(networks[key], turnedAndMoved(digits[state.digit], angle, state.right));

  let telling = 0;
  function update() {
    const { digit, angle, right } = state;
    const image = turnedAndMoved(digits[digit], angle, right);
    paint(canvas, { values: image.data, height: 28, width: 28 }, SHADES.ink, 0, 1);
    knob.setAttribute("transform", `rotate(${-angle})`);
    [handle.style.left, handle.style.top] = [Math.sin, Math.cos].map((f) => `${50 - ((100 * KNOB) / SIDE) * f((angle * Math.PI) / 180)}%`);
    pixelsMoved.show(right);
    [...thumbs.children].forEach((thumb, k) => thumb.setAttribute("aria-pressed", k === digit));
    root.outputs = { image }; // for whoever opens the browser's console
    for (const key of KEYS) {
      const ten = logits(networks[key], image);
      root.outputs[key] = ten;
      const [shares, answer] = [softmax(ten).data, largest(ten.data)];
      const { row, said, share, bars } = answers[key];
      said.textContent = answer;
      share.textContent = say("{percent} %", { percent: Math.round(100 * shares[answer]) });
      row.classList.toggle("wrong", answer !== digit);
      bars.forEach((bar, k) => {
        bar.firstChild.style.height = `${(100 * shares[k]).toFixed(1)}%`;
        bar.classList.toggle("best", k === answer);
        bar.title = say("{digit}: {percent} %", { digit: k, percent: number(100 * shares[k], 1) });
      });
      root.dataset[key] = answer;
    }
    const values = { digit, angle, right: String(right).replace("-", "−"), ...Object.fromEntries(KEYS.map((key) => [key, root.dataset[key]])) };
    told.textContent = say("A {digit}, turned counterclockwise by {angle}°, then slid by {right}: plain reads {plain}, augmented {turned}, group {group}.", values);
    if (right) note.textContent = say("Slid after its turn, the digit is another picture at every quarter turn: nothing that is built in makes them alike.");
    else if (angle % 90) note.textContent = say("Only quarter turns are built into the group network.");
    else note.textContent = angle === 0 ? "" : say("A quarter turn, which is built in: the group network says of it what it says of the upright digit.");
    Object.assign(root.dataset, { angle, right });
    charts.by_angle.point(angle);
    charts.by_angle.alone(right === 0);
    charts.by_move.point(right);
    charts.by_move.alone(angle === 0);
    colourRings();
    if (film.playing()) return;
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = told.textContent;
    }, 300);
  }

  // Rings take as long as 72 answers: they are coloured a few angles at a time, and anew for another digit or shift.
  let coloured = ""; // what they show
  function colourRings() {
    const now = `${state.digit} ${state.right}`;
    if (now === coloured) return;
    coloured = now;
    root.dataset.ringed = 0;
    rings.classList.add("behind");
    const some = (from) => {
      if (coloured !== now) return;
      for (let n = from; n < Math.min(360 / STEP, from + 2); n++) {
        for (const key of KEYS) arcs[key][n].classList.toggle("right", largest(read(key, STEP * n).data) === state.digit);
      }
      root.dataset.ringed = Math.min(360 / STEP, from + 2);
      if (from + 2 < 360 / STEP) setTimeout(() => some(from + 2));
      else rings.classList.remove("behind");
    };
    setTimeout(() => some(0), 60);
  }

  // Curves of one measurement, with a dot for each network, and where a hand presses or draws. Only a new width draws the
  // curves anew.
  function chart(caption, rows, ticks, chosen) {
    const drawing = svg("svg", { role: "img", "aria-label": caption });
    const [first, last, high] = [ticks[0], ticks.at(-1), 150];
    const now = svg("path", { class: "now" });
    const dots = rows.map((_, k) => svg("circle", { class: KEYS[k], r: 6 }));
    let [wide, at] = [300, first];
    const x = (value) => 34 + ((wide - 46) * (value - first)) / (last - first);
    const y = (count) => 10 + (high - 34) * (1 - count / 1000);
    const text = (words, across, down, anchor = "middle") => svg("text", { x: across, y: down, "text-anchor": anchor }, words);
    const place = ({ clientX }) => {
      const box = drawing.getBoundingClientRect();
      chosen(first + (last - first) * Math.min(1, Math.max(0, (clientX - box.left - 34) / (box.width - 46))));
    };
    draggable(drawing, place, place);

    function point(value) {
      at = value;
      now.setAttribute("d", `M${x(at)} 10V${y(0)}`);
      dots.forEach((dot, k) => {
        const along = ((at - first) / (last - first)) * (rows[k].length - 1);
        const [left, part] = [Math.floor(along), along % 1];
        dot.setAttribute("cx", x(at));
        dot.setAttribute("cy", y(rows[k][left] + part * ((rows[k][left + 1] ?? 0) - rows[k][left])));
      });
    }

    return {
      element: html("div", {}, html("p", { class: "name" }, caption), drawing),
      point,
      // Faint, its dots hollow: the curve is of digits that are nothing else besides.
      alone: (alone) => drawing.classList.toggle("hollow", !alone),
      fit() {
        wide = drawing.clientWidth || wide;
        drawing.setAttribute("viewBox", `0 0 ${wide} ${high}`);
        drawing.replaceChildren(
          svg("path", { class: "axis", d: `M34,10V${y(0)}H${wide - 12}M34,${y(1000)}h-4M34,${y(500)}h-4` }),
          ...[0, 500, 1000].map((count) => text(String(count), 28, y(count) + 4, "end")),
          ...ticks.map((tick) => text(String(tick).replace("-", "−"), x(tick), high - 6)), now,
          ...rows.map((row, k) => {
            const points = row.map((count, n) => [x(first + ((last - first) * n) / (row.length - 1)), y(count)]);
            return svg("path", { class: KEYS[k], d: `M${points.map((point) => point.map((place) => place.toFixed(1)).join(" ")).join("L")}` });
          }),
          ...dots,
        );
        point(at);
      },
    };
  }

  function draggable(element, begin, move) {
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      element.setPointerCapture(event.pointerId);
      begin(event);
    });
    element.addEventListener("pointermove", (event) => element.hasPointerCapture(event.pointerId) && move(event));
  }

  // Where a pointer is, seen from the dial's middle: how far in parts of its side, and at which angle.
  function fromMiddle({ clientX, clientY }) {
    const box = wheel.getBoundingClientRect();
    const [across, up] = [clientX - box.left - box.width / 2, box.top + box.height / 2 - clientY];
    return { far: Math.hypot(across, up) / box.width, angle: (Math.atan2(-across, up) * 180) / Math.PI };
  }
  const whole = (angle) => ((Math.round(angle) % 360) + 360) % 360;
  // A hand that comes near an eighth of a turn means it.
  function snapped(angle) {
    const eighth = 45 * Math.round(angle / 45);
    return whole(Math.abs(angle - eighth) < 3 ? eighth : angle);
  }
  let held = null; // { x, right } of a digit that is slid, { turn } of a knob
  const turn = (event) => set({ angle: snapped(fromMiddle(event).angle + held.turn) });
  draggable(wheel, (event) => {
    const { far, angle } = fromMiddle(event);
    if (far < RADIUS / (SIDE + 10)) held = { x: event.clientX, right: state.right };
    else {
      // The knob stays where it was taken hold of; elsewhere on the ring it comes to the hand.
      const off = whole(state.angle - angle);
      held = { turn: off < 12 || off > 348 ? off : 0 };
      // A finger beside the knob may be on its way down the page: it turns once it moves along, or on a tap.
      if (event.pointerType !== "touch") turn(event);
    }
  }, (event) => {
    if (held.turn !== undefined) return turn(event);
    const cells = Math.round((28 * (event.clientX - held.x)) / canvas.getBoundingClientRect().width);
    return set({ right: Math.min(REACH, Math.max(-REACH, held.right + cells)) });
  });
  wheel.addEventListener("click", (event) => held.turn !== undefined && turn(event));
  wheel.addEventListener("dblclick", (event) => fromMiddle(event).far < RADIUS / SIDE && set({ angle: 0, right: 0 }));
  wheel.addEventListener("keydown", (event) => {
    const step = { ArrowUp: STEP, ArrowDown: -STEP, PageUp: 45, PageDown: -45 }[event.key];
    const slide = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) set({ angle: whole(state.angle + step) });
    else if (slide) set({ right: Math.min(REACH, Math.max(-REACH, state.right + slide)) });
    else if (event.key === "Home") set({ angle: 0, right: 0 });
    else return;
    event.preventDefault();
  });

  fromPython();
  new ResizeObserver(() => Object.values(charts).forEach(({ fit }) => fit())).observe(root);
}
