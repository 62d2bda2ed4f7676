"use strict";

const tool = document.getElementById("threshold-tool");
if (tool) {
  const figures = JSON.parse(tool.dataset.figures);
  const sliders = ["merge", "review"].map((name) => document.getElementById(`${name}-threshold`));
  const show = (name, text) => { document.getElementById(`tool-${name}`).textContent = text; };
  const count = (number) => Math.round(number).toLocaleString("en");
  const expect = (number) => (number < 10 ? number.toFixed(1) : count(number));
  const format = (score) => String(Number(score.toPrecision(4)));
  const update = () => {
    const [merge, review] = sliders.map((slider) => Number(slider.value));
    const [merges, wrong, reviews, matches, missed] = figures.rows[merge][review];
    const thresholds = [figures.merge[merge], figures.review[review]];
    sliders.forEach((slider, place) => {
      slider.setAttribute("aria-valuetext", format(thresholds[place]));
    });
    show("merge", format(thresholds[0]));
    show("review", format(thresholds[1]));
    show("merges", count(merges));
    show("wrong", expect(wrong));
    show("reviews", count(reviews));
    show("matches", expect(matches));
    show("missed", expect(missed));
  };
  const reset = () => {
    sliders.forEach((slider, place) => { slider.value = figures.own[place]; });
    update();
  };
  sliders.forEach((slider) => slider.addEventListener("input", update));
  document.getElementById("tool-reset").addEventListener("click", reset);
  tool.hidden = false;
  reset();
}
