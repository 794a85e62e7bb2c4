import { SafetyOutlined } from "@ant-design/icons";
import { Alert, App, Button, DatePicker, Select } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { AuditRow } from "../../api/types";
import { useAct } from "../../shared/act";
import { DiffLines } from "../../shared/diff";
import { exact } from "../../shared/format";
import { useList } from "../../shared/list";
import { Muted, Page, Section, Stack } from "../../shared/page";
import { SearchBar } from "../../shared/search-bar";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { told } from "../../shared/text";
import { clock, day } from "../../shared/time";
import { useUrl } from "../../shared/url";

const objects = ["live_code", "pool", "group", "staff", "channel", "tag", "welcome", "account", "api_key", "contact", "wecom", "session", "job"];

type Row = AuditRow & { id: string };

/** Who did what, in a chain that cannot be changed unseen. */
export function AuditLog() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const { q, object, from, to } = url;
  const list = useList<Row>(["audit", q, object, from, to], async (cursor) => {
    const page = ok(await api.GET("/audit", { params: { query: { q, object, from, to, limit: 50, cursor } } }));
    return { ...page, items: page.items.map((row) => ({ ...row, id: String(row.seq) })) };
  });
  const clear = () => setUrl({ q: undefined, object: undefined, from: undefined, to: undefined });
  const empty = q || object || from ? <FilteredEmpty text={t("audit.none_match")} onClear={clear} /> : <FirstUse icon={<SafetyOutlined />} title={t("audit.none")} lead={t("audit.lead")} />;
  return (
    <Page title={t("nav.audit")} lead={t("audit.lead")} acts={<Verify />}>
      <Section flush>
        <SearchBar placeholder={t("audit.search")}>
          <Select aria-label={t("audit.object")} allowClear style={{ width: 150 }} placeholder={t("audit.object")} value={object} onChange={(value) => setUrl({ object: value })} options={objects.map((value) => ({ value, label: t(`audit.objects.${value}`) }))} />
          <DatePicker.RangePicker
            value={from && to ? [dayjs(from), dayjs(to)] : null}
            onChange={(range) => setUrl({ from: range?.[0]?.startOf("day").toISOString(), to: range?.[1]?.endOf("day").toISOString() })}
          />
        </SearchBar>
        <ListTable list={list} columns={useColumns()} card={(row) => <AuditCard row={row} />} empty={empty} width={960} />
      </Section>
    </Page>
  );
}

function useColumns(): Columns<Row> {
  const { t } = useTranslation();
  return [
    { title: "#", width: 72, render: (_, row) => <Muted>{row.seq}</Muted> },
    { title: t("audit.at"), width: 150, render: (_, row) => <><Muted>{day(row.at)}</Muted> {clock(row.at)}</> },
    { title: t("audit.actor"), width: 150, render: (_, row) => <Actor row={row} /> },
    { title: t("audit.action_label"), width: 170, render: (_, row) => told(t, `audit.action.${row.action}`, {}, row.action) },
    { title: t("audit.what"), width: 190, render: (_, row) => <>{told(t, `audit.objects.${row.object}`, {}, row.object)}<br /><Muted small>{row.object_id}</Muted></> },
    { title: t("audit.diff"), render: (_, row) => <DiffLines diff={row.diff} /> },
    { title: t("audit.address"), width: 130, render: (_, row) => <Muted small>{row.address}</Muted> },
  ];
}

function Actor({ row }: { row: Row }) {
  const { t } = useTranslation();
  return <>{(row.actor_kind !== "system" && row.actor_name) || t(`audit.actors.${row.actor_kind}`)}{row.actor_kind === "key" && <Muted small> API</Muted>}</>;
}

function AuditCard({ row }: { row: Row }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2}>
      <strong>{told(t, `audit.action.${row.action}`, {}, row.action)}</strong>
      <Muted small><Actor row={row} /> · {day(row.at)} {clock(row.at)}</Muted>
      <DiffLines diff={row.diff} />
    </Stack>
  );
}

/** Counts the chain again from its first row. */
function Verify() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const verify = useAct({
    run: async () => ok(await api.POST("/audit/verification")),
    topics: [],
    done: ({ ok: whole, rows, broken_at }) => {
      const text = whole ? t("audit.whole", { rows: exact(rows) }) : t("audit.broken", { at: broken_at });
      modal[whole ? "success" : "error"]({ title: t(whole ? "audit.whole_title" : "audit.broken_title"), content: <Alert type={whole ? "success" : "error"} title={text} /> });
    },
  });
  return <Button icon={<SafetyOutlined />} loading={verify.isPending} onClick={() => verify.mutate()}>{t("audit.verify")}</Button>;
}
