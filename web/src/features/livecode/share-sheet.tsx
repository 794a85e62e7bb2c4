import { DownloadOutlined } from "@ant-design/icons";
import { Button, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { CopyButton } from "../../shared/copy";
import { Muted } from "../../shared/page";
import { qr } from "./queries";
import style from "./share.module.css";

/** A code's QR, its link and its files. */
export function ShareSheet({ code, close, lead }: { code: LiveCode; close: () => void; lead?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Modal open onCancel={close} footer={null} width={460} title={code.name}>
      {lead}
      <div className={style.sheet}>
        <img className={style.qr} src={qr(code.id, "svg")} alt={t("livecode.qr_alt", { name: code.name })} />
        <div className={style.link}><code>{code.url}</code><CopyButton text={code.url} /></div>
        <div className={style.acts}><Downloads code={code} /></div>
        <Muted small>{t("livecode.print_hint")}</Muted>
      </div>
    </Modal>
  );
}

/** The files of a code's QR. */
export function Downloads({ code }: { code: LiveCode }) {
  return (
    <>
      <Button icon={<DownloadOutlined />} href={qr(code.id, "png", 1024)} download={`${code.name}.png`}>PNG 1024</Button>
      <Button icon={<DownloadOutlined />} href={qr(code.id, "svg")} download={`${code.name}.svg`}>SVG</Button>
    </>
  );
}
