/* The search page: statements, sections and names of the code instead of pages.
   SEARCH_UNITS is written by book/_ext/search_units.py; Search and Stemmer are
   Sphinx's. Works from file://, since nothing is fetched. */
"use strict";

const AROUND = 20; // words of an excerpt on each side of the first match

// What a word of the query matches: numbers and labels whole, words by their stem.
const pattern = (word) => {
  const letters = /^\p{Letter}+$/u.test(word);
  // the stem of "memory" is "memori"
  const stem = letters ? new Stemmer().stemWord(word).replace(/i$/, "") : word;
  const escaped = stem.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const end = letters ? "" : "(?![\\p{Letter}\\p{Number}])";
  return new RegExp(`(?<![\\p{Letter}\\p{Number}.])${escaped}${end}`, "iu");
};

// How well a unit answers the query; 0 if a word is missing.
const score = (unit, query, patterns) => {
  const title = unit.title.toLowerCase();
  const inTitle = patterns.filter((p) => p.test(title)).length;
  const all = patterns.every((p) => p.test(title) || p.test(unit.text));
  if (!all) return 0;
  if (title === query || title.startsWith(`${query} `)) return 100;
  if (unit.terms.some((term) => term === query)) return 90;
  if (title.includes(query)) return 80;
  if (inTitle === patterns.length) return 60;
  return (unit.text.toLowerCase().includes(query) ? 30 : 10) + 10 * inTitle;
};

// Put words into an element: formulas as formulas, matches marked.
const put = (words, into, patterns) => words.forEach((word, k) => {
  const math = word.startsWith("\\(");
  const marked = !math && patterns.some((p) => p.test(word));
  const part = document.createElement(math ? "span" : "mark");
  part.className = math ? "math" : "";
  part.textContent = word;
  into.append(k ? " " : "", math || marked ? part : word);
});

const split = (text) => text.match(/\\\(.*?\\\)\S*|\S+/g) || [];

// The words around the first match.
const excerpt = (text, patterns) => {
  const words = split(text);
  const found = words.findIndex((word) => patterns.some((p) => p.test(word)));
  const first = Math.max(0, found - AROUND);
  const shown = words.slice(first, Math.max(found, 0) + AROUND + 1);
  const line = document.createElement("p");
  line.className = "context";
  line.append(first > 0 ? "… " : "");
  put(shown, line, patterns);
  line.append(first + shown.length < words.length ? " …" : "");
  return line;
};

const resultItem = (unit, patterns) => {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = unit.doc + DOCUMENTATION_OPTIONS.LINK_SUFFIX
    + (unit.anchor ? `#${unit.anchor}` : "");
  put(split(unit.title), link, []);
  if (unit.page !== unit.title) item.append(` in ${unit.page}`);
  item.append(excerpt(unit.text, patterns));
  return item;
};

Search.query = (text) => {
  Search._parseQuery(text); // keeps the words that the found page highlights
  const query = text.toLowerCase().trim().replace(/\s+/g, " ");
  const patterns = query.split(/[\s,;()]+/).filter(Boolean).map(pattern);
  const results = patterns.length === 0 ? [] : SEARCH_UNITS
    .map((unit, place) => ({ unit, place, score: score(unit, query, patterns) }))
    .filter((result) => result.score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place);
  results.forEach((r) => Search.output.append(resultItem(r.unit, patterns)));
  Search.stopPulse();
  Search.title.textContent = "Search results";
  Search.status.textContent = results.length === 1
    ? "1 place in the book." : `${results.length} places in the book.`;
  if (window.MathJax && MathJax.startup)
    MathJax.startup.promise.then(() => MathJax.typesetPromise([Search.output]));
};
