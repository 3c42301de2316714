// What is wider than its place and scrolls by itself says so: at an edge behind which there is more, its end fades
// (_static/around.css). It can be reached by keyboard, and has a name.
function hintAtScrolling() {
  const article = document.querySelector(".bd-article");
  if (!article) return; // the search has none
  const kinds = [
    [".pst-scrollable-table-container, .wide-table", "Table"],
    [".cell_output pre", "Printed lines"],
    [".cell_output, .cell_output > .output", "Output"],
    ["pre", "Code"],
    ["div.math, mjx-container[display='true']", "Formula"],
  ];
  const every = kinds.map(([selector]) => selector).join(", ");

  function hint(box) {
    const hidden = box.scrollWidth - box.clientWidth;
    const scrolls = hidden > 1 && ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
    box.classList.toggle("more-before", scrolls && box.scrollLeft > 1);
    box.classList.toggle("more-after", scrolls && box.scrollLeft < hidden - 1);
    if (scrolls && !box.ariaLabel) {
      const [, kind] = kinds.find(([selector]) => box.matches(selector));
      box.tabIndex = 0;
      box.role = "group";
      box.ariaLabel = `${box.querySelector("caption")?.textContent.trim() || kind}, scrolls sideways`;
    } else if (!scrolls && box.ariaLabel?.endsWith(", scrolls sideways")) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }

  // Told of a box as soon as it is laid out: many are only when the reader comes near.
  const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => hint(target)));
  const observe = () => article.querySelectorAll(every).forEach((box) => sizes.observe(box));
  observe();
  // Formulas and controls come later.
  new MutationObserver(observe).observe(article, { childList: true, subtree: true });
  document.addEventListener("scroll", ({ target }) => target !== document && target.matches(every) && hint(target), {
    capture: true,
    passive: true,
  });
}

document.addEventListener("DOMContentLoaded", hintAtScrolling);
