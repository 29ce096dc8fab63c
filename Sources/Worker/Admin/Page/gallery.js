"use strict";
// The last images: boxes with names in the label's colour, and the picture large at a click.

let shown = [];
let enlarged = null;

const percent = (score) => (score == null ? "" : ` ${Math.round(score * 100)}%`);
// Black letters on a light colour, white ones on a dark one; its first number is how light it is, and there both are told from it equally well.
const ink = (colour) => (Number(/^oklch\(([\d.]+)/.exec(colour)?.[1] ?? 0) > 0.565 ? "#000" : "#fff");
const insects = (count) => `${whole(count)} ${count === 1 ? "insect" : "insects"}`;

const pen = document.createElement("canvas").getContext("2d");

function textWidth(text, size) {
  pen.font = `600 ${size}px sans-serif`;
  return pen.measureText(text).width;
}

// Where names can stand without leaving the picture or covering one another, nor an insect if that can be helped; those of the surest
// boxes come first, and what finds no place is told in the list below the picture.
function placedNames(image, size) {
  const height = size * 1.35, taken = [], names = [];
  const isApart = (place, x1, y1, x2, y2) =>
    place.x > x2 - 0.5 || x1 > place.x + place.width - 0.5 || place.y > y2 - 0.5 || y1 > place.y + height - 0.5;
  const isFree = (place) => place.y >= 0 && place.y + height <= image.height
    && taken.every((other) => isApart(place, other.x, other.y, other.x + other.width, other.y + height));
  const coversNone = (place) => image.boxes.every((box) => isApart(place, box.x1, box.y1, box.x2, box.y2));
  for (const box of [...image.boxes].sort((left, right) => (right.score ?? 0) - (left.score ?? 0))) {
    const text = `${box.label}${percent(box.score)}`;
    const width = textWidth(text, size) + size * 0.7;
    const within = (x) => Math.max(0, Math.min(x, image.width - width));
    const places = width > image.width ? [] : [
      [box.x1, box.y1 - height], [box.x1, box.y2], [box.x2 - width, box.y1 - height], [box.x2 - width, box.y2],
      [box.x1, box.y1],
    ].map(([x, y]) => ({ x: within(x), y, width })).filter(isFree);
    const place = places.find(coversNone) ?? places[0];
    if (!place) continue;
    taken.push(place);
    names.push({ ...place, height, text, colour: box.colour });
  }
  return names;
}

// The picture with its boxes; `scale` is how many of its pixels are one of the screen.
function scene(image, scale, fontSize) {
  const picture = shape("svg", { class: "scene", viewBox: `0 0 ${image.width} ${image.height}`, role: "img",
    "aria-label": `${image.name}: ${insects(image.count)}` },
  shape("image", { width: image.width, height: image.height, preserveAspectRatio: "none", href: `/images/${image.id}` }));
  for (const box of image.boxes) {
    const frame = { x: box.x1, y: box.y1, width: Math.max(0, box.x2 - box.x1), height: Math.max(0, box.y2 - box.y1) };
    picture.append(shape("g", {}, shape("title", {}, `${box.label}${percent(box.score)}`),
      shape("rect", { class: "under", ...frame }), shape("rect", { class: "box", stroke: box.colour, ...frame })));
  }
  const size = fontSize * scale;
  for (const name of placedNames(image, size)) {
    const text = shape("text", { x: name.x + size * 0.35, y: name.y + size, "font-size": size, "font-weight": 600,
      "font-family": "sans-serif", fill: ink(name.colour), textLength: name.width - size * 0.7, lengthAdjust: "spacingAndGlyphs" }, name.text);
    picture.append(shape("rect", { x: name.x, y: name.y, width: name.width, height: name.height, rx: size * 0.2,
      fill: name.colour, class: "plate" }), text);
  }
  return picture;
}

function swatch(colour) {
  return shape("svg", { viewBox: "0 0 1 1", "aria-hidden": "true" }, shape("rect", { width: 1, height: 1, rx: 0.2, fill: colour }));
}

// Labels with their counts, the most frequent first.
function legend(image, most) {
  const counts = new Map();
  for (const { label, colour } of image.boxes) {
    counts.set(label, { label, colour, count: (counts.get(label)?.count ?? 0) + 1 });
  }
  const ranked = [...counts.values()].sort((one, other) => other.count - one.count || (one.label < other.label ? -1 : 1));
  const entries = ranked.slice(0, most).map(({ label, colour, count }) =>
    element("li", {}, swatch(colour), `${label} × ${whole(count)}`));
  if (ranked.length > most) entries.push(element("li", {}, `and ${ranked.length - most} more labels`));
  return element("ul", { class: "labels" }, ...entries);
}

const place = (image) => [image.pipeline, image.job == null ? "" : `job ${image.job}`, `task ${image.task}`, clock(image.time)]
  .filter(Boolean).join(" · ");

function figure(image) {
  const button = element("button", { type: "button", class: "picture", "aria-label": `Enlarge ${image.name}, ${insects(image.count)}` },
    scene(image, image.width / 320, 11));
  button.addEventListener("click", () => enlarge(image));
  return element("figure", { id: `image-${image.id}` }, button, element("figcaption", {},
    element("strong", {}, image.name), insects(image.count), element("br"), place(image), legend(image, 6)));
}

function showImages(images) {
  shown = images;
  const gallery = find("images");
  const wanted = new Set(images.map((image) => `image-${image.id}`));
  for (const old of [...gallery.children]) if (!wanted.has(old.id)) old.remove();
  for (const image of [...images].reverse()) if (!find(`image-${image.id}`)) gallery.prepend(figure(image));
  find("images-empty").hidden = images.length > 0;
  showNeighbours();
}

// Another worker's images have other ids.
function forgetImages() {
  find("images").replaceChildren();
  showImages([]);
}

function enlarge(image) {
  enlarged = image;
  const width = Math.min(window.innerWidth * 0.9, 1290, window.innerHeight * 0.72 * image.width / image.height);
  find("enlarged-name").textContent = `${image.name} – ${insects(image.count)}`;
  find("enlarged-picture").replaceChildren(scene(image, image.width / Math.max(width, 1), 13));
  find("enlarged-place").textContent = place(image);
  const found = [...image.boxes].sort((left, right) => (right.score ?? 0) - (left.score ?? 0));
  const rest = image.count - found.length;
  find("enlarged-found").replaceChildren(
    ...found.map((box) => element("li", {}, swatch(box.colour), `${box.label}${percent(box.score)}`)),
    ...(rest > 0 ? [element("li", {}, `and ${insects(rest)} more, without a box here`)] : []));
  showNeighbours();
  if (!find("enlarged").open) find("enlarged").showModal();
}

const neighbour = (step) => {
  const index = shown.findIndex((image) => image.id === enlarged?.id);
  return index < 0 ? undefined : shown[index + step];
};

function showNeighbours() {
  find("newer").disabled = !neighbour(-1);
  find("older").disabled = !neighbour(1);
}

function step(by) {
  const next = neighbour(by);
  if (next) enlarge(next);
}

find("newer").addEventListener("click", () => step(-1));
find("older").addEventListener("click", () => step(1));
find("close").addEventListener("click", () => find("enlarged").close());
find("enlarged").addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
// Beside the picture.
find("enlarged").addEventListener("click", (event) => { if (event.target === find("enlarged")) find("enlarged").close(); });
find("enlarged").addEventListener("close", () => { find(`image-${enlarged?.id}`)?.querySelector("button").focus(); });
