// What a script has of its figure's values: where a kernel runs, anywidget's model; elsewhere one that is like it.

// What stands in the page for a figure: its values, and the pieces of HTML that it may show.
export function valuesOf(el) {
  const kept = el.querySelector("template")?.content.firstElementChild.children ?? [];
  const stills = [el.firstElementChild, ...kept].map((piece) => piece.outerHTML);
  return { ...JSON.parse(el.querySelector("script").textContent), stills };
}

// anywidget's model, as far as the figures use it, without a kernel behind it.
export function still(values) {
  const ears = {};
  return {
    get: (name) => values[name],
    set(name, value) {
      values[name] = value;
      for (const ear of ears[`change:${name}`] ?? []) ear();
    },
    on: (event, ear) => (ears[event] ??= []).push(ear),
    save_changes() {},
  };
}

// Tell Python of a reader's change and a reader of Python's, but nobody of their own.
export function joined(model, changed) {
  let speaking = false;
  return {
    tell(values) {
      speaking = true;
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      speaking = false;
      model.save_changes();
    },
    hear(...names) {
      for (const name of names) model.on(`change:${name}`, () => speaking || changed(name));
    },
  };
}
