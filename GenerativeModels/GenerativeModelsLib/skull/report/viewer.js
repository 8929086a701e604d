/* The skull coloured by its uncertainty, with the input planes inside. Reads the JSON of scene.py; without WebGL
   the still pictures remain. Needs mesh_view.js. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const section = $("skull"), canvas = $("skull-canvas");
  const data = JSON.parse($("scene").textContent);
  const letters = [["to-left", [1, 0, 0]], ["to-right", [-1, 0, 0]], ["to-back", [0, 1, 0]], ["to-front", [0, -1, 0]],
    ["to-top", [0, 0, 1]], ["to-below", [0, 0, -1]]];
  const home = turnedView(data.views.left, 0.6, 0.25);
  const table = packedArray(data.colours, Uint8Array);
  const view = meshView(canvas, { extent: 32767 * data.step_mm, home, views: data.views, letters, paint, table, unknown: data.bone });
  if (!view) return;

  const { gl } = view;
  const points = Float32Array.from(packedArray(data.points, Int16Array), (q) => q * data.step_mm);
  const values = millimetres(packedArray(data.uncertainty_um, Uint16Array));
  const skull = view.mesh(points, packedArray(data.triangles, Uint16Array), values);
  const colours = colourScales(section, data.scales, () => view.draw());
  const picture = view.program(
    "attribute vec2 tex; varying vec2 t; void main() { t = tex; gl_Position = placed(at); }",
    "precision mediump float; uniform sampler2D image; varying vec2 t;" +
    "void main() { gl_FragColor = vec4(texture2D(image, t).rgb, 1.0); }");

  /* the input planes: the pictures above, as textures */
  const planes = data.planes.map((plane) => {
    const corners = plane.corners_mm.flatMap((p) => p.map((x, k) => x - data.centre_mm[k]));
    const polygon = {
      count: plane.texture.length, at: view.buffer(new Float32Array(corners)),
      tex: view.buffer(new Float32Array(plane.texture.flat())),
    };
    const image = new Image();
    image.onload = () => {
      polygon.texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, polygon.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
      for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      view.draw();
    };
    image.src = $("image-" + plane.name).getAttribute("href");
    polygon.switch = $("show-" + plane.name);
    polygon.switch.addEventListener("change", () => view.draw());
    return polygon;
  });

  function paint() {
    [view.range, view.spacing] = [colours.range(), colours.spacing()];
    const shown = planes.filter((polygon) => polygon.switch.checked && polygon.texture);
    if (shown.length === 0) {
      view.drawMesh(skull);
      return;
    }
    // Planes first, then the far and the near side of a see-through skull.
    view.use(picture);
    for (const polygon of shown) {
      gl.bindTexture(gl.TEXTURE_2D, polygon.texture);
      view.attribute(picture, "at", polygon.at, 3);
      view.attribute(picture, "tex", polygon.tex, 2);
      gl.drawArrays(gl.TRIANGLE_FAN, 0, polygon.count);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.CULL_FACE);
    gl.depthMask(false);
    for (const side of [gl.FRONT, gl.BACK]) { gl.cullFace(side); view.drawMesh(skull, 0.22); }
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.BLEND);
  }

  const say = legendReadout($("readout"), section.querySelector(".legend"), data.scales[0]);
  const read = (e) => say(view.probe(e, [skull]));
  canvas.addEventListener("pointermove", (e) => { if (!e.buttons) read(e); });
  canvas.addEventListener("pointerup", read);
  canvas.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") say(null); });
  $("mirror-light").addEventListener("change", (e) => { view.mirrored = e.target.checked; view.draw(); });
  canvas.addEventListener("webglcontextlost", () => section.classList.remove("live"));
  section.classList.add("live");
  view.draw();
})();
