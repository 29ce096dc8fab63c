"use strict";
// Shows what the worker sends every second. Numbers are the metrics of /metrics; rates are made here from their differences.

const waitingStages = new Set(["queue", "admit", "batch_wait"]);
const stageOrder = ["queue", "fetch", "admit", "decode", "batch_wait", "prepare", "detect", "classify", "encode", "publish"];
const svgSpace = "http://www.w3.org/2000/svg";
const minute = 60, chartSeconds = 600;
let history = [];
let stageHistory = [];
let lastHeard = 0;

const find = (id) => document.getElementById(id);

// Text goes in as text, never as markup: labels and names come from outside.
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function shape(name, attributes, ...children) {
  const node = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function bar(share, isFull = false) {
  const picture = shape("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none" },
    shape("rect", { width: Math.max(0, Math.min(100, share * 100)).toFixed(1), height: 1 }));
  return element("span", { class: isFull ? "track full" : "track" }, picture);
}

const whole = (value) => Math.round(value).toLocaleString("en");
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });

function duration(seconds) {
  if (seconds < 0.1) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 1) return `${(seconds * 1000).toFixed(0)} ms`;
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit += 1; }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

class Figures {
  constructor(values) { this.values = values; }

  all(name) { return this.values.filter((value) => value.name === name); }

  one(name, labels = {}) {
    const match = (value) => value.name === name && Object.entries(labels).every(([key, text]) => value.labels[key] === text);
    return this.values.find(match)?.value;
  }

  sum(name) { return this.all(name).reduce((total, each) => total + each.value, 0); }
}

const counted = {
  done: [["antenna_worker_tasks_total", "succeeded"], ["antenna_worker_prepared_tasks_total", "prepared"],
    ["antenna_worker_prepared_tasks_total", "passed_without_pixels"], ["antenna_worker_relay_results_total", "posted"]],
  failed: [["antenna_worker_tasks_total", "failed"], ["antenna_worker_prepared_tasks_total", "failed"],
    ["antenna_worker_relay_results_total", "refused"]],
};
const total = (figures, kind) =>
  counted[kind].reduce((sum, [name, outcome]) => sum + (figures.one(name, { outcome }) ?? 0), 0);

// Tasks a second between two points of the history.
function rate(points, kind) {
  if (points.length < 2) return 0;
  const [first, last] = [points[0], points[points.length - 1]];
  return last.time > first.time ? Math.max(0, last[kind] - first[kind]) / (last.time - first.time) : 0;
}

function showState(snapshot, figures) {
  const bad = snapshot.checks.filter((check) => check.problem);
  const state = find("state");
  const [look, text] =
    snapshot.stalled ? ["bad", `stuck: ${snapshot.stalled}`]
    : figures.one("antenna_worker_draining") ? ["warn", "draining"]
    : figures.one("antenna_worker_paused") ? ["warn", "paused"]
    : bad.length ? ["bad", `not ready: ${bad.map((check) => check.name).join(", ")}`]
    : ["good", "ready"];
  state.className = `state ${look}`;
  state.querySelector("span").textContent = text;
  document.title = `${text} · antenna-worker`;
  find("checks").replaceChildren(...snapshot.checks.map((check) =>
    element("li", { class: check.problem ? "bad" : "good" }, element("i"),
      element("span", {}, check.name === "draining" && !check.problem ? "not draining" : check.name),
      ...(check.problem || check.detail ? [element("p", {}, check.problem || check.detail)] : []))));
}

function showTiles(figures) {
  const recent = history.filter((point) => point.time > lastHeard - 15);
  const failed = total(figures, "failed"), done = total(figures, "done");
  const speed = rate(recent, "done") + rate(recent, "failed");
  const insects = figures.one("antenna_worker_insects_total");
  const tiles = [
    [speed.toFixed(speed < 10 ? 1 : 0), "tasks a second"],
    [whole(done), "tasks done"],
    ...(insects === undefined ? [] : [[whole(insects), "insects found"]]),
    [whole(failed), "with an error", failed > 0 ? "bad" : undefined],
    [bytes(figures.one("process_resident_memory_bytes") ?? 0), "memory"],
    [duration(lastHeard - (figures.one("process_start_time_seconds") ?? lastHeard)), "since the start"],
  ];
  find("tiles").replaceChildren(...tiles.map(([value, name, look]) =>
    element("div", { class: look }, element("dt", {}, name), element("dd", {}, value))));
}

function showChart() {
  const width = 600, height = 150, step = 10;
  const buckets = Math.floor(chartSeconds / step);
  const ends = [];
  for (let index = 0; index <= buckets; index += 1) {
    const time = lastHeard - chartSeconds + index * step;
    ends.push(history.findLast((point) => point.time <= time));
  }
  const rates = (kind) => ends.slice(1).map((point, index) =>
    point && ends[index] ? Math.max(0, point[kind] - ends[index][kind]) / step : 0);
  const done = rates("done"), failed = rates("failed");
  const all = done.map((value, index) => value + failed[index]);
  const peak = Math.max(0.5, ...all);
  const line = (values) => values.map((value, index) =>
    `${((index + 1) * width / buckets).toFixed(1)},${(height - 2 - (height - 10) * value / peak).toFixed(1)}`).join(" ");
  const parts = [0.25, 0.5, 0.75].map((share) =>
    shape("line", { class: "grid", x1: 0, x2: width, y1: height * share, y2: height * share }));
  parts.push(shape("polygon", { class: "area", points: `0,${height} ${line(all)} ${width},${height}` }));
  parts.push(shape("polyline", { class: "line", points: line(all) }));
  if (failed.some((value) => value > 0)) parts.push(shape("polyline", { class: "failed", points: line(failed) }));
  find("chart").replaceChildren(...parts);
  find("peak").textContent = `highest ${Math.max(...all).toFixed(1)} a second`;
}

function showStages(snapshot) {
  stageHistory.push({ time: snapshot.now, stages: snapshot.stages });
  stageHistory = stageHistory.filter((point) => point.time >= snapshot.now - minute - 1);
  const before = Object.fromEntries(stageHistory[0].stages.map((stage) => [stage.stage, stage]));
  // A page that was opened a moment ago shows the time since the start of the worker.
  const isYoung = stageHistory.length < 3;
  const rows = snapshot.stages.map((stage) => {
    const from = isYoung ? { count: 0, seconds: 0 } : before[stage.stage] ?? { count: 0, seconds: 0 };
    return { name: stage.stage, count: stage.count - from.count, seconds: stage.seconds - from.seconds };
  }).filter((row) => row.count > 0);
  rows.sort((left, right) => stageOrder.indexOf(left.name) - stageOrder.indexOf(right.name));
  const longest = Math.max(...rows.map((row) => row.seconds), 1e-9);
  find("stages").tBodies[0].replaceChildren(...rows.map((row) =>
    element("tr", { class: waitingStages.has(row.name) ? "waiting" : undefined },
      element("th", { scope: "row" }, row.name.replace("_", " ")), element("td", {}, whole(row.count)),
      element("td", {}, duration(row.seconds / row.count)),
      element("td", { class: "share" }, bar(row.seconds / longest)))));
  find("stages").hidden = rows.length === 0;
  find("stages-empty").hidden = rows.length > 0;
}

function showMeters(snapshot, figures) {
  const meters = [
    ["tasks in hand", "antenna_worker_tasks_in_hand", "antenna_worker_tasks_in_hand_limit", whole],
    ["decoded pixels", "antenna_worker_pixels_in_flight_bytes", "antenna_worker_pixels_in_flight_limit_bytes", bytes],
    ["spool", "antenna_worker_spool_bytes", "antenna_worker_spool_limit_bytes", bytes],
  ].filter(([, name]) => figures.one(name) !== undefined).map(([title, name, limitName, show]) => {
    const value = figures.one(name), limit = figures.one(limitName) ?? 0;
    return element("li", {}, element("p", {}, title, element("span", {}, `${show(value)} of ${show(limit)}`)),
      bar(limit > 0 ? value / limit : 0));
  });
  const plain = [
    ["deliveries not acknowledged", figures.one("antenna_worker_broker_deliveries")],
    ["reserved at Antenna", figures.one("antenna_worker_antenna_tasks_reserved")],
    ["results waiting on disk", figures.one("antenna_worker_spool_results")],
    ["waiting for an answer", figures.one("antenna_worker_relay_tasks")],
  ].filter(([, value]) => value !== undefined).map(([title, value]) =>
    element("li", {}, element("p", {}, title, element("span", {}, whole(value)))));
  const batch = snapshot.batches;
  if (batch && batch.count > 0) {
    plain.push(element("li", {}, element("p", {}, "images a batch",
      element("span", {}, (batch.seconds / batch.count).toFixed(1)))));
  }
  const asked = figures.sum("antenna_worker_cache_requests_total");
  if (asked > 0) {
    const hits = figures.all("antenna_worker_cache_requests_total")
      .filter((value) => value.labels.outcome === "hit").reduce((sum, value) => sum + value.value, 0);
    plain.push(element("li", {}, element("p", {}, "found in the cache",
      element("span", {}, `${(100 * hits / asked).toFixed(0)} %`))));
  }
  find("meters").replaceChildren(...meters, ...plain);
}

function showQueues(figures) {
  const depths = figures.all("antenna_worker_queue_messages");
  find("queues-section").hidden = depths.length === 0;
  const pipelines = [...new Set(depths.map((depth) => depth.labels.pipeline))].sort();
  find("queues").tBodies[0].replaceChildren(...pipelines.map((pipeline) =>
    element("tr", {}, element("th", { scope: "row" }, pipeline), ...["tasks", "ready", "dead"].map((kind) => {
      const depth = (name) => depths.find((each) => each.labels.pipeline === pipeline && each.labels.kind === name)?.value;
      const first = depth(`${kind}_interactive`) ?? 0;
      const text = depth(kind) == null ? "–" : whole(depth(kind));
      return element("td", {}, first > 0 ? `${text} + ${whole(first)} interactive` : text);
    }))));
}

function figure(image) {
  const picture = shape("svg", { viewBox: `0 0 ${image.width} ${image.height}`, role: "img",
    "aria-label": `${image.name}: ${image.count} insects` },
  shape("image", { width: image.width, height: image.height, preserveAspectRatio: "none", href: `/images/${image.id}` }));
  for (const box of image.boxes) {
    const frame = { x: box.x1, y: box.y1, width: Math.max(0, box.x2 - box.x1), height: Math.max(0, box.y2 - box.y1) };
    const percent = box.score == null ? "" : ` ${Math.round(box.score * 100)} %`;
    picture.append(shape("g", {}, shape("title", {}, `${box.label}${percent}`),
      shape("rect", { class: "under", ...frame }), shape("rect", frame)));
  }
  const place = [image.pipeline, image.job == null ? "" : `job ${image.job}`, `task ${image.task}`].filter(Boolean).join(" · ");
  return element("figure", { id: `image-${image.id}` }, picture, element("figcaption", {},
    element("strong", {}, image.name), `${image.count} ${image.count === 1 ? "insect" : "insects"}`, element("br"),
    `${place} · ${clock(image.time)}`));
}

function showImages(images, figures) {
  // Only roles that analyse have images to show.
  find("images-section").hidden = figures.one("antenna_worker_insects_total") === undefined;
  const gallery = find("images");
  const wanted = new Set(images.map((image) => `image-${image.id}`));
  for (const old of [...gallery.children]) if (!wanted.has(old.id)) old.remove();
  for (const image of [...images].reverse()) if (!find(`image-${image.id}`)) gallery.prepend(figure(image));
  find("images-empty").hidden = images.length > 0;
}

function showMessages(messages) {
  find("messages").replaceChildren(...messages.map((message) => {
    const details = Object.entries(message.details).sort().map(([key, value]) => `${key} ${value}`).join(" · ");
    return element("li", { class: message.level }, element("time", {}, clock(message.time)),
      element("b", {}, message.level), element("span", {}, message.text), ...(details ? [element("p", {}, details)] : []));
  }));
  find("messages-empty").hidden = messages.length > 0;
}

function showFigures(figures) {
  if (!find("figures").closest("details").open) return;
  const label = (value) => {
    const labels = Object.entries(value.labels).map(([key, text]) => `${key}="${text}"`).join(", ");
    return labels ? `${value.name}{${labels}}` : value.name;
  };
  const rows = figures.values.map((value) => [label(value), value.value]).sort(([left], [right]) => left < right ? -1 : 1);
  find("figures").replaceChildren(...rows.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value.toLocaleString("en", { maximumFractionDigits: 3 })))));
}

function hello(data) {
  history = data.history;
  stageHistory = [];
  find("images").replaceChildren();
  find("where").textContent = `antenna-worker ${data.version} · ${data.role} on ${data.host} · process ${data.process}`;
  find("settings").tBodies[0].replaceChildren(...data.settings.map((setting) =>
    element("tr", { class: setting.origin === "default" ? undefined : "changed" },
      element("th", { scope: "row" }, setting.key), element("td", {}, setting.value || "–"), element("td", {}, setting.origin))));
}

function show(snapshot) {
  const figures = new Figures(snapshot.values);
  lastHeard = snapshot.now;
  history.push({ time: snapshot.now, done: total(figures, "done"), failed: total(figures, "failed") });
  history = history.filter((point) => point.time >= snapshot.now - chartSeconds - 10);
  showState(snapshot, figures);
  showTiles(figures);
  showChart();
  showStages(snapshot);
  showMeters(snapshot, figures);
  showQueues(figures);
  showImages(snapshot.images, figures);
  showMessages(snapshot.messages);
  showFigures(figures);
}

function connect() {
  const events = new EventSource("/events");
  events.addEventListener("hello", (event) => hello(JSON.parse(event.data)));
  events.addEventListener("snapshot", (event) => show(JSON.parse(event.data)));
  events.addEventListener("error", async () => {
    // A browser gives up after an answer that is no stream: too many watch, or the worker was started again and is found all the same.
    const isRefused = events.readyState === EventSource.CLOSED;
    if (isRefused) setTimeout(connect, 3000);
    if (!isRefused || !await ask()) showSilence();
  });
}

// Without a stream of its own the page asks now and then.
async function ask() {
  try {
    const answer = await fetch("/snapshot");
    if (!answer.ok) return false;
    const data = await answer.json();
    hello(data.hello);
    show(data.snapshot);
    return true;
  } catch {
    return false;
  }
}

function showSilence() {
  const state = find("state");
  state.className = "state bad";
  state.querySelector("span").textContent = "the worker does not answer";
  document.title = "no answer · antenna-worker";
}

connect();
