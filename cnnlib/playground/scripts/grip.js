// Which unit is explained: the one that is held, or the one that the reader pointed at last.
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

// What a reader can do next, for the hand that the machine has.
export function advice(doing, { holds, elsewhere }) {
  const finger = matchMedia("(hover: none)").matches;
  if (!holds()) return finger ? `Tap a unit to hold it ${doing}.` : `A click, or Enter, holds it ${doing}.`;
  if (elsewhere()) return finger ? "Held. Tap it again to let go." : "Held. A click, or Enter, moves the hold here; Escape lets go.";
  return finger ? "Held. Tap it again to let go." : "Held. Click it again, or press Escape, to let go.";
}
