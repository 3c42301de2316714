// A kernel that paints: its window sweeps over a picture and makes the feature map, pixel by pixel.
import { array, conv2d, taps } from "./operators.js";
import { received, sent } from "./packets.js";
import { PRESETS, reframed } from "./kernels.js";
import { numbers } from "./inspector.js";
import { pictureChooser } from "./chooser.js";
import { OWN, button, html, list, number, slider, tick } from "../../live/scripts/elements.js";
import { SHADES, legibleOn, mapOf, range, shadeOf } from "../../live/scripts/shades.js";
import { board } from "../../live/scripts/board.js";
import { fields } from "../../live/scripts/fields.js";
import { player } from "../../live/scripts/player.js";
import { joined } from "../../live/scripts/model.js";
import { teller } from "../../live/scripts/teller.js";
import { choices, say } from "../../live/scripts/say.js";

const GRID = "a grid to paint on";
const LEGIBLE = 100; // cells of a picture: where there are more, they are too small for their numbers
const SETTINGS = ["stride", "padding", "padding_mode", "dilation", "flipped"];

// Channels, by their number: three are red, green and blue.
function channelNames(count) {
  if (count === 3) return [say("red"), say("green"), say("blue")];
  return Array.from({ length: count }, (_, c) => say("channel {channel}", { channel: c }));
}

// The nine products of a window, for one channel or more: what the window sees, the kernel to be edited, what they make.
// changed(c, k, value) hears of an edited weight, which a mouse draws up and down by grain(), and refused(text) of what is no
// number.
function sums(changed, { grain, refused }) {
  const element = html("div", { class: "sums" });
  let [rows, built] = [[], ""];

  function build(channels) {
    const { width: wide } = channels[0].kernel;
    const wanted = `${wide}: ${channels.map(({ c }) => c)}`;
    if (built === wanted) return;
    built = wanted;
    rows = channels.map(({ c, name }) => {
      const of = (text) => (name ? `${text}, ${name}` : text);
      const weights = fields(of(say("Weights of the kernel")), (row, column) => of(say("weight in row {row}, column {column}", { row, column })),
        (k, value) => changed(c, k, value), { grain, refused });
      const [seen, made] = [html("div"), html("div")];
      const kernelName = html("p", { class: "caption" });
      const part = html("b");
      const sign = (text) => html("span", { class: "sign", "aria-hidden": "true" }, text);
      const kernel = html("div", {}, kernelName, weights.element);
      const line = html("div", { class: wide > 3 ? "tables many" : "tables" }, ...(name ? [html("span", { class: "channel" }, name)] : []), seen, sign("×"), kernel, sign("="), made, html("span", { class: "part" }, "Σ ", part));
      return { c, weights, seen, made, part, line, kernelName };
    });
    element.replaceChildren(...rows.map(({ line }) => line));
  }

  return {
    element,
    // Show [{ c, name, seen, kernel, used, product }], maps all of them; `sees` gives the colours of what is seen.
    show(channels, sees, digits) {
      build(channels);
      const ends = (maps) => {
        const largest = Math.max(...maps.flatMap(({ values }) => range(values)).map(Math.abs)) || 1;
        return [-largest, largest];
      };
      const [weightEnds, productEnds] = [ends(channels.map(({ kernel }) => kernel)), ends(channels.map(({ product }) => product))];
      rows.forEach(({ weights, seen, made, part, kernelName }, row) => {
        const channel = channels[row];
        kernelName.textContent = channel.turned ? say("kernel, turned over") : say("kernel");
        seen.replaceChildren(numbers(say("window"), channel.seen, ...sees, digits));
        weights.show(channel.kernel);
        weights.colour((k) => {
          const share = channel.kernel.values[k] / weightEnds[1];
          return `${share > 0 ? "240, 122, 30" : "86, 180, 233"}, ${Math.abs(share)}`;
        });
        made.replaceChildren(numbers(say("products"), channel.product, SHADES.signed, ...productEnds, digits));
        part.textContent = number(channel.product.values.reduce((a, b) => a + b, 0), digits);
      });
    },
  };
}

export function draw(root, model) {
  const pictures = Object.fromEntries(Object.entries(model.get("pictures")).map(([name, packet]) => [name, received(packet)]));
  const state = { cell: null, channel: "all" };
  let parts = []; // what each slice of the kernel adds, [H_out, W_out]
  let output = null;
  let painted = null; // how many pixels of the map are there; null for all
  let [brush, dabbed] = [1, [0, 0]]; // its colour, and the cell where it was last

  const python = joined(model, () => fromPython());
  python.hear("image", "kernel", "cell", ...SETTINGS);
  const flat = ({ shape, data }) => array(shape[0] === 1 ? shape.slice(1) : shape, data);
  const tell = teller(python, (name) => {
    if (name === "cell") return [state.cell.row, state.cell.column];
    return state[name].shape ? sent(flat(state[name])) : state[name];
  });

  // Controls.
  const told = html("p", { class: "sentence" });
  const heard = html("p", { class: "heard", role: "status" });
  const shown = Object.keys(pictures).length ? { ...choices(Object.keys(pictures)), [OWN]: OWN } : { [OWN]: OWN };
  const picture = list(say("Picture"), shown, OWN, (name) => pictures[name] && setImage(whole(pictures[name])));
  const channel = list(say("Channel"), { all: say("all together") }, "all", (value) => {
    state.channel = value;
    update();
  });
  const preset = list(say("Kernel"), Object.fromEntries([...Object.keys(PRESETS), OWN].map((name) => [name, name])), OWN, (name) => {
    if (PRESETS[name]) setKernel(spread(PRESETS[name](state.kernel.shape[1])));
  });
  const side = list(say("Size"), Object.fromEntries([2, 3, 4, 5, 6, 7].map((k) => [k, `${k}×${k}`])), 3, (k) => {
    const make = PRESETS[preset.select.value];
    setKernel(make ? spread(make(Number(k))) : sliced(state.kernel, (slice) => reframed(slice, Number(k))));
  });
  const turn = (name) => (value) => {
    state[name] = value;
    update();
    tell(name);
  };
  const sliders = {
    stride: slider(say("Stride"), { min: 1, max: 4, value: 1, name: "stride" }, turn("stride")),
    padding: slider(say("Padding"), { min: 0, max: 6, value: 0, name: "padding" }, turn("padding")),
    dilation: slider(say("Dilation"), { min: 1, max: 4, value: 1, name: "dilation" }, turn("dilation")),
  };
  const mode = list(say("filled with"), { zeros: say("zeros"), circular: say("the other side (a circle)") }, "zeros", turn("padding_mode"));
  const flip = tick(say("turn the kernel over, as textbooks do"), false, turn("flipped"));

  // Picture and map, drawn to one scale.
  const input = board(say("The picture. Arrow keys move the window."), {
    dragged: (top, left) => moveTo((top + state.padding) / state.stride, (left + state.padding) / state.stride),
    tapped: dab,
    stepped,
  });
  const result = board(say("The feature map. Arrow keys move the window."), {
    dragged: (top, left) => moveTo(top, left),
    tapped: () => {},
    stepped,
  });
  const film = player(say("How much of the map is painted"), (count) => {
    const { shape: [, down, across] } = output;
    painted = count >= down * across ? null : count;
    const last = Math.max(0, count - 1);
    state.cell = { row: Math.floor(last / across), column: last % across };
    showMap();
    explain();
  });
  const legible = () => {
    const { image: { shape: [, height, width] }, padding } = state;
    return (height + 2 * padding) * (width + 2 * padding) <= LEGIBLE;
  };
  const [inputName, resultName] = [0, 1].map(() => html("p", { class: "name" }));
  const formula = html("p", { class: "formula" });
  const inner = sums((c, k, value) => {
    const [, tall, wide] = state.kernel.shape;
    state.kernel = array(state.kernel.shape, state.kernel.data.slice());
    // What is written is the kernel as it is laid over the picture.
    state.kernel.data[c * tall * wide + (state.flipped ? tall * wide - 1 - k : k)] = value;
    preset.select.value = OWN;
    update();
    tell("kernel");
  }, {
    grain: () => (digits() ? 0.1 : 1),
    refused(text) {
      told.textContent = heard.textContent = say("“{text}” is no number, so the weight stays as it was. Write −2, 0.5 or 1/9.", { text });
    },
  });
  const clear = button(say("Clear the grid"), () => {
    state.image.data.fill(0);
    drawn();
    heard.textContent = say("Cleared.");
  });
  picture.row.hidden = !Object.keys(pictures).length;
  const chooser = pictureChooser(input.element, 120, (gray) => {
    setImage(array([1, ...gray.shape], gray.data.map((value) => value / 255)));
    picture.select.value = OWN;
  }, (text) => {
    heard.textContent = text;
  });
  const outline = html("div", { class: "outline" });
  const sheet = html("div", { class: "sheet" }, outline, result.element);
  const stage = html("div", { class: "stage" }, html("div", {}, inputName, html("div", { class: "sheet" }, input.element)), html("div", {}, resultName, sheet));

  root.replaceChildren(
    stage, film.element,
    html("div", { class: "below" }, inner.element, html("div", {}, told, formula)), heard,
    html("div", { class: "group" }, picture.row, clear, chooser, channel.row, preset.row, side.row),
    html("div", { class: "group" }, sliders.stride.row, sliders.padding.row, mode.row, sliders.dilation.row, flip.row),
  );

  // An array of two axes is one channel.
  function whole({ shape, data }) {
    return array(shape.length === 2 ? [1, ...shape] : shape, data.slice());
  }

  // One slice for each channel of the picture, that together weigh as much as the weights given.
  function spread(weights) {
    const [channels] = state.image.shape;
    const k = Math.sqrt(weights.length);
    const kernel = array([channels, k, k]);
    kernel.data.forEach((_, place) => {
      kernel.data[place] = weights[place % weights.length] / channels;
    });
    return kernel;
  }

  // `change` makes new square weights of every slice, [H, W].
  function sliced(kernel, change) {
    const slices = Array.from({ length: kernel.shape[0] }, (_, c) => {
      const { values, height, width } = mapOf(kernel, c);
      return change({ shape: [height, width], data: values });
    });
    const k = Math.sqrt(slices[0].length);
    const all = array([slices.length, k, k]);
    slices.forEach((slice, c) => all.data.set(slice, c * k * k));
    return all;
  }

  const same = (a, b) => a.shape.join() === b.shape.join() && a.data.every((value, k) => Math.abs(value - b.data[k]) < 1e-6);

  function fromPython() {
    for (const name of SETTINGS) state[name] = model.get(name);
    for (const [name, control] of Object.entries(sliders)) control.show(state[name]);
    mode.select.value = state.padding_mode;
    flip.input.checked = state.flipped;
    const cell = model.get("cell");
    state.cell = cell && { row: cell[0], column: cell[1] };
    state.image = whole(received(model.get("image")));
    state.kernel = whole(received(model.get("kernel")));
    picture.select.value = Object.keys(pictures).find((name) => same(whole(pictures[name]), state.image)) ?? OWN;
    nameKernel();
    update();
  }

  // What the lists say of a kernel that has come from somewhere else.
  function nameKernel() {
    const [, tall, wide] = state.kernel.shape;
    side.select.value = tall === wide ? tall : "";
    const known = tall === wide && tall > 1 && state.kernel.shape[0] === state.image.shape[0];
    preset.select.value = (known && Object.keys(PRESETS).find((name) => same(spread(PRESETS[name](tall)), state.kernel))) || OWN;
  }

  function setImage(image) {
    const { shape: [before, tall, wide], data } = state.kernel;
    state.image = whole(image);
    const [channels] = state.image.shape;
    state.channel = "all";
    if (channels !== before) {
      // All slices in one, and that divided among as many as are wanted: a gray picture gives the map it gave before.
      const one = Float64Array.from({ length: tall * wide }, (_, k) => {
        let sum = 0;
        for (let c = 0; c < before; c++) sum += data[c * tall * wide + k];
        return sum;
      });
      state.kernel = array([channels, tall, wide]);
      state.kernel.data.forEach((_, k) => {
        state.kernel.data[k] = one[k % one.length] / channels;
      });
      tell("kernel");
    }
    nameKernel();
    update();
    tell("image");
  }

  function setKernel(kernel) {
    state.kernel = kernel;
    side.select.value = kernel.shape[1];
    update();
    tell("kernel");
  }

  const options = () => ({ stride: state.stride, padding: state.padding, dilation: state.dilation, paddingMode: state.padding_mode });
  // What is laid over the picture: the kernel, or every slice of it turned over.
  const used = (slice) => (state.flipped ? { ...slice, values: slice.values.slice().reverse() } : slice);
  const painting = () => picture.select.value === GRID;
  const chosen = () => {
    const [channels] = state.image.shape;
    return state.channel === "all" ? [...Array(channels).keys()] : [Number(state.channel)];
  };

  // Everything anew: whatever was set shows at once, all of it painted.
  function update() {
    const { image, kernel, stride, padding, dilation } = state;
    const [[channels, height, width], [slices, tall, wide]] = [image.shape, kernel.shape];
    const named = channelNames(channels);
    if (channel.select.options.length !== (channels > 1 ? channels + 1 : 1)) {
      channel.select.replaceChildren(...[["all", say("all together")], ...(channels > 1 ? named.map((name, c) => [c, name]) : [])]
        .map(([value, text]) => html("option", { value }, text)));
    }
    channel.select.value = state.channel;
    channel.row.hidden = channels === 1;

    const matches = channels === slices;
    parts = !matches ? [] : Array.from({ length: channels }, (_, c) => {
      const { values } = mapOf(image, c);
      return conv2d(array([1, height, width], values), array([1, 1, tall, wide], used(mapOf(kernel, c)).values), null, options());
    });
    output = array(matches ? parts[0].shape : [1, 0, 0]);
    for (const c of chosen()) parts[c]?.data.forEach((value, k) => { output.data[k] += value; });
    root.outputs = { image, kernel, output }; // for whoever opens the browser's console
    painted = null;
    film.set(output.data.length, output.data.length);

    const [, down, across] = output.shape;
    const extent = [height + 2 * padding, width + 2 * padding];
    stage.style.setProperty("--ratio", extent[1] / extent[0]);
    stage.classList.toggle("few", extent[1] < 12);
    sheet.style.aspectRatio = `${extent[1]} / ${extent[0]}`;
    if (across) result.element.style.width = `${(100 * across) / extent[1]}%`;
    Object.assign(outline.style, { width: `${(100 * width) / extent[1]}%`, height: `${(100 * height) / extent[0]}%` });
    root.classList.toggle("nothing", !output.data.length);
    input.press(painting());
    clear.hidden = !painting();
    showPicture();
    // Below zero where the kernel does not fit.
    const size = (n, k) => number(Math.floor((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1, 0);
    const axis = (name, n, k) => html("span", {}, `${name}: ⌊(${n} + 2·${padding} − ${dilation}·(${k} − 1) − 1) / ${stride}⌋ + 1 = ${size(n, k)}`);
    const letters = say("size: ⌊(n + 2·p − d·(k − 1) − 1) / s⌋ + 1, for n pixels, padding p, dilation d, kernel side k, stride s");
    formula.replaceChildren(html("span", {}, letters), axis(say("rows"), height, tall), axis(say("columns"), width, wide));
    if (output.data.length) {
      showMap();
      explain();
    } else refuse(matches);
  }

  function refuse(matches) {
    const { image: { shape: [channels, height, width] }, kernel: { shape: [slices, tall, wide] }, padding, dilation } = state;
    const span = (k) => dilation * (k - 1) + 1;
    told.textContent = matches
      ? say("The kernel spans {span} cells, the padded picture has {padded}.", {
        span: `${span(tall)}×${span(wide)}`,
        padded: `${height + 2 * padding}×${width + 2 * padding}`,
      })
      : say("The kernel needs a slice for each channel: it has {slices}, the picture {channels}.", { slices, channels });
    heard.textContent = told.textContent;
    resultName.textContent = say("No output");
    input.frame([]);
    input.hold({ top: 0, left: 0, height: 0, width: 0 });
  }

  // Whole numbers are written as such.
  const digits = () => ([state.image, state.kernel].every(({ data }) => data.every(Number.isInteger)) ? 0 : 2);
  const sees = () => [SHADES.gray, Math.min(0, range(state.image.data)[0]), Math.max(1, range(state.image.data)[1])];

  function showPicture() {
    const { image: { shape: [channels, height, width], data }, padding, padding_mode: mode } = state;
    const [shades, ...ends] = sees();
    const around = (cell, size) => (cell >= 0 && cell < size ? cell : mode === "circular" ? ((cell % size) + size) % size : null);
    const only = chosen();
    const at = (c, row, column) => data[(c * height + row) * width + column];
    const shade = (row, column) => {
      if (channels !== 3 || only.length === 1) return shadeOf(shades, at(only[0], row, column), ...ends);
      return only.map((c) => shadeOf(shades, at(c, row, column), ...ends)[0]);
    };
    const inside = (row, column) => row >= 0 && row < height && column >= 0 && column < width;
    input.show({
      height,
      width,
      margin: padding,
      colour(row, column) {
        const [i, j] = [around(row, height), around(column, width)];
        if (i === null || j === null) return [46, 54, 64];
        const colour = shade(i, j);
        return inside(row, column) ? colour : colour.map((part) => Math.round(46 + 0.45 * part));
      },
      text: !legible() || only.length > 1 ? null : (row, column) => {
        const [i, j] = [around(row, height), around(column, width)];
        if (i === null || j === null) return ["0", "#c3cbd4"];
        return [number(at(only[0], i, j), digits()), inside(row, column) ? legibleOn(shade(i, j)) : "#ffffff"];
      },
    });
    const size = `${height}×${width}`;
    inputName.textContent = painting() ? say("Picture, {size}: paint on it", { size })
      : padding ? say("Picture, {size}, and {padding} of padding", { size, padding })
        : say("Picture, {size}", { size });
  }

  function showMap() {
    const [, down, across] = output.shape;
    const [low, high] = range(output.data);
    const [shades, ...ends] = low < -1e-9
      ? [SHADES.signed, -Math.max(high, -low), Math.max(high, -low)]
      : [SHADES.gray, 0, Math.max(high, 1e-9)];
    const there = (row, column) => painted === null || row * across + column < painted;
    const value = (row, column) => output.data[row * across + column];
    result.show({
      height: down,
      width: across,
      colour: (row, column) => (there(row, column) ? shadeOf(shades, value(row, column), ...ends) : null),
      text: !legible() ? null : (row, column) => (there(row, column) ? [number(value(row, column), digits()), legibleOn(shadeOf(shades, value(row, column), ...ends))] : null),
    });
    root.dataset.painted = painted ?? down * across;
    const values = { size: `${down}×${across}`, low: number(ends[0], digits()), high: number(ends[1], digits()), channel: channelNames(state.image.shape[0])[state.channel] };
    resultName.textContent = state.channel !== "all" ? say("What the slice for {channel} adds, {size}: from {low} to {high}", values)
      : low < -1e-9 ? say("Feature map, {size}: blue {low}, black 0, orange {high}", values)
        : say("Feature map, {size}: black {low}, white {high}", values);
  }

  // The pixel of the map at which the window stands: another setting may have left fewer.
  function pixel() {
    const [, down, across] = output.shape;
    const { row, column } = state.cell ?? { row: Math.floor(down * 0.4), column: Math.floor(across * 0.4) };
    return { row: Math.min(row, down - 1), column: Math.min(column, across - 1) };
  }

  // Places between two pixels belong to the nearer one.
  function moveTo(row, column) {
    if (!output.data.length) return;
    film.stop();
    const [, down, across] = output.shape;
    const nearest = (place, count) => Math.min(count - 1, Math.max(0, Math.round(place)));
    state.cell = { row: nearest(row, down), column: nearest(column, across) };
    explain();
  }

  function stepped(down, across, key) {
    if (!output.data.length) return;
    const { row, column } = pixel();
    if (key === "Home") moveTo(row, 0);
    else if (key === "End") moveTo(row, Infinity);
    else if (down || across) moveTo(row + down, column + across);
    else if (painting()) {
      // The middle of the window is where the keyboard paints.
      const [, tall, wide] = state.kernel.shape;
      const middle = (place, k, size) => Math.min(size - 1, Math.max(0, place * state.stride - state.padding + state.dilation * Math.floor((k - 1) / 2)));
      const [, height, width] = state.image.shape;
      dab(middle(row, tall, height), middle(column, wide, width), true);
    }
  }

  let telling = 0;
  function explain() {
    const { image, kernel, stride, padding, dilation } = state;
    const [[, height, width], [, tall, wide]] = [image.shape, kernel.shape];
    const { row, column } = pixel();
    const rows = taps(row, height, tall, options());
    const columns = taps(column, width, wide, options());
    const named = channelNames(image.shape[0]);
    let outside = 0;
    for (const i of rows) for (const j of columns) outside += i === null || j === null;
    const channels = chosen().map((c) => {
      const [slice, weights] = [mapOf(kernel, c), used(mapOf(kernel, c)).values];
      const values = weights.map((_, k) => {
        const [i, j] = [rows[Math.floor(k / wide)], columns[k % wide]];
        return i === null || j === null ? 0 : image.data[(c * height + i) * width + j];
      });
      const map = (values) => ({ values, height: tall, width: wide });
      return { c, name: image.shape[0] > 1 ? named[c] : "", turned: state.flipped, seen: map(values), kernel: { ...slice, values: weights }, product: map(values.map((value, k) => value * weights[k])) };
    });
    inner.show(channels, sees(), digits());
    const sum = output.data[row * output.shape[2] + column];
    const values = { row, column, products: channels.length * tall * wide, sum: number(sum, digits() && 3), outside };
    told.textContent = outside
      ? say("Map pixel in row {row}, column {column}: {products} products add up to {sum}; {outside} of the pixels under the kernel are zeros of the padding.", values)
      : say("Map pixel in row {row}, column {column}: {products} products add up to {sum}.", values);
    Object.assign(root.dataset, { pixel: `${row} ${column}`, sum });

    // The window, and the cells in it that are read where a dilation leaves some out. Around the circle it has no outline.
    const [top, left] = [row * stride - padding, column * stride - padding];
    const span = (size) => dilation * (size - 1) + 1;
    const window = { top, left, height: span(tall), width: span(wide) };
    const cells = dilation === 1 ? [] : rows.flatMap((_, u) => columns.map((_, v) => (
      { top: top + u * dilation, left: left + v * dilation, height: 1, width: 1, kind: "tap" })));
    input.frame([{ ...window, kind: "window" }, ...cells]);
    input.hold(window);
    const unit = { top: row, left: column, height: 1, width: 1 };
    result.frame([{ ...unit, kind: "halo" }, { ...unit, kind: "made" }]);
    result.hold(unit);
    if (film.playing()) return;
    // Once the hand, or the film, rests.
    clearTimeout(telling);
    telling = setTimeout(() => {
      heard.textContent = told.textContent;
      if (state.cell) tell("cell");
    }, 300);
  }

  // A press turns a cell of the picture over, and a drag goes on with the same colour, on a line from where it was: a fast hand
  // leaves out cells.
  function dab(row, column, first) {
    const { shape: [, , width], data } = state.image;
    if (first) [brush, dabbed] = [data[row * width + column] > 0.5 ? 0 : 1, [row, column]];
    const [down, across] = [row - dabbed[0], column - dabbed[1]];
    const steps = Math.max(Math.abs(down), Math.abs(across), 1);
    for (let step = 0; step <= steps; step++) {
      data[Math.round(row - (down * step) / steps) * width + Math.round(column - (across * step) / steps)] = brush;
    }
    dabbed = [row, column];
    drawn();
    heard.textContent = brush ? say("Painted white.") : say("Painted black.");
  }

  // What was painted is there again when the reader comes back from another picture.
  function drawn() {
    pictures[GRID] = whole(state.image);
    update();
    tell("image");
  }

  fromPython();
}
