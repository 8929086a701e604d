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
  const view = meshView(canvas, { extent: 32767 * data.step_mm, home, views: data.views, letters, paint });
  if (!view) return;

  const { gl } = view;
  const points = Float32Array.from(packedArray(data.points, Int16Array), (q) => q * data.step_mm);
  const values = millimetres(packedArray(data.uncertainty_um, Uint16Array));
  const colours = valueColours(values, packedArray(data.colours, Uint8Array), [0, data.range_mm], data.bone);
  const skull = view.mesh(points, packedArray(data.triangles, Uint16Array), values, colours);
  const picture = view.program(
    "attribute vec2 tex; varying vec2 t; void main() { t = tex; gl_Position = placed(at); }",
    "precision mediump float; uniform sampler2D image; varying vec2 t;" +
    "void main() { gl_FragColor = vec4(texture2D(image, t).rgb, 1.0); }");

  /* the input planes: the pictures above, as textures */
  const planes = data.planes.map((plane) => {
    const corners = plane.corners_mm.flatMap((p) => p.map((x, k) => x - data.centre_mm[k]));
    const quad = { at: view.buffer(new Float32Array(corners)), tex: view.buffer(new Float32Array(plane.texture.flat())) };
    const image = new Image();
    image.onload = () => {
      quad.texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, quad.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
      for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      view.draw();
    };
    image.src = $("image-" + plane.name).getAttribute("href");
    quad.switch = $("show-" + plane.name);
    quad.switch.addEventListener("change", () => view.draw());
    return quad;
  });

  function paint() {
    const shown = planes.filter((quad) => quad.switch.checked && quad.texture);
    if (shown.length === 0) {
      view.drawMesh(skull);
      return;
    }
    // Planes first, then the far and the near side of a see-through skull.
    view.use(picture);
    for (const quad of shown) {
      gl.bindTexture(gl.TEXTURE_2D, quad.texture);
      view.attribute(picture, "at", quad.at, 3);
      view.attribute(picture, "tex", quad.tex, 2);
      gl.drawArrays(gl.TRIANGLE_FAN, 0, 4);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.CULL_FACE);
    gl.depthMask(false);
    for (const side of [gl.FRONT, gl.BACK]) { gl.cullFace(side); view.drawMesh(skull, 0.22); }
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.BLEND);
  }

  const say = legendReadout($("readout"), $("legend-marker"), [0, data.range_mm]);
  const read = (e) => say(view.probe(e, [skull]));
  canvas.addEventListener("pointermove", (e) => { if (!e.buttons) read(e); });
  canvas.addEventListener("pointerup", read);
  canvas.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") say(null); });
  $("mirror-light").addEventListener("change", (e) => { view.mirrored = e.target.checked; view.draw(); });
  canvas.addEventListener("webglcontextlost", () => section.classList.remove("live"));
  section.classList.add("live");
  view.draw();
})();
