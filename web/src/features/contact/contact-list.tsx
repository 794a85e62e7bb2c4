import { UserOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { DatePicker, Select } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Contact } from "../../api/types";
import { useList } from "../../shared/list";
import { Muted, Page, Row, Section } from "../../shared/page";
import { ChannelPicker } from "../../shared/pickers/channel-picker";
import { CodePicker, OneTag, StaffPicker } from "../../shared/pickers/option-pickers";
import { SearchBar } from "../../shared/search-bar";
import { useMay } from "../../shared/session";
import { FilteredEmpty, FirstUse } from "../../shared/states";
import { type Columns, ListTable } from "../../shared/table";
import { ago, moment } from "../../shared/time";
import { type UrlState, useUrl } from "../../shared/url";
import { Face, Source, StatusChip, Tags } from "./parts";
import { listContacts } from "./queries";

const words = ["q", "channel", "code", "staff", "tag", "status", "from", "to"] as const;
const statuses = ["friend", "lost", "group_only"] as const;

/** All customers. */
export function ContactList() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrl();
  const navigate = useNavigate();
  const list = useList(["contacts", "list", words.map((w) => url[w])], listContacts(url));
  const columns = useColumns();
  const clear = () => setUrl(Object.fromEntries(words.map((w) => [w, undefined])));
  const empty = words.some((w) => url[w]) ? (
    <FilteredEmpty text={t("contact.none_match")} onClear={clear} />
  ) : (
    <FirstUse icon={<UserOutlined />} title={t("contact.none")} lead={t("contact.none_lead")} />
  );
  return (
    <Page title={t("contact.title")}>
      <Section flush>
        <Filters url={url} setUrl={setUrl} />
        <ListTable
          list={list}
          columns={columns}
          width={1080}
          open={(c) => void navigate({ to: "/customers/$id", params: { id: c.id } })}
          card={(c) => <ContactCard contact={c} />}
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
    <SearchBar placeholder={t("contact.search")}>
      <Select
        aria-label={t("contact.status_label")}
        allowClear
        style={{ width: 120 }}
        placeholder={t("contact.status_label")}
        value={url.status}
        onChange={(status) => setUrl({ status })}
        options={statuses.map((value) => ({ value, label: t(`contact.status.${value}`) }))}
      />
      {may("channel.read") && <ChannelPicker width={150} value={url.channel} onChange={(channel) => setUrl({ channel })} />}
      {may("code.read") && <CodePicker width={170} value={url.code} onChange={(code) => setUrl({ code })} placeholder={t("contact.by_code")} />}
      {may("staff.read") && <StaffPicker width={130} value={url.staff} onChange={(staff) => setUrl({ staff })} placeholder={t("contact.by_staff")} />}
      {may("tag.read") && <OneTag width={130} value={url.tag} onChange={(tag) => setUrl({ tag })} />}
      <DatePicker.RangePicker
        placeholder={[t("contact.added_from"), t("contact.added_to")]}
        value={url.from && url.to ? [dayjs(url.from), dayjs(url.to)] : null}
        onChange={(range) => setUrl({ from: range?.[0]?.startOf("day").toISOString(), to: range?.[1]?.endOf("day").toISOString() })}
      />
    </SearchBar>
  );
}

function useColumns(): Columns<Contact> {
  const { t } = useTranslation();
  return useMemo(
    (): Columns<Contact> => [
      { title: t("contact.customer"), width: 220, fixed: "left", render: (_, c) => <Who contact={c} /> },
      { title: t("contact.status_label"), width: 110, render: (_, c) => <StatusChip contact={c} /> },
      { title: t("contact.source"), width: 210, render: (_, c) => <Source contact={c} /> },
      { title: t("contact.staff"), width: 130, render: (_, c) => <StaffNames contact={c} /> },
      { title: t("contact.tags"), width: 200, render: (_, c) => <Tags contact={c} /> },
      { title: t("contact.added"), width: 150, render: (_, c) => (c.added_at ? moment(c.added_at) : <Muted>–</Muted>) },
      { title: t("contact.seen"), width: 110, render: (_, c) => <Muted small>{c.last_seen_at ? ago(c.last_seen_at) : "–"}</Muted> },
    ],
    [t],
  );
}

function Who({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <Link to="/customers/$id" params={{ id: contact.id }} style={{ display: "flex", gap: 10, alignItems: "center", color: "inherit" }}>
      <Face contact={contact} />
      <span style={{ minWidth: 0 }}>
        <strong style={{ fontWeight: 550 }}>{contact.name || t("contact.nameless")}</strong>
        <br /><Muted small>{contact.external_userid_masked}</Muted>
      </span>
    </Link>
  );
}

function StaffNames({ contact }: { contact: Contact }) {
  const active = (contact.staff ?? []).filter((s) => s.active);
  if (active.length === 0) return <Muted>–</Muted>;
  return <>{active[0]!.name} {active.length > 1 && <Muted small>+{active.length - 1}</Muted>}</>;
}

function ContactCard({ contact }: { contact: Contact }) {
  return (
    <article>
      <Row between><Who contact={contact} /><StatusChip contact={contact} /></Row>
      <div style={{ margin: "8px 0" }}><Source contact={contact} /></div>
      <Tags contact={contact} />
    </article>
  );
}
