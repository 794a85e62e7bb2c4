import type { ReactNode } from "react";
import type { Tone } from "./chip";
import style from "./timeline.module.css";

export type TimelineRow = { key: string; at: ReactNode; tone?: Tone; body: ReactNode };

/** Things in the order of time. */
export const Timeline = ({ rows }: { rows: TimelineRow[] }) => (
  <ol className={style.line}>
    {rows.map((row) => (
      <li key={row.key} className={style.row}>
        <span className={[style.dot, row.tone && style[row.tone]].filter(Boolean).join(" ")} aria-hidden />
        <span className={style.at}>{row.at}</span>
        <div className={style.body}>{row.body}</div>
      </li>
    ))}
  </ol>
);
