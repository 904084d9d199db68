(function () {
  "use strict";
  function known(value) { return typeof value === "number" && isFinite(value); }
  function refused(one, other) { return one.since === other.period && !known(one.metrics.index_change); }
  function difference(from, to, name) {
    var a = from.metrics[name], b = to.metrics[name], half, low, high;
    if (!known(a) || !known(b)) { return null; }
    if (name === "index" && (refused(to, from) || refused(from, to))) { return { change: null, low: null, high: null }; }
    if (name === "index" && to.since === from.period && known(to.metrics.index_change)) {
      low = to.metrics.index_change_low; high = to.metrics.index_change_high;
      return { change: to.metrics.index_change, low: known(low) ? low : null, high: known(high) ? high : null };
    }
    half = [from, to].reduce(function (sum, wave) {
      var width = (wave.metrics[name + "_high"] - wave.metrics[name + "_low"]) / 2;
      return known(width) && sum !== null ? sum + width * width : null;
    }, 0);
    if (half === null) { return { change: b - a, low: null, high: null }; }
    half = Math.sqrt(half);
    return { change: b - a, low: b - a - half, high: b - a + half };
  }
  if (typeof document === "undefined") { module.exports = difference; return; }
  var box = document.querySelector("[data-compare]"), facts = JSON.parse(box.getAttribute("data-compare"));
  var selects = [].slice.call(box.querySelectorAll("select")), body = box.querySelector("tbody"), note = box.querySelector("[aria-live]");
  function shown(value, sign) {
    var text = Math.abs(value).toFixed(1);
    if (!/[1-9]/.test(text)) { return text; }
    return (value < 0 ? "\u2212" : sign) + text;
  }
  function cell(row, tag, text, tone) {
    var made = document.createElement(tag), inner = made;
    if (tag === "th") { made.scope = "row"; }
    if (tone) { inner = document.createElement("span"); inner.className = tone; made.appendChild(inner); }
    inner.textContent = text;
    row.appendChild(made);
  }
  function update() {
    var from = facts.waves[selects[0].value], to = facts.waves[selects[1].value], real = 0, rows = 0;
    body.textContent = "";
    [0, 1].forEach(function (place) { box.querySelectorAll("thead th")[place + 1].textContent = facts.waves[selects[place].value].period; });
    if (from.kind !== to.kind || from.period === to.period) { note.textContent = facts.words.unlike; return; }
    facts.rows.forEach(function (each) {
      var found = difference(from, to, each.name), row = document.createElement("tr"), sure, verdict;
      if (!found) { return; }
      sure = found.low !== null;
      verdict = found.change === null ? facts.words.refused : !sure ? "" : found.low > 0 || found.high < 0 ? facts.words.real : facts.words.noise;
      cell(row, "th", each.label);
      cell(row, "td", shown(from.metrics[each.name], ""));
      cell(row, "td", shown(to.metrics[each.name], ""));
      cell(row, "td", found.change === null ? "\u2013" : shown(found.change, "+"), verdict === facts.words.real ? "sure" : "flat");
      cell(row, "td", sure ? facts.words.to.replace("{low}", shown(found.low, "")).replace("{high}", shown(found.high, "")) : "\u2013");
      cell(row, "td", verdict || "\u2013");
      body.appendChild(row);
      rows += 1;
      real += verdict === facts.words.real ? 1 : 0;
    });
    note.textContent = facts.words.count.replace("{real}", real).replace("{rows}", rows);
  }
  selects.forEach(function (each) { each.addEventListener("change", update); });
  box.hidden = false;
  update();
}());
