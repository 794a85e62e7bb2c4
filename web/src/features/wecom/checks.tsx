import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { WeComCheck } from "../../api/types";
import { useAct } from "../../shared/act";
import { CopyButton } from "../../shared/copy";
import { Muted, Row, Section, Stack } from "../../shared/page";
import style from "./wecom.module.css";

/** What a machine can check of the connection; each red line says where to go and what to do. */
export function Checks({ last }: { last: WeComCheck[] }) {
  const { t } = useTranslation();
  const check = useAct({ run: async () => ok(await api.POST("/wecom/checks")), topics: ["wecom", "home"] });
  const lines = check.data ?? last;
  const bad = lines.filter((line) => !line.ok).length;
  return (
    <Section
      title={t("wecom.step_checks")}
      extra={
        <>
          {lines.length > 0 && <span>{bad > 0 ? t("wecom.checks_bad", { count: bad }) : t("wecom.checks_good")}</span>}
          <Button size="small" loading={check.isPending} onClick={() => check.mutate()}>{t("wecom.check")}</Button>
        </>
      }
    >
      <Stack gap={12}>
        {lines.map((line) => <Line key={line.check} line={line} />)}
        {lines.length === 0 && <Muted>{t("wecom.never_checked")}</Muted>}
      </Stack>
    </Section>
  );
}

function Line({ line }: { line: WeComCheck }) {
  const { t } = useTranslation();
  const address = line.args?.ip;
  return (
    <div className={style.check}>
      <span className={line.ok ? style.good : style.bad} role="img" aria-label={t(line.ok ? "wecom.good" : "wecom.bad")}>
        {line.ok ? <CheckCircleFilled /> : <CloseCircleFilled />}
      </span>
      <div>
        <span>{line.message}</span>
        {!line.ok && (line.fix || line.where) && (
          <div className={style.fix}>
            {line.fix}
            {line.where && <Row gap={4}><Muted small>{t("wecom.where")}</Muted><span>{line.where}</span></Row>}
            {address && <Row gap={4}><code>{address}</code><CopyButton text={address} /></Row>}
          </div>
        )}
      </div>
    </div>
  );
}
