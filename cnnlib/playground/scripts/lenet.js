// Draw a digit and watch a trained LeNet read it; point at any unit and see how it came by its value.
import { html } from "../../live/scripts/elements.js";
import { desk } from "./desk.js";
import { layers } from "./layers.js";
import { say } from "../../live/scripts/say.js";

const name = (text) => html("p", { class: "name" }, text);

export function draw(root, model) {
  if (model.get("compact")) return small(root, model);
  const table = desk(root, model, { changed: (outputs) => network.show(outputs) });
  const network = layers(root, table);
  const { thumbs, chooser, preparing } = table.controls();
  root.replaceChildren(
    html("div", { class: "desk" },
      html("div", { class: "sheet" }, name(say("Draw a digit")), table.sheet,
        html("div", { class: "group" }, table.undo, table.clear, table.said)),
      html("div", { class: "input" }, name(say("The network reads")), table.inputScreen.element, table.answer, table.reading),
      html("div", {}, name(say("Probabilities")), network.bars),
      html("div", { class: "controls" }, name(say("Digits to begin with")), thumbs, html("div", { class: "group" }, chooser, preparing))),
    network.element, network.inspector,
  );
  table.begin();
}

// The sheet and the answer alone, to be tried in passing.
function small(root, model) {
  const table = desk(root, model, { changed: () => {}, fresh: true });
  const bars = html("div", { class: "bars" }, ...table.bars.map(({ row }) => row));
  root.replaceChildren(
    html("div", { class: "desk small" },
      html("div", { class: "sheet" }, name(say("Draw here")), table.sheet, html("div", { class: "group" }, table.undo, table.clear)),
      html("div", {}, name(say("The network reads")), table.answer, bars)),
    table.reading, table.said,
  );
  table.begin();
}
