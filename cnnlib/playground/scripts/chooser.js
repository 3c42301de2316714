// Pictures from a reader's own disk.
import { array } from "./operators.js";
import { html } from "../../live/scripts/elements.js";
import { say } from "../../live/scripts/say.js";

// A button for a picture of the reader's own; dropping one on `target` does the same. The picture arrives as gray
// values from 0 to 255 of shape [H, W], no side longer than `longest`, as Pillow's mode "L" has them, on white paper.
export function pictureChooser(target, longest, chosen, failed) {
  const input = html("input", { type: "file", accept: "image/*", "aria-label": say("Choose a picture of your own") });
  const read = async (file) => {
    if (!file) return;
    try {
      chosen(grayOf(await createImageBitmap(file), longest));
    } catch {
      failed(say("{file} is not a picture that this browser can read.", { file: file.name }));
    }
  };
  input.addEventListener("change", () => {
    read(input.files[0]);
    input.value = ""; // so that the same file can be chosen again
  });
  target.addEventListener("dragover", (event) => event.preventDefault());
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
  return html("label", { class: "file" }, say("Your picture …"), input);
}

function grayOf(bitmap, longest) {
  const shrink = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(1, Math.round(size * shrink)));
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const gray = array([height, width]);
  gray.data.forEach((_, k) => {
    gray.data[k] = (data[4 * k] * 19595 + data[4 * k + 1] * 38470 + data[4 * k + 2] * 7471 + 32768) >> 16;
  });
  return gray;
}
