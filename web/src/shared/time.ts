import dayjs from "dayjs";
import { spoken } from "./text";

const zone = "Asia/Shanghai";

const format = (at: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(spoken(), { timeZone: zone, hourCycle: "h23", ...options }).format(new Date(at));

/** 2026-11-21 14:32, in the corp's time zone. */
export const moment = (at: string) =>
  format(at, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });

/** 14:32:05. */
export const clock = (at: string) => format(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** 11/21 14:00, for axes and dense rows. */
export const brief = (at: string) =>
  format(at, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });

/** 11/21. */
export const day = (at: string) => format(at, { month: "2-digit", day: "2-digit" });

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 days". */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const words = new Intl.RelativeTimeFormat(spoken(), { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return words.format(0, "second");
}

/** The RFC 3339 start of the day that lies back days before today. */
export const daysBack = (back: number) => dayjs().subtract(back, "day").startOf("day").toISOString();

/** Now, as the server writes it. */
export const nowIso = () => new Date().toISOString();
