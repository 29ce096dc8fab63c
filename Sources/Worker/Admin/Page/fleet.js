"use strict";
// Shows every role that was heard of, this one first. A role reports every five seconds; one that misses three reports is called away.

const silentAfter = 16;

// An address was told by whoever may publish at the broker: it is shown as it is, so that nobody is led elsewhere by a name.
function page(role, isOwn) {
  if (isOwn) return element("a", { href: "/" }, "this role’s page");
  if (!/^https?:\/\//.test(role.page ?? "")) return role.noPage ?? "";
  return element("a", { href: role.page, rel: "noreferrer noopener" }, role.page);
}

function row(role, index) {
  const isAway = !role.hasEnded && role.age > silentAfter;
  const [look, text] = isAway ? ["bad", `not heard of for ${duration(Math.round(role.age))}`] : [role.state.look, role.state.text];
  const about = [`process ${role.process}`, role.version, role.pipelines.join(", "), role.devices.join(", ")].filter(Boolean).join(" · ");
  const cell = (name, value) => element("td", { "data-name": name }, value);
  const key = `${role.role} ${role.process} ${role.host}`;
  return element("tr", { "data-key": key, class: isAway || role.hasEnded ? "away" : undefined },
    element("th", { scope: "row" }, `${role.role} on ${role.host}`,
      element("small", {}, about),
      ...(isAway || role.hasEnded ? [] : [element("small", {}, page(role, index === 0))])),
    element("td", { class: `text whole ${look}` }, element("i", { class: "dot" }), ` ${text}`),
    cell("tasks a second", perSecond(role.rate)), cell("done", whole(role.done)), cell("with an error", whole(role.failed)),
    cell("memory", bytes(role.residentBytes)), cell("running for", duration(Math.max(0, Date.now() / 1000 - role.startedAt))));
}

// A row stays as long as its role does: a link that is being clicked, or has the focus, must not be made anew.
function showRows(fresh) {
  const body = find("roles").tBodies[0];
  const old = new Map([...body.rows].map((each) => [each.dataset.key, each]));
  const rows = fresh.map((each) => {
    const known = old.get(each.dataset.key);
    if (!known) return each;
    known.className = each.className;
    const cells = [...each.cells];
    [...known.cells].forEach((cell, at) => { if (!cell.isEqualNode(cells[at])) cell.replaceWith(cells[at]); });
    return known;
  });
  if (rows.length !== body.rows.length || rows.some((each, at) => each !== body.rows[at])) body.replaceChildren(...rows);
}

function show({ roles, problem, heardSince }) {
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
  const since = heardSince ? `heard since ${clock(heardSince)}` : "";
  find("roles-note").textContent = problem ? since : [since, roles.length > 1 ? "" : "others appear within five seconds"].filter(Boolean).join(" · ");
  find("since-note").hidden = !heardSince;
  showRows(roles.map(row));
}

poll("/fleet.json", 2000, show, () => tell("bad", "the worker does not answer", "fleet"));
