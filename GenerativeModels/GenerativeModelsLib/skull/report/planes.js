/* "Zoom to head": changes the view box of each input picture and the length of its scale bar. */
(() => {
  "use strict";
  const zoom = document.getElementById("zoom-head");
  zoom.closest("label").hidden = false;
  const apply = () => {
    for (const svg of document.querySelectorAll(".picture svg")) {
      const box = zoom.checked ? svg.dataset.head : svg.dataset.full;
      svg.setAttribute("viewBox", box);
      const bar = svg.parentElement.querySelector(".scale");
      bar.style.width = `${100 * bar.dataset.mm / Number(box.split(" ")[2])}%`;
    }
  };
  zoom.addEventListener("change", apply);
  apply();
})();
