// A formula wider than its column scrolls: let the keyboard reach it, and say what it is. So does a
// table of the scoreboard, which the keyboard reaches anyhow.
const reachable = () => {
  for (const formula of document.querySelectorAll("mjx-container[display]")) {
    const scrolls = formula.scrollWidth > formula.clientWidth;
    formula.parentElement.classList.toggle("scrolls", scrolls);
    if (!scrolls) continue;
    formula.tabIndex = 0;
    formula.setAttribute("aria-label", "a formula that scrolls sideways");
    formula.setAttribute("role", "group");
  }
  for (const table of document.querySelectorAll(".scoreboard .wide")) {
    table.parentElement.classList.toggle("scrolls", table.scrollWidth > table.clientWidth);
  }
};
addEventListener("DOMContentLoaded", reachable);
addEventListener("load", () => window.MathJax?.startup?.promise?.then(reachable));
addEventListener("resize", reachable);

// A folded cell says "Show code cell source": the theme's label would hide that from screen readers.
addEventListener("DOMContentLoaded", () => {
  for (const summary of document.querySelectorAll("details.hide summary[aria-label]")) {
    summary.removeAttribute("aria-label");
  }
});

// The landing page's loop stops and goes on at a press of its button.
addEventListener("DOMContentLoaded", () => {
  for (const loop of document.querySelectorAll(".training")) {
    const button = loop.querySelector("button");
    button.addEventListener("click", () => {
      button.textContent = loop.classList.toggle("still") ? "Play" : "Pause";
    });
  }
});

// Search results show formulas as a reader would type them, not as TeX.
const LETTERS = { alpha: "α", beta: "β", gamma: "γ", epsilon: "ε", varepsilon: "ε", lambda: "λ", mu: "μ", pi: "π",
  sigma: "σ", Sigma: "Σ", tau: "τ", theta: "θ", phi: "φ", sum: "Σ", sim: "~", approx: "≈", le: "≤", ge: "≥",
  cdot: "·", times: "×", to: "→", mid: "|", infty: "∞", in: "∈", Vert: "‖", dots: "…", log: "log ", exp: "exp ", hat: "" };
const plain = tex => tex
  .replace(/\\[()[\]]/g, "").replace(/\\(?:t|d)?frac\s*(\{[^{}]*\}|\w)\s*(\{[^{}]*\}|\w)/g, "$1/$2")
  .replace(/\\([A-Za-z]+)\s?/g, (_, name) => LETTERS[name] ?? "").replace(/\\./g, " ").replace(/[{}$&]/g, "");
const readable = html => {
  const page = new DOMParser().parseFromString(html, "text/html");
  page.querySelectorAll("div.math").forEach(formula => formula.remove());
  page.querySelectorAll(".math").forEach(formula => { formula.textContent = plain(formula.textContent); });
  return page.documentElement.outerHTML;
};
addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const original = Search.htmlToText;
  Search.htmlToText = (html, anchor) => original(readable(html), anchor);
});

// The scoreboard: one budget is shown, the others at a choice; a column sorts at a press of its button.
const choose = (board, budget) => {
  for (const part of board.querySelectorAll(".budget")) part.hidden = part.dataset.budget !== budget;
  reachable();
};
const choices = board => {
  const group = document.createElement("fieldset");
  group.innerHTML = "<legend>Seconds of training</legend>";
  const name = `budget-${[...document.querySelectorAll(".scoreboard")].indexOf(board)}`;
  for (const { dataset: { budget } } of board.querySelectorAll(".budget")) {
    const label = group.appendChild(document.createElement("label")), input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value: budget, checked: budget === board.dataset.default });
    input.addEventListener("change", () => choose(board, budget));
    label.append(input, ` ${budget}`);
  }
  board.prepend(group);
  choose(board, board.dataset.default);
};
// Rows without a number come last, either way; numbers that count different things stay apart.
const sorted = (rows, column, way) => {
  const key = row => row.cells[column]?.dataset ?? {};
  const has = row => key(row).value !== undefined;
  return rows.sort((a, b) => has(b) - has(a) || (key(a).group ?? "").localeCompare(key(b).group ?? "")
    || (has(a) ? way * (key(a).value - key(b).value) : 0));
};
const sortable = heading => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => {
    const before = heading.getAttribute("aria-sort"), first = heading.dataset.first;
    const next = before !== first ? first : first === "ascending" ? "descending" : "ascending";
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", next);
    const body = heading.closest("table").tBodies[0];
    body.append(...sorted([...body.rows], heading.cellIndex, next === "ascending" ? 1 : -1));
  });
};
addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".scoreboard").forEach(choices);
  document.querySelectorAll(".scoreboard th[data-first]").forEach(sortable);
});
