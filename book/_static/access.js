/* What scrolls must be reached with the keyboard, and nothing else is a stop of it. */
"use strict";

const SCROLLERS = ['mjx-container[display="true"]', "div.math", "p", "table", "pre",
  "div.cell_output", "div.output", ".dependency-graph"]
  .map((part) => `.bd-article ${part}`).join();

const reachScrollers = () => document.querySelectorAll(SCROLLERS).forEach((box) => {
  const scrolls = ["auto", "scroll"].includes(getComputedStyle(box).overflowX);
  if (scrolls && box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
});

window.addEventListener("load", () => {
  const typeset = window.MathJax && MathJax.startup && MathJax.startup.promise;
  Promise.resolve(typeset).then(reachScrollers);
  document.addEventListener("toggle", reachScrollers, true); // folded parts open
  window.addEventListener("resize", reachScrollers);
});
