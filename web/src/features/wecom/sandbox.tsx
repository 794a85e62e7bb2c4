import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WeCom } from "../../api/types";
import { Chip } from "../../shared/chip";
import { Field } from "../../shared/field";
import { Row, Stack } from "../../shared/page";
import { FaultView } from "../../shared/states";
import { useConnect } from "./connect";
import { parseSandbox } from "./parse-sandbox";

/** Connects to a sandbox by what `tuma sandbox` printed when it started. */
export function Sandbox({ connection }: { connection: WeCom }) {
  const { t } = useTranslation();
  const [printed, setPrinted] = useState("");
  const connect = useConnect(() => undefined);
  if (connection.mode === "sandbox") {
    return <Row><Chip tone="good">{t("wecom.in_sandbox", { name: connection.corp_name || connection.corp_id })}</Chip></Row>;
  }
  const corp = parseSandbox(printed);
  return (
    <Stack>
      {connect.isError && <FaultView error={connect.error} />}
      <Field
        label={t("wecom.printed")}
        help={t("wecom.printed_help", { callback: connection.callback_url })}
        wrong={printed.trim() && !corp ? t("wecom.printed_wrong") : undefined}
      >
        {(id) => (
          <Input.TextArea id={id} rows={6} spellCheck={false} style={{ fontFamily: "var(--mono)", fontSize: 13 }} value={printed} onChange={(e) => setPrinted(e.target.value)} />
        )}
      </Field>
      <Row><Button type="primary" disabled={!corp} loading={connect.isPending} onClick={() => corp && connect.mutate(corp)}>{t("wecom.use_sandbox")}</Button></Row>
    </Stack>
  );
}
