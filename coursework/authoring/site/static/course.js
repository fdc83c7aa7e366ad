// A formula wider than its column scrolls: let the keyboard reach it, and say what it is.
const reachable = () => {
  for (const formula of document.querySelectorAll("mjx-container[display]")) {
    if (formula.scrollWidth <= formula.clientWidth) continue;
    formula.tabIndex = 0;
    formula.setAttribute("aria-label", "a formula that scrolls sideways");
    formula.setAttribute("role", "group");
  }
};
addEventListener("load", () => window.MathJax?.startup?.promise?.then(reachable));
addEventListener("resize", reachable);
