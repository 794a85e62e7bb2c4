import { Modal } from "antd";
import { useTranslation } from "react-i18next";

const listed = ["⌘K", "c", "/", "g h", "g c", "g k", "g r", "j k", "x", "Enter", "?"] as const;

/** The list of keys. */
export function ShortcutHelp({ close }: { close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open title={t("nav.shortcuts")} footer={null} onCancel={close} width={420}>
      <dl style={{ display: "grid", gridTemplateColumns: "90px 1fr", gap: 8 }}>
        {listed.map((key) => (
          <div key={key} style={{ display: "contents" }}>
            <dt>{key.split(" ").map((k) => <kbd key={k} style={{ marginRight: 4 }}>{k}</kbd>)}</dt>
            <dd>{t(`nav.key.${key.replace(/ /g, "_")}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
