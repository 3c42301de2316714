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
  const { src, alt, width, height } = JSON.parse(explorer.querySelector("script").textContent)[place];
  Object.assign(explorer.querySelector("img"), { src, alt, width, height });
  explorer.querySelector("[role=status]").textContent = alt;
});
