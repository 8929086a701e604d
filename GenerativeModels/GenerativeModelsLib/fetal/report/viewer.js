/* A small WebGL viewer of one surface coloured by uncertainty, with the input planes inside. No dependencies.
   Reads the JSON that scene3d.py wrote; when WebGL is missing the still pictures stay. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const section = $("skull"), canvas = $("skull-canvas"), readout = $("readout"), marker = $("legend-marker");
  const data = JSON.parse($("scene").textContent);
  const gl = canvas.getContext("webgl", { antialias: true, alpha: true });
  if (!gl) return;

  const decode = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const points = Float32Array.from(decode(data.points, Int16Array), (q) => q * data.step_mm);
  const triangles = decode(data.triangles, Uint16Array);
  const micrometres = decode(data.uncertainty_um, Uint16Array);
  const table = decode(data.colours, Uint8Array);
  const UNKNOWN = 65535, count = points.length / 3;
  const extent = 32767 * data.step_mm;

  /* ---- buffers -------------------------------------------------------------------------------------------- */
  const normals = new Float32Array(points.length), colours = new Uint8Array(points.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
    const e = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
    const f = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
    const n = [e[1] * f[2] - e[2] * f[1], e[2] * f[0] - e[0] * f[2], e[0] * f[1] - e[1] * f[0]];
    for (const v of [a, b, c]) for (let k = 0; k < 3; k++) normals[v + k] += n[k];
  }
  for (let i = 0; i < count; i++) {
    const row = 3 * Math.min(255, Math.round(micrometres[i] / 1000 / data.range_mm * 255));
    for (let k = 0; k < 3; k++) colours[3 * i + k] = micrometres[i] === UNKNOWN ? data.bone[k] : table[row + k];
  }
  const buffer = (values, target = gl.ARRAY_BUFFER) => {
    const b = gl.createBuffer();
    gl.bindBuffer(target, b);
    gl.bufferData(target, values, gl.STATIC_DRAW);
    return b;
  };
  const program = (vertex, fragment) => {
    const p = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const s = gl.createShader(kind);
      gl.shaderSource(s, source);
      gl.compileShader(s);
      gl.attachShader(p, s);
    }
    gl.linkProgram(p);
    if (!gl.getProgramParameter(p, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(p));
    return p;
  };
  const place = "uniform mat3 turn; uniform vec2 scale; uniform float depth; attribute vec3 at;" +
    "vec4 placed(vec3 p) { vec3 q = turn * p; return vec4(q.xy * scale, -q.z * depth, 1.0); }";
  const skull = program(
    place + "attribute vec3 normal, colour; varying vec3 n, c;" +
    "void main() { n = turn * normal; c = colour; gl_Position = placed(at); }",
    "precision mediump float; uniform vec3 light; uniform float alpha; varying vec3 n, c;" +
    "void main() { vec3 m = normalize(n); if (m.z < 0.0) m = -m; float rim = 1.0 - m.z;" +
    "float a = alpha < 1.0 ? alpha + 0.5 * rim * rim : 1.0;" +
    "vec3 shaded = min(c * (0.62 + 0.42 * max(dot(m, light), 0.0)), 1.0); gl_FragColor = vec4(shaded * a, a); }");
  const picture = program(
    place + "attribute vec2 tex; varying vec2 t; void main() { t = tex; gl_Position = placed(at); }",
    "precision mediump float; uniform sampler2D image; varying vec2 t;" +
    "void main() { gl_FragColor = vec4(texture2D(image, t).rgb, 1.0); }");
  const buffers = { at: buffer(points), normal: buffer(normals), colour: buffer(colours) };
  const index = buffer(triangles, gl.ELEMENT_ARRAY_BUFFER);

  /* ---- input planes: the pictures above, as textures --------------------------------------------------------- */
  const planes = data.planes.map((plane) => {
    const corners = plane.corners_mm.flatMap((p) => p.map((x, k) => x - data.centre_mm[k]));
    const quad = { at: buffer(new Float32Array(corners)), tex: buffer(new Float32Array(plane.texture.flat())) };
    const image = new Image();
    image.onload = () => {
      quad.texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, quad.texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
      for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      draw();
    };
    image.src = $("image-" + plane.name).getAttribute("href");
    quad.switch = $("show-" + plane.name);
    quad.switch.addEventListener("change", () => draw());
    return quad;
  });

  /* ---- drawing -------------------------------------------------------------------------------------------- */
  const home = turned(data.views.left, 0.6, 0.25);
  let turn = home, zoom = 1, mirrored = false, queued = false;
  const scale = () => {
    const side = Math.min(canvas.clientWidth, canvas.clientHeight);
    return 0.86 * zoom * side / (2 * extent);   // CSS pixels a millimetre
  };
  function attribute(p, name, b, size, kind, normalised) {
    const where = gl.getAttribLocation(p, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, b);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, size, kind || gl.FLOAT, !!normalised, 0, 0);
  }
  function use(p) {
    gl.useProgram(p);
    gl.uniformMatrix3fv(gl.getUniformLocation(p, "turn"), false, [0, 1, 2].flatMap((k) => turn.map((row) => row[k])));
    gl.uniform2f(gl.getUniformLocation(p, "scale"), 2 * scale() / canvas.clientWidth, 2 * scale() / canvas.clientHeight);
    gl.uniform1f(gl.getUniformLocation(p, "depth"), 0.25 / extent);
  }
  function drawSkull(alpha) {
    use(skull);
    const light = [mirrored ? 0.45 : -0.45, 0.55, 0.70];
    gl.uniform3fv(gl.getUniformLocation(skull, "light"), light);
    gl.uniform1f(gl.getUniformLocation(skull, "alpha"), alpha);
    attribute(skull, "at", buffers.at, 3);
    attribute(skull, "normal", buffers.normal, 3);
    attribute(skull, "colour", buffers.colour, 3, gl.UNSIGNED_BYTE, true);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, index);
    gl.drawElements(gl.TRIANGLES, triangles.length, gl.UNSIGNED_SHORT, 0);
  }
  function paint() {
    queued = false;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const size = [canvas.clientWidth, canvas.clientHeight].map((x) => Math.max(1, Math.round(x * ratio)));
    if (canvas.width !== size[0]) canvas.width = size[0];
    if (canvas.height !== size[1]) canvas.height = size[1];
    gl.viewport(0, 0, ...size);
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    const shown = planes.filter((quad) => quad.switch.checked && quad.texture);
    if (shown.length === 0) {
      drawSkull(1);
    } else {               // planes first, then the far and the near side of a see-through skull
      use(picture);
      for (const quad of shown) {
        gl.bindTexture(gl.TEXTURE_2D, quad.texture);
        attribute(picture, "at", quad.at, 3);
        attribute(picture, "tex", quad.tex, 2);
        gl.drawArrays(gl.TRIANGLE_FAN, 0, 4);
      }
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.enable(gl.CULL_FACE);
      gl.depthMask(false);
      for (const side of [gl.FRONT, gl.BACK]) { gl.cullFace(side); drawSkull(0.22); }
      gl.disable(gl.CULL_FACE);
      gl.disable(gl.BLEND);
    }
    for (const [id, axis] of LETTERS) {
      const p = turn.map((row) => axis.reduce((s, x, k) => s + x * row[k], 0) * 1.1 * extent * scale());
      const letter = $(id);
      letter.style.transform = `translate(${p[0]}px, ${-p[1]}px)`;
      letter.style.opacity = p[2] < -0.3 * extent * scale() ? 0.25 : 0.9;
    }
  }
  const LETTERS = [["to-left", [1, 0, 0]], ["to-right", [-1, 0, 0]], ["to-back", [0, 1, 0]], ["to-front", [0, -1, 0]],
    ["to-top", [0, 0, 1]], ["to-below", [0, 0, -1]]];
  function draw() { if (!queued) { queued = true; requestAnimationFrame(paint); } }

  /* ---- turning, zooming ------------------------------------------------------------------------------------ */
  function turned([right, up, near], across, down) {   // radians the near side moves right and down
    const mix = (p, q, u, v) => p.map((x, k) => u * x + v * q[k]);
    const r = mix(right, near, Math.cos(across), Math.sin(across)), n = mix(near, right, Math.cos(across), -Math.sin(across));
    return [r, mix(up, n, Math.cos(down), -Math.sin(down)), mix(n, up, Math.cos(down), Math.sin(down))];
  }
  const fingers = new Map();
  const spread = () => { const [p, q] = [...fingers.values()]; return Math.hypot(p.x - q.x, p.y - q.y); };
  const setZoom = (value) => { zoom = Math.min(8, Math.max(0.5, value)); draw(); };
  canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, e); });
  for (const gone of ["pointerup", "pointercancel"]) canvas.addEventListener(gone, (e) => fingers.delete(e.pointerId));
  canvas.addEventListener("pointermove", (e) => {
    const last = fingers.get(e.pointerId);
    if (!last) { probe(e); return; }
    const before = fingers.size > 1 ? spread() : 0;
    fingers.set(e.pointerId, e);
    if (fingers.size > 1) { setZoom(zoom * spread() / Math.max(before, 1)); return; }
    turn = turned(turn, (e.clientX - last.clientX) / 150, (e.clientY - last.clientY) / 150);
    draw();
  });
  canvas.addEventListener("pointerup", probe);
  canvas.addEventListener("pointerleave", (e) => { if (e.pointerType === "mouse") say(null); });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); setZoom(zoom * Math.exp(-e.deltaY / 600)); }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[e.key];
    if (step) { e.preventDefault(); turn = turned(turn, ...step); draw(); }
    if (e.key === "+" || e.key === "=") setZoom(zoom * 1.15);
    if (e.key === "-") setZoom(zoom / 1.15);
  });
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => { turn = data.views[button.dataset.view] || home; setZoom(1); });
  }
  $("mirror-light").addEventListener("change", (e) => { mirrored = e.target.checked; draw(); });

  /* ---- the value under the cursor --------------------------------------------------------------------------- */
  function probe(e) {
    const box = canvas.getBoundingClientRect(), s = scale();
    const x = (e.clientX - box.left - box.width / 2) / s, y = -(e.clientY - box.top - box.height / 2) / s;
    const screen = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 3) {
      for (let k = 0; k < 3; k++) {
        screen[i + k] = turn[k][0] * points[i] + turn[k][1] * points[i + 1] + turn[k][2] * points[i + 2];
      }
    }
    let nearest = -Infinity, value = null;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
      const [bx, by, cx, cy] = [screen[b] - screen[a], screen[b + 1] - screen[a + 1], screen[c] - screen[a], screen[c + 1] - screen[a + 1]];
      const area = bx * cy - by * cx, px = x - screen[a], py = y - screen[a + 1];
      if (area <= 0) continue;
      const v = (px * cy - py * cx) / area, w = (bx * py - by * px) / area;
      if (v < 0 || w < 0 || v + w > 1) continue;
      const depth = (1 - v - w) * screen[a + 2] + v * screen[b + 2] + w * screen[c + 2];
      if (depth <= nearest) continue;
      nearest = depth;
      const [i, j, k] = [micrometres[a / 3], micrometres[b / 3], micrometres[c / 3]];
      value = [i, j, k].includes(UNKNOWN) ? NaN : ((1 - v - w) * i + v * j + w * k) / 1000;
    }
    say(value);
  }
  function say(value) {
    const known = value !== null && !Number.isNaN(value);
    readout.textContent = value === null ? readout.dataset.hint : known ? `Here: ${value.toFixed(1)} mm` : "Here: not known";
    if (marker) {
      marker.hidden = !known;
      if (known) marker.style.left = `${100 * Math.min(1, value / data.range_mm)}%`;
    }
  }

  canvas.addEventListener("webglcontextlost", () => section.classList.remove("live"));
  new ResizeObserver(draw).observe(canvas);
  section.classList.add("live");
  draw();
})();
