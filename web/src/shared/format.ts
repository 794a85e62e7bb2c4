import type { Rate } from "../api/types";
import { spoken } from "./text";

/** The smallest denominator that a rate may be judged by. */
export const enough = 30;

/** 1,234 — always exact. */
export const exact = (n: number) => n.toLocaleString(spoken());

/** 12.3 万 or 123K above a hundred thousand; exact below. */
export function compact(n: number): string {
  if (Math.abs(n) < 100_000) return exact(n);
  if (spoken() === "en") {
    return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(n);
  }
  return `${(n / 10_000).toLocaleString("zh-CN", { maximumFractionDigits: 1 })} ${"\u4e07"}`;
}

/** 35.4%, or "" when nothing was counted. */
export function percent(rate: Rate): string {
  return rate.den > 0 ? `${((100 * rate.num) / rate.den).toFixed(1)}%` : "";
}

/** The Wilson 95 % interval of a rate, in percent. */
export function wilson({ num, den }: Rate): [number, number] {
  if (den <= 0) return [0, 100];
  const z = 1.96;
  const p = num / den;
  const middle = p + (z * z) / (2 * den);
  const spread = z * Math.sqrt((p * (1 - p)) / den + (z * z) / (4 * den * den));
  const scale = 1 + (z * z) / den;
  return [Math.max(0, (100 * (middle - spread)) / scale), Math.min(100, (100 * (middle + spread)) / scale)];
}

/** +12% against before; undefined when there is nothing to compare with. */
export function change(now: number, before: number | null): number | undefined {
  return before ? ((now - before) / Math.abs(before)) * 100 : undefined;
}

/** 1.3 s, 240 ms. */
export function lag(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** "a, b and c" */
export const listed = (words: string[]) => new Intl.ListFormat(spoken(), { type: "conjunction" }).format(words);
