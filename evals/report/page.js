"use strict";
// Model output is hostile: every text below reaches the page through textContent alone.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function shown(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(3);
  return String(value);
}

function fillTable(table, rows, columns) {
  table.replaceChildren();
  const head = element("tr");
  columns.forEach((column) => head.append(element("th", column)));
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  rows.forEach((row) => {
    const line = element("tr");
    if (String(row.model || "").startsWith("reference:")) line.className = "reference";
    columns.forEach((column) => {
      line.append(element("td", shown(row[column]), typeof row[column] === "number" ? "number" : ""));
    });
    body.append(line);
  });
  table.append(top, body);
}

function filters(form, rows, names, changed) {
  const chosen = {};
  names.forEach((name) => {
    const values = [...new Set(rows.map((row) => String(row[name] ?? "")))].sort();
    const label = element("label", name);
    const select = element("select");
    select.name = name;
    select.append(new Option("all", ""));
    values.filter((value) => value !== "").forEach((value) => select.append(new Option(value, value)));
    select.addEventListener("change", () => { chosen[name] = select.value; changed(); });
    label.append(select);
    form.append(label);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  return (row) => Object.entries(chosen).every(([name, value]) => value === "" || String(row[name]) === value);
}

const run = data.run;
byId("about").textContent =
  `Suite ${run.suite.id} ${run.suite.version}, seed ${run.seed}; policies ` +
  run.policies.map((policy) => `${policy.id} ${policy.version}`).join(", ") +
  `; ${run.models.length} models; Lawbound ${run.lawbound}; ${run.written}.`;

const empty = (row, name) => row[name] === null || row[name] === "";
const boardColumns = Object.keys(data.headline[0] || {}).filter(
  (name) => !data.headline.every((row) => empty(row, name)));
fillTable(byId("board"), data.headline, boardColumns);

const ruleColumns = ["model", "policy", "rule", "metric", "value", "low", "high", "n", "clusters", "note"];
const ruleWanted = filters(byId("rule-filters"), data.rules, ["model", "policy", "metric"], drawRules);
function drawRules() { fillTable(byId("rules"), data.rules.filter(ruleWanted), ruleColumns); }
drawRules();

const PAGE = 25;
let limit = PAGE;
data.answers.forEach((row) => {
  row.verdict = row.error ? "error" : row.met === 1 ? "met" : row.met === 0 ? "not met" :
    row.score !== null ? (row.score === 1 ? "right" : row.score === 0 ? "wrong" : "in part") : "not scored";
});
const names = ["model", "policy", "strength", "kind", "required", "behaviour", "verdict", "rules"];
const wanted = filters(byId("answer-filters"), data.answers, names, () => { limit = PAGE; drawAnswers(); });
const search = element("label", "text");
const box = element("input");
box.type = "search";
box.name = "text";
box.addEventListener("input", () => { limit = PAGE; drawAnswers(); });
search.append(box);
byId("answer-filters").append(search);

function withEvidence(text, evidence) {
  const pre = element("pre", undefined, "answer");
  const at = evidence ? text.indexOf(evidence) : -1;
  if (at < 0) { pre.textContent = text; return pre; }
  pre.append(text.slice(0, at), element("mark", evidence), text.slice(at + evidence.length));
  return pre;
}

function article(row) {
  const made = element("article");
  const verdict = element("span", row.verdict, ["met", "right"].includes(row.verdict) ? "met" : "unmet");
  const line = element("p", `${row.model} · ${row.policy} · ${row.strength} · ${row.item} · ${row.topic} · ` +
    `${row.acts} · requires ${row.required} · saw ${row.behaviour}${row.addons ? "+" + row.addons : ""}` +
    `${row.outcome ? " · claims " + row.outcome : ""}${row.truncated ? " · truncated" : ""} · `, "meta");
  line.append(verdict);
  made.append(line, element("pre", row.prompt));
  if (row.error) made.append(element("p", `Failed: ${row.error}`, "meta"));
  if (row.thinking) {
    const details = element("details");
    details.append(element("summary", "thinking trace"), element("pre", row.thinking, "answer"));
    made.append(details);
  }
  made.append(withEvidence(row.text, row.evidence));
  if (row.cut) made.append(element("p", `${row.cut} more characters in samples`, "meta"));
  if (row.expected) made.append(element("p", `right answer: ${row.expected}`, "meta"));
  if (row.rules) made.append(element("p", `rules: ${row.rules}`, "meta"));
  if (row.near_miss) made.append(element("p", `near-miss of: ${row.near_miss}`, "meta"));
  return made;
}

function drawAnswers() {
  const needle = box.value.toLowerCase();
  const rows = data.answers.filter((row) => wanted(row) &&
    (!needle || (row.prompt + "\n" + row.text).toLowerCase().includes(needle)));
  byId("answer-count").textContent = `${rows.length} of ${data.answers.length} answers`;
  byId("answers").replaceChildren(...rows.slice(0, limit).map(article));
  byId("more").hidden = rows.length <= limit;
}
byId("more").addEventListener("click", () => { limit += PAGE; drawAnswers(); });
byId("left-out").textContent = data.left_out
  ? `${data.left_out} judged rows (reference models first) are not in this page; verdicts.parquet and samples/ hold all.`
  : "Every judged row is in this page.";
drawAnswers();
