/* Photos and documents in a form: chosen, pasted, dropped or taken; shown at once, made smaller here, sent one by one to
   the form's draft. Without it the same input sends them with the form. */
(() => {
  "use strict";
  const $ = (css, root = document) => root.querySelector(css);
  const PIXELS = 2e6, PREVIEW = 160, TRIES = 4;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const id = () => {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
  document.querySelectorAll("[data-attach]").forEach((box) => begin(box, box.closest("form")));

  function begin(box, form) {
    const list = $("ul", box), state = $("[data-attach-state]", box);
    let queue = Promise.resolve(); // one after the other: a weak line carries one photo better than nine
    form.waiting = form.waiting || new Set();
    function add(files) {
      for (const file of files) {
        const line = show(file), mine = (queue = queue.then(() => send(file, line)));
        form.waiting.add(mine);
        mine.finally(() => form.waiting.delete(mine));
      }
    }
    form.addEventListener("change", (e) => {
      if (e.target.type !== "file") return;
      add([...e.target.files]);
      e.target.value = "";
    });
    form.addEventListener("paste", (e) => {
      const files = [...(e.clipboardData || {}).files || []];
      if (files.length) { e.preventDefault(); add(files); }
    });
    form.addEventListener("dragover", (e) => { if (e.dataTransfer.types.includes("Files")) { e.preventDefault(); box.classList.add("over"); } });
    form.addEventListener("dragleave", () => box.classList.remove("over"));
    form.addEventListener("drop", (e) => {
      box.classList.remove("over");
      if (e.dataTransfer.files.length) { e.preventDefault(); add([...e.dataTransfer.files]); }
    });
    list.addEventListener("click", async (e) => {
      const button = e.target.closest("button");
      if (!button) return;
      e.preventDefault();
      const line = button.closest("li");
      if (button.formAction && button.dataset.remove) {
        try { if (!(await post(button.dataset.remove, new FormData())).ok) return; } catch { return; }
      }
      line.remove();
    });

    function show(file) {
      const line = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress");
      name.textContent = file.name;
      name.className = "cut";
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(name, bar);
      list.append(line);
      return line;
    }
    function drop(line, words) {
      const name = line.firstElementChild.textContent;
      line.remove();
      state.textContent = name + ": " + words;
    }
    async function send(file, line) {
      let small = file;
      try { small = (await shrink(file, line)) || file; } catch { /* the server says what it is */ }
      const upload = id();
      for (let n = 0; n < TRIES; n += 1) {
        try {
          const answer = await put(small, file.name, upload, $("progress", line));
          if (answer.status === 201) return done(line, JSON.parse(answer.text));
          if (answer.status && answer.status < 500) return drop(line, JSON.parse(answer.text).words);
          if (answer.status === 507) return drop(line, JSON.parse(answer.text).words);
        } catch { /* no answer, or none of ours */ }
        await pause(1000 * 2 ** n);
      }
      return drop(line, state.dataset.failed);
    }
    async function shrink(file, line) {
      if (!file.type.startsWith("image/")) return null;
      const bitmap = await createImageBitmap(file);
      line.prepend(Object.assign(document.createElement("img"), { src: drawn(bitmap, PREVIEW / Math.max(bitmap.width, bitmap.height)).toDataURL("image/jpeg", 0.7), alt: "" }));
      line.insertBefore(line.children[1], line.firstChild);
      const factor = Math.sqrt(PIXELS / (bitmap.width * bitmap.height));
      if (factor >= 1) return null;
      return new Promise((made) => drawn(bitmap, factor).toBlob(made, "image/jpeg", 0.85));
    }
    function drawn(bitmap, factor) {
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * Math.min(factor, 1)));
      canvas.height = Math.max(1, Math.round(bitmap.height * Math.min(factor, 1)));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      return canvas;
    }
    function put(blob, name, upload, bar) {
      return new Promise((answered, failed) => {
        const request = new XMLHttpRequest(), body = new FormData();
        body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
        body.append("draft", form.elements.draft.value);
        body.append("upload", upload);
        body.append("file", blob, name);
        request.open("POST", "/me/drafts/files/");
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (e) => { if (bar && e.lengthComputable) bar.value = e.loaded / e.total; });
        request.onload = () => answered({ status: request.status, text: request.responseText });
        request.onerror = request.ontimeout = failed;
        request.timeout = 120000;
        request.send(body);
      });
    }
    function post(address, body) {
      body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      return fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
    }
    function done(line, file) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-text";
      button.dataset.remove = file.remove;
      button.textContent = state.dataset.remove;
      button.setAttribute("aria-label", state.dataset.remove + " " + file.name);
      const bar = $("progress", line);
      if (bar) bar.replaceWith(button);
      line.firstElementChild.textContent = file.name;
      state.textContent = "";
    }
  }
})();
