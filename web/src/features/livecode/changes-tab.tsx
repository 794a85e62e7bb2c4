import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { DiffLines } from "../../shared/diff";
import { Muted, Section } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { told } from "../../shared/text";
import { moment } from "../../shared/time";
import style from "./page.module.css";
import { changes } from "./queries";

/** Who changed what, newest first. */
export function Changes({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery(changes(id));
  return (
    <Section>
      <Loaded query={query}>
        {(rows) => (
          <div className={style.changes}>
            {rows.length === 0 && <Muted>{t("livecode.no_changes")}</Muted>}
            {rows.map((change, i) => (
              <div key={i} className={style.change}>
                <div>{moment(change.at)}<br /><Muted small>{change.actor}</Muted></div>
                <div>
                  <strong>{told(t, `audit.action.${change.action}`, {}, told(t, change.summary_key, {}, change.action))}</strong>
                  <DiffLines diff={change.diff} />
                </div>
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </Section>
  );
}
