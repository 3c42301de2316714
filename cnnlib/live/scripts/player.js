// Play, pause, step and scrub: what happens in `length` steps, one after another.
import { button, html, tick } from "./elements.js";
import { say } from "./say.js";

// Told by moved(at) how many steps are done, 0 to length. `slow` steps in a second can be followed with the eye; all of them
// take `whole` seconds where they are too many for that. A button goes on or back to a multiple of `stride` steps. A reader who wants no
// motion sees two pictures in a second. Where steps cost time, moved returns how many it came to do.
export function player(label, moved, { slow: slowest = 2, whole = 12, stride = 1 } = {}) {
  let [at, length, slow] = [0, 0, false];
  let started = null; // { time, at } of the present run
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const play = button("", () => (started ? stop() : start()), { class: "play" });
  const scrub = html("input", { type: "range", min: 0, step: 1, "aria-label": label });
  scrub.addEventListener("input", () => go(scrub.valueAsNumber));
  const slowly = tick(say("slowly"), false, (checked) => {
    slow = checked;
    if (started) started = { time: null, at };
  });
  const element = html("div", { class: "player", role: "group", "aria-label": label },
    play,
    button("◂", () => go((Math.ceil(at / stride) - 1) * stride), { "aria-label": say("One step back"), title: say("One step back") }),
    button("▸", () => go((Math.floor(at / stride) + 1) * stride), { "aria-label": say("One step on"), title: say("One step on") }),
    scrub, slowly.row);

  function show() {
    scrub.max = length;
    scrub.value = at;
    play.textContent = started ? say("Pause") : say("Play");
    play.classList.toggle("playing", started !== null);
  }

  function go(next) {
    started = null;
    at = Math.min(length, Math.max(0, next));
    at = moved(at) ?? at;
    show();
  }

  function start() {
    if (at >= length) at = 0;
    started = { time: null, at };
    show();
    moved(at);
    requestAnimationFrame(run);
  }

  function stop() {
    started = null;
    show();
    moved(at);
  }

  function run(time) {
    if (!started || !element.isConnected) return;
    started.time ??= time;
    const rate = slow ? slowest : Math.max(slowest, length / whole);
    const seconds = still.matches ? Math.floor(2 * (time - started.time) / 1000) / 2 : (time - started.time) / 1000;
    const next = Math.min(length, started.at + Math.floor(seconds * rate));
    if (next !== at) {
      at = moved(next) ?? next;
      if (at < next) started = { time: null, at };
      show();
    }
    if (at >= length) return stop();
    return requestAnimationFrame(run);
  }

  // Nothing moves where nobody sees it.
  new IntersectionObserver(([{ isIntersecting }]) => !isIntersecting && started && stop()).observe(element);

  show();
  return {
    element,
    playing: () => started !== null,
    stop: () => started && stop(),
    // Say how many steps there are and how many are done, without telling anybody.
    set(steps, done) {
      started = null;
      [length, at] = [steps, Math.min(steps, done)];
      slowly.row.hidden = steps <= slowest * whole; // that slow they are anyway
      show();
    },
  };
}
