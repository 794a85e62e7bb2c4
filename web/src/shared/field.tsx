import { type ReactNode, useId } from "react";
import type { FieldFault } from "../api/problem";
import { Problem } from "../api/problem";
import style from "./field.module.css";

type Props = {
  label: ReactNode;
  help?: ReactNode;
  wrong?: string;
  required?: boolean;
  /** Gets the id that ties the label to the control. */
  children: (id: string) => ReactNode;
};

/** A control with its label above, its help below, and what is wrong with it. */
export function Field({ label, help, wrong, required, children }: Props) {
  const id = useId();
  return (
    <div className={style.field} data-wrong={wrong ? "" : undefined}>
      <label className={style.label} htmlFor={id}>
        {label}
        {required && <em aria-hidden>*</em>}
      </label>
      {children(id)}
      {wrong ? <span className={style.wrong} role="alert">{wrong}</span> : help && <span className={style.help}>{help}</span>}
    </div>
  );
}

/** What the server says is wrong with the field whose path ends with name. */
export function wrongWith(error: unknown, name: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  const ends = (fault: FieldFault) => fault.path === name || fault.path.endsWith(`.${name}`) || fault.path.includes(`.${name}.`) || fault.path.includes(`.${name}[`);
  return error.fields.find(ends)?.message;
}
