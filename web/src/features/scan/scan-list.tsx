import { SearchOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ScanRow } from "../../api/types";
import { useList } from "../../shared/list";
import { Muted, Page, Row, Section } from "../../shared/page";
import { CodePicker, StaffPicker } from "../../shared/pickers/option-pickers";
import { SearchBar } from "../../shared/search-bar";
import { useMay } from "../../shared/session";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { Tier } from "../../shared/tier";
import { clock, day } from "../../shared/time";
import { type UrlState, useUrl } from "../../shared/url";
import { Outcome } from "./outcome";
import { listScans } from "./queries";

const words = ["q", "code", "contact", "staff", "from", "to"] as const;

/** Find one scan: by what the customer reads out, by code, by staff, by time. */
export function ScanList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const navigate = useNavigate();
  const list = useList(["scans", "list", words.map((w) => url[w])], listScans(url));
  const columns = useColumns();
  const empty = words.some((w) => url[w]) ? (
    <FilteredEmpty text={t("scan.none_match")} onClear={() => setUrl(Object.fromEntries(words.map((w) => [w, undefined])))} />
  ) : (
    <FirstUse icon={<SearchOutlined />} title={t("scan.none")} lead={t("scan.none_lead")} />
  );
  return (
    <Page title={t("scan.title")} lead={t("scan.lead")}>
      <Section flush>
        <Filters url={url} setUrl={setUrl} />
        <ListTable
          list={list}
          columns={columns}
          width={1080}
          open={(scan) => void navigate({ to: "/trace/$id", params: { id: scan.id } })}
          card={(scan) => <ScanCard scan={scan} />}
          empty={empty}
        />
      </Section>
    </Page>
  );
}

function Filters({ url, setUrl }: { url: UrlState; setUrl: (patch: UrlState) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <SearchBar placeholder={t("scan.search")}>
      <CodePicker width={200} value={url.code} onChange={(code) => setUrl({ code })} placeholder={t("scan.code")} />
      {may("staff.read") && <StaffPicker width={140} value={url.staff} onChange={(staff) => setUrl({ staff })} placeholder={t("scan.staff")} />}
      <DatePicker.RangePicker
        value={url.from && url.to ? [dayjs(url.from), dayjs(url.to)] : null}
        onChange={(range) => setUrl({ from: range?.[0]?.startOf("day").toISOString(), to: range?.[1]?.endOf("day").toISOString() })}
      />
    </SearchBar>
  );
}

function useColumns(): Columns<ScanRow> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<ScanRow> => [
      { title: t("scan.at"), width: 150, render: (_, s) => <><Muted>{day(s.at)}</Muted> {clock(s.at)}</> },
      { title: t("scan.diagnosis"), width: 120, render: (_, s) => <Link to="/trace/$id" params={{ id: s.id }}><code>{s.diagnosis}</code></Link> },
      { title: t("scan.code"), width: 200, ellipsis: true, render: (_, s) => s.code?.name ?? <Muted>–</Muted> },
      { title: t("scan.channel"), width: 120, ellipsis: true, render: (_, s) => s.channel?.name ?? <Muted>–</Muted> },
      { title: t("scan.visitor"), width: 110, render: (_, s) => <code>{s.visitor}</code> },
      { title: t("scan.shown"), width: 130, render: (_, s) => t(`scan.state.${s.state}`, { defaultValue: s.state }) },
      { title: t("scan.target"), width: 150, ellipsis: true, render: (_, s) => s.target?.name ?? <Muted>–</Muted> },
      { title: t("scan.became"), width: 190, render: (_, s) => <Row gap={4}><Outcome outcome={s.outcome} /><Tier tier={s.tier} /></Row> },
    ],
    [t],
  );
}

function ScanCard({ scan }: { scan: ScanRow }) {
  const { t } = useTranslation();
  return (
    <Link to="/trace/$id" params={{ id: scan.id }} style={{ color: "inherit", display: "block" }}>
      <Row between><code>{scan.diagnosis}</code><Outcome outcome={scan.outcome} /></Row>
      <div style={{ margin: "4px 0" }}>{scan.code?.name} → {scan.target?.name ?? t(`scan.state.${scan.state}`, { defaultValue: scan.state })}</div>
      <Muted small>{day(scan.at)} {clock(scan.at)}</Muted>
    </Link>
  );
}
