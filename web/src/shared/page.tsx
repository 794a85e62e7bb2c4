import { Link } from "@tanstack/react-router";
import { type CSSProperties, type ReactNode, useEffect } from "react";
import style from "./page.module.css";

type PageProps = {
  title: ReactNode;
  /** The words of the browser tab, when title is not plain text. */
  tab?: string;
  lead?: ReactNode;
  back?: { to: string; text: string };
  chips?: ReactNode;
  acts?: ReactNode;
  children: ReactNode;
};

/** The skeleton of every page: where am I, what is it, what can I do. */
export function Page({ title, tab, lead, back, chips, acts, children }: PageProps) {
  const words = tab ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = words ? `${words} · Tuma` : "Tuma";
  }, [words]);
  return (
    <div className={style.page}>
      <div className={style.head}>
        <div className={style.words}>
          {back && (
            <div className={style.crumb}>
              <Link to={back.to}>‹ {back.text}</Link>
            </div>
          )}
          <h1 className={style.title}>
            {title}
            {chips}
          </h1>
          {lead && <p className={style.lead}>{lead}</p>}
        </div>
        {acts && <div className={style.acts}>{acts}</div>}
      </div>
      {children}
    </div>
  );
}

type SectionProps = { title?: ReactNode; extra?: ReactNode; flush?: boolean; children: ReactNode; style?: CSSProperties };

/** A card with a heading. A flush one lets a table touch its edges. */
export function Section({ title, extra, flush, children, style: own }: SectionProps) {
  return (
    <section className={style.section} style={own}>
      {(title || extra) && (
        <header>
          {title && <h2>{title}</h2>}
          {extra && <div className={style.extra}>{extra}</div>}
        </header>
      )}
      <div className={flush ? style.flush : style.body}>{children}</div>
    </section>
  );
}

/** Things under each other, with the usual distance. */
export const Stack = ({ children, gap }: { children: ReactNode; gap?: number }) => (
  <div className={style.stack} style={gap === undefined ? undefined : { gap }}>{children}</div>
);

/** Things beside each other that wrap when there is no room. */
export const Row = ({ children, between, gap }: { children: ReactNode; between?: boolean; gap?: number }) => (
  <div className={between ? `${style.row} ${style.between}` : style.row} style={gap === undefined ? undefined : { gap }}>
    {children}
  </div>
);

/** Columns at least min pixels wide, as many as fit. */
export const Grid = ({ children, min }: { children: ReactNode; min: number }) => (
  <div className={style.grid} style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(${min}px, 100%), 1fr))` }}>
    {children}
  </div>
);

/** Words of second rank. */
export const Muted = ({ children, small }: { children: ReactNode; small?: boolean }) => (
  <span className={small ? style.small : style.muted}>{children}</span>
);

/** Names and their values. */
export const Facts = ({ rows }: { rows: [ReactNode, ReactNode][] }) => (
  <dl className={style.facts}>
    {rows.map(([name, value], i) => (
      <div key={i} style={{ display: "contents" }}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
