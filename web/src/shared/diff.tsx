import { useTranslation } from "react-i18next";
import type { Diff } from "../api/types";
import style from "./diff.module.css";

/** What a change took away and what it put there. */
export function DiffLines({ diff }: { diff: Diff[] | null }) {
  const { t } = useTranslation();
  if (!diff?.length) return null;
  return (
    <div className={style.lines}>
      {diff.map((line) => (
        <div key={line.field} className={style.line}>
          <span>{t(`audit.field.${line.field}`, { defaultValue: line.field })}</span>
          <span>
            {line.before && <del>{line.before}</del>}
            {line.before && line.after && " → "}
            {line.after && <ins>{line.after}</ins>}
          </span>
        </div>
      ))}
    </div>
  );
}
