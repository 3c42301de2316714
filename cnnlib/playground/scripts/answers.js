// What every network answers: a card with the digit that it reads, and ten bars, one beside the other.
import { html, number } from "../../live/scripts/elements.js";
import { CURVES } from "./workings.js";
import { say } from "../../live/scripts/say.js";

const POOLED = { max: say("maxima"), average: say("averages") };
const percent = (share) => `${number(100 * share, 1)}\u00a0%`;

// Of networks { activation, pooling }; chosen(k) hears of the card that is pressed. A network that is alone has no name.
export function answers(networks, chosen) {
  const alone = networks.length === 1;
  const cards = networks.map(({ activation, pooling }, k) => {
    const digit = html("span", { class: "answer", "aria-hidden": "true" });
    if (alone) return { card: html("div", { class: "card" }, digit), digit };
    const name = say("{activation}, {pooling}", { activation: CURVES[activation], pooling: POOLED[pooling] });
    const input = html("input", { type: "radio", name: "network" });
    input.addEventListener("change", () => chosen(k));
    const card = html("label", { class: "card", title: say("Show the layers of this network") }, input, html("span", {}, name), digit);
    return { card, digit, name, input };
  });
  // The eye follows every change, the ear hears the last.
  const shownText = html("span", { "aria-hidden": "true" });
  const heard = html("span", { class: "heard", role: "status" });
  const reading = html("p", { class: "reading" }, shownText, heard);
  const bars = Array.from({ length: 10 }, (_, digit) => {
    const tracks = networks.map(() => html("i"));
    const shares = networks.map(() => html("b"));
    const row = html("div", { class: "bar" }, html("span", {}, String(digit)), html("div", {}, ...tracks), ...shares);
    return { row, tracks, shares };
  });

  let announcing = 0;
  return {
    cards: html("div", { class: "cards" }, ...cards.map(({ card }) => card)),
    reading,
    bars,
    // The probabilities of every network, and which network's layers are on show.
    show(probabilities, shown, empty) {
      const sentences = probabilities.map(({ data }, k) => {
        const [first, next] = [...data.keys()].sort((a, b) => data[b] - data[a]);
        bars.forEach(({ row, tracks, shares }, digit) => {
          tracks[k].style.width = `${100 * data[digit]}%`;
          shares[k].textContent = percent(data[digit]);
          shares[k].classList.toggle("best", digit === first);
          if (k === shown) row.classList.toggle("best", digit === first);
        });
        cards[k].digit.textContent = first;
        if (!alone) cards[k].input.checked = k === shown;
        const values = { network: cards[k].name, first, next, share: percent(data[first]), nextShare: percent(data[next]) };
        return alone ? say("Read as {first}, {share}; next {next}, {nextShare}.", values)
          : say("{network}: read as {first}, {share}; next {next}, {nextShare}.", values);
      });
      if (empty) sentences.unshift(say("Nothing stands out yet. A network has to answer all the same."));
      shownText.textContent = sentences.join(" ");
      clearTimeout(announcing);
      announcing = setTimeout(() => {
        heard.textContent = shownText.textContent;
      }, heard.textContent ? 300 : 0);
    },
  };
}
