import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { listed } from "../../shared/format";
import { Row, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { ago } from "../../shared/time";
import { type Draft, draftOf } from "./draft";
import { changes, liveCode } from "./queries";

type Props = { mine: Draft; base: LiveCode; settle: (theirs: LiveCode, draft: Draft) => void };

/** Somebody else saved first: what differs, and whose words stay. */
export function Conflict({ mine, base, settle }: Props) {
  const { t } = useTranslation();
  const query = useQuery({ ...liveCode(base.id), staleTime: 0 });
  const last = useQuery(changes(base.id)).data?.[0];
  return (
    <Alert
      type="warning"
      showIcon
      title={t("livecode.conflict.title", { who: last?.actor ?? "–", when: last ? ago(last.at) : "" })}
      description={
        <Loaded query={query} rows={2}>
          {(theirs) => (
            <Stack gap={8}>
              <span>{t("livecode.conflict.fields", { fields: listed(differing(mine, draftOf(theirs)).map((f) => t(`livecode.conflict.field.${f}`))) })}</span>
              <Row>
                <Button size="small" type="primary" onClick={() => settle(theirs, merged(draftOf(base), mine, draftOf(theirs)))}>{t("livecode.conflict.merge")}</Button>
                <Button size="small" onClick={() => settle(theirs, mine)}>{t("livecode.conflict.keep_mine")}</Button>
                <Button size="small" onClick={() => settle(theirs, draftOf(theirs))}>{t("livecode.conflict.take_theirs")}</Button>
              </Row>
            </Stack>
          )}
        </Loaded>
      }
    />
  );
}

/** The fields in which two drafts differ. */
export function differing(a: Draft, b: Draft): (keyof Draft)[] {
  const keys = Object.keys({ ...a, ...b }) as (keyof Draft)[];
  return keys.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** Theirs, but with every field that I changed as I have it. */
export function merged(base: Draft, mine: Draft, theirs: Draft): Draft {
  return { ...theirs, ...Object.fromEntries(differing(base, mine).map((key) => [key, mine[key]])) };
}
