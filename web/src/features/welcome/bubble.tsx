import { useTranslation } from "react-i18next";
import type { Attachment } from "../../api/types";
import style from "./bubble.module.css";
import { examples, parts } from "./variables";

type Props = { text: string; attachments: Attachment[]; filled?: boolean };

/** A welcome as it stands in the chat; filled shows an example in place of each variable. */
export function Bubble({ text, attachments, filled }: Props) {
  const { t } = useTranslation();
  return (
    <div className={style.chat}>
      <div className={style.text}>
        {text === "" && <span className={style.empty}>{t("welcome.empty_text")}</span>}
        {parts(text).map((part, i) =>
          part.variable ? (
            filled ? <span key={i}>{t(examples[part.variable])}</span> : <span key={i} className={style.variable}>{part.text}</span>
          ) : (
            <span key={i}>{part.text}</span>
          ),
        )}
      </div>
      {attachments.map((link, i) => (
        <div key={i} className={style.link}>
          <strong>{link.title || t("welcome.untitled")}</strong>
          <small>{link.desc || link.url}</small>
        </div>
      ))}
    </div>
  );
}
