import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Table } from "antd";
import { useTranslation } from "react-i18next";
import type { TFunction } from "i18next";
import type { Trace } from "../../api/types";
import { Chip } from "../../shared/chip";
import { CopyButton } from "../../shared/copy";
import { lag } from "../../shared/format";
import { Facts, Grid, Muted, Page, Row, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { told } from "../../shared/text";
import { Tier } from "../../shared/tier";
import { clock, moment } from "../../shared/time";
import { Timeline, type TimelineRow } from "../../shared/timeline";
import { Outcome } from "./outcome";
import { trace } from "./queries";
import { decision, seats, stepWords, toneOf } from "./steps";

/** One scan from the request to the customer in the group, and why everybody else lost. */
export function TracePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(trace(id));
  return <Loaded query={query} rows={12}>{(scan) => <Whole scan={scan} />}</Loaded>;
}

function Whole({ scan }: { scan: Trace }) {
  const { t } = useTranslation();
  return (
    <Page
      title={<code>{scan.diagnosis}</code>}
      tab={scan.diagnosis}
      chips={<><Outcome outcome={scan.outcome} /><Tier tier={scan.tier} /></>}
      lead={moment(scan.at)}
      back={{ to: "/trace", text: t("scan.title") }}
      acts={<CopyButton text={location.href} label={t("scan.copy_link")} />}
    >
      <Stack>
        <Grid min={380}>
          <Section title={t("scan.what_happened")}><Timeline rows={[...stepRows(scan, t), ...afterRows(scan, t)]} /></Section>
          <Stack><Origin scan={scan} /><Hold scan={scan} /></Stack>
        </Grid>
        <Section flush title={t("scan.considered")} extra={t("scan.considered_lead")}><Considered scan={scan} /></Section>
      </Stack>
    </Page>
  );
}

function stepRows(scan: Trace, t: TFunction): TimelineRow[] {
  return decision(scan).map((step, i) => ({
    key: `step${i}`,
    at: i === 0 ? clock(scan.at) : "",
    tone: "quiet",
    body: <Row gap={8}><strong>{told(t, `scan.step.${step.step}`, {}, step.step)}</strong><span>{stepWords(step, t)}</span></Row>,
  }));
}

function afterRows({ after }: Trace, t: TFunction): TimelineRow[] {
  return after.map((row, i) => ({
    key: `after${i}`,
    at: <>{clock(row.at)} <Muted small>+{lag(row.lag_ms)}</Muted></>,
    tone: toneOf(row.kind),
    body: <Row gap={8}><strong>{told(t, `scan.after.${row.kind}`, {}, row.kind)}</strong><Tier tier={row.tier} /><Muted small>{row.args.staff || row.args.target}</Muted></Row>,
  }));
}

function Origin({ scan: { request, identity, code, channel, visitor, target } }: { scan: Trace }) {
  const { t } = useTranslation();
  const none = <Muted>–</Muted>;
  return (
    <Section title={t("scan.origin")}>
      <Facts
        rows={[
          [t("scan.code"), code ? <Link key="c" to="/codes/$id" params={{ id: code.id }}>{code.name}</Link> : none],
          [t("scan.channel"), channel?.name ?? none],
          [t("scan.target"), target ? <span key="t">{target.name} <Muted small>{t(`livecode.target_kind.${target.kind}`)}</Muted></span> : none],
          [t("scan.visitor"), <Row key="v" gap={6}><code>{visitor}</code><Chip plain>{t(identity.new ? "scan.new_visitor" : "scan.known_visitor")}</Chip></Row>],
          [t("scan.device"), [told(t, `scan.os.${request.os}`, {}, request.os), request.wechat && told(t, `scan.wechat.${request.wechat}`, {}, request.wechat), request.lang].filter(Boolean).join(" · ")],
          [t("scan.address"), <Row key="a" gap={6}><code>{request.address_masked || "–"}</code>{request.region && <Muted>{request.region}</Muted>}</Row>],
          [t("scan.material"), request.material || none],
          ["UTM", Object.entries(request.utm).map(([key, value]) => `${key}=${value}`).join(" ") || none],
        ]}
      />
    </Section>
  );
}

function Hold({ scan: { hold } }: { scan: Trace }) {
  const { t } = useTranslation();
  return (
    <Section title={t("scan.hold")}>
      {hold ? (
        <Row><Chip tone={hold.state === "used" ? "good" : "info"}>{t(`scan.hold_state.${hold.state}`)}</Chip>{hold.state !== "used" && <Muted>{t("scan.hold_until", { at: clock(hold.expires_at) })}</Muted>}</Row>
      ) : (
        <Muted>{t("scan.no_hold")}</Muted>
      )}
    </Section>
  );
}

function Considered({ scan }: { scan: Trace }) {
  const { t } = useTranslation();
  return (
    <Table
      rowKey={(row) => row.target + row.reason}
      size="middle"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={scan.considered}
      locale={{ emptyText: <Muted>{t("scan.none_considered")}</Muted> }}
      columns={[
        { title: t("scan.target"), render: (_, row) => <span>{row.name} <Muted small>{t(`livecode.target_kind.${row.kind}`, { defaultValue: row.kind })}</Muted></span> },
        { title: t("scan.verdict"), render: (_, row) => <Chip tone={row.result === "chosen" ? "good" : "quiet"}>{t(`scan.verdict_of.${row.result}`)}</Chip> },
        { title: t("scan.why"), render: (_, row) => t(`scan.reason.${row.reason}`, { defaultValue: row.reason }) },
        { title: t("scan.detail"), render: (_, row) => <Muted>{seats(row.detail, t)}</Muted> },
      ]}
    />
  );
}
