"use strict";
// Filters the page's pictures, keeps the counts in step, and shows an image large. All text is in the document already; nothing is made of markup here.
// Counts are of the whole run, pictures those of this page; which pages have what is asked for is known on all of them.

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

const isFiltered = () => asked.score > 0 || asked.labels.size > 0;

// The address carries the filter to the other pages and back, and the image to begin with.
function readAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  asked.score = Math.min(95, Math.max(0, Math.floor(Number(values.get("score")) / tally.step) * tally.step || 0));
  asked.labels = new Set((values.get("labels") ?? "").split(",").filter((label) => nameOf.has(label)));
  asked.boxes = values.get("boxes") !== "off";
  asked.names = values.get("names") === "on";
  return find(`i${Number(values.get("image"))}`);
}

function address(labels = asked.labels, more = {}) {
  const values = new URLSearchParams(more);
  if (asked.score > 0) values.set("score", asked.score);
  if (labels.size > 0) values.set("labels", [...labels].join(","));
  if (!asked.boxes) values.set("boxes", "off");
  if (asked.names) values.set("names", "on");
  return values.size > 0 ? `#${values}` : "";
}

const lead = (link, hash) => { link.href = link.href.split("#")[0] + hash; };

function writeAddress() {
  history.replaceState(null, "", location.href.split("#")[0] + address());
  for (const link of all(".pages a")) lead(link, address());
}

// Of the pages with all insects only those that have some of what is asked for.
function showPages() {
  const has = (surest) => surest.some((label, at) => at % 2 === 0 && isAsked(label, surest[at + 1]));
  const wanted = tally.pages.map((surest) => !isFiltered() || has(surest));
  for (const list of all("[data-pages=insects]")) all("li", list).forEach((item, page) => { item.hidden = !wanted[page]; });
  const link = document.querySelector(".nothing a");
  const first = all("[data-pages=insects] a")[wanted.indexOf(true)];
  if (!link) return;
  link.hidden = !first;
  if (first) link.href = first.href;
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

// How many there are of each label with the score that is asked for.
let counts = new Map();

function showCounts() {
  counts = sums(tally.labels, "label", (label, score) => score >= asked.score);
  draw(rows, (row) => counts.get(Number(row.dataset.label)) ?? 0, "width");
  let total = 0;
  for (const [label, count] of counts) if (isAsked(label, asked.score)) total += count;
  find("total").textContent = total === 1 ? "1 insect" : `${whole(total)} insects`;
  for (const chart of all("[data-chart]")) {
    const places = sums(tally[chart.dataset.chart], "place", isAsked);
    draw(all("li", chart), (item) => places.get(Number(item.dataset.place)) ?? 0, chart.dataset.chart === "hours" ? "height" : "width");
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
const isOverview = document.querySelector("main").className === "overview";

function showPictures() {
  for (const section of sections) {
    const tiles = all("li", section);
    for (const tile of tiles) tile.hidden = !isAsked(section.dataset.label, Number(tile.firstElementChild.dataset.score));
    const count = tiles.filter((tile) => !tile.hidden).length;
    const total = counts.get(Number(section.dataset.label)) ?? count;
    const first = Number(section.dataset.first);
    section.hidden = count === 0;
    section.querySelector("small").textContent =
      isOverview || count === total ? whole(total) : `${whole(first)} to ${whole(first + count - 1)} of ${whole(total)}`;
    showMore(section, count, total, count === tiles.length);
  }
  let images = 0;
  for (const figure of figures) {
    const boxes = filterBoxes(figure);
    figure.hidden = isFiltered() && boxes === 0;
    if (!figure.hidden) images += 1;
  }
  const nothing = document.querySelector(".nothing");
  if (nothing) nothing.hidden = !isFiltered() || sections.some((section) => !section.hidden);
  const shown = document.querySelector("#images .shown");
  if (shown) shown.textContent = isFiltered() ? `${whole(images)} of ${whole(figures.length)} on this page` : isOverview ? whole(images) : "";
  for (const figure of figures) if (figure.isNear) nameBoxes(figure);
}

// The surest come first; the others when they are asked for, here or on the pages of all insects.
function showMore(section, count, total, hasAllTiles) {
  const link = section.querySelector("a.more");
  if (link) {
    // The surest are here: where one of them is not sure enough, all that are stand here.
    link.hidden = !hasAllTiles || total <= count;
    link.textContent = `All ${whole(total)}, the surest first`;
    lead(link, address(new Set([section.dataset.label])));
    return;
  }
  if (!isOverview) return;
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
// Not only the window's size changes that of pictures: a scroll bar that goes while an image is shown large, and comes back, does.
const resized = new ResizeObserver((entries) => { for (const { target } of entries) if (target.isNear) nameBoxes(target); });
for (const figure of figures) { nearby.observe(figure); resized.observe(figure); }
