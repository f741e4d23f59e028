"use strict";
// Every page works without this file. It helps if a connection drops, or if a desk is used with keys.

// A form that could not be sent stays as it is, says so, and is sent again when there is a signal.
let unsent = null;
function notSent(event) {
  const form = event.detail.elt;
  if (!form.matches("form[data-keep]")) return;
  unsent = form;
  const words = form.querySelector(".unsent");
  words.hidden = false;
  words.scrollIntoView({ block: "center" });
}
addEventListener("htmx:sendError", notSent);
addEventListener("htmx:timeout", notSent);
addEventListener("htmx:responseError", notSent);
addEventListener("online", () => unsent?.isConnected && unsent.requestSubmit());

// Progress of photo uploads.
addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("progress[data-sent]");
  if (!bar || !event.detail.lengthComputable || event.detail.total < 50000) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});

// j and k move through the queue, Enter opens; the other keys press, open or go to the element that names them in data-key.
function move(step) {
  const links = [...document.querySelectorAll(".queue a")];
  const here = links.indexOf(document.activeElement);
  const from = here >= 0 ? here : links.findIndex((link) => link.matches("[aria-current]"));
  links[Math.max(0, Math.min(links.length - 1, from + step))]?.focus();
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j" || event.key === "k") return move(event.key === "j" ? 1 : -1);
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.matches("button, a")) found.click();
  else if (found.matches("details")) found.toggleAttribute("open");
  else {
    found.closest("details")?.setAttribute("open", "");
    found.focus();
  }
});
