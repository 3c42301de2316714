// On the list of all claims: a field and a choice that narrow it. Without this script it is the whole list.
function filterClaims() {
  const counted = document.querySelector(".claims-counted");
  if (!counted) return;
  const sections = [...document.querySelectorAll("article section[id^='claims-']")];
  const chapters = sections.filter((section) => !section.parentElement.matches("section[id^='claims-']"));
  const rows = [...document.querySelectorAll("table.claims tbody tr")].map((row) => ({
    row,
    text: row.cells[0].textContent.toLowerCase(), // the sentence, its id, its topics
    chapter: chapters.find((chapter) => chapter.contains(row)).id,
  }));
  const choices = chapters.map(({ id, firstElementChild }) => new Option(firstElementChild.firstChild.textContent, id));

  const form = document.createElement("form");
  form.className = "claims-filter";
  form.role = "search";
  form.ariaLabel = "Claims";
  form.innerHTML = `
    <label>Words <input type="search" name="words" placeholder="sentence, name or topic" autocomplete="off"></label>
    <label>Chapter <select name="chapter"><option value="">all</option></select></label>
    <output></output>`;
  const { words, chapter } = form.elements;
  chapter.append(...choices);

  function narrow() {
    const wanted = words.value.toLowerCase().split(/\s+/);
    let left = 0;
    for (const { row, text, chapter: own } of rows) {
      row.hidden = (chapter.value && own !== chapter.value) || !wanted.every((word) => text.includes(word));
      if (!row.hidden) left += 1;
    }
    for (const section of sections) section.hidden = !section.querySelector("table.claims tbody tr:not([hidden])");
    counted.hidden = left < rows.length; // its numbers are those of the whole list
    form.querySelector("output").textContent = `${left} of ${rows.length}`;
  }

  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  // A link to what is hidden shows everything again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.closest("[hidden]")) return;
    form.reset();
    narrow();
    target.scrollIntoView();
  });
  counted.before(form);
  narrow();
}

document.addEventListener("DOMContentLoaded", filterClaims);
