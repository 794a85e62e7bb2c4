import { Alert, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useAct } from "../../shared/act";
import { CopyButton } from "../../shared/copy";
import { Field } from "../../shared/field";
import { Facts, Row, Stack } from "../../shared/page";
import { FaultView } from "../../shared/states";
import { clock } from "../../shared/time";

/** The fewest letters that can be a reason. */
const reasonLength = 4;

/** Shows what masking hides, for a reason and on record. */
export function Reveal({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const reveal = useAct({
    run: async () => ok(await api.POST("/contacts/{id}/reveal", { params: { path: { id } }, body: { reason: reason.trim() } })),
    topics: [],
    failed: () => undefined,
  });
  const shown = reveal.data;
  return (
    <Modal
      open
      title={t("contact.reveal")}
      onCancel={close}
      cancelText={t("common.close")}
      okText={t("contact.reveal_act")}
      okButtonProps={{ disabled: reason.trim().length < reasonLength, loading: reveal.isPending, style: shown && { display: "none" } }}
      onOk={() => reveal.mutate()}
    >
      <Stack>
        {reveal.isError && <FaultView error={reveal.error} />}
        {shown ? (
          <>
            <Alert type="info" showIcon title={t("contact.reveal_until", { at: clock(shown.until) })} />
            <Facts
              rows={[
                [t("contact.customer"), shown.name],
                ["external_userid", <Row key="x" gap={2}><code>{shown.external_userid}</code><CopyButton text={shown.external_userid} /></Row>],
                ["unionid", shown.unionid || t("contact.unknown")],
              ]}
            />
          </>
        ) : (
          <Field label={t("contact.reason")} required help={t("contact.reason_help")}>
            {(field) => <Input.TextArea id={field} rows={2} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} />}
          </Field>
        )}
      </Stack>
    </Modal>
  );
}
