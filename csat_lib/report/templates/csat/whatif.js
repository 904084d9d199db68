(function () {
  "use strict";
  function numbers(text) {
    var raw = atob(text), bytes = new Uint8Array(raw.length), i;
    for (i = 0; i < raw.length; i += 1) { bytes[i] = raw.charCodeAt(i); }
    return new Int16Array(bytes.buffer);
  }
  function clip(value, low, high) { return Math.min(Math.max(value, low), high); }
  function quantile(sorted, share) {
    var place = share * (sorted.length - 1), low = Math.floor(place), high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
  }
  function expected(model, effect, points) {
    var had = points.map(function (each, k) { return clip(each, -model.drivers[k].now, 100 - model.drivers[k].now); });
    var middle = 0, drawn = new Float64Array(model.draws), k, b, gain, codes;
    for (k = 0; k < had.length; k += 1) {
      gain = effect.gains[k];
      middle += had[k] * gain.estimate;
      codes = gain.codes || (gain.codes = numbers(gain.drawn));
      for (b = 0; b < model.draws; b += 1) { drawn[b] += had[k] * (gain.middle + gain.step * codes[b]); }
    }
    for (b = 0; b < model.draws; b += 1) { drawn[b] = clip(drawn[b], -effect.now, 100 - effect.now); }
    drawn.sort();
    var tail = (1 - model.confidence) / 2;
    return [clip(middle, -effect.now, 100 - effect.now), quantile(drawn, tail), quantile(drawn, 1 - tail)];
  }
  function results(model, points) {
    var found = model.effects.map(function (effect) { return expected(model, effect, points); });
    if (model.worth) {
      found.push(found[model.worth.effect].map(function (each) { return each * model.worth.value; }));
      if (model.worth.value < 0) { found[found.length - 1] = [found[found.length - 1][0], found[found.length - 1][2], found[found.length - 1][1]]; }
    }
    return found;
  }
  if (typeof document === "undefined") { module.exports = results; return; }
  function shown(value, digits, sign) {
    var text = Math.abs(value).toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
    if (!/[1-9]/.test(text)) { return text; }
    return (value < 0 ? "\u2212" : sign) + text;
  }
  document.querySelectorAll("[data-whatif]").forEach(function (box) {
    var model = JSON.parse(box.getAttribute("data-whatif"));
    var sliders = [].slice.call(box.querySelectorAll("input[type=range]"));
    var outputs = [].slice.call(box.querySelectorAll("output"));
    var cells = [].slice.call(box.querySelectorAll("[data-effect]"));
    var live = box.querySelector("[aria-live]"), waiting = 0;
    function update() {
      var points = sliders.map(function (each) { return Number(each.value); });
      points.forEach(function (each, k) {
        outputs[k].textContent = shown(each, 0, "+");
        sliders[k].setAttribute("aria-valuetext", model.words.points.replace("{points}", shown(each, 0, "+")));
      });
      var said = results(model, points).map(function (found, k) {
        var money = k >= model.effects.length, digits = money ? 0 : 1, text = found.map(function (each) { return shown(each, digits, "+"); });
        var now = money ? "" : shown(model.effects[k].now + found[0], 1, "");
        cells[k].querySelector(".gain").textContent = text[0];
        cells[k].querySelector(".range").textContent = model.words.range.replace("{low}", text[1]).replace("{high}", text[2]);
        if (!money) { cells[k].querySelector(".level").textContent = model.words.level.replace("{level}", now); }
        return cells[k].getAttribute("data-effect") + " " + text[0];
      });
      clearTimeout(waiting);
      waiting = setTimeout(function () { live.textContent = said.join(model.words.comma); }, 400);
    }
    sliders.forEach(function (each) { each.addEventListener("input", update); });
    box.querySelector("button").addEventListener("click", function () {
      sliders.forEach(function (each) { each.value = "0"; });
      update();
    });
    box.querySelector(".panel").hidden = false;
    update();
  });
}());
