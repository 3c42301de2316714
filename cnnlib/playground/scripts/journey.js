// A digit on its way through the layers: row by row every layer fills, and what a row reads is framed in the layer before.
import { html } from "../../live/scripts/elements.js";
import { player } from "../../live/scripts/player.js";
import { say } from "../../live/scripts/say.js";

export function journey(root, walk) {
  const told = html("p", { class: "quiet" });
  const film = player(say("A digit on its way through the layers"), go, { slow: 9, whole: 8 });
  let stations = [];

  // How many rows of which layer are there after so many steps; one step more for the answer.
  function go(at) {
    let [before, here] = [0, null];
    for (const { name, rows, title } of stations) {
      const done = Math.min(rows, Math.max(0, at - before));
      if (at > before && at <= before + rows) here = { name, rows, title, row: done - 1 };
      walk.reveal(name, done);
      before += rows;
    }
    const all = at > before;
    root.classList.toggle("under-way", !all);
    if (here) walk.frameRow(here.name, here.row);
    else walk.frameRow(null);
    if (all) told.textContent = say("The digit has arrived: all layers are filled.");
    else if (here) told.textContent = say("{layer}: row {row} of {rows}. The frame is what it reads.", { layer: here.title, row: here.row + 1, rows: here.rows });
    else told.textContent = say("Only the image is there.");
  }

  return {
    element: film.element,
    told,
    // Another picture is through at once.
    arrive() {
      stations = walk.stations();
      const steps = stations.reduce((sum, { rows }) => sum + rows, 1);
      film.set(steps, steps);
      root.classList.remove("under-way");
      told.textContent = say("Play, or drag the slider, to see one layer after the other.");
    },
  };
}
