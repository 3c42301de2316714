// A patch on what the network reads, to be dragged over it: where it takes the answer away, a trace is left.
import { html, list, number, slider } from "../../live/scripts/elements.js";
import { SHADES, shadeOf } from "../../live/scripts/shades.js";
import { board } from "../../live/scripts/board.js";
import { player } from "../../live/scripts/player.js";
import { say } from "../../live/scripts/say.js";

const [SIZE, HALF, TRACE] = [28, 14, [240, 122, 30]];
const BUDGET = 12; // milliseconds for the places of one picture
const INKS = { 0.5: say("grey: half the ink"), 0: say("black: hides ink"), 1: say("white: all ink") };

const within = ({ top, left, height, width }, row, column) => row >= top && row < top + height && column >= left && column < left + width;

// An image [1, 28, 28] under a patch.
export function covered({ shape, data }, patch) {
  return { shape, data: data.map((value, k) => (within(patch, Math.floor(k / SIZE), k % SIZE) ? patch.ink : value)) };
}

// `probabilitiesOf(image)` is what the network makes of it; moved() hears that the patch lies elsewhere or is another.
export function cover(probabilitiesOf, moved) {
  let [image, answer, whole] = [null, 0, 0]; // without a patch, and the answer's probability
  let patch = { top: 6, left: 6, height: 8, width: 8, ink: 0.5 };
  const lost = new Map(); // centre of the patch → what it took from the answer, what is read instead, and the corner
  let swept = 0; // places, by the film
  const across = () => SIZE - patch.width + 1;
  const places = () => (SIZE - patch.height + 1) * across();
  const whatever = say("Lay the patch on every place");
  const film = player(whatever, sweep, { slow: 20 });
  film.element.prepend(html("span", {}, whatever));
  const size = slider(say("size"), { min: 2, max: 16, value: patch.height, name: "patch" }, (side) => change({ height: side, width: side }),
    (side) => `${side}×${side}`);
  const form = list(say("Patch"), { square: say("square"), upright: say("half the width"), flat: say("half the height") }, "square", (value) => {
    const side = size.input.valueAsNumber;
    size.row.hidden = value !== "square";
    change({ square: { height: side, width: side }, upright: { height: SIZE, width: HALF }, flat: { height: HALF, width: SIZE } }[value]);
  });
  const ink = list(say("of"), INKS, 0.5, (value) => change({ ink: Number(value) }));
  const sheet = board(say("What the network reads, under a patch. Drag it, or move it with the arrow keys."), {
    dragged: (top, left) => lay(Math.round(top), Math.round(left)),
    tapped() {},
    stepped: (down, right) => lay(patch.top + down, patch.left + right),
  });
  const key = html("p", { class: "quiet" }, say("Orange: how much of the answer's probability a patch with its middle there takes away; a press lays it there."),
    " 0\u00a0% ", html("i", { class: "trace" }), " 100\u00a0%");
  const sum = html("p", { class: "sum", role: "status" });
  const element = html("div", { class: "cover" }, form.row, size.row, ink.row, film.element, sum, key);

  const inRange = (start, side) => Math.min(SIZE - side, Math.max(0, start));
  const centre = ({ top, left, height, width }) => (top + (height >> 1)) * SIZE + left + (width >> 1);

  function measure() {
    const { data } = probabilitiesOf(covered(image, patch));
    const first = data.indexOf(Math.max(...data));
    const { top, left } = patch;
    lost.set(centre(patch), { loss: Math.max(0, whole - data[answer]), first, share: data[first], top, left });
  }

  // Another patch about the same middle; what was measured with the last one is forgotten.
  function change(next) {
    const middle = [patch.top + patch.height / 2, patch.left + patch.width / 2];
    patch = { ...patch, ...next };
    forget();
    lay(Math.round(middle[0] - patch.height / 2), Math.round(middle[1] - patch.width / 2));
  }

  function lay(top, left) {
    film.stop();
    patch = { ...patch, top: inRange(top, patch.height), left: inRange(left, patch.width) };
    measure();
    show();
    moved();
  }

  // The first `count` places, row by row; those that are left out meanwhile as far as there is time for them.
  function sweep(count) {
    const until = performance.now() + BUDGET;
    let place = film.playing() ? Math.min(swept + 1, count) : count;
    for (; place <= count; place++) {
      [patch.top, patch.left] = [Math.floor(Math.max(0, place - 1) / across()), Math.max(0, place - 1) % across()];
      measure();
      if (performance.now() > until) break;
    }
    swept = Math.min(place, count);
    if (swept === places() && lost.size === places()) {
      const { top, left } = worst();
      patch = { ...patch, top, left };
    }
    show();
    moved();
    return swept;
  }

  const worst = () => [...lost.values()].reduce((a, b) => (b.loss > a.loss ? b : a));

  function sumUp() {
    if (lost.size < places()) return "";
    const kept = [...lost.values()].filter(({ first }) => first === answer).length;
    const { first, share } = worst();
    return say("The {answer} is still read at {kept} of {all} places. At the worst: read as {first}, {share}.",
      { answer, kept, all: places(), first, share: `${number(100 * share, 1)}\u00a0%` });
  }

  function show() {
    const text = sumUp();
    if (sum.textContent !== text) sum.textContent = text;
    sheet.show({
      height: SIZE,
      width: SIZE,
      colour(row, column) {
        const value = within(patch, row, column) ? patch.ink : image.data[row * SIZE + column];
        const shade = shadeOf(SHADES.ink, value, 0, 1);
        const share = 0.85 * (lost.get(row * SIZE + column)?.loss ?? 0);
        return shade.map((part, channel) => part + share * (TRACE[channel] - part));
      },
    });
    sheet.frame([{ ...patch, kind: "patch" }]);
    sheet.hold(patch);
  }

  // What was measured holds for one image, network and patch.
  function forget() {
    const { data } = probabilitiesOf(image);
    answer = data.indexOf(Math.max(...data));
    whole = data[answer];
    lost.clear();
    swept = 0;
    film.set(places(), 0);
  }

  return {
    element,
    sheet: sheet.element,
    patch: () => patch,
    // Lay the patch on another image, or on the same for another network.
    put(next) {
      image = next;
      forget();
      measure();
      show();
    },
    stop: () => film.stop(),
    lost: () => lost,
  };
}
