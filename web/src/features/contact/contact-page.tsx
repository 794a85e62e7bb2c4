import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Contact, Moment } from "../../api/types";
import { Chip } from "../../shared/chip";
import { Facts, Muted, Page, Row, Section, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { Loaded } from "../../shared/states";
import { Timeline } from "../../shared/timeline";
import { moment } from "../../shared/time";
import style from "./contact.module.css";
import { Face, Source, StatusChip } from "./parts";
import { contact as one, timeline } from "./queries";
import { Reveal } from "./reveal";

/** One customer: who, from where, with whom, and everything that happened. */
export function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(one(id));
  return <Loaded query={query} rows={10}>{(contact) => <Profile contact={contact} />}</Loaded>;
}

function Profile({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const [revealing, setRevealing] = useState(false);
  const name = contact.name || t("contact.nameless");
  return (
    <Page
      title={<><Face contact={contact} size={32} />{name}</>}
      tab={name}
      chips={<StatusChip contact={contact} />}
      back={{ to: "/customers", text: t("contact.title") }}
      acts={may("contact.reveal") && <Button onClick={() => setRevealing(true)}>{t("contact.reveal")}</Button>}
    >
      <div className={style.layout}>
        <Section title={t("contact.timeline")}><History id={contact.id} /></Section>
        <Stack>
          <Identity contact={contact} />
          <Relations contact={contact} />
        </Stack>
      </div>
      {revealing && <Reveal id={contact.id} close={() => setRevealing(false)} />}
    </Page>
  );
}

function Identity({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { source } = contact;
  return (
    <Section title={t("contact.identity")}>
      <Facts
        rows={[
          ["external_userid", <code key="x">{contact.external_userid_masked}</code>],
          ["unionid", t(contact.unionid_known ? "contact.known" : "contact.unknown")],
          [t("contact.source"), <Source key="s" contact={contact} />],
          [t("contact.by_code"), source.code ? <Link key="c" to="/codes/$id" params={{ id: source.code.id }}>{source.code.name}</Link> : <Muted>–</Muted>],
          [t("contact.added"), contact.added_at ? moment(contact.added_at) : <Muted>–</Muted>],
          [t("contact.tags"), contact.tags.length > 0 ? <Row key="t" gap={4}>{contact.tags.map((tag) => <Chip key={tag.id + tag.source} plain>{tag.name}</Chip>)}</Row> : <Muted>–</Muted>],
        ]}
      />
    </Section>
  );
}

function Relations({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  return (
    <Section title={t("contact.relations")}>
      <Stack gap={10}>
        {contact.staff.map((s) => (
          <Row key={s.id} between>
            <span>{s.name} {!s.active && <Chip>{t("contact.ended")}</Chip>}</span>
            <Muted small>{s.added_at && t("contact.added_at", { at: moment(s.added_at) })}</Muted>
          </Row>
        ))}
        {contact.groups.map((g) => (
          <Row key={g.id} between>
            <span>{g.name} {g.left_at && <Chip>{t("contact.left")}</Chip>}</span>
            <Muted small>{g.joined_at && t("contact.joined_at", { at: moment(g.joined_at) })}</Muted>
          </Row>
        ))}
        {contact.staff.length + contact.groups.length === 0 && <Muted>{t("contact.no_relations")}</Muted>}
      </Stack>
    </Section>
  );
}

const tone = (kind: string) =>
  /lost|left|dropped|failed/.test(kind) ? "bad" : /added|joined|welcome/.test(kind) ? "good" : "info";

function History({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(timeline(id));
  const body = (row: Moment) => (
    <Row gap={6}>
      <span>{row.title}</span>
      <Chip plain>{t(`metric.source.${row.source_chip}`)}</Chip>
      {row.scan && may("trace.read") && <Link to="/trace/$id" params={{ id: row.scan }}>{t("contact.see_scan")}</Link>}
    </Row>
  );
  return (
    <Loaded query={query}>
      {(rows) =>
        rows.length === 0 ? <Muted>{t("contact.no_history")}</Muted> : (
          <Timeline rows={rows.map((row) => ({ key: row.id, at: moment(row.at), tone: tone(row.kind), body: body(row) }))} />
        )
      }
    </Loaded>
  );
}
