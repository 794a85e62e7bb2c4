import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, InfoCircleFilled } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Check, CodeDraft } from "../../api/types";
import { Muted, Section, Stack } from "../../shared/page";
import { FaultView, Waiting } from "../../shared/states";
import style from "./form.module.css";
import { useSettled } from "./preview-pane";
import { gate } from "./queries";

/** The checks of a draft, asked again when it stands still. */
export function useGate(draft: CodeDraft, id?: string) {
  const settled = useSettled(draft);
  const query = useQuery({ ...gate(settled, id), enabled: settled.name !== "" });
  const failing = (query.data ?? []).some((check) => !check.ok && check.level === "error");
  const unknown = !query.data && !query.isError;
  return { query, failing, blocked: !draft.name || unknown || failing };
}

/** What stands between the draft and its publication. */
export function Gate({ gate: { query } }: { gate: ReturnType<typeof useGate> }) {
  const { t } = useTranslation();
  return (
    <Section title={t("livecode.form.checks")}>
      {query.data ? (
        <Stack gap={8}>
          {query.data.map((check) => <Line key={check.check} check={check} />)}
        </Stack>
      ) : query.isError ? (
        <FaultView error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Waiting rows={3} />
      )}
      {query.data?.length === 0 && <Muted>{t("livecode.form.checks_none")}</Muted>}
    </Section>
  );
}

function Line({ check }: { check: Check }) {
  const { t } = useTranslation();
  const mark = check.ok ? "ok" : check.level;
  const icon = { ok: <CheckCircleFilled />, error: <CloseCircleFilled />, warn: <ExclamationCircleFilled />, info: <InfoCircleFilled /> }[mark];
  return (
    <div className={style.check}>
      <span className={style[mark]} aria-label={t(`livecode.form.mark_${mark}`)} role="img">{icon}</span>
      <span>{check.message}</span>
    </div>
  );
}
