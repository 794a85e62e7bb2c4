import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Puts text on the clipboard, also on plain http where navigator.clipboard is missing. */
export async function copy(text: string) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A small button that copies text and says so. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const press = async () => {
    await copy(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  const icon = done ? <CheckOutlined /> : <CopyOutlined />;
  if (label) return <Button icon={icon} onClick={press}>{done ? t("common.copied") : label}</Button>;
  return (
    <Tooltip title={done ? t("common.copied") : t("common.copy")}>
      <Button type="text" size="small" icon={icon} aria-label={t("common.copy")} onClick={press} />
    </Tooltip>
  );
}
