// The ✓ behind a finding opens the card with its check; the button above the page opens all folded code.
const remembered = {
  get: () => { try { return localStorage.getItem("all-code") === "shown"; } catch { return false; } },
  set: (shown) => { try { localStorage.setItem("all-code", shown ? "shown" : "folded"); } catch { /* private window */ } },
};

function setAllCode(shown) {
  for (const fold of document.querySelectorAll("details.fold")) fold.open = shown;
  for (const button of document.querySelectorAll(".btn-code-button, [onclick='showAllCode()']")) {
    button.setAttribute("aria-pressed", shown);
  }
}

function showAllCode() {
  const shown = !remembered.get();
  remembered.set(shown);
  setAllCode(shown);
}

function cardOf(tick) {
  return document.getElementById(decodeURIComponent(tick.hash.slice(1)));
}

// The card comes to the ✓ that was pressed: a finding may be named again in the summary.
function moveBehind(card, tick) {
  const whole = tick.closest("table, figure")?.closest(".pst-scrollable-table-container, figure, table");
  const block = whole ?? tick.closest("p, li, dd, h2, h3");
  let last = block;
  while (last.nextElementSibling !== card && last.nextElementSibling?.matches(".check.open")) last = last.nextElementSibling;
  if (last.nextElementSibling !== card) last.after(card);
}

function setOpen(tick, open) {
  const card = cardOf(tick);
  if (open) moveBehind(card, tick);
  card.classList.toggle("open", open);
  for (const each of document.querySelectorAll("a.tick")) {
    if (each.hash === tick.hash) each.setAttribute("aria-expanded", each === tick && open);
  }
}

function openByAddress() {
  const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!card?.matches(".check")) return;
  const tick = [...document.querySelectorAll("a.tick")].find((each) => cardOf(each) === card);
  if (tick) setOpen(tick, true);
  card.scrollIntoView({ block: "center" });
}

document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.add("cards-by-hand");
  for (const tick of document.querySelectorAll("a.tick")) {
    tick.setAttribute("role", "button");
    tick.setAttribute("aria-expanded", "false");
    tick.setAttribute("aria-controls", tick.hash.slice(1));
  }
  if (remembered.get()) setAllCode(true);
  openByAddress();
});
window.addEventListener("hashchange", openByAddress);
// Another page of the book, or the page just left, whose choice may reach this one after it is drawn.
window.addEventListener("storage", (event) => { if (event.key === "all-code") setAllCode(remembered.get()); });

document.addEventListener("click", (event) => {
  const tick = event.target.closest("a.tick");
  if (!tick) return;
  event.preventDefault();
  setOpen(tick, tick.getAttribute("aria-expanded") !== "true");
});

document.addEventListener("keydown", (event) => {
  const tick = event.target.closest?.("a.tick");
  if (tick && event.key === " ") {
    event.preventDefault();
    tick.click();
  }
  if (event.key !== "Escape") return;
  const card = event.target.closest?.(".check.open");
  const opened = tick ?? (card && [...document.querySelectorAll("a.tick[aria-expanded=true]")].find((each) => cardOf(each) === card));
  if (!opened) return;
  setOpen(opened, false);
  opened.focus();
});
