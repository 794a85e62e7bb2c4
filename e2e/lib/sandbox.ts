import { world } from "./server";

type Person = { id: string; nickname: string };
type Scanned = { kind: string; id: string; title: string };

async function ask<T>(path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<T> {
  const answer = await fetch(`${world().sandbox}/sandbox/api${path}`, {
    method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return JSON.parse(said) as T;
}

/** A customer nobody knows yet. */
export const newcomer = () => ask<Person>("/people", {});

/** Opens a page as the customer, reads its QR code and follows it. */
export const visit = (person: string, url: string, act = true) =>
  ask<{ status: number; title: string; scanned?: Scanned; outcome?: { result: string; chat_id?: string; userid?: string } }>("/visit", { person, url, act });

/** What a picture's QR code is. */
export const decode = (person: string, image: Buffer) => ask<Scanned>("/decode", { person, image: image.toString("base64") });

/** Does what tapping the button of a recognised code does. */
export const follow = (person: string, code: Scanned) =>
  ask<{ result: string; chat_id?: string; userid?: string }>("/actions", {
    person, do: code.kind === "group" ? "scan_group" : "scan_contact", config_id: code.id,
  });

/** Makes a customer group, as its owner does on a phone. */
export const newGroup = (name: string, owner: string) => ask<{ chat_id: string }>("/groups", { name, owner });

/** Staff as the corp has them. */
export const staff = async () => (await ask<{ items: { userid: string; name: string }[] }>("/staff")).items;

/** Waits until WeCom has told everything it has to tell. */
export const told = () => ask("/callbacks/drain", {});
