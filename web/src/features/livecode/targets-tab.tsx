import { useQuery } from "@tanstack/react-query";
import { Table, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { LiveCode, TargetShare } from "../../api/types";
import { CapacityBar } from "../../shared/capacity";
import { Chip } from "../../shared/chip";
import { exact } from "../../shared/format";
import { MetricName, RateText } from "../../shared/metric";
import { Muted, Row, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { daysBack } from "../../shared/time";
import { report } from "./queries";

/** Who took how many, and whether that was fair. */
export function TargetsTab({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const query = useQuery(report(code.id, { from: daysBack(6), grain: "day" }));
  return (
    <Loaded query={query}>
      {({ targets }) => (
        <Stack>
          <Section flush title={t("livecode.targets.title")} extra={<Row><Fairness code={code} targets={targets} /><span>{t("livecode.last_days", { n: 7 })}</span></Row>}>
            <Split targets={targets} />
          </Section>
          {code.overflow_pool && (
            <Section title={t("livecode.form.overflow")}>
              <Row>{code.overflow_pool.members.map((m) => <Chip key={m.target} plain>{m.name}</Chip>)}</Row>
            </Section>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

/** The largest share over the expected share: 1.0 is fair. Only turn-taking promises fairness. */
export function fairness(targets: TargetShare[]): number | undefined {
  const all = targets.reduce((sum, target) => sum + target.assigned, 0);
  if (targets.length < 2 || all < 30) return undefined;
  return (Math.max(...targets.map((target) => target.assigned)) / all) * targets.length;
}

function Fairness({ code, targets }: { code: LiveCode; targets: TargetShare[] }) {
  const { t } = useTranslation();
  const index = fairness(targets);
  if (index === undefined || code.pool.strategy !== "round_robin") return null;
  return (
    <Tooltip title={t("livecode.targets.fairness_hint")}>
      <span><Chip tone={index > 1.5 ? "warn" : "good"}>{t("livecode.targets.fairness", { n: index.toFixed(2) })}</Chip></span>
    </Tooltip>
  );
}

function Split({ targets }: { targets: TargetShare[] }) {
  const { t } = useTranslation();
  return (
    <Table
      rowKey="id"
      size="middle"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={targets}
      locale={{ emptyText: <Muted>{t("livecode.targets.none")}</Muted> }}
      columns={[
        { title: t("livecode.targets.target"), render: (_, row) => <span>{row.name} <Muted small>{t(`livecode.target_kind.${row.kind}`)}</Muted></span> },
        { title: <MetricName id="assigned" short />, align: "right", render: (_, row) => exact(row.assigned) },
        { title: <MetricName id="share" short />, align: "right", render: (_, row) => <RateText rate={row.share} bare /> },
        { title: <MetricName id="added_joined" short />, align: "right", render: (_, row) => exact(row.arrived) },
        { title: t("livecode.field.capacity"), width: 220, render: (_, row) => row.capacity > 0 && <CapacityBar joined={row.joined} held={Math.max(0, row.capacity - row.joined - row.free)} capacity={row.capacity} /> },
      ]}
    />
  );
}
