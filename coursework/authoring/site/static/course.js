// A formula wider than its column scrolls: let the keyboard reach it, and say what it is.
const reachable = () => {
  for (const formula of document.querySelectorAll("mjx-container[display]")) {
    const scrolls = formula.scrollWidth > formula.clientWidth;
    formula.parentElement.classList.toggle("scrolls", scrolls);
    if (!scrolls) continue;
    formula.tabIndex = 0;
    formula.setAttribute("aria-label", "a formula that scrolls sideways");
    formula.setAttribute("role", "group");
  }
};
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
