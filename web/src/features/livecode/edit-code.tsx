import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { useAct } from "../../shared/act";
import { isConflict } from "../../shared/fault";
import { Muted, Page, Stack } from "../../shared/page";
import { FaultView, Loaded } from "../../shared/states";
import { CodeForm } from "./code-form";
import { Conflict } from "./conflict";
import { bodyOf, type Draft, draftOf } from "./draft";
import style from "./form.module.css";
import { Gate, useGate } from "./gate";
import { useLeaveGuard } from "./new-code";
import { PreviewPane } from "./preview-pane";
import { liveCode } from "./queries";
import { save } from "./save";

/** Changes a code; what is printed stays as it is. */
export function EditCode() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({ ...liveCode(id), refetchOnMount: "always" });
  return <Loaded query={query} rows={10}>{(code) => <Editor key={code.id} code={code} />}</Loaded>;
}

/** The form keeps the version it started from, so that a colleague's change is noticed. */
function Editor({ code }: { code: LiveCode }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [base, setBase] = useState(code);
  const [draft, setDraft] = useState<Draft>(() => draftOf(code));
  const settled = useRef(false);
  const body = bodyOf(draft, false);
  const gate = useGate(body, code.id);
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  const leaving = useLeaveGuard(() => dirty && !settled.current);
  const store = useAct({
    run: () => save(base, draft),
    topics: ["live-codes", "groups", "home"],
    said: t("common.saved"),
    done: () => {
      settled.current = true;
      void navigate({ to: "/codes/$id", params: { id: base.id } });
    },
    failed: () => window.scrollTo({ top: 0, behavior: "smooth" }),
  });
  return (
    <Page title={t("livecode.edit_of", { name: base.name })} back={{ to: `/codes/${base.id}`, text: base.name }}>
      <Stack>
        {isConflict(store.error) ? (
          <Conflict mine={draft} base={base} settle={(theirs, agreed) => { setBase(theirs); setDraft(agreed); store.reset(); }} />
        ) : (
          store.isError && <FaultView error={store.error} />
        )}
        <div className={style.layout}>
          <div>
            <CodeForm draft={draft} code={base} patch={(part) => setDraft((old) => ({ ...old, ...part }))} fault={store.error} />
            <div className={style.foot}>
              <Muted small>{t("livecode.form.edit_lead")}</Muted>
              <Button onClick={() => void navigate({ to: "/codes/$id", params: { id: base.id } })}>{t("common.cancel")}</Button>
              <Button type="primary" disabled={!dirty} loading={store.isPending} onClick={() => store.mutate()}>{t("common.save")}</Button>
            </div>
          </div>
          <div className={style.side}>
            <PreviewPane draft={body} />
            <Gate gate={gate} />
          </div>
        </div>
      </Stack>
      {leaving}
    </Page>
  );
}
