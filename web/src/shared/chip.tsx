import type { ReactNode } from "react";
import style from "./chip.module.css";

export type Tone = "good" | "bad" | "warn" | "info" | "quiet";

/** A state in a word. The mark differs by tone too, so that colour is never alone. */
export function Chip({ tone = "quiet", plain, children }: { tone?: Tone; plain?: boolean; children: ReactNode }) {
  const classes = [style.chip, tone !== "quiet" && style[tone], plain && style.plain];
  return <span className={classes.filter(Boolean).join(" ")}>{children}</span>;
}
