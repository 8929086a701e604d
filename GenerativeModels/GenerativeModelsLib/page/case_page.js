/* The meshes of a case, one at a time, coloured by their values. Reads the JSON that case_page.py wrote; when WebGL is
   missing the still pictures stay. Needs mesh_view.js. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const section = $("shape"), canvas = $("shape-canvas");
  const data = JSON.parse($("scene").textContent);
  const letters = Object.entries(data.letters).map(([letter, axis]) => [`to-${letter}`, axis]);
  const home = turnedView(data.views.left, 0.6, 0.25);
  const table = packedArray(data.colours, Uint8Array);
  const view = meshView(canvas, { extent: data.extent_mm, home, views: data.views, letters, paint, table, unknown: data.plain });
  if (!view) return;

  const legends = [...section.querySelectorAll(".legend")];
  const readouts = data.scales.map((scale, number) => legendReadout($("readout"), legends[number], scale));
  const colours = colourScales(section, data.scales, () => view.draw());
  const meshes = data.meshes.map(({ points, triangles, wide, values, scale }) => {
    const at = Float32Array.from(packedArray(points, Int16Array), (q) => q * data.step_mm);
    const known = scale === null ? new Float32Array(at.length / 3).fill(NaN) : packedArray(values, Float32Array);
    return { scale, drawn: view.mesh(at, packedArray(triangles, wide ? Uint32Array : Uint16Array), known, true) };
  });

  const chosen = () => meshes[(section.querySelector('input[name="mesh"]:checked') || { value: 0 }).value];
  function paint() {
    const { scale, drawn } = chosen();
    if (scale !== null) [view.range, view.spacing] = [colours.range(scale), colours.spacing(scale)];
    view.drawMesh(drawn);
  }
  function show() {
    legends.forEach((legend, number) => { legend.hidden = number !== chosen().scale; });
    say(null);
    view.draw();
  }

  function say(value) { if (chosen().scale !== null) readouts[chosen().scale](value); }
  const read = (e) => say(view.probe(e, [chosen().drawn]));
  canvas.addEventListener("pointermove", (e) => { if (!e.buttons) read(e); });
  canvas.addEventListener("pointerup", read);
  canvas.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") say(null); });
  for (const choice of section.querySelectorAll('input[name="mesh"]')) choice.addEventListener("change", show);
  canvas.addEventListener("webglcontextlost", () => section.classList.remove("live"));
  section.classList.add("live");
  show();
})();
