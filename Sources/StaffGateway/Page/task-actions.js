// Giving a trip to a robot of one's choice.

import { part, post } from "./api.js";
import { action } from "./action.js";
import { botStates, state } from "./words.js";

/** A button that gives a task to a robot: the first time, or instead of the one that has it. `bots`: a Map by id. */
export function reassign(task, bots) {
  const queued = task.state === "queued";
  const able = [...bots.values()].filter(bot => bot.online && !bot.retiring && ["waiting", "idle"].includes(bot.state) && bot.bot_id !== task.bot_id);
  const choices = able.map(bot => [bot.bot_id, `${bot.bot_id}: ${state(botStates, bot.state).word.toLowerCase()}, battery ${bot.battery_percent} %`]);
  const open = queued || ["assigned", "accepted", "shopping"].includes(task.state);
  const why = !open ? "Nothing of it is left to be fetched." : queued && !able.length ? "No robot is free now." : undefined;
  return action({
    key: `reassign-${task.task_id}`, label: queued ? "Give to a robot …" : "Give to another …", role: "manager", why,
    says: queued ? "Gives the trip to a robot of your choice" : "Takes what is still to be fetched from its robot",
    ask: {
      title: queued ? "Give the trip to a robot" : `Take the trip from ${task.bot_id}?`, confirm: queued ? "Give it" : "Take it and give it", danger: !queued,
      text: queued ? "The robot goes at once."
        : `${task.bot_id} brings what it already has to the depot; the rest is another trip. This cannot be undone.`,
      fields: [
        { name: "bot_id", label: "Robot", required: queued, options: queued ? choices : [["", "whoever the depot finds"], ...choices] },
        ...(queued ? [] : [{ name: "reason", label: "Reason" }]),
      ],
    },
    act: (values, key) => post(`/lists/${part(task.list_id)}/tasks/${task.number}/${queued ? "assign" : "reassign"}`, given(values), key),
    done: now => (now?.bot_id ? `${now.bot_id} has the trip.` : "The trip waits for a robot."),
  });
}

/** What was filled in, without what was left empty. */
export const given = values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
