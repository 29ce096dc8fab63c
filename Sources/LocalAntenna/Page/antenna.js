"use strict";
// Shows what programs get from /status, every two seconds.

const looks = { SUCCESS: "good", FAILURE: "bad" };

function row(job) {
  const cell = (name, value) => element("td", { "data-name": name }, whole(value));
  return element("tr", {},
    element("th", { scope: "row" }, job.name, element("small", { class: looks[job.status] ?? "" }, element("i", { class: "dot" }),
      ` ${job.status.toLowerCase()} · job ${job.id}${job.pipeline ? ` · ${job.pipeline}` : ""}`)),
    element("td", { class: "text whole" }, `${whole(job.saved)} of ${whole(job.tasks)}`, bar(job.tasks > 0 ? job.saved / job.tasks : 0)),
    cell("waiting", job.pending), cell("with a worker", job.reserved), cell("with an error", job.errors),
    cell("lost", job.lost + job.stuck), cell("insects", job.detections));
}

function show(status) {
  const sum = (key) => status.jobs.reduce((total, job) => total + job[key], 0);
  const [saved, tasks, lost] = [sum("saved"), sum("tasks"), sum("lost") + sum("stuck")];
  const progress = tasks === 0 ? "no tasks" : saved === tasks ? "all results are saved" : `${whole(saved)} of ${whole(tasks)} results are saved`;
  tell(lost > 0 ? "bad" : saved === tasks ? "good" : "warn",
    lost > 0 ? `${whole(lost)} ${lost === 1 ? "task is" : "tasks are"} lost` : progress, "Local Antenna");
  tiles("tiles", [[whole(saved), "results saved"], [whole(sum("pending")), "tasks waiting"],
    [whole(sum("reserved")), "tasks with a worker"], [whole(sum("errors")), "with an error", sum("errors") > 0 ? "bad" : undefined],
    [whole(lost), "lost", lost > 0 ? "bad" : undefined], [whole(sum("detections")), "insects found"]]);
  find("jobs").tBodies[0].replaceChildren(...status.jobs.map(row));
  find("jobs").hidden = status.jobs.length === 0;
  find("jobs-empty").hidden = status.jobs.length > 0;
  find("calls").replaceChildren(...[["of the API", status.api_calls], ["of them failed on purpose", status.injected_failures],
    ["for images", status.image_requests], ["of them with a token, which images must not see", status.image_requests_with_token],
    ["tasks handed out again", sum("redeliveries")], ["results sent again", sum("duplicates")], ["results refused", sum("refused")],
  ].map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, whole(value)))));
  const pipelines = [...new Set(status.jobs.map((job) => job.pipeline).filter(Boolean))];
  find("token").textContent = status.needs_token
    ? "It asks for the token it was started with; token.txt stands for a file that holds it." : "It lets everybody in.";
  find("command").textContent = ["antenna-worker run", `--base-url ${location.origin}/api/v2`,
    ...pipelines.map((pipeline) => `--pipeline ${pipeline}`), ...(status.needs_token ? ["--token-file token.txt"] : []), "--until-empty",
  ].join(" \\\n  ");
  const rest = status.image_count - status.images.length;
  find("images-note").textContent = rest > 0 ? `the first ${whole(status.images.length)} of ${whole(status.image_count)}` : "";
  find("images-title").hidden = status.images.length === 0;
  if (find("images").childElementCount === 0) {
    find("images").replaceChildren(...status.images.map(({ name, path }) => element("a", { href: path }, name)));
  }
}

poll("/status", 2000, show, () => tell("bad", "it does not answer", "Local Antenna"));
