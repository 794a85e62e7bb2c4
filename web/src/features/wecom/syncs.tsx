import { useQuery } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { SyncState } from "../../api/types";
import { useAct } from "../../shared/act";
import { Chip, type Tone } from "../../shared/chip";
import { exact } from "../../shared/format";
import { Muted, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { ago } from "../../shared/time";
import { syncs } from "./queries";
import style from "./wecom.module.css";

const all: SyncState["what"][] = ["staff", "groups", "contacts", "tags"];
const tones: Record<SyncState["state"], Tone> = { idle: "quiet", running: "info", done: "good", failed: "bad" };

/** What we copied from WeCom, how far it is, and from when. */
export function Syncs() {
  const { t } = useTranslation();
  const query = useQuery(syncs);
  const start = useAct({
    run: async (what: SyncState["what"][]) => ok(await api.POST("/wecom/sync", { body: { what } })),
    topics: ["wecom"],
    said: t("wecom.sync_started"),
  });
  return (
    <Section title={t("wecom.step_sync")} extra={<Button size="small" loading={start.isPending} onClick={() => start.mutate(all)}>{t("wecom.sync_all")}</Button>}>
      <Loaded query={query} rows={4}>
        {(runs) => <Stack gap={12}>{runs.map((run) => <Run key={run.what} run={run} again={() => start.mutate([run.what])} />)}</Stack>}
      </Loaded>
    </Section>
  );
}

function Run({ run, again }: { run: SyncState; again: () => void }) {
  const { t } = useTranslation();
  const share = run.total ? Math.round((100 * run.done) / run.total) : undefined;
  return (
    <div className={style.sync}>
      <strong>{t(`wecom.what.${run.what}`)}</strong>
      <span>
        <Chip tone={tones[run.state]}>{t(`wecom.sync_state.${run.state}`)}</Chip>{" "}
        {run.done > 0 && <Muted>{t("wecom.synced", { done: exact(run.done) })}</Muted>}
        {run.error && <div style={{ color: "var(--danger)" }}>{run.error}</div>}
        {run.state === "running" && <Progress percent={share ?? 100} status="active" showInfo={share !== undefined} size="small" />}
      </span>
      <Muted small>{run.finished_at ? ago(run.finished_at) : ""}</Muted>
      <Button size="small" type="text" disabled={run.state === "running"} onClick={again}>{t("wecom.sync_again")}</Button>
    </div>
  );
}
