"use strict";
// Brings the parts of the page that live up to date; works without it, too.

function isUsed(part) {
  const active = document.activeElement;
  const isTyping = active.matches("input") && part.contains(active);
  const players = [...part.querySelectorAll("audio")];
  return isTyping || part.querySelector("details[open]") !== null ||
    players.some(player => !player.paused);
}

function take(page) {
  document.title = page.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.innerHTML === part.innerHTML || isUsed(part)) continue;
    const id = part.contains(document.activeElement) && document.activeElement.id;
    part.replaceChildren(...fresh.childNodes);
    if (id) document.getElementById(id)?.focus();
  }
}

async function refresh() {
  const silent = document.getElementById("silent");
  try {
    const answer = await fetch(location.href, {cache: "no-store"});
    if (answer.status === 401) return location.reload();
    const text = await answer.text();
    if (answer.ok) take(new DOMParser().parseFromString(text, "text/html"));
    silent.hidden = answer.ok;
  } catch {
    silent.hidden = false;
  }
}

const seconds = Number(document.body.dataset.seconds);
if (seconds) setInterval(() => document.hidden || refresh(), 1000 * seconds);

// The address that the watch shows has the token behind a #, which browsers
// send to nobody.
const form = document.getElementById("enter");
if (form && location.hash.length > 1) {
  form.elements.token.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", "/enter");
  form.submit();
}
