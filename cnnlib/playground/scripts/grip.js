// Which unit is explained: the one that is held, or the one that the reader pointed at last.
import { say } from "../../live/scripts/say.js";

export function grip(changed) {
  let [held, pointed] = [null, null];
  const same = (a, b) => Boolean(a && b) && Object.keys(a).every((key) => a[key] === b[key]);
  return {
    unit: () => held ?? pointed,
    holds: () => held !== null,
    // Where the reader is, if that is not at the unit which is held.
    elsewhere: () => (held && !same(held, pointed) ? pointed : null),
    point(unit) {
      pointed = unit;
      changed();
    },
    // A click or Enter holds a unit, in place of another too; on the unit that is held it lets go.
    press(unit) {
      held = same(held, unit) ? null : unit;
      pointed = unit;
      changed();
    },
    // Escape lets go, wherever in the widget the reader is.
    listen: (root) => root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !held) return;
      held = null;
      changed();
    }),
  };
}

// What a reader can do next, for the hand that the machine has; `offer` says how to hold a unit, with either.
export function advice(offer, { holds, elsewhere }) {
  const finger = matchMedia("(hover: none)").matches;
  if (!holds()) return finger ? offer.tap : offer.click;
  if (finger) return say("Held. Tap it again to let go.");
  if (elsewhere()) return say("Held. A click, or Enter, moves the hold here; Escape lets go.");
  return say("Held. Click it again, or press Escape, to let go.");
}
