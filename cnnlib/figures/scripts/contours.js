// Where a function of two variables has a value: the line through a grid of its values, as the path of an SVG.

// `values[row][column]`; `across` and `up` turn a column and a row, also between two of them, into coordinates.
export function contour(values, level, across, up) {
  const cut = (from, to) => (level - from) / (to - from);
  let path = "";
  for (let row = 0; row + 1 < values.length; row++) {
    for (let column = 0; column + 1 < values[row].length; column++) {
      const [a, b] = [values[row][column], values[row][column + 1]];
      const [d, c] = [values[row + 1][column], values[row + 1][column + 1]];
      const [left, right, low, high] = [column, column + 1, row, row + 1];
      const crossed = [];
      if (a > level !== b > level) crossed.push([left + cut(a, b), low]);
      if (b > level !== c > level) crossed.push([right, low + cut(b, c)]);
      if (d > level !== c > level) crossed.push([left + cut(d, c), high]);
      if (a > level !== d > level) crossed.push([left, low + cut(a, d)]);
      // Two of the four sides are crossed; where all of them are, in the order in which they stand, two and two.
      for (let k = 0; k + 1 < crossed.length; k += 2) {
        const [[x1, y1], [x2, y2]] = [crossed[k], crossed[k + 1]];
        path += `M${across(x1).toFixed(1)},${up(y1).toFixed(1)}L${across(x2).toFixed(1)},${up(y2).toFixed(1)}`;
      }
    }
  }
  return path;
}
