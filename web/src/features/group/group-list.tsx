import { TeamOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, InputNumber, Popover, Tabs, Tooltip } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Group } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { CapacityBar } from "../../shared/capacity";
import { Chip } from "../../shared/chip";
import { exact } from "../../shared/format";
import { useList } from "../../shared/list";
import { MetricName } from "../../shared/metric";
import { Muted, Page, Row, Section } from "../../shared/page";
import { SearchBar } from "../../shared/search-bar";
import { useMay } from "../../shared/session";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { ago } from "../../shared/time";
import { useUrl } from "../../shared/url";
import { Pools } from "./pools";

/** The customer groups and how full they are; the pools they are drawn from. */
export function GroupList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  return (
    <Page title={t("group.title")} lead={t("group.lead")}>
      <Tabs
        activeKey={url.tab ?? "groups"}
        onChange={(tab) => setUrl({ tab: tab === "groups" ? undefined : tab })}
        destroyOnHidden
        items={[
          { key: "groups", label: t("group.groups"), children: <Groups /> },
          { key: "pools", label: t("group.pools"), children: <Pools /> },
        ]}
      />
    </Page>
  );
}

function Groups() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const may = useMay();
  const list = useList(["groups", "list", url.q, url.pool], async (cursor) =>
    ok(await api.GET("/groups", { params: { query: { q: url.q, pool: url.pool, limit: 50, cursor } } })),
  );
  const columns = useColumns();
  const empty =
    url.q || url.pool ? (
      <FilteredEmpty text={t("group.none_match")} onClear={() => setUrl({ q: undefined, pool: undefined })} />
    ) : (
      <FirstUse
        icon={<TeamOutlined />}
        title={t("group.none")}
        lead={t("group.none_lead")}
        act={may("system.manage") && <Link to="/settings/wecom"><Button type="primary">{t("group.sync")}</Button></Link>}
      />
    );
  return (
    <Section flush>
      <SearchBar placeholder={t("group.search")} />
      <ListTable list={list} columns={columns} card={(group) => <GroupCard group={group} />} empty={empty} width={1120} />
    </Section>
  );
}

function useColumns(): Columns<Group> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<Group> => [
      { title: t("group.name"), width: 230, fixed: "left", render: (_, g) => <Name group={g} /> },
      { title: t("group.owner"), width: 110, render: (_, g) => g.owner?.name ?? <Muted>–</Muted> },
      { title: t("group.seats"), width: 210, render: (_, g) => <CapacityBar joined={g.members} held={g.held} capacity={g.capacity} /> },
      { title: t("group.stop_line"), width: 120, render: (_, g) => <StopLine group={g} /> },
      { title: t("group.externals"), width: 96, align: "right", render: (_, g) => exact(g.externals) },
      { title: <MetricName id="joins" short />, width: 90, align: "right", render: (_, g) => `+${exact(g.joined_today)}` },
      { title: <MetricName id="left" short />, width: 90, align: "right", render: (_, g) => (g.left_today ? `−${exact(g.left_today)}` : "0") },
      { title: t("group.codes"), width: 80, align: "right", render: (_, g) => exact(g.codes) },
      { title: t("group.in_pools"), width: 150, ellipsis: true, render: (_, g) => (g.pools ?? []).map((p) => p.name).join(", ") || <Muted>–</Muted> },
      { title: t("group.synced"), width: 110, render: (_, g) => <Muted small>{g.synced_at ? ago(g.synced_at) : "–"}</Muted> },
    ],
    [t],
  );
}

function Name({ group }: { group: Group }) {
  const { t } = useTranslation();
  const odd = group.status !== "active";
  return (
    <span>
      <strong style={{ fontWeight: 550 }}>{group.name || t("group.nameless")}</strong>{" "}
      {odd && <Chip tone="warn">{t(`group.status.${group.status}`, { defaultValue: group.status })}</Chip>}
      <br /><Muted small>{group.chat_id_masked}</Muted>
    </span>
  );
}

/** The stop-line: how many may be in before we send people elsewhere. */
function StopLine({ group }: { group: Group }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [line, setLine] = useState(group.capacity);
  const save = useAct({
    run: async () => ok(await api.PATCH("/groups/{id}", { params: { path: { id: group.id }, header: ifMatch(group.version) }, body: { capacity: line } })),
    topics: ["groups", "live-codes"],
    said: t("common.saved"),
    done: () => setOpen(false),
  });
  if (!may("group.edit")) return <>{group.capacity}</>;
  const form = (
    <Row>
      <InputNumber min={1} max={500} value={line} onChange={(n) => setLine(n ?? group.capacity)} onPressEnter={() => save.mutate()} aria-label={t("group.stop_line")} />
      <Button type="primary" loading={save.isPending} onClick={() => save.mutate()}>{t("common.save")}</Button>
      <Muted small>{t("group.stop_line_help")}</Muted>
    </Row>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" content={<div style={{ maxWidth: 260 }}>{form}</div>} title={t("group.stop_line")}>
      <Tooltip title={open ? "" : t("group.edit_stop_line")}><Button size="small">{group.capacity}</Button></Tooltip>
    </Popover>
  );
}

function GroupCard({ group }: { group: Group }) {
  const { t } = useTranslation();
  return (
    <article>
      <Row between><Name group={group} /><StopLine group={group} /></Row>
      <div style={{ margin: "10px 0" }}><CapacityBar joined={group.members} held={group.held} capacity={group.capacity} /></div>
      <Row between>
        <Muted small>{t("group.owner")} {group.owner?.name ?? "–"}</Muted>
        <Muted small>{t("group.today", { in: group.joined_today, out: group.left_today })}</Muted>
      </Row>
    </article>
  );
}
