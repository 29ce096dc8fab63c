"use strict";
// Shows what the worker sends every second. Numbers are the metrics of /metrics; rates are made here from their differences.

const waitingStages = new Set(["queue", "admit", "batch_wait"]);
const stageOrder = ["queue", "fetch", "admit", "decode", "batch_wait", "prepare", "detect", "classify", "encode", "publish"];
const minute = 60;
let history = [];
let stageHistory = [];
let lastHeard = 0;
let startedAt = 0;

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

function showState(snapshot) {
  tell(snapshot.state.look, snapshot.state.text, "antenna-worker");
  find("checks").replaceChildren(...snapshot.checks.map((check) =>
    element("li", { class: check.problem ? "bad" : "good" }, element("i", { class: "dot" }),
      element("span", {}, check.name === "draining" && !check.problem ? "not draining" : check.name),
      ...(check.problem || check.detail ? [element("p", {}, check.problem || check.detail)] : []))));
}

function showTiles(figures) {
  const recent = history.filter((point) => point.time > lastHeard - 15);
  const failed = total(figures, "failed"), done = total(figures, "done");
  const insectsFound = figures.one("antenna_worker_insects_total");
  tiles("tiles", [
    [perSecond(rate(recent, "done") + rate(recent, "failed")), "tasks a second"],
    [whole(done), "tasks done"],
    ...(insectsFound === undefined ? [] : [[whole(insectsFound), "insects found"]]),
    [whole(failed), "with an error", failed > 0 ? "bad" : undefined],
    [bytes(figures.one("process_resident_memory_bytes") ?? 0), "memory"],
    [duration(Math.max(0, lastHeard - startedAt)), "since the start"],
  ]);
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
  const stretch = snapshot.now - stageHistory[0].time;
  const span = stretch < minute - 5 ? `last ${Math.round(stretch)} s` : "last minute";
  find("stages-note").textContent = `time an image, ${isYoung ? "since the start" : span}`;
  find("stages").hidden = rows.length === 0;
  find("stages-empty").hidden = rows.length > 0;
  const isUntouched = snapshot.stages.every((stage) => stage.count === 0);
  find("stages-empty").textContent = isUntouched ? "Nothing has gone through yet." : `Nothing in the ${span}.`;
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
      element("span", {}, (batch.images / batch.count).toFixed(1)))));
  }
  const asked = figures.sum("antenna_worker_cache_requests_total");
  if (asked > 0) {
    const hits = figures.all("antenna_worker_cache_requests_total")
      .filter((value) => value.labels.outcome === "hit").reduce((sum, value) => sum + value.value, 0);
    plain.push(element("li", {}, element("p", {}, "found in the cache",
      element("span", {}, `${(100 * hits / asked).toFixed(0)}%`))));
  }
  find("meters").replaceChildren(...meters, ...plain);
}

function showQueues(figures) {
  const depths = figures.all("antenna_worker_queue_messages");
  find("queues-section").hidden = depths.length === 0;
  const pipelines = [...new Set(depths.map((depth) => depth.labels.pipeline))].sort();
  find("queues").tBodies[0].replaceChildren(...pipelines.map((pipeline) =>
    element("tr", {}, element("th", { scope: "row" }, pipeline), ...[["tasks", "tasks"], ["ready", "ready"], ["dead", "dead letters"]].map(([kind, name]) => {
      const depth = (label) => depths.find((each) => each.labels.pipeline === pipeline && each.labels.kind === label)?.value;
      const first = depth(`${kind}_interactive`) ?? 0;
      const text = depth(kind) == null ? "–" : whole(depth(kind));
      return element("td", { "data-name": name }, first > 0 ? `${text} + ${whole(first)} interactive` : text);
    }))));
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

// What a role can never fill is not shown: only those with models have images to show, and a relay has no stages.
function showCards(data) {
  find("images-section").hidden = ["fetch", "relay"].includes(data.role);
  find("stages-section").hidden = data.role === "relay";
  // Those in use stand beside the models in the list above.
  const rejected = data.placement?.rejected ?? [];
  find("devices-section").hidden = rejected.length === 0;
  find("devices").replaceChildren(...rejected.map((each) => element("li", { class: "warn" }, element("i", { class: "dot" }),
    element("span", {}, each.device), element("p", {}, [each.reason, each.remedy].filter(Boolean).join(" ")))));
}

function hello(data) {
  history = data.history;
  stageHistory = [];
  startedAt = data.startedAt;
  forgetImages();
  showCards(data);
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
  showState(snapshot);
  showTiles(figures);
  showChart(history, lastHeard, startedAt);
  showStages(snapshot);
  showMeters(snapshot, figures);
  showQueues(figures);
  showImages(snapshot.images);
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

const showSilence = () => tell("bad", "the worker does not answer", "antenna-worker");

connect();
