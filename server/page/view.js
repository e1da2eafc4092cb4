// The view: a rotation, a move, a zoom and a crop, and the commands for them. Independent of the
// page.

/** 3 x 3 matrices, row by row. */
export const identity = () => [1, 0, 0, 0, 1, 0, 0, 0, 1];

export function multiply(a, b) {
  const product = new Array(9).fill(0);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      for (let k = 0; k < 3; k++) product[row * 3 + column] += a[row * 3 + k] * b[k * 3 + column];
  return product;
}

/** The rotation matrix about a screen axis by an angle in degrees, right-hand rule. */
export function turn(axis, degrees) {
  const angle = (degrees * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  if (axis === "x") return [1, 0, 0, 0, c, -s, 0, s, c];
  if (axis === "y") return [c, 0, s, 0, 1, 0, -s, 0, c];
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

/** Angles x, y, z in degrees such that turning about x, then y, then z gives the matrix. */
export function angles(m) {
  const degrees = (angle) => (angle * 180) / Math.PI;
  const y = Math.asin(Math.max(-1, Math.min(1, -m[6])));
  // Looking along an axis, x and z turn alike; all of it is given to x.
  if (Math.abs(m[6]) > 0.999999) return [degrees(Math.atan2(-m[5], m[4])), degrees(y), 0];
  return [degrees(Math.atan2(m[7], m[8])), degrees(y), degrees(Math.atan2(m[3], m[0]))];
}

/** A view; `given` are commands that were read from an address, as long as nothing changes them. */
export const fresh = () => ({ view: "front", turn: identity(), move: [0, 0], zoom: 1, crop: null, given: null });

const short = (value, digits) => String(Number(value.toFixed(digits)));

/** The view commands that lead from the named view to this one. */
export function commands(seen) {
  if (seen.given) return seen.given;
  const list = [`view ${seen.view}`];
  const [x, y, z] = angles(seen.turn);
  for (const [axis, degrees] of [["x", x], ["y", y], ["z", z]])
    if (Math.abs(degrees) >= 0.05) list.push(`roll ${axis} ${short(degrees, 1)}`);
  if (seen.zoom !== 1) list.push(`zoom ${short(seen.zoom, 3)}`);
  for (const [index, axis] of ["x", "y"].entries())
    if (Math.abs(seen.move[index]) >= 0.005) list.push(`move ${axis} ${short(seen.move[index], 2)}`);
  if (seen.crop) list.push(`crop ${seen.crop.map((part) => `${short(part, 2)}%`).join(" ")}`);
  return list;
}

/** The view that commands lead to. They are kept as they are until something changes the view, so
 *  that the picture is the same; then those remain that this page has controls for. */
export function viewOf(text) {
  const seen = fresh();
  const given = text.split(/[;\n]/).map((command) => command.trim()).filter(Boolean);
  for (const command of given) {
    const [verb, ...words] = command.split(/\s+/);
    const [first, second] = [words[0], Number(words[1])];
    if (verb === "view") Object.assign(seen, { view: first, turn: identity() });
    else if ((verb === "roll" || verb === "turn") && Number.isFinite(second)) seen.turn = multiply(turn(first, second), seen.turn);
    else if (verb === "zoom" && Number(first) > 0) seen.zoom *= Number(first);
    else if (verb === "move" && Number.isFinite(second) && first !== "z") seen.move[first === "x" ? 0 : 1] += second;
    else if (verb === "crop" && words.length === 4 && words.every((word) => word.endsWith("%"))) seen.crop = words.map(parseFloat);
  }
  seen.given = given.length ? given : null;
  return seen;
}
