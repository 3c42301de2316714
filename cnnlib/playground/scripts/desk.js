// A sheet to draw on, what trained LeNets read of it, and their answers.
import { array } from "./operators.js";
import { asMnist, resized } from "./digits.js";
import { button, html, tick } from "../../live/scripts/elements.js";
import { SHADES, paint, range } from "../../live/scripts/shades.js";
import { pictureChooser } from "./chooser.js";
import { received, sent, unpacked } from "./packets.js";
import { answers } from "./answers.js";
import { forward } from "./network.js";
import { pad } from "./pad.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { say } from "../../live/scripts/say.js";

// changed(outputs, network) hears of every new picture, and of another network to be shown. With `fresh` the first stroke
// takes away the digit to begin with.
export function desk(root, model, { changed, fresh = false }) {
  const networks = model.get("networks").map((network) => ({ ...network, weights: unpacked(network.weights) }));
  const numberOf = () => networks.findIndex(({ activation }) => activation === model.get("activation"));
  let shown = numberOf();
  let picture = null; // a drawing or a photograph; null for an image that comes as the network reads it
  let bare = null; // the image, without what covers it
  let veil = null; // what covers it: image → image
  let [prepared, empty] = [true, false];

  const said = html("p", { class: "quiet", role: "status" });
  const announce = (text) => {
    said.textContent = text;
  };
  const sheet = pad({ drawn: (ink) => take(ink), said: announce, fresh });
  const given = () => array([1, 28, 28], received(model.get("image")).data);
  const python = joined(model, (name) => (name === "image" ? place(given()) : choose(numberOf())));
  python.hear("image", "activation");
  const values = { image: () => sent(array([28, 28], root.outputs.image.data)), activation: () => networks[shown].activation };
  const tell = teller(python, (name) => values[name]());
  const table = answers(networks, (k) => {
    choose(k);
    tell("activation");
  });

  // A new picture: prepare it, read it, tell Python.
  function take(next) {
    const [height, width] = next.shape;
    const raw = () => {
      const largest = range(next.data)[1] > 1 ? 255 : 1;
      return array([1, 28, 28], resized(array([height, width], next.data.map((value) => value / largest)), 28, 28).data);
    };
    const image = prepared ? asMnist(next) : raw();
    [picture, bare, empty] = [next, image ?? array([1, 28, 28]), image === null];
    announce("");
    read();
    tell("image");
  }

  // An image that needs no preparing, because it comes as the network reads it.
  function place(image) {
    sheet.put(array([28, 28], image.data));
    [picture, bare, empty] = [null, image, false];
    announce("");
    read();
  }

  function choose(k) {
    shown = k;
    read();
  }

  const probabilitiesOf = (image, { weights, ...network } = networks[shown]) => forward(weights, image, network).probabilities;

  // Read what there is; the sheet is told first, which may cover it.
  let listener = () => {};
  function read() {
    listener(bare);
    show();
  }

  function show() {
    const image = veil ? veil(bare) : bare;
    const outputs = forward(networks[shown].weights, image, networks[shown]);
    root.outputs = { picture, ...outputs }; // for whoever opens the browser's console
    table.show(networks.map((network, k) => (k === shown ? outputs.probabilities : probabilitiesOf(image, network))), shown, empty);
    changed(outputs, networks[shown]);
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
        tell("image");
      }, { "aria-label": label, title: label });
      thumb.append(canvas);
      thumbs.append(thumb);
    });
    const chooser = pictureChooser(root, 1000, (gray) => {
      const [low, high] = range(gray.data);
      // Shown as ink whatever its colours: the brighter half of a dark picture, the darker half of a bright one.
      const bright = gray.data.reduce((a, b) => a + b) / gray.data.length > (low + high) / 2;
      sheet.put(array(gray.shape, gray.data.map((value) => (bright ? high - value : value - low) / (high - low || 1))));
      take(gray);
      announce(say("Your picture is on the sheet."));
    }, announce);
    const preparing = tick(say("scale and centre"), prepared, (checked) => {
      prepared = checked;
      if (picture) take(picture);
    });
    return { thumbs, chooser, preparing: preparing.row };
  }

  return {
    sheet: sheet.element,
    erase: sheet.erase,
    undo: button(say("Undo"), sheet.undo),
    clear: button(say("Clear"), sheet.clear),
    said,
    announce,
    cards: table.cards,
    reading: table.reading,
    bars: table.bars,
    controls,
    begin: () => place(given()),
    probabilitiesOf,
    // Let something lie on every image; `told` hears of each before it is read. Null for nothing.
    veil(over, told = () => {}) {
      [veil, listener] = [over, told];
      read();
      tell("image");
    },
    // What lies there has moved.
    lifted() {
      show();
      tell("image");
    },
  };
}
