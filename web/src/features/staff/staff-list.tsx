import { UserOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, InputNumber, Popover, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Staff } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { CapacityBar } from "../../shared/capacity";
import { Chip } from "../../shared/chip";
import { exact } from "../../shared/format";
import { useList } from "../../shared/list";
import { Muted, Page, Row, Section } from "../../shared/page";
import { SearchBar } from "../../shared/search-bar";
import { useMay } from "../../shared/session";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { clock } from "../../shared/time";
import { useUrl } from "../../shared/url";

const states = ["active", "paused", "inactive", "left"] as const;

/** Who can take customers, and how many more today. */
export function StaffList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const may = useMay();
  const list = useList(["staff", "list", url.q, url.status], async (cursor) =>
    ok(await api.GET("/staff", { params: { query: { q: url.q, status: url.status as (typeof states)[number] | undefined, limit: 50, cursor } } })),
  );
  const columns = useColumns();
  const empty =
    url.q || url.status ? (
      <FilteredEmpty text={t("staff.none_match")} onClear={() => setUrl({ q: undefined, status: undefined })} />
    ) : (
      <FirstUse
        icon={<UserOutlined />}
        title={t("staff.none")}
        lead={t("staff.none_lead")}
        act={may("system.manage") && <Link to="/settings/wecom"><Button type="primary">{t("staff.sync")}</Button></Link>}
      />
    );
  return (
    <Page title={t("staff.title")} lead={t("staff.lead")}>
      <Section flush>
        <SearchBar placeholder={t("staff.search")}>
          <Select
            aria-label={t("staff.status_label")}
            allowClear
            style={{ width: 130 }}
            placeholder={t("staff.status_label")}
            value={url.status}
            onChange={(status) => setUrl({ status })}
            options={states.map((value) => ({ value, label: t(`staff.status.${value}`) }))}
          />
        </SearchBar>
        <ListTable list={list} columns={columns} card={(person) => <StaffCard person={person} />} empty={empty} width={1040} />
      </Section>
    </Page>
  );
}

function useColumns(): Columns<Staff> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<Staff> => [
      { title: t("staff.name"), width: 190, fixed: "left", render: (_, p) => <><strong style={{ fontWeight: 550 }}>{p.name}</strong><br /><Muted small>{p.userid}</Muted></> },
      { title: t("staff.department"), width: 170, ellipsis: true, render: (_, p) => p.departments.join(" / ") },
      { title: t("staff.status_label"), width: 170, render: (_, p) => <Status person={p} /> },
      { title: t("staff.today"), width: 200, render: (_, p) => <CapacityBar joined={p.today} held={p.held} capacity={p.daily_cap} /> },
      { title: t("staff.cap"), width: 110, render: (_, p) => <Cap person={p} /> },
      { title: t("staff.customers"), width: 100, align: "right", render: (_, p) => exact(p.customers) },
      { title: t("staff.codes"), width: 90, align: "right", render: (_, p) => exact(p.codes) },
      { title: "", width: 130, align: "right", render: (_, p) => <Pause person={p} /> },
    ],
    [t],
  );
}

const paused = (person: Staff) => !!person.paused_until && new Date(person.paused_until) > new Date();

function Status({ person }: { person: Staff }) {
  const { t } = useTranslation();
  const [problem] = person.problems ?? [];
  if (paused(person)) return <Chip tone="warn">{t("staff.paused_until", { at: clock(person.paused_until!).slice(0, 5) })}</Chip>;
  if (problem && person.status === "active") return <Chip tone="bad">{t(`staff.problem.${problem}`, { defaultValue: problem })}</Chip>;
  return <Chip tone={person.status === "active" ? "good" : "quiet"}>{t(`staff.status.${person.status}`)}</Chip>;
}

/** One write to a staff member's row. */
function useStaffAct(person: Staff, said: string, done?: () => void) {
  return useAct({
    run: async (body: { daily_cap?: number; paused_until?: string | null }) =>
      ok(await api.PATCH("/staff/{id}", { params: { path: { id: person.id }, header: ifMatch(person.version) }, body })),
    topics: ["staff", "live-codes", "home"],
    said,
    done,
  });
}

/** Takes somebody off the rota for two hours, or puts them back. */
function Pause({ person }: { person: Staff }) {
  const { t } = useTranslation();
  const may = useMay();
  const act = useStaffAct(person, t("common.done"));
  if (!may("staff.edit") || person.status !== "active") return null;
  const off = paused(person);
  const until = () => new Date(Date.now() + 2 * 3_600_000).toISOString();
  return (
    <Button size="small" loading={act.isPending} onClick={() => act.mutate({ paused_until: off ? null : until() })}>
      {t(off ? "staff.resume" : "staff.pause")}
    </Button>
  );
}

function Cap({ person }: { person: Staff }) {
  const { t } = useTranslation();
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [cap, setCap] = useState(person.daily_cap);
  const act = useStaffAct(person, t("common.saved"), () => setOpen(false));
  if (!may("staff.edit")) return <>{person.daily_cap}</>;
  const save = () => act.mutate({ daily_cap: cap });
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      title={t("staff.cap")}
      content={
        <div style={{ maxWidth: 260 }}>
          <Row>
            <InputNumber min={1} max={1000} value={cap} onChange={(n) => setCap(n ?? person.daily_cap)} onPressEnter={save} aria-label={t("staff.cap")} />
            <Button type="primary" loading={act.isPending} onClick={save}>{t("common.save")}</Button>
            <Muted small>{t("staff.cap_help")}</Muted>
          </Row>
        </div>
      }
    >
      <Button size="small" aria-label={t("staff.edit_cap", { name: person.name })}>{person.daily_cap}</Button>
    </Popover>
  );
}

function StaffCard({ person }: { person: Staff }) {
  const { t } = useTranslation();
  return (
    <article>
      <Row between>
        <span><strong>{person.name}</strong><br /><Muted small>{person.departments.join(" / ")}</Muted></span>
        <Status person={person} />
      </Row>
      <div style={{ margin: "10px 0" }}><CapacityBar joined={person.today} held={person.held} capacity={person.daily_cap} /></div>
      <Row between>
        <Muted small>{t("staff.card_line", { customers: exact(person.customers), codes: person.codes })}</Muted>
        <Row><Cap person={person} /><Pause person={person} /></Row>
      </Row>
    </article>
  );
}
