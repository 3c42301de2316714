// What a reader sees or hears goes through here. English is the key; a page in another language carries a table, which
// `_ext/languages.py` makes, and has to have it before the figure's script runs. `{name}` in a text stands for values.name.
export function say(text, values = {}) {
  const translation = globalThis.bookTexts?.[text] ?? text;
  return translation.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

// Choices that Python names, for a list: the English name is the value, its translation is shown.
export const choices = (names) => Object.fromEntries(names.map((name) => [name, say(name)]));
