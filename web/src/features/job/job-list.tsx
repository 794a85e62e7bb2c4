import { CheckCircleOutlined } from "@ant-design/icons";
import { App, Button, Tabs } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Job } from "../../api/types";
import { useAct } from "../../shared/act";
import { useList } from "../../shared/list";
import { Muted, Page, Row, Section, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { told } from "../../shared/text";
import { ago } from "../../shared/time";
import { useUrl } from "../../shared/url";

const states = ["dead", "ready", "running"] as const;
type State = (typeof states)[number];

/** Background work: what has given up, what waits, what runs. */
export function JobList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const state = states.find((s) => s === url.state) ?? "dead";
  const list = useList(["jobs", state], async (cursor) => ok(await api.GET("/jobs", { params: { query: { state, limit: 50, cursor } } })));
  const columns = useColumns(state);
  return (
    <Page title={t("nav.jobs")} lead={t("job.lead")}>
      <Section flush>
        <div style={{ padding: "0 20px" }}>
          <Tabs activeKey={state} onChange={(key) => setUrl({ state: key === "dead" ? undefined : key })} items={states.map((key) => ({ key, label: t(`job.state.${key}`) }))} />
        </div>
        <ListTable
          list={list}
          columns={columns}
          width={900}
          card={(job) => <JobCard job={job} state={state} />}
          empty={<FirstUse icon={<CheckCircleOutlined />} title={t(`job.none.${state}`)} lead={t("job.none_lead")} />}
        />
      </Section>
    </Page>
  );
}

const name = (t: ReturnType<typeof useTranslation>["t"], job: Job) => told(t, `job.kind.${job.kind.replace(/\./g, "_")}`, {}, job.kind);

function useColumns(state: State): Columns<Job> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<Job> => [
      { title: t("job.what"), width: 220, render: (_, job) => <>{name(t, job)}<br /><Muted small>{job.kind} · {job.queue}</Muted></> },
      { title: t("job.tries"), width: 90, align: "right", render: (_, job) => `${job.attempt}/${job.max_attempts}` },
      { title: t("job.error"), render: (_, job) => <span style={{ overflowWrap: "anywhere" }}>{job.last_error || "–"}</span> },
      { title: t(state === "ready" ? "job.run_at" : "job.created"), width: 130, render: (_, job) => <Muted small>{ago(state === "ready" ? job.run_at : job.created_at)}</Muted> },
      { title: "", width: 160, align: "right", render: (_, job) => <Acts job={job} state={state} /> },
    ],
    [t, state],
  );
}

function Acts({ job, state }: { job: Job; state: State }) {
  const { t } = useTranslation();
  const may = useMay();
  const { modal } = App.useApp();
  const params = { path: { id: job.id } };
  const retry = useAct({ run: async () => ok(await api.POST("/jobs/{id}/retry", { params })), topics: ["jobs", "home"], said: t("job.retried") });
  const drop = useAct({ run: async () => ok(await api.DELETE("/jobs/{id}", { params })), topics: ["jobs", "home"], said: t("job.dropped") });
  if (!may("job.edit") || state !== "dead") return null;
  const ask = () => void modal.confirm({ title: t("job.drop_ask"), content: t("job.drop_lead"), okText: t("job.drop"), okButtonProps: { danger: true }, onOk: () => drop.mutateAsync() });
  return (
    <Row gap={4}>
      <span style={{ marginLeft: "auto" }} />
      <Button size="small" loading={retry.isPending} onClick={() => retry.mutate()}>{t("job.retry")}</Button>
      <Button size="small" type="text" danger onClick={ask}>{t("job.drop")}</Button>
    </Row>
  );
}

function JobCard({ job, state }: { job: Job; state: State }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Row between><strong>{name(t, job)}</strong><Muted small>{job.attempt}/{job.max_attempts}</Muted></Row>
      {job.last_error && <span style={{ overflowWrap: "anywhere" }}>{job.last_error}</span>}
      <Acts job={job} state={state} />
    </Stack>
  );
}
