// A room of its own for a figure in somebody's page: no style of the page reaches in, and none of the figure's out.
export function room(el, style) {
  const root = el.shadowRoot ?? el.attachShadow({ mode: "open" });
  const [sheet, inner] = [document.createElement("style"), document.createElement("div")];
  sheet.textContent = style;
  inner.className = "room";
  root.replaceChildren(sheet, inner);
  // JupyterLab would take the arrow keys for its own, which go from cell to cell.
  el.dataset.lmSuppressShortcuts = "true";
  // The book says on its first element that it is dark, JupyterLab and VS Code on the body.
  const { documentElement: page, body } = document;
  const look = () => {
    const dark = page.dataset.theme === "dark" || body.dataset.jpThemeLight === "false" || body.classList.contains("vscode-dark");
    inner.classList.toggle("dark", dark);
  };
  const watch = new MutationObserver(look);
  watch.observe(page, { attributeFilter: ["data-theme"] });
  watch.observe(body, { attributeFilter: ["data-jp-theme-light", "class"] });
  look();
  return inner;
}
