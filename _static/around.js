// Around the text: which entry of the contents is marked.

// The theme's own marking, which _ext/theme.py turns off, waits for headings to pass through the upper part of the window:
// none does where one jumps into the middle of a section, and those near the end of a page never get there.
function markContents() {
  const nav = document.querySelector("#page-contents");
  const links = [...(nav?.querySelectorAll("a[href^='#']") ?? [])];
  const sections = links.map((link) => [target(link.hash), link]).filter(([section]) => section);
  let jumpedTo = null; // its entry stays marked until the reader moves on

  function target(hash) {
    return document.getElementById(decodeURIComponent(hash.slice(1)));
  }

  // The last section that begins above a line: at a quarter of the window, sinking to its foot as the page ends.
  function beingRead() {
    const left = document.documentElement.scrollHeight - innerHeight - scrollY;
    const line = Math.max(innerHeight / 4, innerHeight - left);
    const begins = ([section]) => section.checkVisibility() && section.getBoundingClientRect().top <= line;
    return sections.findLast(begins)?.[1];
  }

  function mark() {
    const current = jumpedTo ?? beingRead();
    for (const link of links) {
      link.classList.toggle("active", link === current);
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const entry of nav.querySelectorAll(".toc-entry")) {
      entry.classList.toggle("active", current !== undefined && entry.contains(current));
    }
  }

  // The section that holds the place; the place may be a figure, an exercise, a claim.
  function jump(hash) {
    const place = target(hash);
    jumpedTo = sections.findLast(([section]) => place && section.contains(place))?.[1] ?? null;
    mark();
  }

  function moveOn() {
    jumpedTo = null;
  }

  if (!sections.length) return;
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(mark);
  };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(kind, moveOn, { passive: true });
  // Whoever moves the scroll bar makes no other event.
  addEventListener("scrollend", () => {
    const place = sections.find(([, link]) => link === jumpedTo)?.[0].getBoundingClientRect();
    if (place && (place.bottom < 0 || place.top > innerHeight)) moveOn();
    soon();
  });
  addEventListener("hashchange", () => jump(location.hash));
  // The hash does not change where the address names the place already.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link) jump(link.hash);
  });
  jump(location.hash);
}

document.addEventListener("DOMContentLoaded", markContents);
