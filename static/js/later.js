/* A department's notes and photos on a phone with a bad line: kept by unsent.js, with what is typed and not yet sent.
   Without it the same forms are sent as they are. */
(() => {
  "use strict";
  if (!unsent || !unsent.words.number) return;
  const { keep, flush, mine, store, button, writer, words } = unsent, number = words.number;
  const SLUGS = /\/(progress|note)\/$/, PIXELS = 2e6, PREVIEW = 160, MOST = 9;
  const make = (tag, text, css) => Object.assign(document.createElement(tag), { textContent: text, className: css || "" });

  const forms = [...document.forms].filter((one) => SLUGS.test(one.action) && one.elements.text);
  unsent.quiet.push(() => forms.every((one) => !one.elements.text.value && !one.later.length));
  forms.forEach(watch);
  function watch(form) {
    const slug = SLUGS.exec(form.action)[1], id = writer + ":" + number + ":" + slug, attach = form.querySelector("[data-attach]");
    const list = attach && attach.querySelector("ul"), text = form.elements.text;
    form.later = [];
    if (attach) attach.removeAttribute("data-attach"); // photos wait here with their note, not one by one on the server
    let soon = 0;
    const typed = () => { clearTimeout(soon); soon = setTimeout(() => store("typed", (rows) => (text.value.trim() || form.later.length ? rows.put({ form: id, text: text.value, files: form.later }) : rows.delete(id))), 300); };
    const add = (file) => {
      if (form.later.length >= MOST) return;
      form.later.push(file);
      const line = make("li", ""), name = make("span", file.name, "cut");
      preview(file.blob, line).catch(() => {});
      const gone = button(words.remove, () => { form.later.splice(form.later.indexOf(file), 1); line.remove(); typed(); });
      gone.setAttribute("aria-label", words.remove + " " + file.name);
      line.append(name, gone);
      list.append(line);
      typed();
    };
    form.addEventListener("change", async (e) => {
      if (e.target.type !== "file") return;
      const chosen = [...e.target.files];
      e.target.value = "";
      for (const file of chosen) add({ name: file.name, blob: await smaller(file).catch(() => file) });
    });
    form.addEventListener("input", typed);
    form.addEventListener("submit", async (e) => {
      if (list && list.querySelector("[data-remove]")) return; // photos of an older draft lie on the server: with them
      e.preventDefault();
      e.stopImmediatePropagation(); // neither a draft nor the page's own sending
      const said = text.value.trim();
      if (!said && (slug === "progress" || !form.later.length)) { document.getElementById("say").textContent = words.missing; text.focus(); return; }
      const files = form.later;
      form.later = [];
      text.value = "";
      if (list) list.replaceChildren();
      clearTimeout(soon);
      await keep({ url: "/tickets/" + number + "/later/", said: number + " " + (said || "–"), fields: [["slug", slug], ["text", said]], files });
      await store("typed", (rows) => rows.delete(id));
      await Promise.allSettled([...(form.waiting || [])]);
      flush();
    });
    return restore(form, slug, id, add);
  }
  async function restore(form, slug, id, add) {
    const text = form.elements.text, found = await store("typed", (rows) => rows.get(id));
    // A draft of what waits here already is no other note.
    if ((await mine()).some((one) => one.said === number + " " + text.value.trim())) text.value = "";
    if (found && !text.value) text.value = found.text;
    if (found) found.files.forEach(add);
  }
  async function smaller(file) {
    if (!file.type.startsWith("image/")) return file;
    const bitmap = await createImageBitmap(file), factor = Math.sqrt(PIXELS / (bitmap.width * bitmap.height));
    return factor >= 1 ? file : new Promise((made) => drawn(bitmap, factor).toBlob(made, "image/jpeg", 0.85));
  }
  async function preview(blob, line) {
    if (!blob.type.startsWith("image/")) return;
    const bitmap = await createImageBitmap(blob), image = make("img", "");
    image.alt = "";
    image.src = drawn(bitmap, PREVIEW / Math.max(bitmap.width, bitmap.height)).toDataURL("image/jpeg", 0.7);
    line.prepend(image);
  }
  function drawn(bitmap, factor) {
    const canvas = make("canvas", "");
    canvas.width = Math.max(1, Math.round(bitmap.width * factor));
    canvas.height = Math.max(1, Math.round(bitmap.height * factor));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
})();
