// What a manager can tell a robot. Each goes through the depot, so it reaches a robot that is offline when it is back.

import { app } from "./app-context.js";
import { part, post } from "./api.js";
import { action } from "./action.js";
import { given } from "./task-actions.js";
import { wrong } from "./dialog.js";

const reason = { name: "reason", label: "Reason", hint: "Stands in the robot's log." };
const away = bot => bot.state === "retired" || bot.state === "lost";
const gone = bot => (away(bot) ? `It is ${bot.state}: put it back to work first.` : undefined);

/** The buttons of a robot's card. */
export function botActions(bot) {
  const id = bot.bot_id;
  const tell = (what, spec) => action({
    role: "manager", why: gone(bot), act: (values, key) => post(`/bots/${part(id)}/${what}`, given(values), key), ...spec, key: what,
  });
  const docks = app.mall?.docks ?? [];
  return [
    bot.state === "paused"
      ? tell("resume", { label: "Resume", kind: "primary", says: "The robot goes on", done: () => `${id} was told to go on.` })
      : tell("pause", {
        label: "Pause …", says: "The robot stands still until it is resumed", done: () => `${id} was told to stand still.`,
        ask: { title: `Pause ${id}?`, text: "It stands still where it is and keeps its task, until it is resumed.", confirm: "Pause it", fields: [reason] },
      }),
    tell("dock", {
      label: "Send to a dock …", says: "After its task, if it has one", done: now => `${id} goes to ${now?.dock_id ?? "a dock"} when it is free.`,
      ask: {
        title: `Send ${id} to a dock`, text: "It finishes its task first, if it has one.", confirm: "Send it",
        fields: [{ name: "dock_id", label: "Dock", options: [["", "the nearest free one"], ...docks.map(dock => [dock.id, dock.id])] }],
      },
    }),
    tell("identify", {
      label: "Identify", says: "The robot blinks and beeps, so that a person finds it", why: gone(bot) ?? (bot.online ? undefined : "It is offline and could not be heard."),
      done: () => `${id} blinks and beeps.`,
    }),
    away(bot) ? backToWork(bot) : tell("retire", {
      label: "Retire …", kind: "danger", why: bot.retiring ? "It is being retired already." : undefined, says: "It gets no more tasks",
      done: () => `${id} gets no more tasks.`,
      ask: {
        title: `Retire ${id}?`, text: "It finishes what it has and gets no more tasks. It can be put back to work later.", confirm: "Retire it", danger: true,
        fields: [{ name: "at_once", label: "At once: leave to others what it has not picked yet", type: "checkbox" }, reason],
      },
    }),
    tell("lost", {
      label: "Declare lost …", kind: "danger", why: bot.state === "lost" ? "It is declared lost already." : undefined, says: "What it has is fetched again",
      done: () => `${id} is declared lost; what it had is fetched again.`,
      ask: {
        title: `Declare ${id} lost?`, confirm: "It is lost", danger: true, fields: [reason],
        text: "What it carries is fetched again by others, and comes too late if it still comes. This cannot be undone for its task.",
      },
    }),
  ];
}

function backToWork(bot) {
  return action({
    key: "reinstate", label: "Put back to work", kind: "primary", role: "manager", says: "It gets tasks again",
    act: (values, key) => post("/bots", { bot_id: bot.bot_id, capacity_units: bot.capacity_units ?? 0 }, key), done: () => `${bot.bot_id} is back at work.`,
  });
}

/** Makes a robot known before it connects for the first time. */
export function addBot() {
  return action({
    label: "Add a robot …", role: "manager", says: "Makes a robot known before its first connection",
    ask: {
      title: "Add a robot", confirm: "Add it", text: "It needs a certificate with this name too: mallbots certs issue.",
      fields: [
        { name: "bot_id", label: "Name", required: true, hint: "As in its certificate: letters, digits, “-”, “_”, “.”.", spellcheck: "false", autocapitalize: "none" },
        { name: "model", label: "Model" },
        { name: "capacity_units", label: "Room, in size units", required: true, type: "number", min: 1, value: "24" },
      ],
      check: values => (/^[1-9]\d{0,5}$/.test(values.capacity_units) ? null : wrong("capacity_units", "is a whole number from 1")),
    },
    act: (values, key) => post("/bots", given({ ...values, capacity_units: Number(values.capacity_units) }), key),
    done: bot => `${bot.bot_id} is known now.`,
  });
}
