import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { copy } from "./clipboard";

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
