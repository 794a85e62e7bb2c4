import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Fallback, LiveCode } from "../../api/types";
import { Chip } from "../../shared/chip";
import { Facts, Muted, Row, Section } from "../../shared/page";
import { useMay } from "../../shared/session";
import { moment } from "../../shared/time";

/** What the code is set to, in words. */
export function Settings({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const may = useMay();
  const none = <Muted>–</Muted>;
  return (
    <Section
      title={t("livecode.tab.settings")}
      extra={may("code.edit") && <Link to="/codes/$id/edit" params={{ id: code.id }}><Button size="small">{t("common.edit")}</Button></Link>}
    >
      <Facts
        rows={[
          [t("livecode.field.purpose"), t(`livecode.purpose.${code.purpose}`)],
          [t("livecode.field.strategy"), t(`livecode.strategy.${code.pool.strategy}`)],
          [t("livecode.field.sticky"), t(code.sticky ? "common.on" : "common.off")],
          [t("livecode.field.auto_create"), code.pool.auto_create ? t("livecode.auto_create_next", { name: `${code.pool.base_name}${code.pool.next_number}` }) : t("common.off")],
          [t("livecode.form.starts_at"), code.starts_at ? moment(code.starts_at) : t("livecode.form.starts_now")],
          [t("livecode.form.ends_at"), code.ends_at ? moment(code.ends_at) : t("livecode.endless")],
          [t("livecode.field.fallback"), <Chain key="chain" steps={code.fallback} />],
          [t("livecode.field.welcome"), code.welcome?.name ?? none],
          [t("livecode.field.tags"), code.tags.length > 0 ? <Row key="tags">{code.tags.map((tag) => <Chip key={tag.id} plain>{tag.name}</Chip>)}</Row> : none],
          [t("livecode.form.page_title"), code.page.title || none],
          [t("livecode.field.note"), code.note || none],
          [t("livecode.created"), moment(code.created_at)],
          [t("livecode.published"), code.published_at ? moment(code.published_at) : none],
        ]}
      />
    </Section>
  );
}

function Chain({ steps }: { steps: Fallback[] }) {
  const { t } = useTranslation();
  return (
    <Row>
      {steps.map((step, i) => (
        <span key={i}>{i > 0 && "→ "}{t(`livecode.fallback.${step.kind}`)}{step.text && <Muted> “{step.text}”</Muted>}</span>
      ))}
    </Row>
  );
}
