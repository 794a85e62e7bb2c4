import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { faultLine } from "../../shared/fault";
import { freshen } from "../../shared/live";
import style from "./list.module.css";
import { type Step, take } from "./queries";
import { useSteps } from "./steps";

const offered = ["pause", "resumption", "archive", "restoration"] as const;

/** What can be done with all selected codes at once; each says its own fault. */
export function BatchBar({ codes, clear }: { codes: LiveCode[]; clear: () => void }) {
  const { t } = useTranslation();
  const { stepsOf } = useSteps();
  const { notification, message } = App.useApp();
  const queries = useQueryClient();
  const [busy, setBusy] = useState<Step>();
  if (codes.length === 0) return null;

  const run = async (step: Step) => {
    setBusy(step);
    const able = codes.filter((code) => stepsOf(code).includes(step));
    const results = await Promise.allSettled(able.map((code) => take(code, step)));
    setBusy(undefined);
    freshen(queries, ["live-codes", "home"]);
    const failed = results.flatMap((r, i) => (r.status === "rejected" ? [`${able[i]?.name}: ${faultLine(t, r.reason)}`] : []));
    if (failed.length === 0) void message.success(t("livecode.batch_done", { count: able.length }));
    else notification.warning({ title: t("livecode.batch_some_failed", { n: failed.length, all: able.length }), description: failed.join("\n") });
    clear();
  };
  return (
    <div className={style.batch} role="toolbar" aria-label={t("livecode.batch")}>
      <span>{t("livecode.selected", { count: codes.length })}</span>
      {offered.map((step) => {
        const able = codes.filter((code) => stepsOf(code).includes(step)).length;
        if (able === 0) return null;
        return (
          <Button key={step} size="small" loading={busy === step} disabled={!!busy} onClick={() => void run(step)}>
            {t(`livecode.step.${step}`)} {able < codes.length && able}
          </Button>
        );
      })}
      <Button size="small" type="text" style={{ color: "inherit" }} onClick={clear}>{t("common.cancel")}</Button>
    </div>
  );
}
