// Does what the controls ask for, and begins. The last part of the script.

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
  showPages();
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
find("find-label")?.addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  for (const row of rows) row.parentElement.hidden = !nameOf.get(row.dataset.label).toLowerCase().includes(text);
});

function begin() {
  const image = readAddress();
  apply();
  image?.scrollIntoView();
  image?.querySelector(".open")?.focus();
}

addEventListener("hashchange", begin);
root.classList.add("live");
begin();
