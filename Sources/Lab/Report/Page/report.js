"use strict";
// Filters the page's pictures, keeps the counts in step, and shows an image large. All text is in the document already; nothing is made of markup here.

const find = (id) => document.getElementById(id);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const whole = (value) => value.toLocaleString("en");
const root = document.documentElement;

// ---- What is asked for

const tally = JSON.parse(find("tally").textContent);
const rows = all("button.row");
const nameOf = new Map(rows.map((row) => [row.dataset.label, row.querySelector(".name").textContent]));
const asked = { score: 0, labels: new Set(), boxes: true, names: false };

const isAsked = (label, score) => score >= asked.score && (asked.labels.size === 0 || asked.labels.has(String(label)));

// The address carries the filter to the other pages and back.
function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  asked.score = Math.min(95, Math.max(0, Math.floor(Number(values.get("score")) / tally.step) * tally.step || 0));
  asked.labels = new Set((values.get("labels") ?? "").split(",").filter((label) => nameOf.has(label)));
  asked.boxes = values.get("boxes") !== "off";
  asked.names = values.get("names") === "on";
}

function writeAddress() {
  const values = new URLSearchParams();
  if (asked.score > 0) values.set("score", asked.score);
  if (asked.labels.size > 0) values.set("labels", [...asked.labels].join(","));
  if (!asked.boxes) values.set("boxes", "off");
  if (asked.names) values.set("names", "on");
  const hash = values.size > 0 ? `#${values}` : "";
  history.replaceState(null, "", location.href.split("#")[0] + hash);
  for (const link of all(".pages a")) link.href = link.href.split("#")[0] + hash;
}

// ---- Counts of all pages

// Sums up the insects that are asked for by one of a cell's numbers: place, label, step of the score, insects.
function sums(cells, key, test) {
  const counts = new Map();
  for (let at = 0; at < cells.length; at += 4) {
    const [place, label, step, count] = cells.slice(at, at + 4);
    if (!test(label, step * tally.step)) continue;
    const value = key === "label" ? label : place;
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return counts;
}

function showCounts() {
  const labels = sums(tally.labels, "label", (label, score) => score >= asked.score);
  draw(rows, (row) => labels.get(Number(row.dataset.label)) ?? 0, "width");
  let total = 0;
  for (const [label, count] of labels) if (isAsked(label, asked.score)) total += count;
  find("total").textContent = total === 1 ? "1 insect" : `${whole(total)} insects`;
  for (const chart of all("[data-chart]")) {
    const counts = sums(tally[chart.dataset.chart], "place", isAsked);
    draw(all("li", chart), (item) => counts.get(Number(item.dataset.place)) ?? 0, chart.dataset.chart === "hours" ? "height" : "width");
  }
}

function draw(items, count, side) {
  const most = Math.max(1, ...items.map(count));
  for (const item of items) {
    item.querySelector("b").textContent = whole(count(item));
    item.querySelector("i[style]").style[side] = `${(100 * count(item)) / most}%`;
    if (side === "height") item.title = `${item.dataset.place}:00–${item.dataset.place}:59: ${whole(count(item))} insects`;
  }
}

// ---- Pictures of this page

const sections = all("section.label");
const figures = all("figure");
const tilesInView = 24;

function showPictures() {
  const isFiltered = asked.score > 0 || asked.labels.size > 0;
  for (const section of sections) {
    let count = 0;
    for (const tile of all("li", section)) {
      const button = tile.firstElementChild;
      tile.hidden = !isAsked(section.dataset.label, Number(button.dataset.score));
      if (!tile.hidden) count += 1;
    }
    section.hidden = count === 0;
    section.querySelector("small").textContent = whole(count);
    showMore(section, count);
  }
  let images = 0;
  for (const figure of figures) {
    const boxes = filterBoxes(figure);
    figure.hidden = isFiltered && boxes === 0;
    if (!figure.hidden) images += 1;
  }
  document.querySelector("#insects .nothing").hidden = !isFiltered || sections.some((section) => !section.hidden);
  const shown = document.querySelector("#images .shown");
  shown.textContent = isFiltered ? `${whole(images)} of ${whole(figures.length)} on this page` : `${whole(figures.length)}`;
  for (const figure of figures) if (figure.isNear) nameBoxes(figure);
}

// The surest come first; the others when they are asked for.
function showMore(section, count) {
  let more = section.querySelector(".more");
  if (!more && count > tilesInView) {
    more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    more.addEventListener("click", () => { section.classList.toggle("whole"); showPictures(); });
    section.append(more);
  }
  if (!more) return;
  more.hidden = count <= tilesInView;
  more.textContent = section.classList.contains("whole") ? "Show fewer" : `Show all ${whole(count)}`;
}

function filterBoxes(parent) {
  let count = 0;
  for (const box of all(".boxes g", parent)) {
    const isShown = isAsked(box.dataset.label, Number(box.dataset.score));
    box.style.display = isShown ? "" : "none";
    if (isShown) count += 1;
  }
  return count;
}

// ---- Names on pictures

// Puts names where they lie neither on each other nor outside: above the box, else below it, else inside; one without a place is left out.
function placeNames(layer, boxes, within, taken = []) {
  layer.replaceChildren();
  const placed = [...taken];
  for (const box of boxes.sort((one, other) => other.score - one.score)) {
    const name = document.createElement("span");
    name.className = `l${box.label}`;
    name.textContent = `${nameOf.get(box.label)} ${box.score}%`;
    layer.append(name);
    const { offsetWidth: w, offsetHeight: h } = name;
    const lefts = [box.left, box.right - w, (box.left + box.right - w) / 2].map((left) => Math.min(Math.max(within.left, left), within.right - w));
    const tops = [box.top - h - 3, box.bottom + 3, box.top + 3];
    const place = tops.flatMap((top) => lefts.map((left) => ({ left, top, right: left + w, bottom: top + h })))
      .find((at) => at.left >= within.left && at.top >= within.top && at.right <= within.right && at.bottom <= within.bottom
        && !placed.some((other) => at.left < other.right && other.left < at.right && at.top < other.bottom && other.top < at.bottom));
    if (!place) { name.remove(); continue; }
    placed.push(place);
    name.style.left = `${place.left}px`;
    name.style.top = `${place.top}px`;
  }
}

// The boxes that are shown, in pixels of the layer.
function shownBoxes(parent, { scale, x, y }, within) {
  return all(".boxes g", parent).filter((box) => box.style.display !== "none").map((box) => {
    const [left, top, w, h] = ["x", "y", "width", "height"].map((key) => Number(box.lastElementChild.getAttribute(key)) * scale);
    return { label: box.dataset.label, score: Number(box.dataset.score), left: left + x, top: top + y, right: left + w + x, bottom: top + h + y };
  }).filter((box) => box.right > within.left && box.bottom > within.top && box.left < within.right && box.top < within.bottom);
}

function nameBoxes(figure) {
  const layer = figure.querySelector(".names");
  if (!layer || figure.hidden) return;
  if (!asked.names) { layer.replaceChildren(); return; }
  const within = { left: 0, top: 0, right: layer.clientWidth, bottom: layer.clientHeight };
  const scale = within.right / Number(figure.dataset.width);
  placeNames(layer, shownBoxes(figure, { scale, x: 0, y: 0 }, within), within);
}

const nearby = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    entry.target.isNear = entry.isIntersecting;
    if (entry.isIntersecting) nameBoxes(entry.target);
  }
}, { rootMargin: "50%" });
for (const figure of figures) nearby.observe(figure);
addEventListener("resize", () => { for (const figure of figures) if (figure.isNear) nameBoxes(figure); });

// ---- One image, large

const viewer = find("viewer");
const stage = viewer.querySelector(".stage");
const picture = stage.querySelector("img");
const overlay = stage.querySelector("svg");
const view = { scale: 1, x: 0, y: 0, fit: 1, width: 1, height: 1 };
let items = [], at = 0, box;

function open(list, index) {
  items = list;
  show(index);
  if (!viewer.open) viewer.showModal();
  home();
}

function show(index) {
  at = (index + items.length) % items.length;
  const { figure, number } = items[at];
  view.width = Number(figure.dataset.width);
  view.height = Number(figure.dataset.height);
  overlay.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  overlay.replaceChildren(...all(".boxes g", figure).map((group) => group.cloneNode(true)));
  box = number === undefined ? undefined : overlay.children[number];
  box?.classList.add("on");
  const caption = figure.querySelector("figcaption");
  const name = caption.querySelector("strong").textContent;
  find("viewer-title").textContent = box ? `${nameOf.get(box.dataset.label)} ${box.dataset.score}%` : name;
  find("viewer-about").textContent = [box ? name : "", caption.querySelector(".about").textContent, `${whole(at + 1)} of ${whole(items.length)}`]
    .filter((text) => text).join(" · ");
  showBest(figure);
}

// The small picture is there at once; the original takes its place where this browser can read it and it is still the same picture.
function showBest(figure) {
  const preview = figure.querySelector("img").src;
  const link = find("viewer-original");
  picture.src = preview;
  picture.alt = figure.querySelector("strong").textContent;
  link.hidden = !figure.dataset.original;
  if (link.hidden) return;
  link.href = figure.dataset.original;
  const original = new Image();
  original.addEventListener("load", () => {
    const isSame = original.naturalWidth === view.width && original.naturalHeight === view.height;
    if (isSame && items[at].figure === figure) picture.src = original.src;
  });
  original.addEventListener("error", () => { if (items[at].figure === figure) link.hidden = true; });
  original.src = figure.dataset.original;
}

// All of the image, or the insect with something around it.
function home() {
  const { clientWidth: width, clientHeight: height } = stage;
  view.fit = Math.min(width / view.width, height / view.height);
  if (!box) return move(view.fit, (width - view.width * view.fit) / 2, (height - view.height * view.fit) / 2);
  const [x, y, w, h] = ["x", "y", "width", "height"].map((key) => Number(box.lastElementChild.getAttribute(key)));
  const scale = Math.min(Math.max(view.fit, Math.min(width / w, height / h) / 2.2), 4);
  return move(scale, width / 2 - (x + w / 2) * scale, height / 2 - (y + h / 2) * scale);
}

function move(scale, x, y) {
  const { clientWidth: width, clientHeight: height } = stage;
  view.scale = Math.min(Math.max(scale, Math.min(view.fit, 1)), 8);
  const [w, h] = [view.width * view.scale, view.height * view.scale];
  // A small image stays in the middle, a large one leaves no gap at its sides.
  view.x = w <= width ? (width - w) / 2 : Math.min(0, Math.max(width - w, x));
  view.y = h <= height ? (height - h) / 2 : Math.min(0, Math.max(height - h, y));
  for (const layer of [picture, overlay]) {
    Object.assign(layer.style, { left: `${view.x}px`, top: `${view.y}px`, width: `${w}px`, height: `${h}px` });
  }
  filterBoxes(stage);
  if (box) box.style.display = "";
  const layer = stage.querySelector(".names");
  if (!asked.names) { layer.replaceChildren(); return; }
  const top = Math.max(view.y, viewer.querySelector(".bar").offsetHeight);
  const within = { left: Math.max(0, view.x), top, right: Math.min(width, view.x + w), bottom: Math.min(height, view.y + h) };
  // The stage fills the window.
  const buttons = all(".step", viewer).map((button) => button.getBoundingClientRect());
  placeNames(layer, shownBoxes(stage, view, within), within, buttons);
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, Math.min(view.fit, 1)), 8);
  const ratio = scale / view.scale;
  move(scale, x - (x - view.x) * ratio, y - (y - view.y) * ratio);
}

function toggle(key) {
  asked[key] = !asked[key];
  apply();
  move(view.scale, view.x, view.y);
}

const actions = {
  in: () => zoom(1.5),
  out: () => zoom(1 / 1.5),
  fit: () => { box = undefined; home(); },
  previous: () => { show(at - 1); home(); },
  next: () => { show(at + 1); home(); },
  close: () => viewer.close(),
  boxes: () => toggle("boxes"),
  names: () => toggle("names"),
};
const keys = { ArrowLeft: "previous", ArrowRight: "next", "+": "in", "=": "in", "-": "out", 0: "fit", b: "boxes", n: "names" };

viewer.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
viewer.addEventListener("keydown", (event) => {
  const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[keys[event.key]];
  if (action) { event.preventDefault(); action(); }
});
stage.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), event.clientX, event.clientY); }, { passive: false });
stage.addEventListener("dblclick", (event) => (view.scale > view.fit * 1.5 ? actions.fit() : zoom(3, event.clientX, event.clientY)));
addEventListener("resize", () => { if (viewer.open) home(); });

// One finger or the mouse moves the image, two fingers stretch it.
const fingers = new Map();
stage.addEventListener("pointerdown", (event) => { stage.setPointerCapture(event.pointerId); fingers.set(event.pointerId, event); });
stage.addEventListener("pointermove", (event) => {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  fingers.set(event.pointerId, event);
  const other = [...fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
  if (!other) return move(view.scale, view.x + event.clientX - before.clientX, view.y + event.clientY - before.clientY);
  const gap = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY) || 1;
  zoom(gap(event) / gap(before), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2);
});
for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => fingers.delete(event.pointerId));

document.querySelector("main").addEventListener("click", (event) => {
  const tile = event.target.closest(".tiles button");
  if (tile) {
    const shown = all(".tiles button").filter((button) => button.offsetParent);
    const list = shown.map((button) => ({ figure: find(`i${button.dataset.image}`), number: Number(button.dataset.box) }));
    return open(list, shown.indexOf(tile));
  }
  const button = event.target.closest(".open");
  if (!button) return undefined;
  const shown = figures.filter((figure) => !figure.hidden && figure.dataset.width);
  return open(shown.map((figure) => ({ figure })), shown.indexOf(button.closest("figure")));
});

// ---- The controls

function apply() {
  root.classList.toggle("no-boxes", !asked.boxes);
  root.classList.toggle("filtered", asked.labels.size > 0);
  for (const row of rows) row.setAttribute("aria-pressed", asked.labels.has(row.dataset.label));
  for (const key of ["boxes", "names"]) viewer.querySelector(`[data-do=${key}]`).setAttribute("aria-pressed", asked[key]);
  if (find("score")) {
    find("score").value = asked.score;
    find("score-text").textContent = `${asked.score}%`;
    find("boxes").checked = asked.boxes;
    find("names").checked = asked.names;
    find("reset").hidden = asked.score === 0 && asked.labels.size === 0;
    showCounts();
  }
  showPictures();
  writeAddress();
}

for (const row of rows) {
  row.addEventListener("click", () => {
    if (!asked.labels.delete(row.dataset.label)) asked.labels.add(row.dataset.label);
    apply();
  });
}
find("score")?.addEventListener("input", (event) => { asked.score = Number(event.target.value); apply(); });
for (const key of ["boxes", "names"]) find(key)?.addEventListener("change", (event) => { asked[key] = event.target.checked; apply(); });
find("reset")?.addEventListener("click", () => { asked.score = 0; asked.labels.clear(); apply(); });
addEventListener("hashchange", () => { readAddress(); apply(); });

root.classList.add("live");
readAddress();
apply();
