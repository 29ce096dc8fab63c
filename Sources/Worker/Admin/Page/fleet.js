"use strict";
// Shows every role that was heard of, this one first. A role reports every five seconds; one that misses three reports is called away.

const silentAfter = 16;

function row(role) {
  const isAway = !role.hasEnded && role.age > silentAfter;
  const [look, text] = isAway ? ["bad", `not heard of for ${duration(role.age)}`] : [role.state.look, role.state.text];
  const works = [role.pipelines.join(", "), role.devices.join(", ")].filter(Boolean).join(" · ");
  const cell = (name, value) => element("td", { "data-name": name }, value);
  return element("tr", { class: isAway || role.hasEnded ? "away" : undefined },
    element("th", { scope: "row" }, `${role.role} on ${role.host}`,
      element("small", {}, `process ${role.process} · ${role.version}`), ...(works ? [element("small", {}, works)] : [])),
    element("td", { class: `text whole ${look}` }, element("i", { class: "dot" }), ` ${text}`),
    cell("tasks a second", perSecond(role.rate)), cell("done", whole(role.done)), cell("with an error", whole(role.failed)),
    cell("memory", bytes(role.residentBytes)), cell("running for", duration(Math.max(0, Date.now() / 1000 - role.startedAt))));
}

function show({ roles, problem }) {
  const here = roles.filter((role) => !role.hasEnded);
  const ill = here.filter((role) => role.age > silentAfter || role.state.look === "bad");
  const alive = here.filter((role) => role.age <= silentAfter);
  // What fetches and relays passes a task on, which is counted again where it is answered.
  const speed = alive.filter((role) => !["fetch", "relay"].includes(role.role)).reduce((sum, role) => sum + role.rate, 0);
  if (problem && roles.length === 1) tell("warn", "this role alone", "fleet");
  else if (ill.length) tell("bad", `${ill.length} of ${here.length} not as they should be`, "fleet");
  else tell("good", `${here.length} ${here.length === 1 ? "role" : "roles"}, all as they should be`, "fleet");
  tiles("tiles", [[perSecond(speed), "tasks answered a second"],
    ...[...new Set(here.map((role) => role.role))].sort().map((name) =>
      [whole(here.filter((role) => role.role === name).length), name])]);
  find("problem").hidden = !problem;
  find("problem").textContent = problem ?? "";
  find("roles-note").textContent = problem || roles.length > 1 ? "" : "others appear within five seconds";
  find("roles").tBodies[0].replaceChildren(...roles.map(row));
}

poll("/fleet.json", 2000, show, () => tell("bad", "the worker does not answer", "fleet"));
