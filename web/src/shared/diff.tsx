import type { TFunction } from "i18next";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Diff } from "../api/types";
import style from "./diff.module.css";
import { told } from "./text";

/** More lines than this wait behind a button. */
const few = 3;

/** What a change took away and what it put there. */
export function DiffLines({ diff }: { diff: Diff[] | null }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const lines = (diff ?? [])
    .map(({ field, before, after }) => ({ field, before: readable(field, before, t), after: readable(field, after, t) }))
    .filter((line) => line.before || line.after);
  if (lines.length === 0) return null;
  return (
    <div className={style.lines}>
      {(all ? lines : lines.slice(0, few)).map((line) => (
        <div key={line.field} className={style.line}>
          <span>{told(t, `audit.field.${line.field}`, {}, line.field)}</span>
          <span>
            {line.before && <del>{line.before}</del>}
            {line.before && line.after && " \u2192 "}
            {line.after && <ins>{line.after}</ins>}
          </span>
        </div>
      ))}
      {!all && lines.length > few && (
        <div><Button size="small" type="link" style={{ padding: 0 }} onClick={() => setAll(true)}>{t("audit.all_lines", { n: lines.length - few })}</Button></div>
      )}
    </div>
  );
}

/** A field's value as the log keeps it (JSON text) for a reader; nothing is nothing. */
export function readable(field: string, text: string | undefined, t: TFunction): string {
  if (!text) return "";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return words(field, value, t);
}

function words(field: string, value: unknown, t: TFunction): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "common.on" : "common.off");
  if (Array.isArray(value)) return value.map((one) => words(field, one, t)).filter(Boolean).join("; ");
  if (typeof value !== "object") return told(t, `livecode.${field}.${value}`, {}, String(value));
  return Object.entries(value)
    .map(([name, one]) => [told(t, `audit.field.${name}`, {}, name), words(name, one, t)] as const)
    .filter(([, one]) => one)
    .map(([name, one]) => `${name} ${one}`)
    .join(", ");
}
