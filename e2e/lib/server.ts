import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api } from "./api";
import { type Language, languages } from "./texts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Where the demo is, and who may enter. Each language has an account of its own. */
export type World = { url: string; sandbox: string; printed: string; people: Record<Language, { login: string; password: string; cookie: string }> };

/** The running demo, told to the tests by the global setup. */
export const world = (): World => JSON.parse(process.env.TUMA_E2E ?? "{}") as World;

/** Starts the demo for all tests, and stops it at the end. */
export default async function start() {
  const began = Date.now();
  const { greeting, stop } = await launch("--demo");
  try {
    const found = read(greeting);
    console.log(`the demo was ready after ${((Date.now() - began) / 1000).toFixed(1)} s at ${found.url}`);
    const people = await enter(found);
    process.env.TUMA_E2E = JSON.stringify({ url: found.url, sandbox: found.sandbox, printed: found.printed, people } satisfies World);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Starts the program as its users do, with data of its own, and waits until it serves. */
export async function launch(...flags: string[]) {
  const program = process.env.TUMA_BIN ?? join(root, "bin/tuma");
  if (!existsSync(program)) execFileSync("make", ["-C", root, "build"], { stdio: "inherit" });
  const data = mkdtempSync(join(tmpdir(), "tuma-e2e-"));
  const addr = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, ["serve", ...flags, "--addr", addr, "--data", data], { stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    await ended(child);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const greeting = await greetingOf(child);
    await ready(`http://${addr}`);
    return { greeting, url: `http://${addr}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const at = server.address();
      server.close(() => done(typeof at === "object" && at ? at.port : 0));
    });
  });
}

/** Waits until the program has printed where to look; its log is kept for when it does not. */
function greetingOf(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = "";
    let log = "";
    const late = setTimeout(() => fail(new Error(`no greeting within 60 s:\n${said}${log}`)), 60_000);
    child.stderr?.on("data", (part: Buffer) => (log = (log + part).slice(-4000)));
    child.once("exit", (code) => fail(new Error(`the program ended with ${code}:\n${log}`)));
    child.stdout?.on("data", (part: Buffer) => {
      said += part;
      if (!/Admin UI +\S+/.test(said) || !said.endsWith("\n\n")) return;
      clearTimeout(late);
      done(said);
    });
  });
}

function read(greeting: string) {
  const take = (what: RegExp) => what.exec(greeting)?.slice(1) ?? fail(what, greeting);
  const [url] = take(/Admin UI +(\S+?)\/?\s/);
  const [login, password] = take(/Login +(\S+) +\/ +(\S+)/);
  const [phone] = take(/Phone +(\S+)/);
  const [printed] = take(/A scan +(\S+)/);
  return { url: url!, login: login!, password: password!, sandbox: new URL(phone!).origin, printed: printed! };
}

function fail(what: RegExp, greeting: string): never {
  throw new Error(`the greeting has no ${what}:\n${greeting}`);
}

async function ready(url: string) {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the server is not ready");
}

const names: Record<Language, string> = { "zh-CN": "陈晓", en: "Alex" };

/** Makes one account for each language: an account remembers the language it speaks. */
async function enter({ url, login, password }: { url: string; login: string; password: string }) {
  const admin = await Api.enter(url, login, password);
  const people = {} as World["people"];
  for (const language of languages) {
    const person = { login: `e2e-${language.toLowerCase()}`, password: `long-enough-${Math.random().toString(36).slice(2)}` };
    await admin.post("/accounts", { ...person, name: names[language], role: "super_admin", scope: "all" });
    const own = await Api.enter(url, person.login, person.password);
    await own.patch("/session", { locale: language });
    people[language] = { ...person, cookie: own.cookie };
  }
  return people;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.once("exit", () => {
      clearTimeout(hard);
      done();
    });
    child.kill("SIGTERM");
  });
}
