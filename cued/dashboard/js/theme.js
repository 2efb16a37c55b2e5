/* Light or dark: as the device says, unless the switch says otherwise. Loaded first, so that the
   page never flashes in the other one. */
"use strict";

const Theme = (() => {
  const CHOICES = ["auto", "light", "dark"];
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  const followers = [];
  let choice = remembered();

  function remembered() {
    try {
      const kept = localStorage.getItem("cued-theme");
      return CHOICES.includes(kept) ? kept : "auto";
    } catch {
      return "auto"; // storage may be forbidden
    }
  }

  function apply() {
    const dark = choice === "dark" || (choice === "auto" && device.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    for (const follow of followers) follow();
  }

  function next() {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    try {
      localStorage.setItem("cued-theme", choice);
    } catch {
      /* then it is forgotten with the page */
    }
    apply();
    return choice;
  }

  device.addEventListener("change", apply);
  apply();
  return { next, choice: () => choice, onChange: (follow) => followers.push(follow) };
})();
