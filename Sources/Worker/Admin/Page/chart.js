"use strict";
// Tasks a second over the last ten minutes, with axes that can be read off.

const chartSeconds = 600;

// Tasks a second between two points of the history.
function rate(points, kind) {
  if (points.length < 2) return 0;
  const [first, last] = [points[0], points[points.length - 1]];
  return last.time > first.time ? Math.max(0, last[kind] - first[kind]) / (last.time - first.time) : 0;
}

// Round numbers from 0 to above the highest value.
function axis(highest) {
  const raw = Math.max(highest, 0.3) / 3;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999);
  const count = Math.max(1, Math.ceil(highest / step - 1e-9));
  return Array.from({ length: Math.max(count, 2) + 1 }, (_, index) => index * step);
}

// The rates of stretches of ten seconds that lie within the history whole: what was before the start of the process is not drawn.
function stretches(history, now) {
  const step = 10, list = [];
  const at = (time) => history.findLast((point) => point.time <= time);
  for (let end = now - chartSeconds + step; end <= now + 0.001; end += step) {
    const [from, to] = [at(end - step), at(end)];
    if (!from || !to) continue;
    const speed = (kind) => Math.max(0, to[kind] - from[kind]) / step;
    list.push({ time: end, done: speed("done"), failed: speed("failed") });
  }
  return list;
}

function showChart(history, now, start) {
  const width = 600, height = 150;
  const list = stretches(history, now);
  const highest = Math.max(0, ...list.map((each) => each.done + each.failed));
  const ticks = axis(highest), top = ticks[ticks.length - 1];
  const x = (time) => (width * (1 - (now - time) / chartSeconds)).toFixed(1);
  const y = (value) => (height * (1 - value / top)).toFixed(1);
  const line = (value) => list.map((each) => `${x(each.time)},${y(value(each))}`).join(" ");
  const all = (each) => each.done + each.failed;
  const parts = ticks.map((value) => shape("line", { class: "grid", x1: 0, x2: width, y1: y(value), y2: y(value) }));
  const isYoung = start > now - chartSeconds;
  if (isYoung) parts.push(shape("line", { class: "start", x1: x(start), x2: x(start), y1: 0, y2: height }));
  if (list.length > 0) {
    const [first, last] = [list[0], list[list.length - 1]];
    parts.push(shape("polygon", { class: "area", points: `${x(first.time)},${height} ${line(all)} ${x(last.time)},${height}` }));
    parts.push(shape("polyline", { class: "line", points: line(all) }));
    if (list.some((each) => each.failed > 0)) parts.push(shape("polyline", { class: "failed", points: line((each) => each.failed) }));
  }
  find("chart").replaceChildren(...parts);
  const digits = ticks[1] < 0.1 ? 2 : ticks[1] < 1 ? 1 : 0;
  find("chart-y").replaceChildren(...ticks.map((value) => {
    const mark = element("span", {}, value === top ? `${value.toFixed(digits)} /s` : value.toFixed(digits));
    mark.style.top = `${100 * (1 - value / top)}%`;
    return mark;
  }));
  find("chart-x").replaceChildren(...[10, 8, 6, 4, 2, 0].map((minutes) => {
    const mark = element("span", {}, minutes === 10 ? "10 min ago" : minutes === 0 ? "now" : `${minutes}`);
    mark.style.left = `${100 - minutes * 10}%`;
    return mark;
  }));
  find("chart-note").textContent = list.length > 0 ? highest > 0 ? `highest ${perSecond(highest)} a second` : "none" : "begins ten seconds after the start";
  find("chart-start").hidden = !isYoung;
  find("chart-start").textContent = `The dashed line is the start of the process, ${clock(start)}.`;
}
