/* Endo- and epicardium coloured by wall thickness, at end diastole or end systole, as labelled or reconstructed.
   Reads the JSON of scene.py; without WebGL the still pictures remain. Needs mesh_view.js. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const section = $("heart"), canvas = $("heart-canvas");
  const data = JSON.parse($("scene").textContent);
  const letters = [["to-septal", [1, 0, 0]], ["to-lateral", [-1, 0, 0]], ["to-anterior", [0, 1, 0]],
    ["to-inferior", [0, -1, 0]], ["to-base", [0, 0, 1]], ["to-apex", [0, 0, -1]]];
  const home = turnedView(data.views.anterior, 0.45, 0.5);
  const table = packedArray(data.colours, Uint8Array);
  const view = meshView(canvas, { extent: 0.95 * data.extent_mm, home, views: data.views, letters, paint, table, unknown: data.ring });
  if (!view) return;

  const { gl } = view;
  const colours = colourScales(section, data.scales, () => view.draw());
  const parts = Object.fromEntries(["endo", "epi", "rim", "faces"].map((name) => [name, packedArray(data[name], Uint16Array)]));
  const hearts = Object.fromEntries(Object.entries(data.meshes).map(([key, packed]) => {
    const points = Float32Array.from(packedArray(packed.points, Int16Array), (q) => q * data.step_mm);
    const values = millimetres(packedArray(packed.thickness_um, Uint16Array));
    return [key, Object.fromEntries(Object.entries(parts).map(([name, triangles]) =>
      [name, Object.assign(view.mesh(points, triangles, values, true), { whole: name === "faces" })]))];
  }));

  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
  const heart = () => hearts[`${chosen("phase")}-${chosen("source")}`];
  const CUT = [0, 1, 0, -data.centre_mm[1] + 1e-3];   // hides the half in front of the long axis
  function paint() {
    [view.range, view.spacing] = [colours.range(), colours.spacing()];
    const { endo, epi, rim, faces } = heart();
    const cut = $("cut-open").checked ? CUT : undefined;
    const solid = [];
    if ($("show-endo").checked) solid.push(endo);
    if ($("show-epi").checked) solid.push(epi);
    if (solid.length === 2) solid.push(rim);
    for (const mesh of solid) view.drawMesh(mesh, 1, cut);
    if (cut && solid.length > 1) view.drawMesh(faces);
    if (solid.length === 1 && solid[0] === endo) {   // the epicardium is drawn transparent around it
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.depthMask(false);
      view.drawMesh(epi, 0.12, cut);
      gl.depthMask(true);
      gl.disable(gl.BLEND);
    }
  }

  const say = legendReadout($("readout"), section.querySelector(".legend"), data.scales[0]);
  function read(e) {
    const { endo, epi, faces } = heart(), cut = $("cut-open").checked ? CUT : undefined;
    const shown = [...($("show-endo").checked ? [endo] : []), ...($("show-epi").checked ? [epi] : [])];
    say(view.probe(e, cut && shown.length > 1 ? [...shown, faces] : shown, cut));
  }
  canvas.addEventListener("pointermove", (e) => { if (!e.buttons) read(e); });
  canvas.addEventListener("pointerup", read);
  canvas.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") say(null); });
  for (const box of section.querySelectorAll("input")) box.addEventListener("change", () => view.draw());
  canvas.addEventListener("webglcontextlost", () => section.classList.remove("live"));
  section.classList.add("live");
  view.draw();
})();
