"use strict";
// Sorting, finding and pointing. Without it the page shows the same in the order of the rows.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("table");

  // Sorting: a button in each head; empty cells come last either way, equal ones keep their order.
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const comparing = (head) => (a, b) =>
    // A name such as 1e3 is no number.
    !head.classList.contains("text") && isFinite(a) && isFinite(b) ? a - b : collator.compare(a, b);
  function sort(head, index) {
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const body = table.tBodies[0], compare = comparing(head);
    const rows = [...body.rows].map((row) => [row.cells[index].dataset.by, row]);
    rows.sort(([a], [b]) => (a === "" || b === "" ? (a === "") - (b === "") : ascending ? compare(a, b) : compare(b, a)));
    body.append(...rows.map(([, row]) => row));
  }
  if (table) {
    [...table.tHead.rows[0].cells].forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      if (head.title) button.setAttribute("aria-label", `${head.textContent}, ${head.title}`);
      button.addEventListener("click", () => sort(head, index));
      // Chromium paints no repeated head that holds a button: on paper there is the text alone.
      head.replaceChildren(button, Object.assign(document.createElement("span"), { className: "printed", textContent: button.textContent }));
      head.setAttribute("aria-sort", "none");
    });
  }

  // Finding.
  const find = document.getElementById("find"), only = document.getElementById("only-outliers");
  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      const shown = words.every((word) => text.includes(word)) && (!only?.checked || row.querySelector(".outlier"));
      row.hidden = !shown;
      count += Boolean(shown);
    }
    const found = document.getElementById("found"), numbers = { "{1}": count, "{2}": table.tBodies[0].rows.length };
    found.textContent = found.dataset.words.replace(/\{[12]\}/g, (place) => numbers[place]);
  }
  if (table) {
    document.querySelector(".finder").hidden = false;
    find.addEventListener("input", filter);
    only?.addEventListener("change", filter);
  }

  // Pointing: the nearest point of a plot is named, ringed in all plots, and opens its report.
  const drawn = [...document.querySelectorAll(".drawn")], bubble = document.getElementById("bubble");
  const REACH = 14;
  function nearest(index, event) {
    const box = drawn[index].getBoundingClientRect();
    let best = null, least = REACH;
    for (const [name, x, y] of data.plots[index]) {
      const distance = Math.hypot(box.left + x * box.width - event.clientX, box.top + y * box.height - event.clientY);
      if (distance < least) [best, least] = [name, distance];
    }
    return best;
  }
  function mark(name) {
    for (const ring of document.querySelectorAll(".ring")) ring.remove();
    for (const row of document.querySelectorAll("tr.at")) row.classList.remove("at");
    if (name === null) return;
    drawn.forEach((place, index) => {
      for (const [other, x, y] of data.plots[index]) {
        if (other !== name) continue;
        const ring = document.createElement("i");
        ring.className = "ring";
        ring.style.left = `${100 * x}%`;
        ring.style.top = `${100 * y}%`;
        place.append(ring);
      }
    });
    for (const row of table.tBodies[0].rows) row.classList.toggle("at", row.dataset.case === name);
  }
  drawn.forEach((place, index) => {
    place.addEventListener("pointermove", (event) => {
      const name = nearest(index, event);
      place.classList.toggle("pointed", name !== null);
      mark(name);
      bubble.hidden = name === null;
      if (name === null) return;
      const { values, why } = data.cases[name];
      bubble.replaceChildren(Object.assign(document.createElement("b"), { textContent: name }), ` ${values[data.keys[index]]}`);
      if (why) bubble.append(document.createElement("br"), why);
      bubble.style.left = `${Math.max(4, Math.min(event.pageX + 12, scrollX + document.documentElement.clientWidth - bubble.offsetWidth - 8))}px`;
      bubble.style.top = `${event.pageY + 16}px`;
    });
    place.addEventListener("pointerleave", () => {
      mark(null);
      bubble.hidden = true;
    });
    place.addEventListener("click", (event) => {
      const name = nearest(index, event);
      if (name !== null) location.href = data.cases[name].link;
    });
  });
  if (table) {
    for (const row of table.tBodies[0].rows) {
      row.addEventListener("pointerenter", () => mark(row.dataset.case));
      row.addEventListener("pointerleave", () => mark(null));
    }
  }
})();
