// The frame of every explorer: controls with labels, one canvas, the numbers in words.
//
//   const mu = slider("mu", "mean μ", { min: -3, max: 3, step: 0.1, value: 0 });
//   explorer(() => {
//     const axes = plot({ x: [-4, 4], y: [0, 0.5], xlabel: "z" });
//     axes.line(z => Math.exp(-((z - mu.value) ** 2) / 2) / Math.sqrt(2 * Math.PI), "house");
//     say(["mean", mu.value, "house"]);
//   });
//
// Colors go by name: house, accent, third, fourth, ink, quiet, rule, petroff0 to petroff9.
"use strict";

const canvas = document.querySelector("canvas");
const pen = canvas.getContext("2d");
const form = document.querySelector("form");
let drawing = () => {};
let waiting = false, speaking = 0, size = { width: 0, height: 0, em: 16 };

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function inRow(name, label, control, output) {
  form.append(make("div", { className: "row" }, make("label", { htmlFor: name, textContent: label }), control, output));
}

// A labelled range. Read and set `.value`, a number.
function slider(name, label, { min, max, step, value, unit = "" }) {
  const digits = (String(step).split(".")[1] || "").length;
  const input = make("input", { type: "range", id: name, min, max, step });
  const output = make("output", {});
  output.setAttribute("for", name);
  const tell = () => {
    output.textContent = written(Number(input.value), digits) + unit;
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.value = START[name] ?? value;
  input.addEventListener("input", () => { tell(); redraw(); });
  tell();
  inRow(name, label, input, output);
  return {
    get value() { return Number(input.value); },
    set value(number) { input.value = number; tell(); redraw(); },
  };
}

// A labelled menu of texts. Read `.value`, the chosen text.
function choice(name, label, options) {
  const select = make("select", { id: name }, ...options.map(text => make("option", { textContent: text })));
  select.value = START[name] ?? options[0];
  select.addEventListener("input", redraw);
  inRow(name, label, select, "");
  return { get value() { return select.value; } };
}

// A button; all buttons stand in one row.
function button(label, onPress) {
  const row = form.querySelector(".buttons") || form.appendChild(make("div", { className: "buttons" }));
  row.append(make("button", { type: "button", textContent: label, onclick: onPress }));
}

// The numbers below the picture: say([label, number, color], …). Screen readers hear them when they rest.
function say(...parts) {
  const texts = parts.map(([label, value]) => `${label} ${typeof value === "number" ? written(value) : value}`);
  document.querySelector("#numbers").replaceChildren(...parts.map(([, , color], index) => {
    const mark = color ? [make("i", {})] : [];
    if (color) mark[0].style.background = `var(--${color})`;
    return make("span", {}, ...mark, texts[index]);
  }));
  clearTimeout(speaking);
  speaking = setTimeout(() => { document.querySelector("#spoken").textContent = texts.join(", "); }, 600);
}

function written(number, digits = 2) {
  if (!Number.isFinite(number)) return number > 0 ? "∞" : number < 0 ? "−∞" : "undefined";
  const text = Math.abs(number).toFixed(digits);
  return (number < 0 && Number(text) !== 0 ? "−" : "") + text;
}

// Run `draw` now, and after every change of a control, the size or the colors.
function explorer(draw) {
  drawing = draw;
  form.addEventListener("submit", event => event.preventDefault());
  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  redraw();
}

function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const scale = Math.max(window.devicePixelRatio || 1, 2);
    size = { width: canvas.clientWidth, height: canvas.clientHeight, em: parseFloat(getComputedStyle(document.body).fontSize) };
    canvas.width = Math.round(size.width * scale);
    canvas.height = Math.round(size.height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    drawing();
  });
}

// Call `step(frame)` once a frame, `frames` times; all at once for those who asked for little motion.
function animate(frames, step) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    for (let frame = 0; frame < frames; frame++) step(frame);
    return;
  }
  const next = frame => { step(frame); if (frame + 1 < frames) requestAnimationFrame(() => next(frame + 1)); };
  next(0);
}

function color(name) {
  const probe = document.querySelector("#spoken");
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

// Axes on a part of the canvas; `box` is [left, top, right, bottom] as fractions of it. Without
// `numbers` the x axis goes unlabelled, for a plot that stands above another with the same x;
// with `ylabel: null` the y axis does, where heights mean nothing.
function plot({ x, y, xlabel = "", ylabel = "", numbers = true, box = [0, 0, 1, 1] }) {
  const em = size.em * 0.85;
  const left = box[0] * size.width + 3.6 * em, right = box[2] * size.width - 0.8 * em;
  const top = box[1] * size.height + 0.8 * em, bottom = box[3] * size.height - (xlabel ? 2.7 : numbers ? 1.5 : 0.4) * em;
  const X = value => left + (right - left) * (value - x[0]) / (x[1] - x[0]);
  const Y = value => bottom - (bottom - top) * (value - y[0]) / (y[1] - y[0]);

  function text(atX, atY, words, name = "ink", align = "center") {
    pen.font = `${em}px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillStyle = color(name);
    pen.textAlign = align;
    pen.fillText(words, atX, atY);
  }
  function path(points) {
    pen.beginPath();
    points.forEach(([a, b]) => pen.lineTo(X(a), Math.min(Math.max(Y(b), -1e4), 1e4))); // ±∞ can't be drawn
  }
  function stroke(name, width = 1, dash = []) {
    pen.strokeStyle = color(name);
    pen.lineWidth = width;
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  }
  const sampled = f => Array.from({ length: 401 }, (_, i) => x[0] + (x[1] - x[0]) * i / 400).map(a => [a, f(a)]);

  for (const tick of ylabel === null ? [] : ticks(y, (bottom - top) / (2.6 * em))) {
    path([[x[0], tick], [x[1], tick]]);
    stroke("rule");
    text(left - 0.4 * em, Y(tick) + 0.33 * em, String(tick).replace("-", "−"), "quiet", "right");
  }
  for (const tick of numbers ? ticks(x, (right - left) / (4 * em)) : [])
    text(X(tick), bottom + 1.25 * em, String(tick).replace("-", "−"), "quiet");
  text((left + right) / 2, bottom + 2.45 * em, xlabel, "quiet");
  pen.save();
  pen.translate(left - 2.9 * em, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  text(0, 0, ylabel ?? "", "quiet");
  pen.restore();

  return {
    // A function of x as a line: line(f, "house", { width: 3, dash: [8, 5], fill: 0.15 })
    line(f, name = "house", { width = 3, dash = [], fill = 0 } = {}) {
      const points = sampled(f);
      pen.save();
      pen.beginPath();
      pen.rect(left, top, right - left, bottom - top);
      pen.clip(); // what is too high leaves the picture
      if (fill) {
        path([[x[0], 0], ...points, [x[1], 0]]);
        pen.globalAlpha = fill;
        pen.fillStyle = color(name);
        pen.fill();
        pen.globalAlpha = 1;
      }
      path(points);
      stroke(name, width, dash);
      pen.restore();
    },
    dots(points, name = "house", radius = 5) {
      pen.fillStyle = color(name);
      for (const [a, b] of points) {
        pen.beginPath();
        pen.arc(X(a), Y(b), radius, 0, 2 * Math.PI);
        pen.fill();
      }
    },
    polyline(points, name = "quiet", width = 1.5) { path(points); stroke(name, width); },
    segment(from, to, name = "quiet", width = 2, dash = []) { path([from, to]); stroke(name, width, dash); },
    label: (atX, atY, words, name = "ink", align = "center") => text(X(atX), Y(atY), words, name, align),
    toX: pixel => x[0] + (x[1] - x[0]) * (pixel - left) / (right - left),
  };
}

// Round numbers within `range`, at most about `most` of them.
function ticks(range, most) {
  const rough = (range[1] - range[0]) / Math.max(most, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(m => m * power >= rough);
  const first = Math.ceil(range[0] / step - 1e-9), last = Math.floor(range[1] / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

// Call grab(x) when the pointer takes hold and move(x) while it drags, in pixels from the canvas's left edge.
function dragged(grab, move) {
  const at = event => event.clientX - canvas.getBoundingClientRect().left;
  canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); grab(at(event)); });
  canvas.addEventListener("pointermove", event => { if (event.buttons) move(at(event)); });
}

// Light or dark like the page around us, whatever the system says: on a dark page text is light.
function followPage() {
  const [red, green, blue] = getComputedStyle(window.frameElement.parentElement).color.match(/[\d.]+/g).map(Number);
  const scheme = red + green + blue > 1.5 * 255 ? "dark" : "light";
  if (document.documentElement.style.colorScheme === scheme) return;
  document.documentElement.style.colorScheme = scheme;
  redraw();
}
try {
  followPage();
  for (const element of [parent.document.documentElement, parent.document.body])
    new MutationObserver(followPage).observe(element, { attributes: true }); // a reader changes the theme
} catch { /* no page around us, or one of another origin: as the system says */ }
