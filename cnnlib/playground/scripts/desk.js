// A sheet to draw on, what a trained LeNet reads of it, and its ten answers.
import { array } from "./operators.js";
import { asMnist, resized } from "./digits.js";
import { button, html, number, tick } from "../../live/scripts/elements.js";
import { SHADES, paint, range } from "../../live/scripts/shades.js";
import { screens } from "./screens.js";
import { pictureChooser } from "./chooser.js";
import { received, sent, unpacked } from "./packets.js";
import { forward } from "./network.js";
import { pad } from "./pad.js";
import { joined } from "../../live/scripts/model.js";
import { say } from "../../live/scripts/say.js";

// `changed` hears of every new picture. With `fresh` the first stroke takes away the digit to begin with.
export function desk(root, model, { changed, fresh = false }) {
  const weights = unpacked(model.get("weights"));
  const network = { activation: model.get("activation"), pooling: model.get("pooling") };
  let picture = null; // a drawing or a photograph; null for an image that comes as the network reads it
  let outputs = null;
  let prepared = true;

  const said = html("p", { class: "quiet", role: "status" });
  const announce = (text) => {
    said.textContent = text;
  };
  const sheet = pad({ drawn: (ink) => take(ink), said: announce, fresh });
  const given = () => array([1, 28, 28], received(model.get("image")).data);
  const python = joined(model, () => place(given()));
  python.hear("image");

  const inputScreen = screens(say("What the network reads: 28 by 28 pixels"), 1, 1, {
    chosen: ({ row, column }) => {
      const value = number(outputs.image.data[row * 28 + column]);
      announce(say("Pixel in row {row}, column {column}: {value}.", { row, column, value }));
    },
  });
  const answer = html("p", { class: "answer", "aria-hidden": "true" });
  const reading = html("p", { class: "reading", role: "status" });
  const bars = Array.from({ length: 10 }, (_, k) => {
    const bar = html("i");
    const share = html("b");
    const row = html("div", { class: "bar" }, html("span", {}, String(k)), html("div", {}, bar), share);
    return { row, bar, share };
  });

  // A new picture: prepare it, read it, tell Python.
  function take(next) {
    picture = next;
    const [height, width] = next.shape;
    const raw = () => {
      const largest = range(next.data)[1] > 1 ? 255 : 1;
      return array([1, 28, 28], resized(array([height, width], next.data.map((value) => value / largest)), 28, 28).data);
    };
    const image = prepared ? asMnist(next) : raw();
    read(next, image ?? array([1, 28, 28]), image === null);
    tellPython();
  }

  // An image that needs no preparing, because it comes as the network reads it.
  function place(image) {
    sheet.put(array([28, 28], image.data));
    read(null, image);
  }

  let waiting = 0;
  function tellPython() {
    clearTimeout(waiting);
    waiting = setTimeout(() => python.tell({ image: sent(array([28, 28], outputs.image.data)) }), 150);
  }

  let announcing = 0;
  function read(from, image, empty = false) {
    picture = from;
    outputs = forward(weights, image, network);
    root.outputs = { picture, ...outputs }; // for whoever opens the browser's console
    inputScreen.show(image, SHADES.ink, 0, 1);
    const shares = outputs.probabilities.data;
    const order = [...shares.keys()].sort((a, b) => shares[b] - shares[a]);
    const percent = (share) => `${number(100 * share, 1)}\u00a0%`;
    bars.forEach(({ row, bar, share }, k) => {
      bar.style.width = `${100 * shares[k]}%`;
      share.textContent = percent(shares[k]);
      row.classList.toggle("best", k === order[0] && !empty);
    });
    answer.textContent = empty ? "?" : order[0];
    const [first, next] = order;
    const values = { first, next, share: percent(shares[first]), nextShare: percent(shares[next]) };
    const text = empty
      ? say("Nothing stands out yet. A network has to answer all the same.")
      : say("Read as {first}, {share}; next {next}, {nextShare}.", values);
    clearTimeout(announcing);
    announcing = setTimeout(() => {
      reading.textContent = text;
    }, reading.textContent ? 300 : 0);
    changed(outputs);
  }

  // Digits to begin with, a picture of one's own, and whether what is drawn is made as MNIST's digits were.
  function controls() {
    const examples = received(model.get("examples"));
    const thumbs = html("div", { class: "thumbs", role: "group", "aria-label": say("Digits to begin with") });
    model.get("labels").map((label) => say(label)).forEach((label, k) => {
      const canvas = html("canvas", { "aria-hidden": "true" });
      const image = array([1, 28, 28], examples.data.subarray(784 * k, 784 * (k + 1)));
      paint(canvas, { values: image.data, height: 28, width: 28 }, SHADES.ink, 0, 1);
      const thumb = button("", () => {
        place(image);
        tellPython();
      }, { "aria-label": label, title: label });
      thumb.append(canvas);
      thumbs.append(thumb);
    });
    const chooser = pictureChooser(sheet.element, 1000, (gray) => {
      const [low, high] = range(gray.data);
      // Shown as ink whatever its colours: the brighter half of a dark picture, the darker half of a bright one.
      const bright = gray.data.reduce((a, b) => a + b) / gray.data.length > (low + high) / 2;
      sheet.put(array(gray.shape, gray.data.map((value) => (bright ? high - value : value - low) / (high - low || 1))));
      take(gray);
    }, announce);
    const preparing = tick(say("scale and centre"), prepared, (checked) => {
      prepared = checked;
      if (picture) take(picture);
    });
    return { thumbs, chooser, preparing: preparing.row };
  }

  return {
    weights,
    network,
    sheet: sheet.element,
    undo: button(say("Undo"), sheet.undo),
    clear: button(say("Clear"), sheet.clear),
    said,
    inputScreen,
    answer,
    reading,
    bars,
    controls,
    begin: () => place(given()),
  };
}
