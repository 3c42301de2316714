// Which maps of S2 (rows) each map of C3 (columns) reads: a table to point at, whose connections light up.
import { html } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

// `table` lists for each column the rows that it is joined to. Told by chosen(row, column) where the reader is, and by
// pressed(row, column) of a click or tap, Enter or the space bar, and by left() that the mouse or the focus has gone.
export function connections(table, { chosen, pressed, left }) {
  const [rows, columns] = [6, table.length];
  const element = html("div", {
    class: "connections", tabindex: 0, role: "application",
    "aria-label": say("The table of C3: which maps of S2 each of its maps reads. Arrow keys choose a connection, Enter switches it off or on."),
  });
  const dots = Array.from({ length: rows * columns }, (_, k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    const dot = html("div", { class: "dot" });
    dot.classList.toggle("on", table[column].includes(row));
    dot.addEventListener("pointermove", (event) => event.pointerType === "mouse" && move(row, column));
    dot.addEventListener("click", () => {
      at = [row, column];
      pressed(row, column);
    });
    return dot;
  });
  // Maps are numbered from 0, as in the sentences.
  const numbers = Array.from({ length: columns }, (_, column) => html("span", { "aria-hidden": "true" }, String(column)));
  element.append(...numbers, ...dots);
  let at = [0, 0];
  const move = (row, column) => {
    at = [Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column))];
    chosen(...at);
  };
  element.addEventListener("focus", () => element.matches(":focus-visible") && move(...at));
  element.addEventListener("blur", left);
  element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && left());
  element.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) move(at[0] + step[0], at[1] + step[1]);
    else if (event.key === "Enter" || event.key === " ") pressed(...at);
    else return;
    event.preventDefault();
  });
  return {
    element,
    // Which are switched off: off(row, column).
    cut: (off) => dots.forEach((dot, k) => dot.classList.toggle("cut", off(Math.floor(k / columns), k % columns))),
    // Light a row, a column, or where both are given the one connection.
    light({ s2, c3 }) {
      dots.forEach((dot, k) => {
        const [row, column] = [Math.floor(k / columns) === s2, k % columns === c3];
        const both = s2 !== null && c3 !== null;
        dot.classList.toggle("lit", both ? row && column : row || column);
      });
    },
  };
}
