// Dark or light: the system's choice, unless somebody chose otherwise on this machine.

const choices = ["system", "light", "dark"];
const words = { system: "as the system", light: "light", dark: "dark" };

export const theme = () => document.documentElement.dataset.theme ?? "system";
export const themeWord = () => words[theme()];

/** The next of: as the system, light, dark. */
export function nextTheme() {
  choose(choices[(choices.indexOf(theme()) + 1) % choices.length]);
}

export function restoreTheme() {
  try {
    choose(localStorage.getItem("mallbots.theme") ?? "system");
  } catch {
    // Storage may be forbidden; then it is the system's choice each time.
  }
}

function choose(name) {
  if (name === "system" || !choices.includes(name)) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem("mallbots.theme", name);
  } catch {
    // As above.
  }
}
