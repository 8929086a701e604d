/* Views and plots: keys, wheel, drag and pointer of the views; points that are dragged in plots. */
(function () {
  "use strict";
  const POINT_MS = 100; // between two questions of what is under the pointer
  const MOVE_MS = 30; // between two positions of a dragged point
  const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "+", "=", "-"];

  const within = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);
  const share = (element, event) => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };

  // The pictures of a view are made without a text; the element around them has the label.
  new MutationObserver(() => {
    document.querySelectorAll("[data-gm-view] img:not([alt])").forEach((picture) => (picture.alt = ""));
  }).observe(document.documentElement, { childList: true, subtree: true });

  // One request of a kind is under way at a time; what comes meanwhile is joined to the next.
  const open = new Map();
  function ask(name, action, values, join) {
    const id = `${name} ${action}`;
    const waiting = open.get(id);
    if (waiting) {
      waiting.next = waiting.next ? join(waiting.next, values) : values;
      return;
    }
    const under = { next: null };
    open.set(id, under);
    window.trame.trigger("gm_view", [name, action, ...values]).finally(() => {
      open.delete(id);
      if (under.next) ask(name, action, under.next, join);
    });
  }
  const sum = (one, other) => one.map((value, index) => value + other[index]);
  const wheelSum = (one, other) => [one[0] + other[0], other[1], other[2]];
  const product = (one, other) => [one[0] * other[0], other[1], other[2]];
  const newest = (_, other) => other;

  // The 3D view under the keyboard.
  document.addEventListener("keydown", (event) => {
    const view = within(event, "[data-gm-kind=solid]");
    if (!view || event.ctrlKey || event.metaKey || event.altKey || !KEYS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    ask(view.dataset.gmView, "press", [event.key], newest);
  }, true);
  document.addEventListener("pointerdown", (event) => {
    const view = within(event, "[data-gm-kind=solid]");
    if (view) view.focus({ preventScroll: true, focusVisible: false });
  }, true);

  // Slices: wheel, drag and pinch; the view itself hears nothing of them.
  const held = new Map();
  const slice = (event) => within(event, "[data-gm-kind=slice]");
  const stop = (event) => {
    event.stopPropagation();
    if (event.cancelable) event.preventDefault();
  };
  document.addEventListener("wheel", (event) => {
    const view = slice(event);
    if (!view) return;
    stop(event);
    ask(view.dataset.gmView, "wheel", [-Math.sign(event.deltaY), ...share(view, event)], wheelSum);
  }, { capture: true, passive: false });
  document.addEventListener("pointerdown", (event) => {
    const view = slice(event);
    if (!view) return;
    stop(event);
    view.setPointerCapture(event.pointerId);
    held.set(event.pointerId, [event.clientX, event.clientY]);
  }, true);
  document.addEventListener("pointermove", (event) => {
    const view = slice(event);
    const before = held.get(event.pointerId);
    if (!view || !before) return;
    stop(event);
    const box = view.getBoundingClientRect();
    const others = [...held].filter(([pointer]) => pointer !== event.pointerId).map(([, at]) => at);
    held.set(event.pointerId, [event.clientX, event.clientY]);
    if (others.length) {
      const far = (at) => Math.max(1, Math.hypot(at[0] - others[0][0], at[1] - others[0][1]));
      const middle = [(event.clientX + others[0][0]) / 2, (event.clientY + others[0][1]) / 2];
      const at = [(middle[0] - box.left) / box.width, (middle[1] - box.top) / box.height];
      ask(view.dataset.gmView, "zoom", [far([event.clientX, event.clientY]) / far(before), ...at], product);
    } else {
      const moved = [(event.clientX - before[0]) / box.width, (event.clientY - before[1]) / box.height];
      ask(view.dataset.gmView, "pan", moved, sum);
    }
  }, true);
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(kind, (event) => held.delete(event.pointerId), true);
  }
  for (const kind of ["mousedown", "mousemove", "mouseup", "touchstart", "touchmove", "contextmenu"]) {
    document.addEventListener(kind, (event) => slice(event) && event.stopPropagation(), true);
  }

  // What is under the pointer.
  let asked = 0;
  let timer = 0;
  let over = null;
  const readout = (name) => document.querySelector(`[data-gm-readout="${name}"]`);
  function read() {
    timer = 0;
    asked = performance.now();
    const { name, x, y, left, top, width, height } = over;
    window.trame.trigger("gm_view", [name, "point", x, y]).then((words) => {
      const element = readout(name);
      if (!element) return;
      element.textContent = over && over.name === name ? words : "";
      const beside = (at, size, room) => `${Math.max(4, at + 16 + size > room - 4 ? at - 8 - size : at + 16)}px`;
      element.style.left = beside(left, element.offsetWidth, width);
      element.style.top = beside(top, element.offsetHeight, height);
    });
  }
  document.addEventListener("pointermove", (event) => {
    const view = within(event, "[data-gm-view]");
    if (over && (!view || view.dataset.gmView !== over.name || event.buttons)) {
      const element = readout(over.name);
      if (element) element.textContent = "";
      over = null;
    }
    if (!view || event.buttons || event.pointerType === "touch") return;
    const box = view.getBoundingClientRect();
    const [x, y] = share(view, event);
    over = { name: view.dataset.gmView, x, y, left: event.clientX - box.left, top: event.clientY - box.top, width: box.width, height: box.height };
    if (!timer) timer = setTimeout(() => (over ? read() : (timer = 0)), Math.max(0, asked + POINT_MS - performance.now()));
  }, true);

  // Points of plots. The state holds [x, y], or the number x of a point that moves along one axis.
  const numbers = (text) => text.split(",").map(Number);
  const clamp = (value, [low, high]) => Math.min(Math.max(value, low), high);
  let dragged = null;
  let due = 0;
  const value = (handle) => window.trame.state.get(handle.dataset.gmHandle);
  function put(handle, x, y) {
    const plot = handle.closest("[data-gm-plot]");
    const ends = [numbers(plot.dataset.gmX), numbers(plot.dataset.gmY)];
    const single = handle.dataset.gmAxes === "x";
    const whole = () => clamp(Math.round(x), [Math.ceil(ends[0][0]), Math.floor(ends[0][1])]) + 0; // + 0: no -0
    window.trame.state.set(handle.dataset.gmHandle, single ? whole() : [clamp(x, ends[0]), clamp(y, ends[1])]);
  }
  function follow(handle, event) {
    const plot = handle.closest("[data-gm-plot]");
    const [left, top] = share(plot.querySelector("[data-gm-area]"), event);
    const [x, y] = [numbers(plot.dataset.gmX), numbers(plot.dataset.gmY)];
    put(handle, x[0] + left * (x[1] - x[0]), y[1] - top * (y[1] - y[0]));
  }
  document.addEventListener("pointerdown", (event) => {
    const area = within(event, "[data-gm-area]");
    if (!area || event.button) return;
    const handles = area.querySelectorAll("[data-gm-handle]");
    const handle = within(event, "[data-gm-handle]") || (handles.length === 1 ? handles[0] : null);
    if (!handle) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    area.setPointerCapture(event.pointerId);
    dragged = handle;
    follow(handle, event);
  });
  let last = null;
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    last = event;
    if (due) return;
    follow(dragged, event); // at once, and what comes in the next while together
    last = null;
    due = setTimeout(() => ((due = 0), dragged && last && follow(dragged, last)), MOVE_MS);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(kind, (event) => {
      if (dragged && kind === "pointerup") follow(dragged, event);
      dragged = last = null;
    });
  }
  document.addEventListener("keydown", (event) => {
    const handle = within(event, "[data-gm-handle]");
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!handle || !way) return;
    event.preventDefault();
    const plot = handle.closest("[data-gm-plot]");
    if (handle.dataset.gmAxes === "x") return put(handle, Number(value(handle)) + way[0] + way[1], 0);
    const step = ([low, high]) => ((high - low) / 100) * (event.shiftKey ? 5 : 1);
    const [x, y] = value(handle);
    put(handle, x + way[0] * step(numbers(plot.dataset.gmX)), y + way[1] * step(numbers(plot.dataset.gmY)));
  });

  // What was jumped to in a list comes into its sight.
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target.getAttribute("aria-current") === "true" && target.closest(".gm-violations")) target.scrollIntoView({ block: "nearest" });
    }
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["aria-current"], subtree: true });

  // Cells of an overview: the arrow keys go to the next one, Home and End to the ends of its row.
  document.addEventListener("keydown", (event) => {
    const cell = within(event, "[data-gm-cell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = numbers(cell.dataset.gmCell);
    const last = cell.parentElement.querySelectorAll("[data-gm-cell]").length - 1;
    const place = {
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      Home: [row, 0], End: [row, last],
    }[event.key];
    const next = place && cell.closest("[data-gm-grid]").querySelector(`[data-gm-cell="${place.join()}"]`);
    if (!place) return;
    event.preventDefault();
    if (!next || !next.offsetParent) return; // at an end, or in a row that is not shown
    next.focus();
    next.click();
  });
})();
