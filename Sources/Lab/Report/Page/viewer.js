// One image, large. Behind report.js, in one script with it.

const viewer = find("viewer");
const stage = viewer.querySelector(".stage");
const picture = stage.querySelector("img");
const overlay = stage.querySelector("svg");
const view = { scale: 1, x: 0, y: 0, fit: 1, width: 1, height: 1, shows: { x: 0, y: 0, width: 1, height: 1 } };
// What can be gone through, each made when it is looked at.
let items = [], at = 0, item, box;

// An image of this page, with one of its insects or without.
function imageItem(figure, number) {
  const caption = figure.querySelector("figcaption");
  const [width, height] = [Number(figure.dataset.width), Number(figure.dataset.height)];
  return {
    number, width, height, name: caption.querySelector("strong").textContent, about: caption.querySelector(".about").textContent,
    original: figure.dataset.original, preview: figure.querySelector("img").src, shows: { x: 0, y: 0, width, height },
    boxes: all(".boxes g", figure).map((group) => group.cloneNode(true)),
  };
}

// An insect whose image may be on another page: then its tile lies where it was cut out, until the original is there.
function tileItem(tile) {
  const figure = find(`i${tile.dataset.image}`);
  if (figure) return imageItem(figure, Number(tile.dataset.box));
  const numbers = (text) => text.split(" ").map(Number);
  const [width, height] = numbers(tile.dataset.size);
  const [x, y, w, h] = numbers(tile.dataset.region);
  return {
    number: 0, width, height, name: tile.dataset.name, about: tile.dataset.about, original: tile.dataset.original,
    preview: tile.querySelector("img").src, shows: { x, y, width: w, height: h },
    boxes: [boxAt(numbers(tile.dataset.place), tile.dataset.label, tile.dataset.score)], page: pageOf(Number(tile.dataset.image)),
  };
}

function boxAt([x, y, width, height], label, score) {
  const make = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const frame = { x, y, width, height };
  const group = make("g", { class: `l${label}`, "data-label": label, "data-score": score });
  group.append(make("rect", { class: "under", ...frame }), make("rect", frame));
  return group;
}

// Where the image stands with all its boxes.
function pageOf(image) {
  const link = all("[data-pages=images] a")[Math.floor((image - 1) / tally.imagesPerPage)] ?? document.querySelector(".pages a");
  return link.href.split("#")[0] + address(new Set(), { image });
}

function open(list, index) {
  items = list;
  show(index);
  if (!viewer.open) viewer.showModal();
  stage.focus();
  home();
}

function show(index) {
  at = (index + items.length) % items.length;
  item = items[at].make();
  Object.assign(view, { width: item.width, height: item.height, shows: item.shows });
  overlay.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  overlay.replaceChildren(...item.boxes);
  box = item.number === undefined ? undefined : overlay.children[item.number];
  box?.classList.add("on");
  find("viewer-title").textContent = box ? `${nameOf.get(box.dataset.label)} ${box.dataset.score}%` : item.name;
  tell();
  find("viewer-page").hidden = !item.page;
  if (item.page) find("viewer-page").href = item.page;
  showBest();
}

const tell = (...more) => {
  find("viewer-about").textContent =
    [box ? item.name : "", item.about, `${whole(at + 1)} of ${whole(items.length)}`, ...more].filter((text) => text).join(" · ");
};

// The small picture is there at once; the original takes its place where this browser can read it and it is still the same picture.
function showBest() {
  const link = find("viewer-original"), wanted = item;
  picture.src = item.preview;
  picture.alt = item.name;
  link.hidden = !item.original;
  if (link.hidden) return;
  link.href = item.original;
  const original = new Image();
  original.addEventListener("load", () => {
    if (original.naturalWidth !== view.width || original.naturalHeight !== view.height || item !== wanted) return;
    picture.src = original.src;
    view.shows = { x: 0, y: 0, width: view.width, height: view.height };
    move(view.scale, view.x, view.y);
  });
  original.addEventListener("error", () => {
    if (item !== wanted) return;
    link.hidden = true;
    tell("the file itself cannot be shown");
  });
  original.src = item.original;
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

// From all of the image, or its own size where that is smaller, to eight times that size.
const withinLimits = (scale) => Math.min(Math.max(scale, Math.min(view.fit, 1)), 8);

function move(scale, x, y) {
  const { clientWidth: width, clientHeight: height } = stage;
  view.scale = withinLimits(scale);
  const [w, h] = [view.width * view.scale, view.height * view.scale];
  // A small image stays in the middle, a large one leaves no gap at its sides.
  view.x = w <= width ? (width - w) / 2 : Math.min(0, Math.max(width - w, x));
  view.y = h <= height ? (height - h) / 2 : Math.min(0, Math.max(height - h, y));
  const lay = (layer, part) => Object.assign(layer.style, {
    left: `${view.x + part.x * view.scale}px`, top: `${view.y + part.y * view.scale}px`,
    width: `${part.width * view.scale}px`, height: `${part.height * view.scale}px`,
  });
  lay(picture, view.shows);
  lay(overlay, { x: 0, y: 0, width: view.width, height: view.height });
  filterBoxes(stage);
  if (box) box.style.display = "";
  const layer = stage.querySelector(".names");
  if (!asked.names) { layer.replaceChildren(); return; }
  const within = { left: Math.max(0, view.x), top: Math.max(0, view.y), right: Math.min(width, view.x + w), bottom: Math.min(height, view.y + h) };
  const buttons = all(".step", viewer).map((button) => {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    return { left, right, top: top - stage.offsetTop, bottom: bottom - stage.offsetTop };
  });
  placeNames(layer, shownBoxes(stage, view, within), within, buttons);
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = withinLimits(view.scale * factor);
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
// The stage is as wide as the window, and begins below the bar.
const onStage = ({ clientX, clientY }) => [clientX, clientY - stage.offsetTop];
stage.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(-event.deltaY / 400), ...onStage(event)); }, { passive: false });
stage.addEventListener("dblclick", (event) => (view.scale > view.fit * 1.5 ? actions.fit() : zoom(3, ...onStage(event))));
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
  const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
  zoom(gap(event) / gap(before), ...onStage(middle));
});
for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => fingers.delete(event.pointerId));

// The focus goes back to what was shown last.
viewer.addEventListener("close", () => { items[at].opener.focus(); });

document.querySelector("main").addEventListener("click", (event) => {
  const tile = event.target.closest(".tiles button");
  if (tile) {
    const shown = all(".tiles button").filter((button) => button.offsetParent);
    return open(shown.map((opener) => ({ opener, make: () => tileItem(opener) })), shown.indexOf(tile));
  }
  const button = event.target.closest(".open");
  if (!button) return undefined;
  const shown = all(".open").filter((each) => each.offsetParent);
  return open(shown.map((opener) => ({ opener, make: () => imageItem(opener.closest("figure")) })), shown.indexOf(button));
});
