import { WarningOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { App, Button } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/problem";
import { copy } from "./clipboard";
import { faultText } from "./fault";
import style from "./states.module.css";
import { nowIso } from "./time";

/** Nothing here yet: what it is in one sentence, and the next step. */
export function FirstUse({ icon, title, lead, act }: { icon?: ReactNode; title: string; lead: string; act?: ReactNode }) {
  return (
    <div className={style.state}>
      {icon && <div className={style.icon} aria-hidden>{icon}</div>}
      <h3>{title}</h3>
      <p>{lead}</p>
      {act}
    </div>
  );
}

/** The filters let nothing through. */
export function FilteredEmpty({ text, onClear }: { text: string; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={style.state}>
      <p>{text}</p>
      <Button onClick={onClear}>{t("common.clear_filters")}</Button>
    </div>
  );
}

/** The page exists, but not for this person: who may, and by which permission. */
export function NoPermission({ permission }: { permission: string }) {
  const { t } = useTranslation();
  return (
    <div className={style.state} role="alert">
      <h3>{t("common.no_permission")}</h3>
      <p>{t("common.no_permission_lead", { name: t(`permission.${permission}`), permission })}</p>
    </div>
  );
}

/** A fault in a person's words, with what support will ask for. */
export function FaultView({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const problem = error instanceof Problem ? error : undefined;
  const words = faultText(t, error);
  const diagnosis = () =>
    [problem?.code ?? "client", problem?.status, problem?.requestId, location.pathname, nowIso(), words.detail]
      .filter(Boolean)
      .join(" | ");
  return (
    <div className={style.fault} role="alert">
      <strong><WarningOutlined /> {words.title}</strong>
      {words.detail && <span>{words.detail}</span>}
      {problem && (
        <span className={style.code}>
          {problem.code}
          {problem.requestId && ` · ${t("common.request_id")} ${problem.requestId}`}
        </span>
      )}
      <div className={style.acts}>
        {retry && <Button size="small" onClick={retry}>{t("common.retry")}</Button>}
        <Button
          size="small"
          type="text"
          onClick={async () => {
            await copy(diagnosis());
            void message.success(t("common.copied"));
          }}
        >
          {t("common.copy_diagnosis")}
        </Button>
      </div>
    </div>
  );
}

/** Grey bars at once; after three seconds words, after ten a way out. */
export function Waiting({ rows = 6, retry }: { rows?: number; retry?: () => void }) {
  const { t } = useTranslation();
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const timers = [3, 10].map((s) => setTimeout(() => setWaited(s), s * 1000));
    return () => timers.forEach(clearTimeout);
  }, []);
  return (
    <div className={style.waiting} aria-busy="true" aria-live="polite">
      {Array.from({ length: rows }, (_, i) => <i key={i} style={{ width: `${94 - ((i * 37) % 50)}%` }} />)}
      {waited >= 3 && <p>{t("common.still_loading")}</p>}
      {waited >= 10 && retry && <Button size="small" onClick={retry}>{t("common.retry")}</Button>}
    </div>
  );
}

/** A yellow line: what is old, since when, and what still works. */
export const Stale = ({ children }: { children: ReactNode }) => (
  <div className={style.strip} role="status"><WarningOutlined />{children}</div>
);

type LoadedProps<T> = { query: UseQueryResult<T>; rows?: number; waiting?: ReactNode; children: (answer: T) => ReactNode };

/** The four states of a query. Old answers stay, under a veil, while new ones are on their way. */
export function Loaded<T>({ query, rows, waiting, children }: LoadedProps<T>) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <FaultView error={query.error} retry={retry} />}
        <div className={query.isPlaceholderData ? style.veil : undefined}>{children(query.data)}</div>
      </>
    );
  }
  if (query.isError) return <FaultView error={query.error} retry={retry} />;
  return <>{waiting ?? <Waiting rows={rows} retry={retry} />}</>;
}
