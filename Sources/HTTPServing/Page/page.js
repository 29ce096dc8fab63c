"use strict";
// What the pages of the worker and of the local Antenna share.

const svgSpace = "http://www.w3.org/2000/svg";

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

// Beside it stand the numbers that it is made of.
function bar(share, isFull = false) {
  const picture = shape("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none" },
    shape("rect", { width: Math.max(0, Math.min(100, share * 100)).toFixed(1), height: 1 }));
  return element("span", { class: isFull ? "track full" : "track", "aria-hidden": "true" }, picture);
}

const whole = (value) => Math.round(value).toLocaleString("en");
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
const perSecond = (value) => value.toFixed(value < 10 ? 1 : 0);

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

// What stands at the top of the page and in its title: a look, which is good, warn or bad, and a few words.
function tell(look, text, name) {
  const state = find("state");
  state.className = `state ${look}`;
  // The same words again would be read out again.
  if (state.querySelector("span").textContent !== text) state.querySelector("span").textContent = text;
  document.title = `${text} · ${name}`;
}

function tiles(id, list) {
  find(id).replaceChildren(...list.map(([value, name, look]) =>
    element("div", { class: look }, element("dt", {}, name), element("dd", { class: value.length > 9 ? "long" : undefined }, value))));
}

// Asks for a document again and again; a page that nobody sees asks for nothing.
function poll(path, milliseconds, show, fail) {
  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(path, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(`${answer.status}`);
        show(await answer.json());
      } catch (error) {
        fail(error);
      }
    }
    setTimeout(ask, milliseconds);
  };
  ask();
}
