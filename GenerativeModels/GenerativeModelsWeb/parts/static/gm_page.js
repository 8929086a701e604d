/* What was typed goes ahead of what is pressed; files from the user's disk to the server: picking, dropping, a look at
   the size, progress; a lost connection. */
(function () {
  "use strict";
  const SAID_EVERY = 5; // percent
  const ASKED_EVERY = 10; // ms

  // The page that trame serves forbids to enlarge it by two fingers, which people with low vision need.
  document.querySelector("meta[name=viewport]").content = "width=device-width,initial-scale=1";

  // trame keeps typed text back while the server answers something else, but sends the press of a button at once.
  const trigger = window.trame.trigger;
  let typed = Promise.resolve();
  async function sendTyped() {
    const { client, state } = window.trame;
    while (state.dirtyKeys.size && client.isConnected()) {
      if (client.isBusy()) await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY));
      else await state.flush();
    }
  }
  window.trame.trigger = async (...call) => {
    await (typed = typed.then(sendTyped, sendTyped));
    return trigger(...call);
  };

  const cardOfPlace = (place) => document.querySelector(`[data-gm-place="${place}"]`);
  const refuse = (place, sentence) => window.trame.trigger("gm_refuse", [place, sentence]);
  const page = () => window.trame.state.get("Navigation__page") || "";
  const busy = () => window.trame.state.get(`${page().split("/")[0]}__Run__busy`);

  async function send(place, file) {
    if (busy()) return;
    const state = window.trame.state;
    const card = cardOfPlace(place).dataset.gmCard; // the page may be left meanwhile
    const key = (field) => `${card}${field}`;
    const tooLarge = await window.trame.trigger("gm_check_size", [file.name, file.size]);
    if (tooLarge) {
      refuse(place, tooLarge);
      return;
    }
    state.set(key("problem"), "");
    state.set(key("sending"), 0);
    let said = 0;
    const request = new XMLHttpRequest();
    request.open("POST", `upload/${place}?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => {
      const percent = event.lengthComputable ? Math.floor((100 * event.loaded) / event.total) : 0;
      if (percent >= said + SAID_EVERY) {
        said = percent;
        state.set(key("sending"), percent);
      }
    };
    request.onloadend = () => {
      state.set(key("sending"), -1);
      // Also where it is -1 already: the server may have said so before it hears the last word on progress.
      state.flush(key("sending"));
    };
    request.onload = () => {
      if (request.status === 200) return;
      let sentence = `${file.name} was not taken (status ${request.status}): try again.`;
      try {
        sentence = JSON.parse(request.responseText).error || sentence;
      } catch (_) {
        /* not from the application: the status says all there is */
      }
      refuse(place, sentence);
    };
    request.onerror = () => refuse(place, `The connection broke while ${file.name} was sent: try again, or reload the page.`);
    request.send(file);
  }

  async function spread(files) {
    const places = await window.trame.trigger("gm_assign", [files.map((file) => file.name)]);
    places.forEach((place, index) => place && cardOfPlace(place) && send(place, files[index]));
  }

  const cardOf = (event) => event.target instanceof Element && event.target.closest("[data-gm-place]");
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const mark = (card) => {
    document.querySelectorAll(".gm-over").forEach((old) => old !== card && old.classList.remove("gm-over"));
    if (card) card.classList.add("gm-over");
  };

  const connection = window.trame.client;
  connection.onConnectionClose(() => {
    document.body.classList.add("gm-lost"); // the numbers stay readable, what needs the server is out of reach
    const parts = ".gm-app :is(.gm-body, .gm-nav, .gm-cases) :is(button, input, select, a, .gm-card, .gm-window, .v-slider, .gm-handle)";
    document.querySelectorAll(parts).forEach((part) => (part.inert = true));
  });

  document.addEventListener("click", (event) => {
    const picker = event.target instanceof Element && event.target.closest("[data-gm-pick], .gm-empty");
    if (picker && event.target.type !== "file" && !busy()) picker.closest("[data-gm-place]").querySelector("input[type=file]").click();
  });
  document.addEventListener("change", (event) => {
    const card = cardOf(event);
    if (!card || event.target.type !== "file") return;
    const files = [...event.target.files];
    event.target.value = ""; // so that the same file may be chosen again
    if (files.length === 1) send(card.dataset.gmPlace, files[0]);
    else if (files.length) spread(files);
  });
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = busy() ? "none" : "copy";
    document.body.classList.toggle("gm-dragging", !busy());
    mark(cardOf(event));
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget) return;
    document.body.classList.remove("gm-dragging");
    mark(null);
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    document.body.classList.remove("gm-dragging");
    mark(null);
    const card = cardOf(event);
    const files = [...event.dataTransfer.files];
    if (busy() || !files.length) return;
    if (card && files.length === 1) send(card.dataset.gmPlace, files[0]);
    else spread(files);
  });
})();
