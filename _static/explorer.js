// Shows the picture that belongs to the choices: they are listed with the last control's choices changing fastest.
document.addEventListener("input", (event) => {
  const explorer = event.target.closest(".explorer");
  if (!explorer) return;
  let place = 0;
  for (const control of explorer.querySelectorAll("select, input")) {
    const slides = control.type === "range";
    const choices = slides ? JSON.parse(control.dataset.labels) : [...control.options].map((option) => option.text);
    const chosen = slides ? Number(control.value) : control.selectedIndex;
    if (slides) {
      control.setAttribute("aria-valuetext", choices[chosen]);
      control.nextElementSibling.textContent = choices[chosen];
    }
    place = place * choices.length + chosen;
  }
  const figure = JSON.parse(explorer.querySelector("script").textContent)[place];
  const [[width, height], [narrowWidth, narrowHeight]] = figure.sizes;
  for (const picture of explorer.querySelectorAll("picture")) {
    const [source, image] = picture.children;
    const [wide, narrow] = image.classList.contains("only-dark") ? figure.dark : figure.light;
    Object.assign(source, { srcset: narrow, width: narrowWidth, height: narrowHeight });
    Object.assign(image, { src: wide, alt: figure.alt, width, height });
  }
  explorer.querySelector("[role=status]").textContent = figure.alt;
});
