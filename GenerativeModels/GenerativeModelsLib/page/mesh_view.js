/* A small WebGL viewer of meshes coloured by a value: turning, zooming, reading the value under the cursor.
   No dependencies. The page's own script makes meshes with `view.mesh` and draws them in the callback `paint`.
   Values are in the unit of the page, NaN where they are not known. */
const UNKNOWN = 65535;   // among micrometres
const packedArray = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const millimetres = (codes) => Float32Array.from(codes, (code) => code === UNKNOWN ? NaN : code / 1000);

function meshView(canvas, { extent, home, views, letters, paint, table, unknown }) {
  const gl = canvas.getContext("webgl", { antialias: true, alpha: true });
  if (!gl) return null;
  gl.getExtension("OES_element_index_uint");   // for meshes of more points than 16 bits count
  gl.getExtension("OES_standard_derivatives");   // for lines of equal value

  /* ---- buffers and programs --------------------------------------------------------------------------------- */
  const buffer = (values, target = gl.ARRAY_BUFFER) => {
    const b = gl.createBuffer();
    gl.bindBuffer(target, b);
    gl.bufferData(target, values, gl.STATIC_DRAW);
    return b;
  };
  const program = (vertex, fragment) => {
    const p = gl.createProgram();
    const place = "uniform mat3 turn; uniform vec2 scale; uniform float depth; attribute vec3 at;" +
      "vec4 placed(vec3 p) { vec3 q = turn * p; return vec4(q.xy * scale, -q.z * depth, 1.0); }";
    for (const [kind, source] of [[gl.VERTEX_SHADER, place + vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const s = gl.createShader(kind);
      gl.shaderSource(s, source);
      gl.compileShader(s);
      gl.attachShader(p, s);
    }
    gl.linkProgram(p);
    if (!gl.getProgramParameter(p, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(p));
    return p;
  };
  const shaded = program(
    "attribute vec3 normal; attribute vec2 known; varying vec3 n; varying vec2 k; varying float beyond; uniform vec4 cut;" +
    "void main() { n = turn * normal; k = known; beyond = dot(at, cut.xyz) - cut.w; gl_Position = placed(at); }",
    `#extension GL_OES_standard_derivatives : enable
    #ifdef GL_FRAGMENT_PRECISION_HIGH
    precision highp float;
    #else
    precision mediump float;
    #endif
    uniform sampler2D table; uniform vec3 light, unknown; uniform vec2 range; uniform float alpha, spacing, stroke;
    varying vec3 n; varying vec2 k; varying float beyond;
    void main() {
      float value = k.x / max(k.y, 0.001), share = clamp((value - range.x) / (range.y - range.x), 0.0, 1.0);
      vec3 c = mix(unknown, texture2D(table, vec2((255.0 * share + 0.5) / 256.0, 0.5)).rgb, k.y);
    #ifdef GL_OES_standard_derivatives
      float lines = value / max(spacing, 0.001), each = fwidth(lines);   // of them a pixel
      float away = abs(fract(lines + 0.5) - 0.5) / max(each, 0.000001);   // pixels from the next line
      if (spacing > 0.0 && k.y > 0.99 && each > 0.00001) c *= mix(0.12, 1.0, smoothstep(stroke - 0.5, stroke + 0.5, away));
    #endif
      if (beyond > 0.0) discard;
      vec3 m = normalize(n); if (m.z < 0.0) m = -m; float rim = 1.0 - m.z;
      float a = alpha < 1.0 ? alpha + 0.5 * rim * rim : 1.0;
      vec3 shaded = min(c * (0.70 + 0.36 * max(dot(m, light), 0.0)), 1.0); gl_FragColor = vec4(shaded * a, a);
    }`);
  gl.activeTexture(gl.TEXTURE1);   // of the colours; pages have the unit 0
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, table.length / 3, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, table);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
  gl.activeTexture(gl.TEXTURE0);

  /* points and triangles (Uint16Array or Uint32Array), a value a point; `open`: both sides are read out */
  function mesh(points, triangles, values, open = false) {
    const normals = new Float32Array(points.length);
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
      const e = [0, 1, 2].map((k) => points[b + k] - points[a + k]);
      const f = [0, 1, 2].map((k) => points[c + k] - points[a + k]);
      const n = [e[1] * f[2] - e[2] * f[1], e[2] * f[0] - e[0] * f[2], e[0] * f[1] - e[1] * f[0]];
      for (const v of [a, b, c]) for (let k = 0; k < 3; k++) normals[v + k] += n[k];
    }
    const known = Float32Array.from({ length: 2 * values.length }, (_, i) =>   // the value or 0, and whether it is known
      Number.isNaN(values[i >> 1]) ? 0 : i % 2 ? 1 : values[i >> 1]);
    return {
      points, triangles, values, open, at: buffer(points), normal: buffer(normals), known: buffer(known),
      index: buffer(triangles, gl.ELEMENT_ARRAY_BUFFER),
    };
  }

  /* ---- drawing -------------------------------------------------------------------------------------------- */
  let turn = home, zoom = 1, queued = false;
  const view = { gl, buffer, program, mesh, use, attribute, drawMesh, draw, probe, mirrored: false, range: [0, 1], spacing: 0 };
  const ratio = () => Math.min(window.devicePixelRatio || 1, 2);
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
  function drawMesh(m, alpha = 1, cut = [0, 0, 0, 0]) {   // cut: a plane [normal, offset]; what lies beyond is left out
    use(shaded);
    gl.uniform3fv(gl.getUniformLocation(shaded, "light"), [view.mirrored ? 0.45 : -0.45, 0.55, 0.70]);
    gl.uniform1f(gl.getUniformLocation(shaded, "alpha"), alpha);
    gl.uniform4fv(gl.getUniformLocation(shaded, "cut"), cut);
    attribute(shaded, "at", m.at, 3);
    attribute(shaded, "normal", m.normal, 3);
    attribute(shaded, "known", m.known, 2);
    gl.uniform1i(gl.getUniformLocation(shaded, "table"), 1);
    gl.uniform3fv(gl.getUniformLocation(shaded, "unknown"), unknown.map((x) => x / 255));
    gl.uniform2fv(gl.getUniformLocation(shaded, "range"), view.range);
    gl.uniform1f(gl.getUniformLocation(shaded, "spacing"), view.spacing);
    gl.uniform1f(gl.getUniformLocation(shaded, "stroke"), 0.6 * ratio());
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, m.index);
    const kind = m.triangles instanceof Uint32Array ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT;
    gl.drawElements(gl.TRIANGLES, m.triangles.length, kind, 0);
  }
  function drawNow() {
    queued = false;
    const size = [canvas.clientWidth, canvas.clientHeight].map((x) => Math.max(1, Math.round(x * ratio())));
    if (canvas.width !== size[0]) canvas.width = size[0];
    if (canvas.height !== size[1]) canvas.height = size[1];
    gl.viewport(0, 0, ...size);
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    paint(view);
    for (const [id, axis] of letters) {
      const p = turn.map((row) => axis.reduce((s, x, k) => s + x * row[k], 0) * 1.1 * extent * scale());
      const letter = document.getElementById(id);
      letter.style.transform = `translate(${p[0]}px, ${-p[1]}px)`;
      letter.style.opacity = p[2] < -0.3 * extent * scale() ? 0.25 : 0.9;
    }
  }
  function draw() { if (!queued) { queued = true; requestAnimationFrame(drawNow); } }

  /* ---- turning, zooming ------------------------------------------------------------------------------------ */
  const fingers = new Map();
  const spread = () => { const [p, q] = [...fingers.values()]; return Math.hypot(p.x - q.x, p.y - q.y); };
  const setZoom = (value) => { zoom = Math.min(8, Math.max(0.5, value)); draw(); };
  canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); fingers.set(e.pointerId, e); });
  for (const gone of ["pointerup", "pointercancel"]) canvas.addEventListener(gone, (e) => fingers.delete(e.pointerId));
  canvas.addEventListener("pointermove", (e) => {
    const last = fingers.get(e.pointerId);
    if (!last) return;
    const before = fingers.size > 1 ? spread() : 0;
    fingers.set(e.pointerId, e);
    if (fingers.size > 1) { setZoom(zoom * spread() / Math.max(before, 1)); return; }
    turn = turnedView(turn, (e.clientX - last.clientX) / 150, (e.clientY - last.clientY) / 150);
    draw();
  });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); setZoom(zoom * Math.exp(-e.deltaY / 600)); }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[e.key];
    if (step) { e.preventDefault(); turn = turnedView(turn, ...step); draw(); }
    if (e.key === "+" || e.key === "=") setZoom(zoom * 1.15);
    if (e.key === "-") setZoom(zoom / 1.15);
  });
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => { turn = views[button.dataset.view] || home; setZoom(1); });
  }

  /* ---- the value under the cursor: NaN where not known, null beside the meshes --------------------------------- */
  function probe(e, meshes, cut = [0, 0, 0, 0]) {
    const box = canvas.getBoundingClientRect(), s = scale();
    const x = (e.clientX - box.left - box.width / 2) / s, y = -(e.clientY - box.top - box.height / 2) / s;
    let nearest = -Infinity, value = null;
    for (const { points, triangles, values, open, whole } of meshes) {
      const screen = new Float32Array(points.length);
      for (let i = 0; i < points.length; i += 3) {
        for (let k = 0; k < 3; k++) {
          screen[i + k] = turn[k][0] * points[i] + turn[k][1] * points[i + 1] + turn[k][2] * points[i + 2];
        }
      }
      for (let t = 0; t < triangles.length; t += 3) {
        const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
        const [bx, by, cx, cy] = [screen[b] - screen[a], screen[b + 1] - screen[a + 1], screen[c] - screen[a], screen[c + 1] - screen[a + 1]];
        const area = bx * cy - by * cx, px = x - screen[a], py = y - screen[a + 1];
        if (open ? area === 0 : area <= 0) continue;
        const v = (px * cy - py * cx) / area, w = (bx * py - by * px) / area;
        if (v < 0 || w < 0 || v + w > 1) continue;
        const mixed = (values_, k) => (1 - v - w) * values_[a + k] + v * values_[b + k] + w * values_[c + k];
        if (!whole && [0, 1, 2].reduce((sum, k) => sum + cut[k] * mixed(points, k), -cut[3]) > 0) continue;
        const depth = mixed(screen, 2);
        if (depth <= nearest) continue;
        nearest = depth;
        value = (1 - v - w) * values[a / 3] + v * values[b / 3] + w * values[c / 3];
      }
    }
    return value;
  }
  new ResizeObserver(draw).observe(canvas);
  return view;
}

/* A direction to look from, [right, up, near], after the near side moved so many radians right and down. */
function turnedView([right, up, near], across, down) {
  const mix = (p, q, u, v) => p.map((x, k) => u * x + v * q[k]);
  const r = mix(right, near, Math.cos(across), Math.sin(across)), n = mix(near, right, Math.cos(across), -Math.sin(across));
  return [r, mix(up, n, Math.cos(down), -Math.sin(down)), mix(n, up, Math.cos(down), Math.sin(down))];
}

/* The choice between the ranges of each scale and of lines of equal value; `scales` is what colour_scale.py wrote.
   Legends of the range not chosen are hidden by the style sheet. */
function colourScales(section, scales, changed) {
  const comparing = section.querySelector('input[name="colours"][value="compare"]'), lines = section.querySelector("#lines");
  const compared = () => comparing !== null && comparing.checked;
  const change = () => { document.body.classList.toggle("comparing", compared()); changed(); };
  for (const input of section.querySelectorAll('input[name="colours"], #lines')) input.addEventListener("change", change);
  document.body.classList.toggle("comparing", compared());
  return {
    range: (number = 0) => scales[number].ranges[compared() ? "compare" : "fit"],
    spacing: (number = 0) => lines !== null && lines.checked ? scales[number].line_step : 0,
  };
}

/* Says a value under the cursor in words and on the bars of a legend; pages without values have no legend. */
function legendReadout(readout, legend, { unit, digits }) {
  const bars = legend ? [...legend.querySelectorAll(".colour-bar")] : [];
  return (value) => {
    const known = value !== null && !Number.isNaN(value);
    const { here, unknown } = readout.dataset, words = known ? here.replace("{}", `${value.toFixed(digits)} ${unit}`) : unknown;
    readout.textContent = value === null ? readout.dataset.hint : words;
    for (const bar of bars) {
      const marker = bar.querySelector(".ramp i"), [low, high] = [Number(bar.dataset.low), Number(bar.dataset.high)];
      marker.hidden = !known;
      if (known) marker.style.left = `${100 * Math.min(1, Math.max(0, (value - low) / (high - low)))}%`;
    }
  };
}
