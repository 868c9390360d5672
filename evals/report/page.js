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

// Controls and direction marks are shown, not obeyed; half a surrogate pair becomes U+FFFD.
function visible(text) {
  const whole = (text.toWellFormed ? text.toWellFormed() : text).replaceAll("\r\n", "\n");
  return whole
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

// What stays empty without this script is not shown without it.
document.querySelectorAll(".scripted").forEach((part) => { part.hidden = false; });

const isNumber = (value) => typeof value === "number";
const isReference = (row) => String(row.model).startsWith("reference:");
// Counts and words. How any other number reads was settled once, for the console as well: it stands in `printed`.
function shown(value) {
  return value === null || value === undefined || value === "" ? "–" : visible(String(value));
}
const textOf = (row, name) => row.printed?.[name] || shown(row[name]);

// cells

const SVG = "http://www.w3.org/2000/svg";
function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

function intervalPicture(value, low, high, from, to) {
  const x = (v) => 3 + ((Math.min(Math.max(v, from), to) - from) / (to - from)) * 68;
  const picture = drawn("svg", { viewBox: "0 0 74 10", "aria-hidden": "true" });
  picture.append(drawn("line", { class: "zero", x1: x(0), x2: x(0), y1: 0, y2: 10 }));
  if (isNumber(low) && isNumber(high)) picture.append(drawn("path", { d: `M${x(low)} 5H${x(high)}` }));
  picture.append(drawn("circle", { cx: x(value), cy: 5, r: 3 }));
  return picture;
}

function estimateCell(row, name, range) {
  const [value, low, high] = name === "value" ? [row.value, row.low, row.high] : [row[name], row[`${name}_low`], row[`${name}_high`]];
  const cell = element("td", undefined, "number");
  if (!isNumber(value)) { cell.textContent = "–"; return cell; }
  cell.append(element("span", row.printed[name], "value"), element("span", row.printed[`${name}_span`] || "", "span"));
  if (range) cell.append(intervalPicture(value, low, high, range[0], range[1]));
  return cell;
}

// tables: columns are {name, title, of: row -> value to sort by, cell: row -> td}

function plainColumn(name, title) {
  return { title: title || name, of: (row) => row[name],
    cell: (row) => element("td", textOf(row, name), isNumber(row[name]) ? "number" : "") };
}

// Words sort from a to z first, numbers from high to low, ranks from 1; what is missing stands last in either direction.
const isMissing = (value) => value === null || value === undefined || value === "";
const firstOrder = (column, rows) =>
  column.first ?? (rows.some((row) => isNumber(column.of(row))) ? "descending" : "ascending");

function sortedBy(rows, column, direction) {
  const compare = (a, b) => isNumber(a) && isNumber(b) ? a - b : String(a).localeCompare(String(b));
  const known = rows.filter((row) => !isMissing(column.of(row)));
  known.sort((a, b) => compare(column.of(a), column.of(b)) * (direction === "descending" ? -1 : 1));
  return [...known, ...rows.filter((row) => isMissing(column.of(row)))];
}

const FIRST_ROWS = 200;
const MORE_ROWS = 1000;

function fillTable(table, rows, columns, groupOf) {
  const order = table.order || {};
  const by = columns.find((column) => column.title === order.title);
  const sorted = by ? sortedBy(rows, by, order.direction) : rows;
  const head = element("tr");
  columns.forEach((column) => {
    const cell = element("th");
    cell.scope = "col";
    cell.className = column.right ? "number" : "";
    if (by === column) cell.setAttribute("aria-sort", order.direction);
    const mark = by === column ? (order.direction === "ascending" ? " ▲" : " ▼") : "";
    const button = element("button", column.title + mark);
    button.type = "button";
    if (column.about) button.title = column.about;
    button.addEventListener("click", () => {
      const other = order.direction === "ascending" ? "descending" : "ascending";
      table.order = { title: column.title, direction: by === column ? other : firstOrder(column, rows) };
      fillTable(table, rows, columns, groupOf);
      table.querySelectorAll("thead button")[columns.indexOf(column)].focus();
    });
    cell.append(button);
    head.append(cell);
  });
  const top = element("thead");
  top.append(head);
  const groupName = groupOf ?? (() => "");
  const groups = new Map(rows.map((row) => [groupName(row), []])); // sorting moves no group
  sorted.forEach((row) => groups.get(groupName(row)).push(row));
  let room = table.limit ?? rows.length;
  const drawnGroups = [...groups].map(([name, members]) => {
    const some = members.slice(0, room);
    room -= some.length;
    return [name, some];
  });
  const bodies = drawnGroups.filter(([, members]) => members.length).map(([name, members]) => {
    const body = element("tbody");
    if (groupOf) {
      const line = element("tr", undefined, "group");
      const cell = element("th", visible(name));
      cell.colSpan = columns.length;
      cell.scope = "rowgroup";
      line.append(cell);
      body.append(line);
    }
    members.forEach((row) => {
      const line = element("tr", undefined, isReference(row) ? "reference" : "");
      columns.forEach((column) => line.append(column.cell(row)));
      body.append(line);
    });
    return body;
  });
  table.replaceChildren(top, ...bodies);
}

// A long table begins short, with a button for more below it.
function fillLongTable(table, rows, columns, groupOf) {
  table.limit ??= FIRST_ROWS;
  const scroll = table.parentElement;
  const more = element("button", `Show more (${table.limit} of ${rows.length} rows)`, "more");
  more.type = "button";
  more.hidden = rows.length <= table.limit;
  more.addEventListener("click", () => {
    table.limit += MORE_ROWS;
    fillLongTable(table, rows, columns, groupOf);
    (table.more.hidden ? scroll : table.more).focus();
  });
  fillTable(table, rows, columns, groupOf);
  if (table.more) table.more.replaceWith(more);
  else scroll.after(more);
  table.more = more;
}

// filters: {name, title, values: row -> strings}

function addFilters(form, rows, wanted, changed) {
  const selects = wanted.map((filter) => {
    const values = [...new Set(rows.flatMap(filter.values))].filter((value) => value !== "").sort();
    const label = element("label", filter.title || filter.name);
    const select = element("select");
    select.name = filter.name;
    select.append(new Option("all", ""));
    values.forEach((value) => select.append(new Option(visible(value), value)));
    select.addEventListener("change", changed);
    label.append(select);
    if (values.length > 1) form.append(label);
    return { select, values: filter.values };
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  return (row) => selects.every(({ select, values }) => select.value === "" || values(row).includes(select.value));
}

function addCheck(form, title, checked, changed) {
  const label = element("label", undefined, "check");
  const box = element("input");
  box.type = "checkbox";
  box.checked = checked;
  box.addEventListener("change", changed);
  label.append(box, title);
  form.append(label);
  return box;
}

const one = (name) => ({ name, values: (row) => [String(row[name] ?? "")] });
const warned = new Set(data.caveats.map((caveat) => caveat.model));
const modelColumn = {
  title: "model", of: (row) => row.model,
  cell: (row) => {
    const cell = element("th", visible(row.model));
    cell.scope = "row";
    if (warned.has(row.model)) {
      const link = element("a", "⚠");
      link.href = "#warnings";
      link.title = "see the warnings";
      link.setAttribute("aria-label", link.title);
      cell.append(" ", link);
    }
    return cell;
  },
};

// header

const run = data.run;
const references = run.models.filter((one) => one.reference).length;
const place = (spec) => spec.replace(/\/$/, "");
// Stored answers of a server at another address than the run names last.
const moved = (run.asked_as ?? []).filter((origin) => run.models.some((one) =>
  one.model === origin.model && one.fingerprint?.revision === origin.revision && place(one.spec) !== place(origin.spec)));
byId("about").textContent = visible(
  `Suite ${run.suite.id} ${run.suite.version}, seed ${run.seed} · policies ` +
  run.policies.map((policy) => `${policy.id} ${policy.version}`).join(", ") +
  ` · ${run.models.length - references} models` + (references ? ` and ${references} reference models` : "") + ` · Lawbound ${run.lawbound} · ${run.written}` +
  (run.judge ? ` · judged by ${run.judge.models.join(", ")} (${run.judge.mode}; of the answers here asked about ${run.judge.asked}, ` +
    // Counts of what became of answers that are not of these answers are left out.
    (run.judge.fates_known === false ? "what became of them not stored, " :
      `unanswered ${run.judge.unanswered ?? 0}, unreadable ${run.judge.unreadable}, undecided ${run.judge.undecided ?? 0}, ` +
      `without a majority ${run.judge.split ?? 0}, disagreed ${run.judge.disagreed}, `) +
    `answered since and read offline ${run.judge.unread ?? 0})` : "") +
  moved.map((origin) => ` · ${origin.model}: answers were asked as ${origin.spec}`).join(""));

byId("warnings").hidden = !data.caveats.length;
byId("warning-lines").replaceChildren(...data.caveats.map((caveat) => element("li", visible(caveat.text))));

const THEMES = ["auto", "light", "dark"];
byId("theme").addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "auto") + 1) % 3];
  document.documentElement.dataset.theme = next;
  byId("theme").textContent = `Colours: ${next}`;
  byId("theme").setAttribute("aria-label", `Colours: ${next === "auto" ? "as the system" : next}`);
});

// leaderboard

const HEADLINE = [["J", [-1, 1]], ["policy_tax", [-1, 1]], ["tradeoff", null], ["capability_full", null],
  ["adherence", null], ["excess", null], ["over_refusal", null], ["duty", null], ["intl_gap", null],
  ["fact_false", null], ["truncated", null]];
const TITLES = { policy_tax: "policy tax", capability_full: "capability", over_refusal: "over-refusal",
  intl_gap: "gap to intl", fact_false: "false claims", truncated: "cut off" };

const rankColumn = { title: "rank", of: (row) => row.rank, first: "ascending",
  cell: (row) => element("td", textOf(row, "rank")) };
// Why a value is missing stands in its cell, in short; "all columns" has the whole note.
function noted(cell, value, note) {
  if (isNumber(value)) { if (note) cell.title = note; return cell; }
  const short = note.startsWith("floor:") ? "floor" : note.split("; ").at(-1);
  if (short) cell.append(element("span", visible(short), "why"));
  return cell;
}

const headlineColumns = [rankColumn, modelColumn, ...HEADLINE.map(([name, range]) => ({
  title: TITLES[name] || name,
  right: true,
  of: (row) => row[name],
  cell: (row) => {
    const cell = estimateCell(row, name, range);
    return noted(cell, row[name], row[`${name}_note`] || "");
  },
})), { title: "front", right: true, about: "Pareto front of J and policy tax, by the values alone: 1 is the best", of: (row) => row.front,
  cell: (row) => element("td", shown(row.front), "number") },
{ title: "n", right: true, about: "answers behind J and capability", of: (row) => row.n,
  cell: (row) => element("td", shown(row.n), "number") }];
const isEmpty = (row, name) => row[name] === null || row[name] === "";
const everyColumn = Object.keys(data.headline[0] || {})
  .filter((name) => name !== "printed" && !data.headline.every((row) => isEmpty(row, name)))
  .map((name) => plainColumn(name));
const hasReal = data.headline.some((row) => !isReference(row));
const boardWanted = addFilters(byId("board-filters"), data.headline, [one("policy"), one("mode")], drawBoard);
const boardReferences = addCheck(byId("board-filters"), "reference models", true, drawBoard);
const boardAll = addCheck(byId("board-filters"), "all columns", false, drawBoard);
function drawBoard() {
  const modes = new Set(data.headline.map((row) => row.mode)).size;
  const rows = data.headline.filter((row) => boardWanted(row) && (boardReferences.checked || !isReference(row)));
  fillTable(byId("board"), rows, boardAll.checked ? everyColumn : headlineColumns,
    (row) => modes > 1 ? `${row.policy} · reasoning asked as ${row.mode}` : row.policy);
}

// rules

// The answers of the page by rule: a link that leads to none, or to other models', would mislead.
const ruleKey = (policy, rule, model) => JSON.stringify([policy, rule, model]);
const aboutRules = (row) => [...row.rules, ...row.near_miss.map((name) => name.split(":")[0])];
const answered = new Set(data.answers.filter((row) => row.strength === "full")
  .flatMap((row) => aboutRules(row).map((rule) => ruleKey(row.policy, rule, row.model))));
const RULE_METRICS = ["J", "adherence", "excess", "over_refusal", "duty"];
const ruleColumns = [
  { title: "rule", of: (row) => row.rule, cell: (row) => {
    if (!answered.has(ruleKey(row.policy, row.rule, row.model))) return element("td", visible(row.rule));
    const cell = element("td");
    const button = element("button", visible(row.rule), "link");
    button.type = "button";
    button.title = row.text || "";
    button.addEventListener("click", () => showRule(row));
    cell.append(button);
    return cell;
  } },
  modelColumn, plainColumn("requires"), plainColumn("basis"),
  ...RULE_METRICS.map((name) => ({
    title: TITLES[name] || name,
    right: true,
    of: (row) => row[name] ? row[name].value : null,
    cell: (row) => {
      const found = row[name] || {};
      const cell = estimateCell(found, "value", null);
      if (isNumber(found.value)) cell.title = `${found.n} answers, ${found.clusters} groups${found.note ? "; " + found.note : ""}`;
      return cell;
    },
  })),
  { title: "n", right: true, about: "restricted answers / near-miss answers", of: (row) => row.adherence ? row.adherence.n : null,
    cell: (row) => element("td", `${row.adherence ? row.adherence.n : 0} / ${row.excess ? row.excess.n : 0}`, "number") },
  { title: "why values are missing", of: missingInRule, cell: (row) => element("td", visible(missingInRule(row)), "meta") },
];
function missingInRule(row) {
  const reasons = new Map();
  RULE_METRICS.filter((name) => row[name] && !isNumber(row[name].value) && row[name].note).forEach((name) => {
    reasons.set(row[name].note, [...(reasons.get(row[name].note) ?? []), TITLES[name] || name]);
  });
  return [...reasons].map(([note, names]) => `${names.join(", ")}: ${note}`).join("; ");
}
const ruleWanted = addFilters(byId("rule-filters"), data.rules,
  [one("policy"), one("model"), one("rule"), one("basis")], drawRules);
const ruleReferences = addCheck(byId("rule-filters"), "reference models", !hasReal, drawRules);
function drawRules() {
  const rows = data.rules.filter((row) => ruleWanted(row) && (ruleReferences.checked || !isReference(row)));
  fillLongTable(byId("rules"), rows, ruleColumns, (row) => row.policy);
}

// all metrics

// Of what was asked, each under one; what is none is not named.
const leftOut = (row) => [[row.unscored, "unscored"], [row.errors, "failed"], [row.blocked, "blocked"]]
  .filter(([count]) => count).map(([count, why]) => `${count} ${why}`).join(", ");
const otherColumns = [
  { title: "metric", of: (row) => row.metric, cell: (row) => {
    const cell = element("th", row.metric);
    cell.scope = "row";
    if (row.note) cell.title = visible(row.note);
    return cell;
  } },
  plainColumn("strength"), plainColumn("slice"), plainColumn("mode"),
  { title: "model", of: (row) => row.model, cell: (row) => element("td", visible(row.model)) },
  { title: "value", right: true, of: (row) => row.value, cell: (row) => estimateCell(row, "value", null) },
  { title: "n", right: true, of: (row) => row.n, cell: (row) => element("td", shown(row.n), "number") },
  { title: "asked", right: true, about: "answers, or pairs, that the metric asked for, used or not", of: (row) => row.asked,
    cell: (row) => element("td", shown(row.asked), "number") },
  { title: "left out", about: "of what was asked, in no denominator", of: (row) => row.unscored + row.errors + row.blocked,
    cell: (row) => element("td", leftOut(row), "meta") },
  { title: "p", right: true, about: "of this estimate alone", of: (row) => row.p_value,
    cell: (row) => element("td", textOf(row, "p_value"), "number") },
  { title: "p (Holm)", right: true, about: "corrected over J and policy tax at full of the model; a finding needs less than 0.05, and an interval that leaves 0 out", of: (row) => row.p_holm,
    cell: (row) => element("td", textOf(row, "p_holm"), "number") },
  { title: "note", of: (row) => row.note, cell: (row) => element("td", visible(row.note || ""), "meta") },
];
const otherWanted = addFilters(byId("other-filters"), data.others,
  [one("metric"), one("policy"), one("model"), one("strength"), one("mode")], drawOthers);
function drawOthers() {
  fillLongTable(byId("others"), data.others.filter(otherWanted), otherColumns, (row) => row.policy);
}

// compliance

const GOODNESS = { pass: "good", fail: "bad", undecided: "unsure", "too few items": "unsure" };
const judgement = (name) => ({ title: name, of: (row) => row[name],
  cell: (row) => { const cell = element("td"); cell.append(element("span", row[name], GOODNESS[row[name]])); return cell; } });
const complianceColumns = [
  { title: "clause", of: (row) => row.clause,
    cell: (row) => { const cell = element("td", `${row.source} ${row.clause}`); cell.title = row.source_title; return cell; } },
  plainColumn("threshold"), modelColumn,
  { title: "mark", of: (row) => row.mark, cell: (row) =>
    element("td", `${row.direction === "at-least" ? "≥" : "≤"} ${row.printed.mark} on ≥ ${row.minimum_items}`) },
  { title: "observed", right: true, of: (row) => row.value, cell: (row) => {
    const cell = estimateCell(row, "value", null);
    if (row.n) cell.append(element("span", `${row.hits} of ${row.n}`, "count"));
    return cell;
  } },
  { title: "errors", right: true, of: (row) => row.errors, cell: (row) => element("td", `${row.errors} of ${row.asked}`) },
  { title: "blocked", right: true, of: (row) => row.blocked, cell: (row) => element("td", `${row.blocked} of ${row.asked}`) },
  { title: "unscored", right: true, of: (row) => row.unscored, cell: (row) => element("td", `${row.unscored} of ${row.asked}`) },
  judgement("point"), judgement("decision"),
  { title: "P(met)", right: true, of: (row) => row.probability, cell: (row) => element("td", textOf(row, "probability"), "number") },
  { title: "further items", right: true, of: (row) => row.further_items,
    cell: (row) => element("td", shown(row.further_items), "number") },
  plainColumn("condition"),
  { title: "source", of: (row) => row.source_status, cell: (row) =>
    element("td", row.source_status, row.source_status === "verified" ? "" : "unsure") },
];
if (data.compliance.length) {
  byId("compliance-section").hidden = byId("nav-compliance").hidden = false;
  const wanted = addFilters(byId("compliance-filters"), data.compliance, [one("policy"), one("model"), one("threshold")], draw);
  const references = addCheck(byId("compliance-filters"), "reference models", !hasReal, draw);
  function draw() {
    const rows = data.compliance.filter((row) => wanted(row) && (references.checked || !isReference(row)));
    fillTable(byId("compliance"), rows, complianceColumns, (row) => row.policy);
    const notes = new Set(rows.filter((row) => row.note).map((row) => `${row.policy}, ${row.threshold} (${row.source_title}): ${row.note}`));
    byId("compliance-notes").replaceChildren(...[...notes].map((note) => element("li", visible(note))));
  }
  draw();
}

// answers

const PAGE = 25;
let limit = PAGE;
function verdictOf(row) {
  if (row.error) return "error";
  if (row.blocked) return "blocked";
  // Where an answer can be checked, having answered meets the policy, right or wrong.
  if (row.score !== null) return row.score === 1 ? "right" : row.score === 0 ? "wrong" : "in part";
  if (row.met === 1) return "met";
  if (row.met === 0) return "not met";
  return "not scored";
}
data.answers.forEach((row) => {
  Object.assign(row, data.items[row.item], data.texts[row.at]);
  row.verdict = verdictOf(row);
  row.about = aboutRules(row);
});
const redrawn = () => { limit = PAGE; drawAnswers(); };
const answerForm = byId("answer-filters");
const answerWanted = addFilters(answerForm, data.answers, [one("model"), one("policy"), one("strength"), one("kind"),
  { name: "required", title: "requires", values: (row) => [row.required] }, one("saw"), one("verdict"),
  { name: "rule", title: "rule or its near-miss", values: (row) => row.about }, one("lang"), one("graded_by")], redrawn);
const search = element("label", "text");
const box = element("input");
box.type = "search";
box.name = "text";
box.addEventListener("input", redrawn);
search.append(box);
const clear = element("button", "Clear filters");
clear.type = "button";
clear.addEventListener("click", () => { answerForm.reset(); redrawn(); });
answerForm.append(search, clear);

function choose(name, value) {
  const select = answerForm.elements[name];
  if (select && [...select.options].some((option) => option.value === value)) select.value = value;
}
function showRule(row) {
  answerForm.reset();
  choose("policy", row.policy);
  choose("rule", row.rule);
  choose("model", row.model);
  choose("strength", "full");
  redrawn();
  byId("h-answers").scrollIntoView();
  byId("h-answers").focus({ preventScroll: true });
}

// Text of any language: each paragraph runs in its own direction.
function prose(text, className, lang) {
  const pre = element("pre", text, className);
  pre.dir = "auto";
  if (lang) pre.lang = lang;
  return pre;
}

function withEvidence(text, evidence) {
  const pre = prose(undefined, "answer");
  const at = evidence ? text.indexOf(evidence) : -1;
  if (at < 0) { pre.textContent = visible(text); return pre; }
  pre.append(visible(text.slice(0, at)), element("mark", visible(evidence)), visible(text.slice(at + evidence.length)));
  return pre;
}

const TONE = { met: "good", right: "good", "not met": "bad", wrong: "bad", error: "bad" };
function article(row) {
  const made = element("article");
  made.tabIndex = 0;
  const top = element("header");
  top.append(element("span", row.verdict, `chip ${TONE[row.verdict] || "unsure"}`), element("h3", visible(row.model)),
    element("span", `${row.policy} · ${row.strength} · ${row.item}`, "meta"));
  const says = `requires ${row.required} · saw ${row.saw}${row.outcome ? " · claims " + row.outcome : ""}` +
    `${row.truncated ? " · truncated" : ""}${row.graded_by === "judge" ? " · read by a judge" : ""}`;
  made.append(top, element("p", says, "meta"), element("h4", "Question"), prose(visible(row.prompt), undefined, row.lang));
  if (row.error) made.append(element("p", visible(`Failed: ${row.error}`), "meta bad"));
  if (row.thinking) {
    const details = element("details");
    details.append(element("summary", "Thinking trace"), prose(visible(row.thinking), "answer"));
    made.append(details);
  }
  made.append(element("h4", "Answer"), row.text ? withEvidence(row.text, row.evidence) : element("p", "(empty)", "meta"));
  const notes = [`${row.topic} · ${row.acts.replaceAll("|", ", ")}`];
  if (row.cut) notes.push(`${row.cut} more characters in samples/`);
  if (row.expected) notes.push(`right answer: ${row.expected}`);
  if (row.rules.length) notes.push(`rules: ${row.rules.join(", ")}`);
  if (row.near_miss.length) notes.push(`near-miss of: ${row.near_miss.join(", ")}`);
  made.append(element("p", visible(notes.join(" · ")), "meta"));
  return made;
}

function drawAnswers() {
  const needle = box.value.toLowerCase();
  const rows = data.answers.filter((row) => answerWanted(row) &&
    (!needle || (row.prompt + "\n" + row.text).toLowerCase().includes(needle)));
  // A policy judges a text that another policy judges too: judgements are more than answers.
  const texts = new Set(rows.map((row) => row.at)).size;
  byId("answer-count").textContent = `${rows.length} of ${data.answers.length} judgements, of ${texts} answers` +
    (rows.length > limit ? `; the first ${limit} are shown` : "") + (data.thinned ? `; thinned, ${data.thinned} more are not in this page` : "");
  byId("answers").replaceChildren(...rows.slice(0, limit).map(article));
  byId("more").hidden = rows.length <= limit;
}
byId("more").addEventListener("click", () => {
  const before = limit;
  limit += PAGE;
  drawAnswers();
  const first = byId("answers").children[before];
  if (first) first.focus();
});
// Only where the focus is on the list or its heading: a single letter may mean something else to who speaks to the page.
document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || !(at === byId("h-answers") || byId("answers").contains(at))) return;
  if (event.key === "/") { event.preventDefault(); box.focus(); }
  if (event.key === "j" || event.key === "k") {
    const cards = [...byId("answers").children];
    const here = cards.indexOf(at.closest("article"));
    const next = cards[event.key === "j" ? here + 1 : Math.max(0, here - 1)];
    if (next) next.focus();
  }
});
byId("left-out").textContent = (data.of_references + data.thinned ? "Judgements that are not in this page: " +
  [data.of_references ? `${data.of_references} of reference models` : "", data.thinned ? `${data.thinned} of models, thinned for want of room` : ""]
    .filter(Boolean).join(", ") + ". verdicts.parquet and samples/ hold all. " : "Every judgement is in this page. ") + "Keys, from this section's heading or an answer: / to search, j and k to go from answer to answer.";
drawBoard();
drawRules();
drawOthers();
drawAnswers();
