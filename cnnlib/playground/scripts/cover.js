// A grey patch on what the network reads, to be dragged over it: where it takes the answer away, a trace is left.
import { html, slider } from "../../live/scripts/elements.js";
import { SHADES, shadeOf } from "../../live/scripts/shades.js";
import { board } from "../../live/scripts/board.js";
import { player } from "../../live/scripts/player.js";
import { say } from "../../live/scripts/say.js";

const [SIZE, GREY, TRACE] = [28, 0.5, [240, 122, 30]];
const BUDGET = 12; // milliseconds for the places of one picture

// An image [1, 28, 28] under a patch.
export function covered({ shape, data }, { top, left, side }) {
  const inside = (place, start) => place >= start && place < start + side;
  return { shape, data: data.map((value, k) => (inside(Math.floor(k / SIZE), top) && inside(k % SIZE, left) ? GREY : value)) };
}

// `remaining(image)` gives the probability of what is read without a patch; moved() hears that the patch lies elsewhere.
export function cover(remaining, moved) {
  let [image, whole] = [null, 0];
  let patch = { top: 6, left: 6, side: 8 };
  const lost = new Map(); // centre of the patch → what it took from the answer
  let swept = 0; // places, by the film
  const places = () => SIZE - patch.side + 1; // along a side
  const film = player(say("Lay the patch on every place"), sweep, { slow: 20 });
  const size = slider(say("patch"), { min: 2, max: 16, value: patch.side, name: "patch" }, (side) => {
    const [row, column] = [patch.top, patch.left].map((start) => start + Math.round((patch.side - side) / 2));
    patch = { ...patch, side };
    forget();
    lay(row, column);
  }, (side) => `${side}×${side}`);
  const sheet = board(say("What the network reads, under a grey patch. Drag it, or move it with the arrow keys."), {
    dragged: (top, left) => lay(Math.round(top), Math.round(left)),
    tapped() {},
    stepped: (down, across) => lay(patch.top + down, patch.left + across),
  });
  const key = html("p", { class: "quiet" }, say("Orange: a patch with its middle there takes the answer's probability away."));
  const element = html("div", { class: "cover" }, film.element, size.row, key);

  const inRange = (start) => Math.min(places() - 1, Math.max(0, start));
  const centre = ({ top, left, side }) => (top + (side >> 1)) * SIZE + left + (side >> 1);
  const measure = () => lost.set(centre(patch), Math.max(0, whole - remaining(covered(image, patch))));

  function lay(top, left) {
    patch = { ...patch, top: inRange(top), left: inRange(left) };
    film.stop();
    measure();
    show();
    moved();
  }

  // The first `count` places, row by row; those that are left out meanwhile as far as there is time for them.
  function sweep(count) {
    const until = performance.now() + BUDGET;
    let place = film.playing() ? Math.min(swept + 1, count) : count;
    for (; place <= count; place++) {
      [patch.top, patch.left] = [Math.floor(Math.max(0, place - 1) / places()), Math.max(0, place - 1) % places()];
      measure();
      if (performance.now() > until) break;
    }
    swept = Math.min(place, count);
    show();
    moved();
    return swept;
  }

  function show() {
    const inside = (row, column) => row >= patch.top && row < patch.top + patch.side && column >= patch.left && column < patch.left + patch.side;
    sheet.show({
      height: SIZE,
      width: SIZE,
      colour(row, column) {
        const value = inside(row, column) ? GREY : image.data[row * SIZE + column];
        const ink = shadeOf(SHADES.ink, value, 0, 1);
        const share = 0.85 * (lost.get(row * SIZE + column) ?? 0);
        return ink.map((part, channel) => part + share * (TRACE[channel] - part));
      },
    });
    const window = { top: patch.top, left: patch.left, height: patch.side, width: patch.side };
    sheet.frame([{ ...window, kind: "patch" }]);
    sheet.hold(window);
  }

  // What was measured holds for one image, network and size.
  function forget() {
    lost.clear();
    whole = remaining(image);
    swept = 0;
    film.set(places() ** 2, 0);
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
