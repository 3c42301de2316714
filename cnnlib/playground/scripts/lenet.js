// Draw a digit, erase parts of it or cover them, and watch trained LeNets read it, unit by unit.
import { button, html } from "../../live/scripts/elements.js";
import { cover, covered } from "./cover.js";
import { desk } from "./desk.js";
import { journey } from "./journey.js";
import { layers } from "./layers.js";
import { say } from "../../live/scripts/say.js";

export function draw(root, model) {
  if (model.get("compact")) return small(root, model);
  const table = desk(root, model, {
    changed(outputs, network) {
      walk.show(outputs, network);
      way.arrive();
    },
  });
  const walk = layers(root, table);
  const way = journey(root, walk);
  const { thumbs, chooser, preparing } = table.controls();
  const { patching, sheet, modes } = hands(table, root);
  root.replaceChildren(html("div", { class: "lenet" },
    html("div", { class: "side" },
      html("div", { class: "modes" }, ...modes, table.undo, table.clear),
      sheet,
      html("div", { class: "read" }, table.cards, walk.bars, table.reading)),
    html("div", { class: "begin" }, thumbs, chooser, table.said),
    patching.element,
    walk.element,
  ));
  const title = html("p", { class: "name" }, say("On its way through the layers"));
  walk.input.append(html("div", { class: "way" }, preparing, title, way.element, way.told));
  table.begin();
}

// What a hand does on the sheet: draw, erase, or move a patch.
function hands(table, root) {
  const patching = cover(table.probabilitiesOf, () => table.lifted());
  const sheet = html("div", { class: "sheet" }, table.sheet);
  const names = { draw: say("Draw"), erase: say("Erase"), patch: say("Patch") };
  const modes = Object.entries(names).map(([mode, name]) => button(name, () => turn(mode), { "data-mode": mode }));
  const over = (image) => {
    const patch = patching.patch();
    root.dataset.patch = `${patch.top} ${patch.left} ${patch.height} ${patch.width} ${patch.ink}`;
    return covered(image, patch);
  };
  const told = (image) => {
    patching.put(image);
    root.lost = patching.lost(); // for whoever opens the browser's console
  };

  function turn(mode) {
    const patch = mode === "patch";
    for (const each of modes) each.setAttribute("aria-pressed", each.dataset.mode === mode);
    table.erase(mode === "erase");
    table.undo.disabled = table.clear.disabled = patch;
    patching.element.hidden = !patch;
    sheet.replaceChildren(patch ? patching.sheet : table.sheet);
    if (!patch) patching.stop();
    if (patch !== (root.dataset.mode === "patch")) table.veil(...(patch ? [over, told] : [null]));
    root.dataset.mode = mode;
  }

  for (const each of modes) each.setAttribute("aria-pressed", each.dataset.mode === "draw");
  patching.element.hidden = true;
  return { patching, sheet, modes };
}

// The sheet and the answer alone, to be tried in passing.
function small(root, model) {
  const table = desk(root, model, { changed: () => {}, fresh: true });
  const bars = html("div", { class: "bars" }, ...table.bars.map(({ row }) => row));
  root.replaceChildren(
    html("div", { class: "desk small" },
      html("div", { class: "sheet" }, html("p", { class: "name" }, say("Draw here")), table.sheet, html("div", { class: "group" }, table.undo, table.clear)),
      html("div", {}, html("p", { class: "name" }, say("The network reads")), table.cards, bars)),
    table.reading, table.said,
  );
  table.begin();
}
