// One of several drawn figures: controls choose it, and the figure itself stands in the page, where its style sheets reach it.
import { html, list, slider } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

export function draw(root, model) {
  const [controls, stills, chosen] = ["controls", "stills", "chosen"].map((name) => [...model.get(name)]);
  const { host } = root.getRootNode();
  const figure = host.firstElementChild ?? host.appendChild(element(stills[0]));
  const status = html("p", { class: "heard", role: "status" });
  const rows = controls.map(({ label, choices, slides }, k) => {
    const names = slides ? choices : choices.map((choice) => say(choice)); // a slider has numbers
    return (slides ? slid : listed)(say(label), names, chosen[k], (place) => {
      chosen[k] = place;
      const { alt } = show();
      status.textContent = alt;
      model.set("chosen", [...chosen]);
      model.save_changes();
    });
  });
  root.classList.add("bare");
  root.replaceChildren(html("div", { class: "controls" }, ...rows), html("slot"), status);

  // They are listed with the last control's choices changing fastest.
  const place = () => controls.reduce((sum, { choices }, k) => sum * choices.length + chosen[k], 0);

  function show() {
    const next = element(stills[place()]);
    become(figure, next);
    return next.querySelector("img") ?? next;
  }

  model.on("msg:custom", ({ place, still }) => {
    stills[place] = still;
    model.get("stills")[place] = still; // for whoever shows the figure once more
    show();
  });
  show();
}

function listed(label, names, place, changed) {
  return list(label, { ...names }, place, (choice) => changed(Number(choice))).row;
}

function slid(label, names, place, changed) {
  const settings = { min: 0, max: names.length - 1, step: 1, value: place, "aria-valuetext": names[place] };
  const { input, row } = slider(label, settings, (choice) => {
    input.setAttribute("aria-valuetext", names[choice]);
    changed(choice);
  }, (choice) => names[choice]);
  return row;
}

// In a template, where a picture is not loaded yet.
function element(still) {
  const holder = html("template");
  holder.innerHTML = still;
  return holder.content.firstElementChild;
}

// Let a figure show what another one does. Its pictures are the same elements, and stay until the new ones are loaded.
function become(figure, other) {
  const parts = (whole) => [whole, ...whole.querySelectorAll("*")];
  const others = parts(other);
  parts(figure).forEach((part, k) => {
    for (const { name, value } of others[k].attributes) {
      if (part.getAttribute(name) !== value) part.setAttribute(name, value);
    }
  });
}
